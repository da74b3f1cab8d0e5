#include "trainer/mining/query_miner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>
#include <utility>

#include "plugin/src/model/model_parts.h"
#include "trainer/game/softmax.h"
#include "trainer/machine/hash.h"

namespace irgan {
namespace {

using Eigen::Index;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr int kDnsDraws = 4;       // as training's sampler
constexpr int kPaddingTries = 20;  // a negative: docids of deleted documents are drawn in vain

// The same for a query wherever it stands, so that neither order nor threads change what is drawn.
std::uint64_t seed_of(std::uint64_t seed, const std::string& query_id) {
  std::uint64_t hash = mix_hash(0, seed);
  for (const char c : query_id) hash = mix_hash(hash, static_cast<unsigned char>(c));
  return hash;
}

ProblemListener refusal(const MiningTask& task) {
  if (!task.model) return {};
  return [name = task.model_name](const std::string& problem) {
    throw Error(name + ": the model does not fit the index: " + problem +
                "; train one on this index, or see 'xapian-irgan inspect MODEL --db DB'");
  };
}

}  // namespace

const char* to_string(Skip skip) {
  constexpr std::array<const char*, kNumSkips> names{
      "none",   "no_positives", "no_candidates", "positives_not_in_index", "no_likely_positive", "no_positive_score",
      "no_text"};
  return names[static_cast<std::size_t>(skip)];
}

/// A query's candidates, row by row: first the pool, then documents that only the log, a run or a teacher knows.
struct QueryMiner::Candidates {
  CandidateList list;
  std::size_t pool_size = 0;
  std::vector<Xapian::docid> docids;
  std::unordered_map<Xapian::docid, std::size_t> row_of_docid;
  std::vector<std::string> ids;       // empty until asked for
  std::vector<double> first_stage;    // these: NaN where there is none
  std::vector<double> discriminator;  // log probability over the pool
  std::vector<double> generator;
  std::vector<double> run;
  std::vector<double> teacher;
  std::vector<double> skipped;
  std::vector<const KnownDocument*> known;  // null: the log does not have it
  std::vector<GuardedCandidate> guarded;
  std::vector<std::size_t> positives;  // rows
  std::map<std::size_t, std::optional<std::string>> texts;
  std::vector<Shingles> positive_shingles;
  std::uint64_t num_unknown_positives = 0;
};

QueryMiner::QueryMiner(const Xapian::Database& db, const MiningTask& task)
    : task_(task),
      reader_(db, task.layout, task.model ? task.model->schema() : FeatureSchema(), task.options.database.default_op,
              refusal(task)),
      texts_(db, task.layout, task.options.text_fields, task.text_file) {}

std::size_t QueryMiner::row_of(Xapian::docid docid, Candidates& all) const {
  const auto [place, is_new] = all.row_of_docid.emplace(docid, all.docids.size());
  if (is_new) {
    all.docids.push_back(docid);
    all.ids.emplace_back();
    for (auto* values : {&all.first_stage, &all.discriminator, &all.generator, &all.run, &all.teacher, &all.skipped}) {
      values->push_back(kNone);
    }
    all.known.push_back(nullptr);
  }
  return place->second;
}

void QueryMiner::add_known(const QueryRow& row, Candidates& all) {
  const auto query = task_.evidence.by_query.find(row.id);
  if (query == task_.evidence.by_query.end()) return;
  for (const KnownDocument& known : query->second) {
    const Xapian::docid docid = reader_.ids().docid_of(known.id);
    if (docid == 0) {
      all.num_unknown_positives += known.clicks > 0.0 ? 1 : 0;
      continue;
    }
    // What was shown and is no candidate any more is neither a positive nor asked for, unless it was skipped.
    if (known.clicks <= 0.0 && known.skipped <= 0.0 && all.row_of_docid.count(docid) == 0) continue;
    const std::size_t place = row_of(docid, all);
    all.ids[place] = known.id;
    all.known[place] = &known;
    if (known.skipped > 0.0) all.skipped[place] = known.skipped;
    if (known.clicks > 0.0) all.positives.push_back(place);
  }
}

void QueryMiner::add_run(const Run& run, const QueryRow& row, std::vector<double> Candidates::*scores,
                         Candidates& all) {
  const auto ranking = run.by_query.find(row.id);
  if (ranking == run.by_query.end()) return;
  for (const RankedDocument& ranked : ranking->second) {
    const Xapian::docid docid = reader_.ids().docid_of(ranked.document_id);
    if (docid == 0) continue;
    const std::size_t place = row_of(docid, all);
    (all.*scores)[place] = ranked.score;
    all.ids[place] = ranked.document_id;
  }
}

QueryMiner::Candidates QueryMiner::candidates_of(const QueryRow& row) {
  Candidates all;
  all.list = reader_.find(row, task_.depth);
  all.pool_size = all.list.candidates.size();
  for (const Candidate& candidate : all.list.candidates) {
    all.first_stage[row_of(candidate.docid, all)] = candidate.first_stage_score;
  }
  add_known(row, all);
  if (all.pool_size == 0) return all;
  if (task_.run) add_run(*task_.run, row, &Candidates::run, all);
  if (task_.teacher) add_run(*task_.teacher, row, &Candidates::teacher, all);
  if (task_.model) score(all);
  return all;
}

std::vector<double> QueryMiner::log_probabilities(const Candidates& all, const FeatureMatrix& pool,
                                                  const FeatureMatrix& beside, Ranker ranker) const {
  const Eigen::VectorXd scores = task_.model->score(pool, ranker).cast<double>();
  const Eigen::VectorXd log_p = log_softmax(scores);
  std::vector<double> values(log_p.begin(), log_p.end());
  if (beside.rows() > 0) {
    const double log_total = scores[0] - log_p[0];
    for (const float score : task_.model->score_beside(beside, pool, ranker)) values.push_back(score - log_total);
  }
  if (!std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); })) {
    throw Error(task_.model_name + ": the model gives scores that are not finite");
  }
  values.resize(all.docids.size(), kNone);
  return values;
}

void QueryMiner::score(Candidates& all) const {
  const FeatureMatrix pool = reader_.features(all.list.query, all.list.candidates);
  std::vector<Candidate> others;
  for (std::size_t row = all.pool_size; row < all.docids.size(); ++row) others.push_back({all.docids[row], kNone});
  FeatureMatrix beside;
  if (!others.empty()) beside = reader_.features(all.list.query, others);
  all.discriminator = log_probabilities(all, pool, beside, Ranker::discriminator);
  if (!parts_of(*task_.model).generators.empty()) {
    all.generator = log_probabilities(all, pool, beside, Ranker::generator);
  }
}

// The prior is relative to a uniform choice among the candidates, so that it does not depend on their number.
DocumentEvidence QueryMiner::evidence_of(const Candidates& all, std::size_t row) const {
  DocumentEvidence evidence;
  if (task_.model) evidence.prior_logit = all.discriminator[row] + std::log(static_cast<double>(all.pool_size));
  if (all.known[row] != nullptr) evidence.showings = all.known[row]->showings;
  return evidence;
}

std::vector<DocumentEvidence> QueryMiner::shown_evidence(const QueryRow& row) {
  std::vector<DocumentEvidence> shown;
  const Candidates all = candidates_of(row);
  if (all.pool_size == 0) return shown;
  for (std::size_t i = 0; i < all.docids.size(); ++i) {
    DocumentEvidence evidence = evidence_of(all, i);
    if (!evidence.showings.empty()) shown.push_back(std::move(evidence));
  }
  return shown;
}

const std::vector<double>& QueryMiner::guard_scores(const Candidates& all) const {
  switch (task_.score_by) {
    case GuardScore::generator:
      return all.generator;
    case GuardScore::first_stage:
      return all.first_stage;
    case GuardScore::run:
      return all.run;
    case GuardScore::teacher:
      return all.teacher;
    default:
      return all.discriminator;
  }
}

const std::string& QueryMiner::id_of(Candidates& all, std::size_t row) {
  if (all.ids[row].empty()) all.ids[row] = reader_.ids().id_of(all.docids[row]);
  return all.ids[row];
}

const std::string& QueryMiner::text_of(Candidates& all, std::size_t row) {
  static const std::string none;
  const auto [place, is_new] = all.texts.emplace(row, std::nullopt);
  if (is_new) place->second = texts_.text_of(all.docids[row], id_of(all, row));
  return place->second ? *place->second : none;
}

MinedDocument QueryMiner::document(Candidates& all, std::size_t row, double score) {
  MinedDocument document;
  document.id = id_of(all, row);
  if (task_.options.content != RowContent::id) document.text = text_of(all, row);
  document.score = score;
  if (row < all.guarded.size()) document.relevance = all.guarded[row].relevance;  // padding comes later
  return document;
}

// The guards that look at texts: last, and only for what would be picked, since a text costs as much as a search.
bool QueryMiner::is_usable(Candidates& all, std::size_t row, MinedQuery& mined) {
  if (task_.options.content != RowContent::id && text_of(all, row).empty()) {
    ++mined.num_excluded[static_cast<std::size_t>(Exclusion::no_text)];
    return false;
  }
  if (all.positive_shingles.empty()) return true;
  const Shingles own = shingles_of(text_of(all, row));
  for (const Shingles& positive : all.positive_shingles) {
    if (resemblance(own, positive) <= task_.options.max_resemblance) continue;
    ++mined.num_excluded[static_cast<std::size_t>(Exclusion::duplicate)];
    return false;
  }
  return true;
}

RowOrder QueryMiner::order_of(NegativeSource source, const Candidates& all, const std::vector<bool>& allowed,
                              double positive_score, std::mt19937_64& random) const {
  const auto masked = [&](const std::vector<double>& values) {
    std::vector<double> masked_values(values);
    for (std::size_t row = 0; row < masked_values.size(); ++row) {
      if (!allowed[row]) masked_values[row] = kNone;
    }
    return masked_values;
  };
  const auto ranked = [&](const std::vector<double>& values) {
    RowOrder order = by_value(masked(values));
    return task_.options.picking == Picking::random ? shuffled(std::move(order), random) : order;
  };
  switch (source) {
    case NegativeSource::generator: {
      std::vector<double> log_weights = masked(all.generator);
      for (double& weight : log_weights) weight /= task_.temperature.value;
      return drawn_by_weight(log_weights, random);
    }
    case NegativeSource::discriminator:
      return ranked(all.discriminator);
    case NegativeSource::bm25:
      return ranked(all.first_stage);
    case NegativeSource::uniform:
      return shuffled(by_value(masked(all.first_stage)), random);
    case NegativeSource::dns:
      return drawn_by_best_of(masked(all.discriminator), kDnsDraws, random);
    case NegativeSource::ambiguous:
      return drawn_by_weight(
          masked(ambiguous_log_weights(guard_scores(all), positive_score, task_.options.ambiguous_sharpness,
                                       task_.options.ambiguous_offset)),
          random);
    case NegativeSource::skipped:
      return ranked(all.skipped);
    case NegativeSource::run:
      return ranked(all.run);
    default:
      return ranked(all.teacher);
  }
}

void QueryMiner::pad(Candidates& all, const std::vector<Exclusion>& exclusions, std::mt19937_64& random,
                     std::vector<MinedDocument>& negatives) {
  const Xapian::docid last = reader_.database().get_lastdocid();
  std::set<std::string> taken;
  for (const std::size_t row : all.positives) taken.insert(id_of(all, row));
  for (const MinedDocument& negative : negatives) taken.insert(negative.id);
  MinedQuery uncounted;  // padding that does not do says nothing of the guards
  for (std::size_t tries = kPaddingTries * task_.options.num_negatives;
       tries > 0 && negatives.size() < task_.options.num_negatives; --tries) {
    const auto docid = static_cast<Xapian::docid>(1 + random() % last);
    auto posting = reader_.database().postlist_begin("");
    posting.skip_to(docid);
    if (posting == reader_.database().postlist_end("") || *posting != docid) continue;
    const std::size_t row = row_of(docid, all);
    if (row < exclusions.size() && exclusions[row] != Exclusion::none) continue;  // what a guard took out stays out
    if (taken.count(id_of(all, row)) > 0 || !is_usable(all, row, uncounted)) continue;
    taken.insert(id_of(all, row));
    negatives.push_back(document(all, row, guard_scores(all)[row]));
    negatives.back().source = NegativeSource::uniform;
    negatives.back().is_padding = true;
  }
}

std::vector<MinedDocument> QueryMiner::pick(Candidates& all, const std::vector<Exclusion>& exclusions,
                                            double positive_score, std::uint64_t seed, MinedQuery& mined) {
  std::vector<bool> allowed(all.docids.size(), false);  // padding of an earlier positive has no exclusion
  for (std::size_t row = 0; row < exclusions.size(); ++row) allowed[row] = exclusions[row] == Exclusion::none;
  std::mt19937_64 random(seed);
  std::vector<RowOrder> orders;
  std::vector<double> shares;
  for (const SharedSource& shared : task_.sources) {
    orders.push_back(order_of(shared.source, all, allowed, positive_score, random));
    shares.push_back(shared.share);
  }
  const std::vector<double> scores = guard_scores(all);
  std::vector<MinedDocument> negatives;
  const auto picks = mixed(orders, apportioned(task_.options.num_negatives, shares),
                           [&](std::size_t row) { return is_usable(all, row, mined); });
  for (const Pick& picked : picks) {
    negatives.push_back(document(all, picked.row, scores[picked.row]));
    negatives.back().source = task_.sources[picked.source].source;
  }
  mined.num_missing += task_.options.num_negatives - negatives.size();
  if (task_.options.padding == Padding::uniform) pad(all, exclusions, random, negatives);
  return negatives;
}

// What was clicked in a log of clicks alone has no showings that could speak against it: the prior alone does not.
void QueryMiner::drop_unlikely_positives(Candidates& all) const {
  if (!task_.relevance) return;
  const auto is_unlikely = [&](std::size_t row) {
    const std::vector<ShowingCount>& showings = all.known[row]->showings;
    const bool was_clicked =
        std::any_of(showings.begin(), showings.end(), [](const ShowingCount& one) { return one.clicks > 0.0; });
    return was_clicked && all.guarded[row].relevance < task_.options.min_relevance;
  };
  all.positives.erase(std::remove_if(all.positives.begin(), all.positives.end(), is_unlikely), all.positives.end());
}

MinedQuery QueryMiner::mine(const QueryRow& row) {
  MinedQuery mined;
  mined.id = row.id;
  mined.text = row.text;
  const auto skipped = [&](Skip reason) {
    mined.skip = reason;
    return mined;
  };
  const bool wants_text = task_.options.content != RowContent::id;
  const auto known = task_.evidence.by_query.find(row.id);
  if (known == task_.evidence.by_query.end() ||
      std::none_of(known->second.begin(), known->second.end(),
                   [](const KnownDocument& one) { return one.clicks > 0.0; })) {
    return skipped(Skip::no_positives);
  }
  if (wants_text && row.text.empty()) return skipped(Skip::no_text);
  Candidates all = candidates_of(row);
  mined.num_unknown_positives = all.num_unknown_positives;
  if (all.positives.empty()) return skipped(Skip::positives_not_in_index);
  if (all.pool_size == 0) return skipped(Skip::no_candidates);

  all.guarded.resize(all.docids.size());
  const std::vector<double>& scores = guard_scores(all);
  for (std::size_t i = 0; i < all.guarded.size(); ++i) {
    all.guarded[i].score = scores[i];
    if (task_.relevance) all.guarded[i].relevance = task_.relevance->posterior(evidence_of(all, i));
  }
  drop_unlikely_positives(all);
  if (all.positives.empty()) return skipped(Skip::no_likely_positive);
  double lowest = kNone;
  for (const std::size_t place : all.positives) {
    all.guarded[place].is_positive = !task_.options.include_positives;
    all.guarded[place].may_be_relevant = task_.options.include_positives;
    lowest = std::fmin(lowest, scores[place]);  // passes over NaN
  }
  if (task_.guards.has_margin() && std::isnan(lowest)) return skipped(Skip::no_positive_score);

  for (const std::size_t place : all.positives) {
    if (task_.options.max_resemblance < 1.0 && !task_.options.include_positives) {
      all.positive_shingles.push_back(shingles_of(text_of(all, place)));
      mined.has_textless_positive |= all.positive_shingles.back().empty();
    }
    if (wants_text && text_of(all, place).empty()) continue;
    mined.positives.push_back(document(all, place, scores[place]));
  }
  if (mined.positives.empty()) return skipped(Skip::no_text);

  const std::vector<Exclusion> exclusions = guard(all.guarded, lowest, task_.evidence.most_positives, task_.guards);
  for (const Exclusion exclusion : exclusions) ++mined.num_excluded[static_cast<std::size_t>(exclusion)];
  const std::size_t num_lists = task_.options.per_positive ? mined.positives.size() : 1;
  for (std::size_t i = 0; i < num_lists; ++i) {
    const double positive_score = task_.options.per_positive ? mined.positives[i].score : lowest;
    mined.negatives.push_back(pick(all, exclusions, positive_score, seed_of(task_.options.seed + i, row.id), mined));
  }
  return mined;
}

}  // namespace irgan
