#include "trainer/rows/data_split.h"

#include <utility>
#include <vector>

#include "plugin/src/encoding/encoding.h"
#include "trainer/evidence/log_split.h"

namespace irgan {
namespace {

using Eigen::Index;

void append_columns(TrainingData& data, const std::vector<std::string>& features) {
  const Index old_width = static_cast<Index>(data.schema.features.size());
  const Index width = static_cast<Index>(features.size());
  data.schema.features = features;
  for (Pool& pool : data.pools) {
    FeatureMatrix rows = FeatureMatrix::Zero(pool.rows.rows(), width);
    rows.leftCols(old_width) = pool.rows;
    pool.rows = std::move(rows);
    pool.range = pool_range(pool.found_rows());
  }
}

}  // namespace

std::pair<TrainingData, TrainingData> split_by_query(TrainingData data, double share, std::uint64_t seed) {
  TrainingData training{data.schema, data.facts, data.depth, data.labels, data.origin, {}, {}, data.generator};
  training.origin.split = "query";
  TrainingData validation = training;
  std::vector<std::size_t> new_number(data.pools.size());
  std::vector<bool> held_out(data.pools.size());
  for (std::size_t i = 0; i < data.pools.size(); ++i) {
    held_out[i] = is_held_out(data.pools[i].query_id, share, seed);
    TrainingData& part = held_out[i] ? validation : training;
    new_number[i] = part.pools.size();
    part.pools.push_back(std::move(data.pools[i]));
  }
  for (Example& example : data.examples) {
    TrainingData& part = held_out[example.pool] ? validation : training;
    example.pool = new_number[example.pool];
    part.examples.push_back(std::move(example));
  }
  if (training.pools.empty() || validation.pools.empty()) {
    throw Error("too few queries to hold some out for validation: there are " + std::to_string(new_number.size()));
  }
  return {std::move(training), std::move(validation)};
}

void widen(TrainingData& a, TrainingData& b) {
  if (a.schema.features == b.schema.features) return;
  TrainingData& narrow = a.schema.features.size() < b.schema.features.size() ? a : b;
  const std::vector<std::string>& wide = (&narrow == &a ? b : a).schema.features;
  const bool ready_made = a.schema.fields.empty() && b.schema.fields.empty();
  if (!ready_made || narrow.schema.features.size() == wide.size()) {
    throw FormatError("training and validation rows have different features");
  }
  append_columns(narrow, wide);
}

}  // namespace irgan
