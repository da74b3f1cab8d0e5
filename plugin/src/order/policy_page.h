/// Result pages drawn from the policy p_theta instead of shown in the best order: how a search explores.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/model.h"

namespace irgan {

/// Returns whether the search of `key` is of the `share` that explores.
///
/// Requires: share from 0 to 1
IRGAN_API bool explores(const std::string& key, double share);

/// Returns whose softmax over the candidates is the policy: the generator, or, of a model without one, the served
/// ranker, which estimates the clicks' distribution too.
IRGAN_API Ranker policy_of(const Model& model);

/// A document in its place on a drawn page.
struct PageDraw {
  std::size_t row = 0;           ///< of the pool
  double log_probability = 0.0;  ///< of being drawn next, given those drawn before; nats, at most 0
};

/// Returns the whole pool in an order drawn from the Plackett-Luce distribution of `logits`. The noise on a document
/// hangs on `key` and its docid alone, so that a pool that changes a little leaves the rest of the order as it was.
///
/// Source:   Yellott, 1977: the order of logits with Gumbel noise is a draw without replacement from their softmax
/// Requires: finite logits, one a docid
/// Cost:     O(n log n)
IRGAN_API std::vector<PageDraw> draw_page(const Eigen::Ref<const Eigen::VectorXd>& logits,
                                          const std::vector<Xapian::docid>& docids, const std::string& key);

}  // namespace irgan
