/// From a query and its candidates to a matrix of feature values, the same in training and in a live search.
#pragma once

#include <xapian.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/feature_schema.h"
#include "irgan/value_cache.h"

namespace irgan {

/// Computes the features of a schema from one index.
///
/// Threads: one extractor and one Database a thread.
class IRGAN_API FeatureExtractor {
 public:
  /// `values`: holds the value slots of `db`, as its contract allows; nothing: they are read from the index.
  /// `clicks`: where fields and values from clicks are read instead, its docids being those of `db`: training must not
  ///           see what the index says of the very clicks that it learns.
  ///
  /// Throws: FormatError if the schema names a feature that this build cannot extract.
  FeatureExtractor(const Xapian::Database& db, FeatureSchema schema, std::shared_ptr<ValueCache> values = nullptr,
                   const std::optional<Xapian::Database>& clicks = std::nullopt);
  ~FeatureExtractor();
  FeatureExtractor(FeatureExtractor&&) noexcept;

  /// Returns the feature rows of `candidates`, which stand in the order of the first stage.
  ///
  /// context: of the search; what the schema has no feature of is passed over
  /// Shapes: result: candidates x features
  /// Units:  as FieldFeature and FeatureSource say; float32, the same bits in every build and on any number of shards
  /// Throws: Xapian::DatabaseModifiedError if the index moved on: reopen and search again.
  /// Cost:   a posting list a concept and field, a value list a slot, each walked once over the sorted docids
  FeatureMatrix extract(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                        const SearchContext& context = {}) const;

  /// The same, calling `before_feature` before each feature: what it throws ends the work.
  FeatureMatrix extract(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                        const SearchContext& context, const std::function<void()>& before_feature) const;

  const FeatureSchema& schema() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
