#include "trainer/mining/mining_pool.h"

#include <cmath>
#include <utility>

#include "irgan/index_fit.h"
#include "plugin/src/model/model_parts.h"
#include "trainer/collection/collection_draws.h"
#include "trainer/game/softmax.h"

namespace irgan {
CandidateScore candidate_score(GuardScore score) {
  switch (score) {
    case GuardScore::discriminator:
      return &MiningCandidate::discriminator;
    case GuardScore::generator:
      return &MiningCandidate::generator;
    case GuardScore::first_stage:
      return &MiningCandidate::first_stage;
    case GuardScore::run:
      return &MiningCandidate::run;
    default:
      return &MiningCandidate::teacher;
  }
}

MiningCandidate& MiningPool::candidate(Xapian::docid docid) {
  const auto [place, is_new] = place_of.emplace(docid, candidates.size());
  if (is_new) candidates.push_back({docid});
  return candidates[place->second];
}

DocumentEvidence evidence_of(const MiningCandidate& candidate, const MiningPool& pool) {
  DocumentEvidence evidence;
  if (!std::isnan(candidate.discriminator)) {
    evidence.prior_logit = candidate.discriminator + std::log(static_cast<double>(pool.num_found));
  }
  if (candidate.known != nullptr) evidence.showings = candidate.known->showings;
  return evidence;
}

MiningPoolReader::MiningPoolReader(const Site& site, std::shared_ptr<const Model> model, const MiningEvidence& evidence,
                                   const MiningOptions& options)
    : model_(std::move(model)),
      evidence_(evidence),
      options_(options),
      reader_(site.open(), site.layout, model_ ? model_->schema() : FeatureSchema(), site.default_op, site.values),
      texts_(reader_.database(), site.layout, options.text_fields, options.text_file) {
  if (!model_) return;
  site.watch->read(reader_.database(), [&] {
    const std::string why = index_fit(reader_.database(), *model_)->why_not();
    if (!why.empty())
      throw model_error(options, "the model does not fit the index: " + why +
                                     "; annotate the index again, or train one on this index");
  });
  try {
    picking_ = picker_of(reader_.database(), *model_, options.vectors);
  } catch (const Error& error) {
    throw model_error(options, error.what());
  }
}

MiningPool MiningPoolReader::read(const QueryRow& row, const std::vector<std::uint64_t>& seeds) {
  MiningPool pool;
  CandidateList list = reader_.find(row, options_.depth);
  pool.num_found = list.candidates.size();
  for (const Candidate& found : list.candidates) pool.candidate(found.docid).first_stage = found.first_stage_score;
  add_known(row, pool);
  if (pool.num_found == 0) return pool;
  if (options_.run) add_run(*options_.run, row, &MiningCandidate::run, pool);
  if (options_.scores) add_run(*options_.scores, row, &MiningCandidate::teacher, pool);
  if (picking_) add_drawn(row, seeds, list, pool);
  if (model_) score(list, row.context, pool);
  return pool;
}

// What the generator over the whole collection picks, as in a live search, and what it draws.
void MiningPoolReader::add_drawn(const QueryRow& row, const std::vector<std::uint64_t>& seeds, CandidateList& list,
                                 MiningPool& pool) {
  wanted_ = picking_->wanted(model_->collection()->towers, list.query, row.text);
  scores_of_all_.clear();
  if (wanted_.numbers.empty()) return;
  if (!seeds.empty() || options_.score_by == GuardScore::generator)
    scores_of_all_ = collection_scores(*options_.vectors, wanted_);
  std::vector<Candidate> all = list.candidates;
  picking_->add(wanted_, list.query, nullptr, model_->collection()->num_picks, all);
  std::vector<std::vector<Xapian::docid>> drawn;
  for (const std::uint64_t seed : seeds) {
    std::mt19937_64 random(seed);
    std::vector<Xapian::docid>& documents = drawn.emplace_back();
    for (const std::uint32_t number : drawn_rows(scores_of_all_, options_.temperature, options_.num_drawn, random)) {
      documents.push_back(options_.vectors->docid(number));
    }
    picking_->add_allowed(documents, list.query, nullptr, all);
  }
  for (const Candidate& one : all) pool.candidate(one.docid);
  for (const std::vector<Xapian::docid>& documents : drawn) {
    RowOrder& order = pool.drawn.emplace_back();
    for (const Xapian::docid docid : documents) {
      const auto place = pool.place_of.find(docid);
      if (place != pool.place_of.end()) order.push_back(place->second);
    }
  }
}

void MiningPoolReader::add_known(const QueryRow& row, MiningPool& pool) {
  const auto query = evidence_.by_query.find(row.id);
  if (query == evidence_.by_query.end()) return;
  for (const KnownDocument& known : query->second) {
    const Xapian::docid docid = reader_.ids().docid_of(known.id);
    if (docid == 0) {
      pool.num_unknown_positives += known.clicks > 0.0 ? 1 : 0;
      continue;
    }
    // What was shown and is no candidate any more is neither a positive nor asked for, unless it was skipped.
    if (known.clicks <= 0.0 && known.skipped <= 0.0 && pool.place_of.count(docid) == 0) continue;
    MiningCandidate& candidate = pool.candidate(docid);
    candidate.id = known.id;
    candidate.known = &known;
    if (known.skipped > 0.0) candidate.skipped = known.skipped;
    if (known.clicks > 0.0) pool.positives.push_back(pool.place_of.at(docid));
  }
}

void MiningPoolReader::add_run(const Run& run, const QueryRow& row, CandidateScore score, MiningPool& pool) {
  const auto ranking = run.by_query.find(row.id);
  if (ranking == run.by_query.end()) return;
  for (const RankedDocument& ranked : ranking->second) {
    const Xapian::docid docid = reader_.ids().docid_of(ranked.document_id);
    if (docid == 0) continue;
    MiningCandidate& candidate = pool.candidate(docid);
    candidate.*score = ranked.score;
    candidate.id = ranked.document_id;
  }
}

void MiningPoolReader::score(const CandidateList& list, const SearchContext& context, MiningPool& pool) const {
  std::vector<Candidate> candidates = list.candidates;
  for (std::size_t i = pool.num_found; i < pool.candidates.size(); ++i) {
    candidates.push_back({pool.candidates[i].docid, MiningCandidate::kNone});
  }
  if (picking_) picking_->score(wanted_, candidates);
  const FeatureMatrix rows = reader_.features(list.query, candidates, context);
  score_by(Ranker::discriminator, &MiningCandidate::discriminator, rows, pool);
  if (picking_) {
    score_by_collection(candidates, pool);
    return;
  }
  if (parts_of(*model_).generators.empty()) return;
  score_by(Ranker::generator, &MiningCandidate::generator, rows, pool);
}

void MiningPoolReader::score_by_collection(const std::vector<Candidate>& candidates, MiningPool& pool) const {
  if (scores_of_all_.empty()) return;
  const double log_total = log_partition(scores_of_all_);
  auto candidate = pool.candidates.begin();
  for (const Candidate& one : candidates) (*candidate++).generator = *one.generator_score - log_total;
}

void MiningPoolReader::score_by(Ranker ranker, CandidateScore score, const FeatureMatrix& rows,
                                MiningPool& pool) const {
  const auto found = rows.topRows(static_cast<Eigen::Index>(pool.num_found));
  const auto beside = rows.bottomRows(rows.rows() - found.rows());
  const Eigen::VectorXd scores = model_->score(found, ranker).cast<double>();
  const Eigen::VectorXd log_p = log_softmax(scores);
  auto candidate = pool.candidates.begin();
  for (const double value : log_p) (*candidate++).*score = value;
  if (beside.rows() > 0) {
    const double log_total = scores[0] - log_p[0];
    for (const float value : model_->score_beside(beside, found, ranker)) (*candidate++).*score = value - log_total;
  }
  for (const MiningCandidate& scored : pool.candidates) {
    if (!std::isfinite(scored.*score)) throw model_error(options_, "the model gives scores that are not finite");
  }
}

const std::string& MiningPoolReader::id_of(MiningCandidate& candidate) const {
  if (candidate.id.empty()) candidate.id = reader_.ids().id_of(candidate.docid);
  return candidate.id;
}

const std::string& MiningPoolReader::text_of(MiningCandidate& candidate) const {
  if (!candidate.text) candidate.text = texts_.text_of(candidate.docid, id_of(candidate)).value_or("");
  return *candidate.text;
}

Error model_error(const MiningOptions& options, const std::string& text) {
  return Error(options.model_name.empty() ? text : options.model_name + ": " + text);
}

}  // namespace irgan
