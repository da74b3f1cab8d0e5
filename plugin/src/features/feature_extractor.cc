#include "irgan/feature_extractor.h"

#include <utility>

#include "plugin/src/features/feature_columns.h"
#include "plugin/src/features/local_index.h"

namespace irgan {

struct FeatureExtractor::State {
  Xapian::Database db;
  std::shared_ptr<ValueCache> values;
  FeatureColumns columns;
};

FeatureExtractor::FeatureExtractor(const Xapian::Database& db, FeatureSchema schema, std::shared_ptr<ValueCache> values,
                                   const std::optional<Xapian::Database>& clicks)
    : state_(new State{db, std::move(values), {std::move(schema), clicks.value_or(db), clicks.has_value()}}) {}

FeatureExtractor::~FeatureExtractor() = default;
FeatureExtractor::FeatureExtractor(FeatureExtractor&&) noexcept = default;

const FeatureSchema& FeatureExtractor::schema() const { return state_->columns.schema(); }

FeatureMatrix FeatureExtractor::extract(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                                        const SearchContext& context) const {
  return extract(query, candidates, context, [] {});
}

FeatureMatrix FeatureExtractor::extract(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                                        const SearchContext& context,
                                        const std::function<void()>& before_feature) const {
  const std::unique_ptr<IndexReader> index = read_index(state_->db, state_->values.get());
  return state_->columns.extract(query, candidates, context, *index, before_feature);
}

}  // namespace irgan
