/// Tells a query's searches apart by what they were beside their words: each group has rows and examples of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "irgan/click_log.h"
#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "irgan/search_context.h"

namespace irgan {

/// Threads: one
/// Cost:    memory for the combinations of values that the log has
class IRGAN_API ContextGroups {
 public:
  /// names:    of the contexts, as the log's reader gets them
  /// features: "context.NAME=VALUE" by which searches are told apart; other features are passed over
  ContextGroups(const std::vector<std::string>& names, const std::vector<std::string>& features);

  /// Whether all searches are one group.
  bool empty() const { return values_.empty(); }
  /// Returns the group of a row: by its values that are among the features, in the order in which groups are seen.
  std::size_t number_of(const ClickRow& row);
  /// What is known of each group.
  const std::vector<SearchContext>& contexts() const { return contexts_; }

 private:
  std::vector<std::string> names_;
  std::vector<std::map<std::string, std::uint64_t, std::less<>>>
      values_;                                              // numbers from 1; none if there are no features
  std::unordered_map<std::uint64_t, std::size_t> numbers_;  // of combinations of values
  std::vector<SearchContext> contexts_;
};

/// Returns `reading` with the contexts of `features` too, whether they were named for the log or not.
ClickLogOptions with_contexts(ClickLogOptions reading, const std::vector<std::string>& features);

/// Returns the id under which the evidence of a query in one group is counted.
std::string in_group(const std::string& query_id, std::size_t group);

/// Returns the query and the group of an id that in_group() gave.
std::pair<std::string_view, std::size_t> grouped(std::string_view id);

}  // namespace irgan
