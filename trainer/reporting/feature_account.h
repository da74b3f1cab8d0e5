/// What each feature is worth to a model, and how its values stand today beside training's.
#pragma once

#include <vector>

#include "irgan/report.h"

namespace irgan {

/// Returns all features of the model, the most important first, measured on the candidates of up to 100 of the queries.
///
/// Throws: Error if the model's features cannot be computed from the index
std::vector<ReportedFeature> account_of_features(const Site& site, const ReportOptions& options);

/// Fills `feature`'s shares, outside and missing from today's values, NaN where one is missing.
///
/// Requires: `edges` is set
void count_values(const std::vector<float>& values, ReportedFeature& feature);

}  // namespace irgan
