/// What a search's candidates score, and the orders that they may come in.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "irgan/model.h"
#include "irgan/reranked_page.h"

namespace irgan {

/// Returns the scores of the first stage's candidates, the first `pool_size` rows, as they are by themselves, and of
/// added ones relative to those.
///
/// Throws: Error if a score is not finite
Eigen::VectorXf candidate_scores(const Model& model, const FeatureMatrix& rows, std::size_t pool_size, Ranker ranker);

/// Returns the first `depth` hits of `mset`, in their order; fewer if there are fewer.
std::vector<RankedHit> hits_of(const Xapian::MSet& mset, std::size_t depth);

std::vector<Xapian::docid> docids_of(const std::vector<RankedHit>& hits);

/// Returns the hits with `scores`, one each, best first; equal ones by `second_scores`, then as they came.
std::vector<RankedHit> by_score(std::vector<RankedHit> hits, const Eigen::VectorXd& scores,
                                const Eigen::VectorXf& second_scores);

/// Returns the hits, which keep their scores, in an order drawn from softmax(logits) without replacement.
///
/// Requires: finite logits
std::vector<RankedHit> drawn(std::vector<RankedHit> hits, const Eigen::VectorXd& logits, const std::string& key);

/// Returns the team draft of the hits' own order (Team::first) and `other` (Team::second).
///
/// Requires: `other` are the docids of `hits` in another order
std::vector<RankedHit> interleaved(std::vector<RankedHit> hits, const std::vector<Xapian::docid>& other,
                                   const std::string& key);

}  // namespace irgan
