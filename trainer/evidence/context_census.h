/// Which values of a context a log has, and which of them are seen often enough to be learnt from.
#pragma once

#include <string>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/context_count.h"
#include "irgan/errors.h"

namespace irgan {

/// Clicks that a value must have to be learnt from: fewer teach networks of some thousand weights nothing but
/// themselves. A share of all clicks, too: a value that is seldom asked for helps few.
constexpr double kFewestContextClicks = 50.0;
constexpr double kLeastContextShare = 0.01;
/// At most so many values of a context are learnt from, those with most clicks: each is a feature.
constexpr std::size_t kMostContextValues = 16;

/// Counts clicks by the values of contexts.
///
/// Threads: one
/// Cost:    O(log n) a row; memory for 10,000 values of each context, beyond which new ones are taken together
class IRGAN_API ContextCensus {
 public:
  /// names: of the contexts, as the log's reader got them
  explicit ContextCensus(const std::vector<std::string>& names);
  ~ContextCensus();

  void add(const ClickRow& row);
  /// One a name.
  std::vector<ContextCount> counts() const;

 private:
  struct Values;
  std::vector<Values> contexts_;
};

/// Returns the names of the features of all values that are learnt from.
IRGAN_API std::vector<std::string> context_features(const std::vector<ContextCount>& counts);

}  // namespace irgan
