/// OpenSearch's User Behavior Insights: queries and events, JSON Lines.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "irgan/click_row.h"
#include "trainer/log/log_form.h"

namespace irgan {

/// True if the first line of a file of JSON Lines is one of UBI: a bulk-index line, a query, or an event.
bool is_ubi(std::string_view first_line);

/// Brings the lines of UBI logs together by search.
///
/// Queries (`user_query`, `query_response_hit_ids`) and events (`action_name`) may stand in one file or in several, in
/// any order, with or without the lines between them that bulk indexing wants ({"index": ...}). A `query_id` is one
/// search; searches are grouped by the words of `user_query`, which may stand in the query, the events, or both. Of the
/// events, `impression` and clicks are read (`click` and `click_through`, or what options name):
/// `event_attributes.object.object_id` is the document, `event_attributes.position.ordinal` its place, or else
/// `event_attributes.rank`, counted from 0 or from the rank base; other actions are counted by name. A line may be
/// wrapped as exports of Elasticsearch do it, {"_source": {...}}. The session is `session_id` (also
/// within `event_attributes`), else `client_id`. Times are ISO 8601 or milliseconds.
///
/// Of queries that our preload module wrote, `query_attributes` holds the number of the first hit, the site's
/// serialised query, and the log probabilities of a drawn page. Contexts of a search are
/// `query_attributes.context.NAME` as the module writes them, or else `query_attributes.NAME` or
/// `event_attributes.NAME`.
///
/// A search's page is what its impressions say; if it has none, the hits of its query, in their order. A click belongs
/// to the document's showing on that page, and is a click alone if there is none; a document is clicked once a search.
///
/// Threads: one a thread
/// Cost:    memory bounded: what is more lies sorted in a temporary file
class UbiSearches {
 public:
  /// Of a line that has not been decided yet.
  struct Line {
    std::size_t file = 0;
    std::uint64_t number = 0;
  };
  /// What became of it; `what` stands for the line's text.
  using Verdict = std::function<void(const Line& line, RowFault fault, std::string_view what)>;

  /// max_bytes: of lines kept in memory
  /// options:   of which click_actions, contexts and rank_base (0 if not set) are for UBI
  UbiSearches(const ClickLogOptions& options, double latest_time, std::size_t max_bytes);
  ~UbiSearches();

  /// Takes a line. An impression or click is only decided by finish(), since its words may come later: is_pending then.
  RowFault take(std::string_view text, const Line& line, bool& is_pending);

  /// Gives the rows of all searches, in the order of their ids, and a verdict on each line that was pending.
  void finish(const EachRow& each, const Verdict& verdict);

  /// Whether the rows so far say what was shown.
  bool has_impressions() const;

  /// Whether an event said a place.
  bool has_ordinals() const;

  /// Whether a line said this of its search.
  bool has_context(std::string_view name) const;

  /// Lines and events that make no row, by what they are.
  const std::map<std::string, std::uint64_t>& others() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One file of those that UbiSearches brings together. Its rows come when UbiSearches has all lines.
///
/// Threads: one a thread
class UbiLines : public LogForm {
 public:
  /// file:     its number, which verdicts name
  /// searches: shared by the files that belong together
  UbiLines(std::size_t file, UbiSearches* searches) : file_(file), searches_(searches) {}

  std::optional<RowFault> take(std::string_view line, std::uint64_t line_number, const EachRow& each) override;

  bool is_first_line_data() const override { return true; }
  bool has_impressions() const override { return searches_->has_impressions(); }
  std::string_view own_name() const override { return "OpenSearch's UBI"; }
  bool has_seen(std::string_view known) const override {
    return known == "rank" ? searches_->has_ordinals() : searches_->has_context(known);
  }
  bool has_names_by_line() const override { return true; }

 private:
  std::size_t file_;
  UbiSearches* searches_;
};

}  // namespace irgan
