#include "trainer/reporting/feature_account.h"

#include <algorithm>
#include <cmath>

#include "plugin/src/candidates/picking.h"
#include "plugin/src/model/model_parts.h"
#include "trainer/site/candidates.h"

namespace irgan {
namespace {

constexpr std::size_t kQueries = 100;  // enough for shares of some 10,000 candidates

}  // namespace

void count_values(const std::vector<float>& values, ReportedFeature& feature) {
  const std::vector<float>& edges = feature.edges;
  const std::size_t num_bins = edges.size() < 2 ? 0 : edges.size() - 1;
  feature.shares.assign(num_bins, 0.0);
  std::size_t num_missing = 0;
  std::size_t num_outside = 0;
  for (const float value : values) {
    if (std::isnan(value)) {
      ++num_missing;
      continue;
    }
    if (edges.empty()) continue;
    if (value < edges.front() || value > edges.back()) ++num_outside;
    if (num_bins == 0) continue;
    const auto above = std::upper_bound(edges.begin() + 1, edges.end() - 1, value);
    feature.shares[static_cast<std::size_t>(above - edges.begin() - 1)] += 1.0;
  }
  const auto num_present = static_cast<double>(values.size() - num_missing);
  if (!values.empty()) feature.missing = static_cast<double>(num_missing) / static_cast<double>(values.size());
  if (!(num_present > 0.0)) return;
  for (double& share : feature.shares) share /= num_present;
  feature.outside = static_cast<double>(num_outside) / num_present;
}

std::vector<ReportedFeature> account_of_features(const Site& site, const ReportOptions& options) {
  const Model& model = *options.model;
  const std::size_t num_features = model.schema().features.size();
  std::vector<double> sizes(num_features, 0.0);
  std::vector<std::vector<float>> values(num_features);
  double num_rows = 0.0;
  CandidateReader reader(site.open(), site.layout, model.schema(), site.default_op, site.values);
  const std::shared_ptr<VectorSource>& vectors = options.reranking.vectors;
  const std::unique_ptr<Picker> picker =
      picker_of(reader.database(), model, vectors ? vectors->get(reader.database()) : nullptr);
  const std::size_t stride = (options.queries.size() + kQueries - 1) / kQueries;
  for (std::size_t q = 0; q < options.queries.size(); q += stride) {
    CandidateList list = reader.find(options.queries[q], model.depth());
    if (list.candidates.empty()) continue;
    if (picker) {
      const VectorQuery wanted = picker->wanted(model.collection()->towers, list.query, options.queries[q].text);
      picker->score(wanted, list.candidates);
    }
    const FeatureMatrix rows = reader.features(list.query, list.candidates, options.queries[q].context);
    const FeatureMatrix parts = model.explain(rows);
    num_rows += static_cast<double>(rows.rows());
    for (std::size_t j = 0; j < num_features; ++j) {
      const auto column = static_cast<Eigen::Index>(j);
      sizes[j] += static_cast<double>(parts.col(column).cwiseAbs().sum());
      for (Eigen::Index i = 0; i < rows.rows(); ++i) values[j].push_back(rows(i, column));
    }
  }
  const TrainingRecord record = record_of(model);
  const std::size_t num_edges = record.options ? static_cast<std::size_t>(record.options->bins) + 1 : 0;
  std::vector<ReportedFeature> features(num_features);
  for (std::size_t j = 0; j < num_features; ++j) {
    features[j].name = model.schema().features[j];
    features[j].importance = num_rows > 0.0 ? sizes[j] / num_rows : 0.0;
    features[j].edges = parts_of(model).encoding.features[j].edges;
    features[j].has_even_bins = num_edges > 1 && features[j].edges.size() == num_edges;
    if (record.importance && record.importance->losses.size() == num_features)
      features[j].loss = record.importance->losses[j];
    count_values(values[j], features[j]);
  }
  std::stable_sort(features.begin(), features.end(),
                   [](const ReportedFeature& a, const ReportedFeature& b) { return a.importance > b.importance; });
  return features;
}

}  // namespace irgan
