/// Mines the hard negatives of one query after the other.
#pragma once

#include <memory>
#include <string>

#include "irgan/model.h"
#include "irgan/site.h"
#include "trainer/mining/mined_query.h"
#include "trainer/mining/mining_evidence.h"
#include "trainer/mining/mining_options.h"
#include "trainer/mining/mining_pool.h"
#include "trainer/mining/mining_relevance.h"
#include "trainer/mining/mining_temperature.h"

namespace irgan {

/// For those who train retrieval models: documents that look right for a query and are wrong.
///
///   irgan::Miner miner(site, model, evidence);
///   for (const irgan::QueryRow& query : evidence.queries) use(miner.mine(query));
///
/// Threads: one a thread; another() makes the further ones
class IRGAN_API Miner {
 public:
  /// Opens the index, and settles what the options leave to the model and the log: depth, temperature, and how likely
  /// what the log shows is relevant.
  ///
  /// model:  null where neither a source nor the guards' score needs one
  /// Throws: ConfigError as check(), and if the options need a model, or impressions, that are not there; Error if the
  ///         model does not fit the index or lacks a generator that the options need
  Miner(Site site, std::shared_ptr<const Model> model, MiningEvidence evidence, MiningOptions options = {});

  /// The same of evidence that is still to be read.
  Miner(Site site, std::shared_ptr<const Model> model, const Evidence& evidence, MiningOptions options = {});

  /// Returns one that mines the same, for another thread.
  std::unique_ptr<Miner> another() const;

  /// Returns the query's positives and negatives, the same whatever was mined before.
  ///
  /// Throws: Error if the model does not fit the index, or gives scores that are not finite
  MinedQuery mine(const QueryRow& row);

  const MiningEvidence& evidence() const;
  /// As given, with depth and temperature settled.
  const MiningOptions& options() const;
  const MiningTemperature& temperature() const;
  const MiningRelevance& relevance() const;

  /// Returns a digest of all that the rows depend on: index, model, evidence and options; of a file of texts its path,
  /// size and time; of an index what index_state() tells of it.
  std::string identity() const;

 private:
  struct Plan;  // what all miners of a run share

  explicit Miner(std::shared_ptr<const Plan> plan);

  void judge_relevance(MiningPool& pool) const;
  double lowest_score(const MiningPool& pool) const;

  std::shared_ptr<const Plan> plan_;
  MiningPoolReader reader_;
};

}  // namespace irgan
