/// Mines the hard negatives of one query after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "irgan/evidence.h"
#include "irgan/mined_query.h"
#include "irgan/mining_evidence.h"
#include "irgan/mining_options.h"
#include "irgan/mining_settings.h"
#include "irgan/model.h"
#include "irgan/site.h"

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

  ~Miner();
  Miner(Miner&&) noexcept;
  Miner& operator=(Miner&&) noexcept;

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
  /// How relevance is judged; nothing where the options ask for no judgment, or there is no evidence for one.
  const std::optional<FittedRelevance>& relevance() const;
  /// Why the log's impressions give no judgment, for people; empty where none is asked for, or the log has none.
  const std::string& why_no_relevance() const;

  /// Returns a digest of all that the rows depend on: index, model, evidence and options; of a file of texts its path,
  /// size and time; of an index what index_state() tells of it.
  std::string identity() const;

 private:
  struct Plan;    // what all miners of a run share
  struct Reader;  // what each has for itself

  explicit Miner(std::shared_ptr<const Plan> plan);
  MinedQuery mine_once(const QueryRow& row);
  std::vector<std::uint64_t> list_seeds(const std::string& query_id) const;

  std::shared_ptr<const Plan> plan_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace irgan
