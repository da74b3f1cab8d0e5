/// The clicks of a log as features know them: what they say of documents, and which of them may say it to which.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "irgan/behaviour_options.h"
#include "irgan/click_row.h"

namespace irgan {

/// What clicks say of a document; plugin/src/features/clicked_field.h says how an index holds it.
struct DocumentBehaviour {
  double popularity = 0.0;         ///< log(1 + clicks / those of the mean clicked document), decayed
  std::vector<std::string> words;  ///< stems of the queries that led to its clicks
  std::vector<std::string> terms;  ///< of the words, and of its shares of their clicks and of each query's
};

/// By the site's own id of the document; without documents that nobody clicked.
using Behaviour = std::map<std::string, DocumentBehaviour>;

/// Which clicks the features of others are made of.
enum class HeldOut {
  later,     ///< a click is judged by those of earlier parts of the log: what a live search knows
  sessions,  ///< by those of other parts, sessions being dealt over the parts: for logs without times
};

/// Deals the rows of a log over parts such that no click is judged by features that it made.
///
/// Leaving a click alone out of its own features would not do: the lack would give it away, since other rows of the
/// query tell what was there before. Whole parts are left out of all that their clicks are judged by.
class ClickParts {
 public:
  /// Returns the part of the next row of the log, in its order; a row without a time is as old as the last dated one.
  std::size_t part_of(const ClickRow& row);
  /// Returns the part of a click.
  std::size_t part_of(double time, std::uint64_t session) const;

  std::size_t size() const { return num_parts_; }
  /// Whether the features that judge the clicks of `part` are made of those of `other`.
  bool sees(std::size_t part, std::size_t other) const { return way_ == HeldOut::later ? other < part : other != part; }

 private:
  friend class ClickHistory;
  ClickParts(HeldOut way, std::size_t num_parts, std::vector<double> first_times)
      : way_(way), num_parts_(num_parts), first_times_(std::move(first_times)) {}

  HeldOut way_;
  std::size_t num_parts_;
  std::vector<double> first_times_;  // of all parts but the first
  double last_time_ = kUndated;
  static constexpr double kUndated = -1e300;
};

/// Collects the clicks of one log or of several, in their order. Rows that are no clicks are passed over.
///
/// Threads: one a thread; its const functions may be shared
/// Cost:    32 bytes a click; a hash a session, the stems of each query and the id of each document once
class ClickHistory {
 public:
  /// Returns the stems of a row's query (query_stems); none if its words are not known. Asked once for each query id.
  using StemsOfQuery = std::function<std::vector<std::string>(const ClickRow& row, const std::string& query_id)>;

  explicit ClickHistory(StemsOfQuery stems_of) : stems_of_(std::move(stems_of)) {}

  /// is_held_out: the row is for validation, and training is not to know of it
  void add(const ClickRow& row, const std::string& query_id, bool is_held_out = false);

  bool empty() const { return clicks_.empty(); }
  bool has_times() const { return has_times_; }
  bool has_sessions() const { return has_sessions_; }

  /// Returns `num_parts` parts: of about as many clicks each, or sessions by their hash.
  ///
  /// Requires: not empty, num_parts > 1
  ClickParts parts(HeldOut way, std::size_t num_parts) const;

  /// Returns what all clicks say of documents, their age taken from the newest one.
  ///
  /// A share is C_qd / (C_q + 1), C the decayed clicks of query, or word, and document. Words and queries of fewer than
  /// options.min_sessions sessions are left out, all rows without a session being one.
  /// prefix: of the field's terms
  /// Cost:   O(clicks log clicks)
  Behaviour behaviour(const std::string& prefix, const BehaviourOptions& options) const;
  /// The same of the clicks that `part` sees.
  ///
  /// with_held_out: those for validation too
  /// hidden_share: share of the documents, others in each part, whose clicks are left out as if the log had never seen
  ///               them. What it has not seen is old and unwanted most of the time: a model that learns from such rows
  ///               alone buries what is new.
  Behaviour behaviour(const std::string& prefix, const BehaviourOptions& options, const ClickParts& parts,
                      std::size_t part, double hidden_share = 0.0, bool with_held_out = true) const;

 private:
  struct Click {
    double time = 0.0;
    std::uint64_t session = 0;  // hash; 0: none
    std::uint32_t query = 0;
    std::uint32_t document = 0;
    float count = 1.0F;
    bool is_held_out = false;
  };
  Behaviour behaviour_of(const std::vector<const Click*>& clicks, const std::string& prefix,
                         const BehaviourOptions& options) const;
  std::vector<std::size_t> sessions_of_queries(const std::vector<const Click*>& clicks) const;
  std::vector<bool> frequent_words(const std::vector<const Click*>& clicks, std::size_t min_sessions) const;
  std::uint32_t query_of(const ClickRow& row, const std::string& query_id);

  StemsOfQuery stems_of_;
  std::vector<Click> clicks_;
  std::unordered_map<std::string, std::uint32_t> query_of_id_;
  std::unordered_map<std::string, std::uint32_t> query_of_stems_;  // joined
  std::vector<std::vector<std::uint32_t>> words_of_query_;
  std::unordered_map<std::string, std::uint32_t> number_of_word_;
  std::vector<std::string> words_;
  std::unordered_map<std::string, std::uint32_t> number_of_document_;
  std::vector<std::string> documents_;
  bool has_times_ = false;
  bool has_sessions_ = false;
  double last_time_ = ClickParts::kUndated;
};

}  // namespace irgan
