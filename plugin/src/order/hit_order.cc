#include "plugin/src/order/hit_order.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "irgan/interleave.h"
#include "plugin/src/order/policy_page.h"

namespace irgan {

Eigen::VectorXf candidate_scores(const Model& model, const FeatureMatrix& rows, std::size_t pool_size, Ranker ranker) {
  const auto pool = rows.topRows(static_cast<Eigen::Index>(pool_size));
  const Eigen::Index num_added = rows.rows() - pool.rows();
  Eigen::VectorXf scores(rows.rows());
  if (pool.rows() > 0) scores.head(pool.rows()) = model.score(pool, ranker);
  if (num_added > 0) scores.tail(num_added) = model.score_beside(rows.bottomRows(num_added), pool, ranker);
  if (!scores.allFinite()) throw Error("the model gives scores that are not finite");
  return scores;
}

std::vector<RankedHit> hits_of(const Xapian::MSet& mset, std::size_t depth) {
  std::vector<RankedHit> hits;
  for (auto hit = mset.begin(); hit != mset.end() && hits.size() < depth; ++hit) {
    RankedHit ranked;
    ranked.docid = *hit;
    ranked.first_stage_weight = hit.get_weight();
    ranked.first_stage_percent = hit.get_percent();
    ranked.first_stage_rank = hits.size() + 1;
    ranked.collapse_count = hit.get_collapse_count();
    hits.push_back(std::move(ranked));
  }
  return hits;
}

std::vector<Xapian::docid> docids_of(const std::vector<RankedHit>& hits) {
  std::vector<Xapian::docid> docids;
  docids.reserve(hits.size());
  for (const RankedHit& hit : hits) docids.push_back(hit.docid);
  return docids;
}

std::vector<RankedHit> by_score(std::vector<RankedHit> hits, const Eigen::VectorXd& scores,
                                const Eigen::VectorXf& second_scores) {
  std::vector<Eigen::Index> order(hits.size());
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : second_scores[a] > second_scores[b];
  });
  std::vector<RankedHit> sorted;
  for (const Eigen::Index row : order) {
    sorted.push_back(std::move(hits[static_cast<std::size_t>(row)]));
    sorted.back().score = scores[row];
  }
  return sorted;
}

std::vector<RankedHit> drawn(std::vector<RankedHit> hits, const Eigen::VectorXd& logits, const std::string& key) {
  std::vector<RankedHit> page;
  for (const PageDraw& draw : draw_page(logits, docids_of(hits), key)) {
    page.push_back(std::move(hits[draw.row]));
    page.back().log_probability = draw.log_probability;
  }
  return page;
}

std::vector<RankedHit> interleaved(std::vector<RankedHit> hits, const std::vector<Xapian::docid>& other,
                                   const std::string& key) {
  std::unordered_map<Xapian::docid, std::size_t> places;
  for (std::size_t i = 0; i < hits.size(); ++i) places[hits[i].docid] = i;
  std::vector<RankedHit> page;
  for (const InterleavedHit& pick : interleave(docids_of(hits), other, key)) {
    page.push_back(std::move(hits[places.at(pick.docid)]));
    page.back().team = pick.team;
  }
  return page;
}

}  // namespace irgan
