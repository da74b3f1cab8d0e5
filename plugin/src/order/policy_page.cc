#include "plugin/src/order/policy_page.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "plugin/src/model/model_parts.h"
#include "plugin/src/order/keyed_draws.h"

namespace irgan {
namespace {

double log_add(double a, double b) {
  const double larger = std::max(a, b);
  return larger + std::log1p(std::exp(std::min(a, b) - larger));
}

}  // namespace

bool explores(const std::string& key, double share) { return KeyedDraws(key, "whether to explore").uniform(0) < share; }

Ranker policy_of(const Model& model) { return parts_of(model).generators.empty() ? model.ranker() : Ranker::generator; }

std::vector<PageDraw> draw_page(const Eigen::Ref<const Eigen::VectorXd>& logits,
                                const std::vector<Xapian::docid>& docids, const std::string& key) {
  assert(static_cast<std::size_t>(logits.size()) == docids.size());
  const KeyedDraws draws(key, "a document's noise");
  std::vector<double> noisy(docids.size());
  for (std::size_t i = 0; i < docids.size(); ++i) {
    noisy[i] = logits[static_cast<Eigen::Index>(i)] - std::log(-std::log(draws.uniform(docids[i])));
  }
  std::vector<PageDraw> page(docids.size());
  for (std::size_t i = 0; i < page.size(); ++i) page[i].row = i;
  std::stable_sort(page.begin(), page.end(),
                   [&](const PageDraw& a, const PageDraw& b) { return noisy[a.row] > noisy[b.row]; });

  // From the end on, the logarithm of the sum over those that were still to be drawn.
  double log_rest = -std::numeric_limits<double>::infinity();
  for (auto draw = page.rbegin(); draw != page.rend(); ++draw) {
    const double logit = logits[static_cast<Eigen::Index>(draw->row)];
    log_rest = log_add(log_rest, logit);
    draw->log_probability = logit - log_rest;
  }
  return page;
}

}  // namespace irgan
