/// Which query of the query file a log row is of.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "trainer/click_log.h"
#include "trainer/query_file.h"

namespace irgan {

/// Returns `text` in lower case with single spaces, as far as ASCII goes: queries are the same whatever their case and
/// spacing.
std::string normalised(std::string_view text);

/// Finds a log row's query: by its id, or by its words where it has no id, or one that is not known: many sites give each
/// search an id of its own.
///
/// Threads: may be shared
class QueryResolver {
 public:
  explicit QueryResolver(const std::vector<QueryRow>& queries);

  struct Found {
    std::string id;           ///< of the query file, or one that no query file has
    bool in_place = false;  ///< by its words, in place of an id that the file does not have
  };
  Found find(const ClickRow& row) const;
  std::string id_of(const ClickRow& row) const { return find(row).id; }

 private:
  std::unordered_set<std::string> ids_;
  std::unordered_map<std::string, std::string> id_of_text_;
};

}  // namespace irgan
