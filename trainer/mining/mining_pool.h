/// The documents among which one query's negatives are sought, and what each score says of them.
#pragma once

#include <xapian.h>

#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/mining_evidence.h"
#include "irgan/mining_options.h"
#include "irgan/model.h"
#include "irgan/site.h"
#include "plugin/src/candidates/picking.h"
#include "trainer/labels/relevance_evidence.h"
#include "trainer/negatives/negative_draws.h"
#include "trainer/site/candidates.h"
#include "trainer/site/document_texts.h"

namespace irgan {

/// One document; a score is NaN where there is none.
struct MiningCandidate {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  Xapian::docid docid = 0;
  std::string id = {};                             ///< empty until asked for
  std::optional<std::string> text = std::nullopt;  ///< none until asked for; empty: the document has none
  double first_stage = kNone;
  double discriminator = kNone;  ///< this and the next: log probability over the documents that the first stage found
  double generator = kNone;      ///< but of a generator over the whole collection: over all documents
  double run = kNone;
  double teacher = kNone;
  double skipped = kNone;                ///< showings above a click without one of its own
  double relevance = kNone;              ///< chance by the log's evidence
  const KnownDocument* known = nullptr;  ///< null: the log does not have it
};

/// Which of a candidate's scores the guards look at.
using CandidateScore = double MiningCandidate::*;
CandidateScore candidate_score(GuardScore score);

struct MiningPool {
  /// The first stage's, then those that only a log, a run, a teacher or the generator over the collection knows.
  std::vector<MiningCandidate> candidates;
  std::size_t num_found = 0;                                ///< by the first stage
  std::unordered_map<Xapian::docid, std::size_t> place_of;  ///< of a document among the candidates
  std::vector<std::size_t> positives;                       ///< places
  std::uint64_t num_unknown_positives = 0;                  ///< not in the index
  /// Of a generator over the whole collection: the places of what it drew, the first drawn first, a list for each seed.
  std::vector<RowOrder> drawn;

  bool is_outside(std::size_t place) const { return place >= num_found; }

  /// Returns the candidate, a new one if there is none yet.
  MiningCandidate& candidate(Xapian::docid docid);
};

/// Returns what the log and the discriminator say of a candidate. The prior is relative to a uniform choice among the
/// documents that the first stage found, so that it does not depend on their number.
DocumentEvidence evidence_of(const MiningCandidate& candidate, const MiningPool& pool);

/// Looks up pools, ids and texts.
///
/// Threads: one a thread
class MiningPoolReader {
 public:
  /// Opens the index.
  ///
  /// model:    null: candidates have no scores of networks
  /// evidence: outlives the reader, as `options` do
  /// Requires: options.depth > 0
  /// Throws:   Error if the model does not fit an index
  MiningPoolReader(const Site& site, std::shared_ptr<const Model> model, const MiningEvidence& evidence,
                   const MiningOptions& options);

  /// seeds:  of the draws of a generator over the whole collection
  /// Throws: Error if the model does not fit the index, or gives scores that are not finite
  MiningPool read(const QueryRow& row, const std::vector<std::uint64_t>& seeds = {});

  /// These keep what they looked up in the candidate; a document without a text has an empty one.
  const std::string& id_of(MiningCandidate& candidate) const;
  const std::string& text_of(MiningCandidate& candidate) const;

  const Xapian::Database& database() const { return reader_.database(); }

 private:
  void add_known(const QueryRow& row, MiningPool& pool);
  void add_run(const Run& run, const QueryRow& row, CandidateScore score, MiningPool& pool);
  void add_drawn(const QueryRow& row, const std::vector<std::uint64_t>& seeds, CandidateList& list, MiningPool& pool);
  void score(const CandidateList& list, const SearchContext& context, MiningPool& pool) const;
  void score_by_collection(const std::vector<Candidate>& candidates, MiningPool& pool) const;
  void score_by(Ranker ranker, CandidateScore score, const FeatureMatrix& rows, MiningPool& pool) const;

  std::shared_ptr<const Model> model_;
  const MiningEvidence& evidence_;
  const MiningOptions& options_;
  CandidateReader reader_;
  DocumentTexts texts_;
  std::unique_ptr<Picker> picking_;   // of a generator over the whole collection
  VectorQuery wanted_;                // by the query that is being read
  std::vector<float> scores_of_all_;  // g of every document; empty if nobody asks, or nothing is wanted
};

/// Returns an error that names the model as the options do.
Error model_error(const MiningOptions& options, const std::string& text);

}  // namespace irgan
