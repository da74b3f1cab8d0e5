#include "trainer/game/generator_inputs.h"

#include <algorithm>
#include <cassert>

#include "trainer/machine/split.h"

namespace irgan {
namespace {

using Eigen::Index;

bool needs_no_postings(const std::string& feature) {
  return feature.rfind("first_stage.", 0) == 0 || feature.rfind("query.", 0) == 0 || feature.rfind("value.", 0) == 0;
}

// Positions in the schema, ascending.
std::vector<Index> positions_of(const FeatureSchema& schema, const std::string& names) {
  const auto& features = schema.features;
  std::vector<Index> positions;
  if (names == "all" || names == "cheap") {
    for (std::size_t j = 0; j < features.size(); ++j) {
      if (names == "all" || needs_no_postings(features[j])) positions.push_back(static_cast<Index>(j));
    }
    if (positions.empty())
      throw ConfigError("generator_features",
                        "cheap: no feature is one of the first stage or of a value slot; give names");
    return positions;
  }
  for (const std::string_view name : split(names, ',')) {
    const auto found = std::find(features.begin(), features.end(), name);
    if (found == features.end())
      throw ConfigError(
          "generator_features",
          "'" + std::string(name) + "': there is no such feature; give all, cheap, or names with commas between");
    positions.push_back(found - features.begin());
  }
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

Encoding some_of(const Encoding& encoding, const std::vector<Index>& features) {
  Encoding some;
  for (const Index feature : features) some.features.push_back(encoding.features[static_cast<std::size_t>(feature)]);
  return some;
}

Eigen::VectorXf picked(const Eigen::VectorXf& values, const std::vector<Index>& positions) { return values(positions); }

}  // namespace

GeneratorInputs::GeneratorInputs(const FeatureSchema& schema, const Encoding& encoding, const std::string& names)
    : features_(positions_of(schema, names)),
      full_width_(encoding.width()),
      layout_(some_of(encoding, features_)),
      sees_all_(features_.size() == schema.features.size()) {
  const std::vector<Index> owners = encoding.feature_of_column();
  for (std::size_t column = 0; column < owners.size(); ++column) {
    if (std::binary_search(features_.begin(), features_.end(), owners[column]))
      columns_.push_back(static_cast<Index>(column));
  }
}

void GeneratorInputs::bin(const Pool& pool, const std::vector<Index>& rows, BinnedRows& binned) const {
  const FeatureMatrix seen = pool.rows(rows, features_);
  binned.bin(layout_, seen, {picked(pool.range.low, features_), picked(pool.range.high, features_)});
}

Network GeneratorInputs::widened(const Network& network) const {
  if (sees_all_) return network;
  assert(network.num_inputs() == width());
  Network wide = network;
  wide.layers.front().weight = FeatureMatrix::Zero(full_width_, network.layers.front().weight.cols());
  wide.layers.front().weight(columns_, Eigen::all) = network.layers.front().weight;
  return wide;
}

}  // namespace irgan
