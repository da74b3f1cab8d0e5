#include "trainer/labels/position_based_model.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>

namespace irgan {
namespace {

constexpr int kPositionRounds = 50;  // the curve of a log with three orders a query stands still after 5
constexpr double kFewest = 1e-3;     // an examination of 0 would forbid what may only be rare

std::size_t num_ranks_of(const std::vector<ShownPair>& pairs) {
  int last = 0;
  for (const ShownPair& pair : pairs) {
    for (const ShowingCount& showing : pair.showings) last = std::max(last, showing.rank);
  }
  return static_cast<std::size_t>(last);
}

std::size_t place(int rank) { return static_cast<std::size_t>(rank) - 1; }

void scale_to_one(std::vector<double>& examination) {
  const double most = *std::max_element(examination.begin(), examination.end());
  if (!(most > 0.0)) return;
  for (double& chance : examination) chance = std::max(chance / most, kFewest);
}

// Sums over the showings at each rank.
struct RankSums {
  std::vector<double> clicks;
  std::vector<double> shown;
};

RankSums sums_by_rank(const std::vector<ShownPair>& pairs) {
  RankSums sums{std::vector<double>(num_ranks_of(pairs)), std::vector<double>(num_ranks_of(pairs))};
  for (const ShownPair& pair : pairs) {
    for (const ShowingCount& showing : pair.showings) {
      sums.clicks[place(showing.rank)] += showing.clicks;
      sums.shown[place(showing.rank)] += showing.shown;
    }
  }
  return sums;
}

double attraction_of(const ShownPair& pair, const std::vector<double>& examination, double prior_showings) {
  double clicks = prior_showings * pair.prior_attraction;
  double seen = prior_showings;
  for (const ShowingCount& showing : pair.showings) {
    clicks += showing.clicks;
    seen += showing.shown * examination_at(examination, showing.rank);
  }
  return clicks / seen;
}

void fit_examination(const std::vector<ShownPair>& pairs, const RankSums& sums, PositionBasedModel& model) {
  std::vector<double> expected(model.examination.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (const ShowingCount& showing : pairs[i].showings) {
      expected[place(showing.rank)] += showing.shown * model.attraction[i];
    }
  }
  for (std::size_t r = 0; r < sums.clicks.size(); ++r) {
    if (expected[r] > 0.0) model.examination[r] = sums.clicks[r] / expected[r];
  }
  scale_to_one(model.examination);
}

}  // namespace

std::vector<double> attractions(const std::vector<ShownPair>& pairs, const std::vector<double>& examination,
                                double prior_showings) {
  std::vector<double> result;
  result.reserve(pairs.size());
  for (const ShownPair& pair : pairs) result.push_back(attraction_of(pair, examination, prior_showings));
  return result;
}

PositionBasedModel fit_position_based(const std::vector<ShownPair>& pairs, std::vector<double> start,
                                      double prior_showings) {
  assert(!start.empty() && prior_showings > 0.0);
  const RankSums sums = sums_by_rank(pairs);
  PositionBasedModel model{std::move(start), {}};
  model.examination.resize(std::max(model.examination.size(), sums.clicks.size()), model.examination.back());
  scale_to_one(model.examination);
  for (int round = 0; round < kPositionRounds; ++round) {
    model.attraction = attractions(pairs, model.examination, prior_showings);
    fit_examination(pairs, sums, model);
  }
  model.attraction = attractions(pairs, model.examination, prior_showings);
  return model;
}

}  // namespace irgan
