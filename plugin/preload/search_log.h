/// A log of the searches that were served, for training.
#pragma once

#include <xapian.h>

#include <chrono>
#include <string>
#include <vector>

#include "irgan/search_context.h"
#include "plugin/src/process/fork_gate.h"

namespace irgan {

/// What one search asked for and was shown.
struct ServedSearch {
  std::string page_id;   ///< see page_id(); empty: none
  std::string database;  ///< its uuid
  std::string text;      ///< what was typed; empty: not known
  Xapian::Query query;
  Xapian::MSet page;
  std::vector<std::string> ids;         ///< the site's own ids of the page's documents, or nothing
  SearchContext context;                ///< what it was beside its words
  std::string model;                    ///< version of the model that ordered the page; empty: the original order
  std::string shadow_model;             ///< version of a model that is only watched; empty: none answered
  std::vector<std::string> shadow_ids;  ///< what it would have put on this page, by `ids` or docids
  /// Of a page drawn from the policy: a hit each (RankedHit::log_probability), NaN below the model's depth.
  std::vector<double> log_probabilities;
};

/// How a search is written.
enum class SearchLogForm {
  own,  ///< with all that xapian-irgan can use
  ubi   ///< as a query of OpenSearch's User Behavior Insights
};

/// Returns the line of a search, with its end:
///
///   own: {"page": id, "time": "2026-01-31T12:00:00.123Z", "database": uuid, "query": serialised, in base64,
///         "text": typed or null, "first": 0, "docids": [..], "ids": [..] or null, "model": version or null,
///         "log_probabilities": null, or, of a page drawn from the policy, [..] with null below the model's depth,
///         "shadow": null, or {"model": version, "ids": [..]}: what a model that is only watched would have shown,
///         "context": null, or {name: value, ..}: what the search was beside its words}
///   ubi: {"application": "xapian-irgan", "query_id": the page's id, "user_query": typed or "", "timestamp": ..,
///         "query_response_hit_ids": [..], "query_attributes": {first, model, database, query, and where the page was
///         drawn log_probabilities, where there is one shadow and context, as above}}
///
/// The serialised query is null where it cannot be had (a posting source of the program's own).
std::string line_of(const ServedSearch& search, SearchLogForm form, std::chrono::system_clock::time_point now);

/// Returns an id for a page of hits that no other page of any process has: 24 hexadecimal digits, which nobody can
/// guess.
std::string new_page_id();

/// Appends searches to a file as JSON Lines (line_of).
///
/// A file that was renamed or removed, as log rotation does, is begun anew.
///
/// Threads: safe; and each line is one write at the file's end, so that processes may share the file.
class SearchLog {
 public:
  explicit SearchLog(const std::string& path, SearchLogForm form = SearchLogForm::own);
  ~SearchLog();
  SearchLog(const SearchLog&) = delete;
  SearchLog& operator=(const SearchLog&) = delete;

  /// Throws: Error naming the file if it cannot be opened or written
  void write(const ServedSearch& search);

 private:
  void open_anew();

  const std::string path_;
  const SearchLogForm form_;
  ForkSafeMutex mutex_;
  int file_ = -1;
  bool is_torn_ = false;  // the last line is not whole
};

/// Remembers, for the calling thread, that `text` was parsed to `query`.
void remember_parsed(const std::string& text, const Xapian::Query& query);

/// Returns the text that the calling thread parsed last to terms that are all in `query`; empty if there is none.
std::string text_parsed_to(const Xapian::Query& query);

}  // namespace irgan
