/// Which query of the query file a log row is of.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/query_file.h"

namespace irgan {

/// Finds a log row's query: by its id, or by its words (as query_words_key compares them), the first query with them,
/// where it has no id. Many sites give each search an id of its own: an id that is not known gives way to a query with
/// the words, the first of several, if none of them has a filter or a serialised query, which the words do not tell.
///
/// Threads: may be shared
class QueryResolver {
 public:
  explicit QueryResolver(const std::vector<QueryRow>& queries);

  struct Found {
    std::string id;         ///< of the query file, or one that no query file has
    bool in_place = false;  ///< by its words, in place of an id that the file does not have
    bool is_known = false;  ///< the query file has it
  };
  Found find(const ClickRow& row) const;
  std::string id_of(const ClickRow& row) const { return find(row).id; }

  /// Whether there are queries at all.
  bool has_queries() const { return !ids_.empty(); }

 private:
  friend class UnknownQueries;
  std::unordered_set<std::string> ids_;
  struct WithText {
    std::string id;
    bool is_plain = true;  ///< no query with the text has a filter or query of its own
  };
  std::unordered_map<std::string, WithText> with_text_;
};

/// Counts the clicks of queries that the query file does not have, by what would make them one that it has.
///
/// Threads: one a thread
class UnknownQueries {
 public:
  /// known: must outlive this object
  explicit UnknownQueries(const QueryResolver* known) : known_(known) {}

  /// Requires: the resolver does not know the row's query
  void add(const ClickRow& row);

  double num_clicks() const { return num_clicks_; }
  /// By the difference, such as "quotation marks": the clicks that would have a query without it.
  const std::map<std::string, double>& by_difference() const { return by_difference_; }

 private:
  std::string difference_of(const ClickRow& row);
  void learn_forms();

  const QueryResolver* known_;
  std::vector<std::unordered_set<std::string>> forms_;
  std::string last_id_, last_words_, last_difference_;
  double num_clicks_ = 0.0;
  std::map<std::string, double> by_difference_;
};

}  // namespace irgan
