/// Which query of the query file a log row is of.
#pragma once

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
  };
  Found find(const ClickRow& row) const;
  std::string id_of(const ClickRow& row) const { return find(row).id; }

 private:
  std::unordered_set<std::string> ids_;
  struct WithText {
    std::string id;
    bool is_plain = true;  ///< no query with the text has a filter or query of its own
  };
  std::unordered_map<std::string, WithText> with_text_;
};

}  // namespace irgan
