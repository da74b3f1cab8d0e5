/// How good a ranking is, by trec_eval's measures and by those of the LETOR benchmark.
///
/// A ranking is the labels of its documents, best first; an unjudged document has the label 0. A document is relevant
/// where its label is at least `level`. All results lie between 0 and 1, and are 0 where nothing is relevant.
/// Threads: pure functions.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Returns nDCG of the first `cutoff` documents, of all if it is 0: gain = label, discount log2(rank + 1).
///
/// `judged_labels` are those of all judged documents of the query, retrieved or not: the ideal ranking is made of them.
///
/// Source:   trec_eval, m_ndcg.c and m_ndcg_cut.c; negative labels count as 0
/// Requires: cutoff >= 0
IRGAN_API double ndcg(const std::vector<int>& ranked_labels, const std::vector<int>& judged_labels, int cutoff);

/// Returns the mean over all relevant documents of the precision at their ranks, 0 for one that was not retrieved.
///
/// Source:   trec_eval, m_map.c
/// Requires: level >= 1; num_relevant, all relevant documents of the query, is not below those in the ranking
IRGAN_API double average_precision(const std::vector<int>& ranked_labels, int num_relevant, int level);

/// Returns one over the rank of the first relevant document.
///
/// Source:   trec_eval, m_recip_rank.c
/// Requires: level >= 1
IRGAN_API double reciprocal_rank(const std::vector<int>& ranked_labels, int level);

/// Returns the share of relevant documents among the first k; a ranking that is shorter is filled up with others.
///
/// Source:   trec_eval, m_P.c
/// Requires: k >= 1, level >= 1
IRGAN_API double precision(const std::vector<int>& ranked_labels, int k, int level);

/// Returns the share of the query's relevant documents that stands among the first k.
///
/// Source:   trec_eval, m_recall.c
/// Requires: k >= 1, level >= 1; num_relevant as in average_precision
IRGAN_API double recall(const std::vector<int>& ranked_labels, int num_relevant, int k, int level);

/// Returns LETOR's NDCG@k: gain 2^label - 1, ranks 1 and 2 undiscounted, then 1 / log2(rank); the ideal is the ranking
/// itself in the best order. A ranking of fewer than k documents scores 0: the script averages a value that it never
/// set, and figures must be comparable with its own (hence the fall from NDCG@8 to NDCG@9 on MQ2008).
///
/// Source:   LETOR 4.0, Eval-Score-4.0.pl; negative labels count as 0
/// Requires: k >= 1
IRGAN_API double letor_ndcg(const std::vector<int>& ranked_labels, int k);

/// Returns the mean of LETOR's NDCG@k over k = 1 .. n for a ranking of n documents.
///
/// Source: LETOR 4.0, Eval-Score-4.0.pl
IRGAN_API double letor_mean_ndcg(const std::vector<int>& ranked_labels);

/// Returns the average precision with every label above 0 relevant, over the relevant documents of the ranking alone.
///
/// Source: LETOR 4.0, Eval-Score-4.0.pl
IRGAN_API double letor_average_precision(const std::vector<int>& ranked_labels);

/// Returns nDCG of the order by descending score, where equal scores keep their order: gains as they are, discount
/// log2(rank + 1), the first `cutoff` documents, all if it is 0.
///
/// Shapes:   scores and gains: n, a value a document
/// Requires: finite scores, gains >= 0, cutoff >= 0
/// Cost:     O(n log n)
IRGAN_API double ndcg_of_gains(const Eigen::Ref<const Eigen::VectorXd>& scores,
                               const Eigen::Ref<const Eigen::VectorXd>& gains, int cutoff);

/// The same where the ideal order is made of other gains: those of all documents that might have been ranked.
IRGAN_API double ndcg_of_gains(const Eigen::Ref<const Eigen::VectorXd>& scores,
                               const Eigen::Ref<const Eigen::VectorXd>& gains,
                               const Eigen::Ref<const Eigen::VectorXd>& ideal_gains, int cutoff);

}  // namespace irgan
