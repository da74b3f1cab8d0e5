/// A trained ranker: what it needs to know about the index, and the networks that score a pool of candidates.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "irgan/candidate.h"
#include "irgan/collection_generator.h"
#include "irgan/feature_schema.h"
#include "irgan/index_facts.h"
#include "irgan/ranker.h"

static_assert(EIGEN_MAX_ALIGN_BYTES == 64,
              "compile with -DEIGEN_MAX_ALIGN_BYTES=64, as find_package(xapian-irgan) and pkg-config do: else matrices "
              "that the library makes are freed in another way than they were allocated");

namespace irgan {

/// An immutable trained model.
///
/// Threads: safe to share; holds no Xapian object.
class IRGAN_API Model {
 public:
  ~Model();

  /// Reads a model file's bytes; nothing in them is believed before the digest at their end is checked.
  ///
  /// Throws: FormatError beginning with `origin` and the byte offset.
  static std::shared_ptr<const Model> from_bytes(std::string_view bytes, const std::string& origin);
  /// Throws: FormatError as from_bytes; Error if the file cannot be read.
  static std::shared_ptr<const Model> from_file(const std::string& path);
  std::string to_bytes() const;

  /// Returns one score a row.
  ///
  /// Shapes:   pool: n x features, the whole pool of one query, since some inputs are relative to it; result: n
  /// Units:    raw score, comparable within one query only
  /// Requires: pool.cols() == schema().features.size()
  /// Throws:   Error if `ranker` needs a generator and the model has none
  Eigen::VectorXf score(const Eigen::Ref<const FeatureMatrix>& pool) const;
  Eigen::VectorXf score(const Eigen::Ref<const FeatureMatrix>& pool, Ranker ranker) const;

  /// Returns the scores that `rows` have beside `pool`: inputs that are relative to a pool are taken relative to that
  /// one, so that its own documents keep their scores.
  ///
  /// Shapes: rows: m x features; result: m
  Eigen::VectorXf score_beside(const Eigen::Ref<const FeatureMatrix>& rows, const Eigen::Ref<const FeatureMatrix>& pool,
                               Ranker ranker) const;

  /// Returns what each feature adds to each row's score.
  ///
  /// Source:  integrated gradients, Sundararajan et al., ICML 2017, eq. 3, from the pool's mean encoded row
  /// Shapes:  pool: n x features; result: n x features
  /// Units:   raw score; a row adds up to its score less the mean row's score, within the error of 64 midpoints
  FeatureMatrix explain(const Eigen::Ref<const FeatureMatrix>& pool) const;
  /// The same for the scores that `rows` have beside `pool` (score_beside), from the rows' own mean.
  FeatureMatrix explain_beside(const Eigen::Ref<const FeatureMatrix>& rows,
                               const Eigen::Ref<const FeatureMatrix>& pool) const;

  const FeatureSchema& schema() const;
  const IndexFacts& index_facts() const;
  /// Candidates a query that the model was trained to rerank.
  std::size_t depth() const;
  /// The generator over the whole collection; null if it has none. Its picks need the vectors that it was learnt on.
  const CollectionGenerator* collection() const;
  /// Which ranker score() uses.
  Ranker ranker() const;
  /// What training wrote down, as JSON.
  const std::string& training_record() const;
  /// Hexadecimal digest of the model's bytes: tells one model from another in logs.
  const std::string& version() const;

 private:
  friend struct ModelAccess;
  struct State;
  explicit Model(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace irgan
