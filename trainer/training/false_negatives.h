/// How often the generator, asked for negatives, gives documents that people click.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "irgan/training_data.h"
#include "plugin/src/encoding/binned_rows.h"
#include "plugin/src/model/network.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {

/// The chance that a draw among the documents that are not known to be positive hits a hidden positive.
struct HiddenHits {
  double policy = 0.0;   ///< of a draw of the generator
  double uniform = 0.0;  ///< of a uniform draw

  /// What mining with the generator costs beside mining at random; NaN without queries.
  double multiple() const { return policy / uniform; }
};

/// Held-out queries of which half the clicked (or relevant) documents are hidden.
///
/// A generator that has learnt p_true finds them: what it draws as hard negatives are then positives in disguise. The
/// known half is taken out of its choice, as mining takes out the clicks that it knows.
class IRGAN_API HiddenPositives {
 public:
  /// Keeps a reference to `data`. Queries with fewer than two positives are passed over. Which half of a query's
  /// positives is hidden depends on the query's place in `data` and the seed alone.
  HiddenPositives(const TrainingData& data, std::uint64_t seed);

  std::size_t num_queries() const { return queries_.size(); }

  /// Returns the hits of p proportional to exp(g / t) for each temperature t, each query weighing the same; g is the
  /// mean score of the generators.
  ///
  /// Cost: a forward pass over every query's whole pool
  std::vector<HiddenHits> hits(const std::vector<Network>& generators, const std::vector<double>& temperatures,
                               const BinLayout& layout, ThreadPool& threads) const;

 private:
  struct Query {
    std::size_t pool = 0;
    std::vector<Eigen::Index> known;
    std::vector<Eigen::Index> hidden;
  };

  const TrainingData& data_;
  std::vector<Query> queries_;
};

/// The temperatures of the curve that training records, ascending, relative to the one that it trained with.
IRGAN_API const std::vector<double>& recorded_temperatures();

/// Returns the lowest of `temperatures`, which gives the hardest draws, whose multiple and those of all higher ones are
/// at most `bound`; the highest if none is.
///
/// Requires: both ascending by temperature and of the same size, not empty
IRGAN_API double hardest_temperature(const std::vector<double>& temperatures, const std::vector<double>& multiples,
                                     double bound);

}  // namespace irgan
