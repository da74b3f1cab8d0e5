/// From a query and its candidates to a matrix of feature values, the same in training and in a live search.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/feature_schema.h"
#include "irgan/value_cache.h"

namespace irgan {

/// One row a document, one column a feature; a missing value is NaN.
using FeatureMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A document that the first stage found.
struct Candidate {
  Xapian::docid docid = 0;
  double first_stage_score = 0.0;  ///< the weight of Xapian's MSet; NaN if the first stage did not find it
};

/// Told once about each thing that the index no longer offers (a lost prefix, an undecodable slot).
using ProblemListener = std::function<void(const std::string& message)>;

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
  FeatureExtractor(Xapian::Database db, FeatureSchema schema, ProblemListener on_problem = {},
                   std::shared_ptr<ValueCache> values = nullptr, std::optional<Xapian::Database> clicks = std::nullopt);
  ~FeatureExtractor();
  FeatureExtractor(FeatureExtractor&&) noexcept;

  /// Returns the feature rows of `candidates`, which stand in the order of the first stage.
  ///
  /// Shapes: result: candidates x features
  /// Units:  as FieldFeature and FeatureSource say; float32, the same bits in every build and on any number of shards
  /// Throws: Xapian::DatabaseModifiedError if the index moved on: reopen and search again.
  /// Cost:   a posting list a concept and field, a value list a slot, each walked once over the sorted docids
  FeatureMatrix extract(const Xapian::Query& query, const std::vector<Candidate>& candidates) const;

  /// The same, calling `before_feature` before each feature: what it throws ends the work.
  FeatureMatrix extract(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                        const std::function<void()>& before_feature) const;

  const FeatureSchema& schema() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns the first `depth` hits of `mset` as candidates.
IRGAN_API std::vector<Candidate> candidates_of(const Xapian::MSet& mset, std::size_t depth);

}  // namespace irgan
