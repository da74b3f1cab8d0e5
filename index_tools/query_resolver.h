/// Which query of the query file a log row is of.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trainer/click_log.h"
#include "trainer/query_file.h"

namespace irgan {

/// Returns `text` in lower case with single spaces, as far as ASCII goes: queries are the same whatever their case and
/// spacing.
std::string normalised(std::string_view text);

/// Finds a log row's query: by its id where the log has ids, else by its words.
///
/// Threads: may be shared
class QueryResolver {
 public:
  explicit QueryResolver(const std::vector<QueryRow>& queries);

  /// Returns an id of the query file, or one that no query file has.
  std::string id_of(const ClickRow& row) const;

 private:
  std::unordered_map<std::string, std::string> id_of_text_;
};

}  // namespace irgan
