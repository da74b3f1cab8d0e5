/// Feature rows of every kind, to be written and read back.
#pragma once

#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "irgan/training_data.h"
#include "plugin/src/encoding/encoding.h"
#include "trainer/row_files/letor_file.h"

namespace irgan {

inline Pool make_pool(const std::string& query_id, const std::vector<std::string>& documents,
                      const FeatureMatrix& rows) {
  return {query_id, documents, rows, pool_range(rows)};
}

/// Three features of an index, numbers that are hard to write, missing values.
inline TrainingData indexed_data(LabelKind kind) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  TrainingData data;
  data.schema.stemmer = "english";
  data.schema.fields = {{"title", "S", 1000, 2000, 7.0 / 3.0}, {"body", ""}};
  data.schema.values = {{"popularity", 3, Transform::log}};
  data.schema.features = {"first_stage.score", "title.bm25", "value.popularity"};
  data.facts = {"6a0b-uuid", 12345, 1.0 / 3.0, "Q", std::nullopt};
  data.depth = 77;
  data.labels = kind;
  FeatureMatrix first(4, 3);
  first << 1.0F / 3.0F, -0.0F, 1e-45F,                        //
      std::numeric_limits<float>::max(), kNone, 16777217.0F,  //
      std::numeric_limits<float>::lowest(), 1e-30F, kNone,    //
      kNone, kNone, kNone;
  FeatureMatrix second(2, 3);
  second << 0.1F, 0.2F, 0.3F,  //
      0.7F, kNone, 3.14159274F;
  data.pools.push_back(make_pool("q1", {"GX-1", "a=b", "http://x.org/?a=1", "4"}, first));
  data.pools.push_back(make_pool("q2", {"GX-1", "7"}, second));
  return data;
}

inline Example example_of(std::size_t pool, const std::vector<Eigen::Index>& rows, const std::vector<int>& ranks,
                          const std::vector<double>& labels) {
  return {pool, rows, ranks, Eigen::Map<const Eigen::VectorXd>(labels.data(), static_cast<Eigen::Index>(labels.size())),
          {},   {}};
}

inline TrainingData clicked_data() {
  TrainingData data = indexed_data(LabelKind::clicks);
  data.examples.push_back(example_of(0, {0, 1, 2, 3}, {}, {0.1 + 0.2, 0.0, 1e-9, 12345.678901234567}));
  data.examples.push_back(example_of(1, {0, 1}, {}, {0.0, 2.0}));
  return data;
}

/// Two pages of the first query, which share a document, and one of the second.
inline TrainingData shown_data() {
  TrainingData data = indexed_data(LabelKind::impressions);
  data.examples.push_back(example_of(0, {0, 2}, {1, 3}, {1.5, 0.0}));
  data.examples.push_back(example_of(0, {1, 2, 3}, {2, 1, 10}, {0.0, 0.25, 0.0}));
  data.examples.push_back(example_of(1, {1}, {4}, {3.0}));
  data.examples[0].shown = (Eigen::VectorXd(2) << 12.0, 0.5).finished();
  data.examples[0].last_clicks = (Eigen::VectorXd(2) << 1.0, 0.0).finished();
  data.origin.half_life_days = 2.5;
  return data;
}

/// The same after a click model.
inline TrainingData corrected_data() {
  TrainingData data = shown_data();
  data.labels = LabelKind::shown;
  data.origin = {"ips", 0.0, {1.0, 1.0 / 3.0}, "time from 2026-01-01T00:00:00Z", 0.875};
  return data;
}

inline std::string written(const TrainingData& data) {
  std::ostringstream out;
  write_letor(data, out);
  return out.str();
}

}  // namespace irgan
