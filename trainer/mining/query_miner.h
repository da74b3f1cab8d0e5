/// Mines the hard negatives of one query after the other.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "index_tools/options/mining_options.h"
#include "irgan/model.h"
#include "trainer/labels/relevance_evidence.h"
#include "trainer/measures/run_file.h"
#include "trainer/mining/mining_evidence.h"
#include "trainer/mining/mining_temperature.h"
#include "trainer/mining/shingles.h"
#include "trainer/site/candidates.h"
#include "trainer/site/document_texts.h"

namespace irgan {

/// All that mining one query needs to know beside it.
///
/// Threads: shared by all miners, and not changed while they work
struct MiningTask {
  const MineOptions& options;
  std::vector<SharedSource> sources;
  GuardScore score_by = GuardScore::discriminator;
  IndexLayout layout;
  MiningEvidence evidence;
  std::shared_ptr<const Model> model = nullptr;  ///< null where none is needed
  std::string model_name = {};                   ///< what messages call it
  std::size_t depth = 100;
  MiningTemperature temperature = {};            ///< of the generator's draws
  std::optional<RelevanceModel> relevance = {};  ///< none: no evidence from impressions
  GuardOptions guards = {};
  std::optional<Run> run = {};
  std::optional<Run> teacher = {};
  std::shared_ptr<const TextFile> text_file = nullptr;  ///< null: texts from the index
};

/// Why a query gives no row.
enum class Skip {
  none,
  no_positives,   ///< no click or judgment above 0
  no_candidates,  ///< the first stage finds nothing
  positives_not_in_index,
  no_likely_positive,  ///< --min-relevance
  no_positive_score,   ///< a margin needs one
  no_text,             ///< of the query or of any positive
};
constexpr std::size_t kNumSkips = 7;
const char* to_string(Skip skip);

struct MinedDocument {
  std::string id;
  std::string text;                                             ///< empty where none is asked for
  double score = 0.0;                                           ///< NaN: none
  double relevance = std::numeric_limits<double>::quiet_NaN();  ///< chance by the log's evidence; NaN: not known
  NegativeSource source = NegativeSource::generator;            ///< of a negative
  bool is_padding = false;
};

struct MinedQuery {
  Skip skip = Skip::none;
  std::string id;
  std::string text;
  std::vector<MinedDocument> positives;
  std::vector<std::vector<MinedDocument>> negatives;  ///< once, or once a positive
  std::array<std::uint64_t, kNumExclusions> num_excluded{};
  std::uint64_t num_unknown_positives = 0;  ///< not in the index
  bool has_textless_positive = false;       ///< whose near-duplicates could not be told, though they should
  std::uint64_t num_missing = 0;            ///< negatives that could not be found
};

/// Threads: one a thread, with its own Database
class QueryMiner {
 public:
  /// Throws: Error if the model does not fit the index
  QueryMiner(const Xapian::Database& db, const MiningTask& task);

  /// Returns the query's positives and negatives, the same whatever was mined before.
  MinedQuery mine(const QueryRow& row);

  /// Returns what the log and the discriminator say of the documents that were shown for the query.
  std::vector<DocumentEvidence> shown_evidence(const QueryRow& row);

 private:
  struct Candidates;

  Candidates candidates_of(const QueryRow& row);
  void add_known(const QueryRow& row, Candidates& all);
  void add_run(const Run& run, const QueryRow& row, std::vector<double> Candidates::*scores, Candidates& all);
  std::size_t row_of(Xapian::docid docid, Candidates& all) const;
  void score(Candidates& all) const;
  std::vector<double> log_probabilities(const Candidates& all, const FeatureMatrix& pool, const FeatureMatrix& beside,
                                        Ranker ranker) const;
  DocumentEvidence evidence_of(const Candidates& all, std::size_t row) const;
  const std::vector<double>& guard_scores(const Candidates& all) const;
  RowOrder order_of(NegativeSource source, const Candidates& all, const std::vector<bool>& allowed,
                    double positive_score, std::mt19937_64& random) const;
  std::vector<MinedDocument> pick(Candidates& all, const std::vector<Exclusion>& exclusions, double positive_score,
                                  std::uint64_t seed, MinedQuery& mined);
  void drop_unlikely_positives(Candidates& all) const;
  void pad(Candidates& all, const std::vector<Exclusion>& exclusions, std::mt19937_64& random,
           std::vector<MinedDocument>& negatives);
  bool is_usable(Candidates& all, std::size_t row, MinedQuery& mined);
  const std::string& text_of(Candidates& all, std::size_t row);
  const std::string& id_of(Candidates& all, std::size_t row);
  MinedDocument document(Candidates& all, std::size_t row, double score);

  const MiningTask& task_;
  CandidateReader reader_;
  DocumentTexts texts_;
};

}  // namespace irgan
