/// What a miner settles by itself, out of the model's record and the log: how it draws, and how it judges relevance.
#pragma once

#include <cstdint>
#include <limits>

namespace irgan {

/// Why the generator draws at its temperature.
enum class TemperatureBasis {
  given,       ///< by the options
  unmeasured,  ///< training measured no false negatives: 1
  bounded,     ///< the lowest that keeps the bound
  unbounded,   ///< none keeps the bound: the highest measured
  collection,  ///< the generator draws from the whole collection, of which training measures no false negatives: 1
};

/// How hard the generator's draws are, and what that rests on.
struct MiningTemperature {
  double value = 1.0;
  TemperatureBasis basis = TemperatureBasis::unmeasured;
  /// False negatives as training measured them, as a multiple of uniform draws'; NaN: not measured, infinite: uniform
  /// draws had none.
  double multiple = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t num_queries = 0;  ///< behind the multiple
};

/// How likely a document is relevant and clicked, as fitted to a log of impressions:
///
///   P(relevant)                 = sigmoid(prior_intercept + prior_slope * what the discriminator thinks of it)
///   P(click | seen, relevant)   = click_if_relevant
///   P(click | seen, otherwise)  = click_otherwise
struct FittedRelevance {
  double prior_intercept = 0.0;
  double prior_slope = 1.0;
  double click_if_relevant = 0.5;
  double click_otherwise = 0.05;
};

}  // namespace irgan
