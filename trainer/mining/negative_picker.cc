#include "trainer/mining/negative_picker.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "trainer/game/negative_sampler.h"

namespace irgan {
namespace {

constexpr int kPaddingTries = 20;  // a negative: docids of deleted documents are drawn in vain

std::vector<Exclusion> guarded(const MiningPool& pool, const MiningOptions& options, double lowest_positive,
                               std::size_t most_positives) {
  const CandidateScore score = candidate_score(options.score_by);
  std::vector<GuardedCandidate> candidates;
  for (const MiningCandidate& candidate : pool.candidates) {
    candidates.push_back({false, candidate.*score, candidate.relevance});
  }
  for (const std::size_t place : pool.positives) {
    candidates[place].is_positive = !options.include_positives;
    candidates[place].is_exempt = options.include_positives;
  }
  return guard(candidates, lowest_positive, most_positives, options.guards);
}

}  // namespace

MinedDocument mined_document(MiningCandidate& candidate, const MiningPoolReader& reader, const MiningOptions& options) {
  MinedDocument document;
  document.id = reader.id_of(candidate);
  if (options.content != RowContent::id) document.text = reader.text_of(candidate);
  document.score = candidate.*candidate_score(options.score_by);
  document.relevance = candidate.relevance;
  return document;
}

NegativePicker::NegativePicker(MiningPool& pool, const MiningPoolReader& reader, const MiningOptions& options,
                               double lowest_positive, std::size_t most_positives, MinedQuery& mined)
    : pool_(pool),
      reader_(reader),
      options_(options),
      score_(candidate_score(options.score_by)),
      mined_(mined),
      exclusions_(guarded(pool, options, lowest_positive, most_positives)),
      looks_for_copies_(options.max_resemblance < 1.0) {
  for (const Exclusion exclusion : exclusions_) ++mined_.num_excluded[static_cast<std::size_t>(exclusion)];
  if (!looks_for_copies_) return;
  query_shingles_ = shingles_of(mined.text);
  for (const std::size_t place : pool.positives) {
    positive_shingles_.push_back(shingles_of(reader.text_of(pool.candidates[place])));
    mined_.has_textless_positive |= positive_shingles_.back().empty();
  }
}

// The guards that look at texts: last, and only for what would be picked, since a text costs as much as a search.
Exclusion NegativePicker::judge_text(MiningCandidate& candidate, Shingles& shingles) const {
  if (options_.content != RowContent::id && reader_.text_of(candidate).empty()) return Exclusion::no_text;
  if (!looks_for_copies_) return Exclusion::none;
  const auto is_this = [&](std::size_t place) { return &pool_.candidates[place] == &candidate; };
  shingles = shingles_of(reader_.text_of(candidate));
  if (std::any_of(pool_.positives.begin(), pool_.positives.end(), is_this)) return Exclusion::none;  // asked for
  const auto is_near = [&](const Shingles& other) { return resemblance(shingles, other) > options_.max_resemblance; };
  if (std::any_of(positive_shingles_.begin(), positive_shingles_.end(), is_near)) return Exclusion::duplicate;
  const bool is_copy = std::any_of(picked_shingles_.begin(), picked_shingles_.end(), is_near);
  return is_copy ? Exclusion::copy : Exclusion::none;
}

bool NegativePicker::says_only_the_query(const Shingles& shingles) const {
  return looks_for_copies_ && !shingles.empty() && shingles == query_shingles_;
}

// The score of each candidate that no guard took out, NaN for the others. What padded earlier lists stands behind them
// without a score: it is not picked again, but has its share of drawn_by_weight()'s random numbers.
std::vector<double> NegativePicker::allowed(CandidateScore score) const {
  std::vector<double> values(exclusions_.size() + padding_.size(), MiningCandidate::kNone);
  for (std::size_t i = 0; i < exclusions_.size(); ++i) {
    if (exclusions_[i] == Exclusion::none) values[i] = pool_.candidates[i].*score;
  }
  return values;
}

RowOrder NegativePicker::without_excluded(RowOrder order) const {
  const auto is_excluded = [&](std::size_t place) { return exclusions_[place] != Exclusion::none; };
  order.erase(std::remove_if(order.begin(), order.end(), is_excluded), order.end());
  return order;
}

RowOrder NegativePicker::order_of(NegativeSource source, double positive_score, std::size_t list,
                                  std::mt19937_64& random) const {
  const auto ranked = [&](CandidateScore score) {
    RowOrder order = by_value(allowed(score));
    return options_.picking == Picking::random ? shuffled(std::move(order), random) : order;
  };
  switch (source) {
    case NegativeSource::generator: {
      if (list < pool_.drawn.size()) return without_excluded(pool_.drawn[list]);
      std::vector<double> log_weights = allowed(&MiningCandidate::generator);
      for (double& weight : log_weights) weight /= options_.temperature;
      return drawn_by_weight(log_weights, random);
    }
    case NegativeSource::discriminator:
      return ranked(&MiningCandidate::discriminator);
    case NegativeSource::bm25:
      return ranked(&MiningCandidate::first_stage);
    case NegativeSource::uniform:
      return shuffled(by_value(allowed(&MiningCandidate::first_stage)), random);
    case NegativeSource::dns:
      return drawn_by_best_of(allowed(&MiningCandidate::discriminator), kDynamicDraws, random);
    case NegativeSource::ambiguous:
      return drawn_by_weight(ambiguous_log_weights(allowed(score_), positive_score, options_.ambiguous_sharpness,
                                                   options_.ambiguous_offset),
                             random);
    case NegativeSource::skipped:
      return ranked(&MiningCandidate::skipped);
    case NegativeSource::run:
      return ranked(&MiningCandidate::run);
    default:
      return ranked(&MiningCandidate::teacher);
  }
}

// A document of the index that no guard took out; null where the draw hits none.
MiningCandidate* NegativePicker::random_document(std::mt19937_64& random) {
  const Xapian::Database& db = reader_.database();
  const auto docid = static_cast<Xapian::docid>(1 + random() % db.get_lastdocid());
  auto posting = db.postlist_begin("");
  posting.skip_to(docid);
  if (posting == db.postlist_end("") || *posting != docid) return nullptr;
  const auto place = pool_.place_of.find(docid);
  if (place == pool_.place_of.end()) return &padding_.emplace(docid, MiningCandidate{docid}).first->second;
  return exclusions_[place->second] == Exclusion::none ? &pool_.candidates[place->second] : nullptr;
}

void NegativePicker::pad(std::vector<MinedDocument>& negatives, std::mt19937_64& random) {
  std::set<std::string> taken;
  for (const std::size_t place : pool_.positives) taken.insert(reader_.id_of(pool_.candidates[place]));
  for (const MinedDocument& negative : negatives) taken.insert(negative.id);
  for (std::size_t tries = kPaddingTries * options_.num_negatives;
       tries > 0 && negatives.size() < options_.num_negatives; --tries) {
    MiningCandidate* const drawn = random_document(random);
    Shingles shingles;
    if (drawn == nullptr || taken.count(reader_.id_of(*drawn)) > 0 || judge_text(*drawn, shingles) != Exclusion::none ||
        says_only_the_query(shingles)) {
      continue;
    }
    taken.insert(drawn->id);
    picked_shingles_.push_back(std::move(shingles));
    negatives.push_back(mined_document(*drawn, reader_, options_));
    negatives.back().source = NegativeSource::uniform;
    negatives.back().is_padding = true;
  }
}

void NegativePicker::add(const Pick& picked, std::vector<MinedDocument>& negatives) {
  negatives.push_back(mined_document(pool_.candidates[picked.row], reader_, options_));
  negatives.back().source = options_.sources[picked.source].source;
  negatives.back().is_outside = pool_.is_outside(picked.row);
}

void NegativePicker::fill_up(const std::vector<std::size_t>& set_aside, std::vector<MinedDocument>& negatives) {
  for (const std::size_t place : set_aside) {
    if (negatives.size() >= options_.num_negatives) return;
    Shingles shingles;
    const Exclusion exclusion = judge_text(pool_.candidates[place], shingles);  // another one is picked by now
    if (exclusion == Exclusion::none) {
      picked_shingles_.push_back(std::move(shingles));
      add({place, 0}, negatives);
    } else {
      ++mined_.num_excluded[static_cast<std::size_t>(exclusion)];
    }
  }
}

void NegativePicker::pick(double positive_score, std::uint64_t seed, std::size_t list) {
  std::mt19937_64 random(seed);
  std::vector<RowOrder> orders;
  std::vector<double> shares;
  for (const SourceShare& one : options_.sources) {
    orders.push_back(order_of(one.source, positive_score, list, random));
    shares.push_back(one.share);
  }
  picked_shingles_.clear();
  std::vector<std::size_t> set_aside;
  const auto accepts = [&](std::size_t place) {
    Shingles shingles;
    const Exclusion exclusion = judge_text(pool_.candidates[place], shingles);
    if (exclusion != Exclusion::none) {
      ++mined_.num_excluded[static_cast<std::size_t>(exclusion)];
      return false;
    }
    if (says_only_the_query(shingles)) {
      set_aside.push_back(place);
      return false;
    }
    picked_shingles_.push_back(std::move(shingles));
    return true;
  };
  std::vector<MinedDocument> negatives;
  for (const Pick& picked : mixed(orders, apportioned(options_.num_negatives, shares), accepts)) {
    add(picked, negatives);
  }
  fill_up(set_aside, negatives);
  mined_.num_missing += options_.num_negatives - negatives.size();
  if (options_.padding == Padding::uniform) pad(negatives, random);
  mined_.negatives.push_back(std::move(negatives));
}

}  // namespace irgan
