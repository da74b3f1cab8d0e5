/// How the clicks of a log are counted.
#pragma once

#include <cstddef>
#include <optional>

namespace irgan {

/// Half-life in days for logs of clicks alone. Source: measured on bestbuy, MRR .6506 -> .6673, p .001. Nothing like it
/// was measured on impressions, where decay weighs pages and not the documents on them.
constexpr double kHalfLifeOfClicksAlone = 10.0;

struct ClickModelOptions {
  /// A click that is so many days older than the newest row counts half; 0: no decay. Not set: kHalfLifeOfClicksAlone
  /// where no row is an impression, else 0.
  std::optional<double> half_life_days = 0.0;

  /// What is counted in memory up to this; beyond it, clicks and pages go to a temporary file and are summed at the
  /// end. The result is the same bits. Room for some ten million distinct pages, on machines that train at all.
  std::size_t max_bytes = std::size_t{1} << 30;
};

}  // namespace irgan
