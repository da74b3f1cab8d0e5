#include "trainer/labels/dynamic_bayesian_model.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>

#include "trainer/labels/position_based_model.h"

namespace irgan {
namespace {

constexpr int kBayesianRounds = 30;  // going_on of drawn users is within .004 of that after 1,000
constexpr double kPriorLooks = 1.0;
constexpr double kPriorClicks = 2.0;  // of which the mean share satisfied
constexpr double kLeastAttraction = 1e-9;
constexpr double kMostAttraction = 0.999;    // at 1 a view without a click could not have been
constexpr double kMostGoingOn = 1.0 - 1e-6;  // at 1 every page would be looked through, whatever is clicked

// Sums of what is expected over all pages.
struct ViewSums {
  std::vector<double> looks;          // a pair each
  std::vector<double> satisfactions;  // a pair each
  std::vector<double> looks_at_rank;
  std::vector<double> views_at_rank;
  double went_on = 0.0;
  double could_go_on = 0.0;
};

ViewSums sums_of(const std::vector<ViewedPage>& pages, const DynamicBayesianModel& model) {
  ViewSums sums;
  sums.looks.resize(model.attraction.size());
  sums.satisfactions.resize(model.attraction.size());
  ExpectedViews expected;
  for (const ViewedPage& page : pages) {
    expect_views(page, model, expected);
    for (std::size_t j = 0; j < page.documents.size(); ++j) {
      const ViewedDocument& document = page.documents[j];
      sums.looks[document.pair] += expected.looks[j];
      sums.satisfactions[document.pair] += expected.satisfactions[j];
      if (j > 0) sums.went_on += expected.looks[j];
      if (j + 1 < page.documents.size()) sums.could_go_on += expected.looks[j] - expected.satisfactions[j];
      const auto rank = static_cast<std::size_t>(document.rank);
      if (sums.looks_at_rank.size() < rank) {
        sums.looks_at_rank.resize(rank);
        sums.views_at_rank.resize(rank);
      }
      sums.looks_at_rank[rank - 1] += expected.looks[j];
      sums.views_at_rank[rank - 1] += page.views;
    }
  }
  return sums;
}

void fit_habits(const ViewSums& sums, const std::vector<ClickedPair>& pairs, UserHabits& habits) {
  double clicks = 0.0;
  double promised = 0.0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    clicks += pairs[i].clicks;
    promised += pairs[i].odds * sums.looks[i];
  }
  assert(clicks > 0.0 && promised > 0.0);
  if (sums.could_go_on > 0.0) habits.going_on = std::min(sums.went_on / sums.could_go_on, kMostGoingOn);
  habits.satisfaction = std::accumulate(sums.satisfactions.begin(), sums.satisfactions.end(), 0.0) / clicks;
  habits.attraction_per_odds = clicks / promised;
}

void fit_pairs(const ViewSums& sums, const std::vector<ClickedPair>& pairs, DynamicBayesianModel& model) {
  const UserHabits& habits = model.habits;
  for (std::size_t begin = 0; begin < pairs.size();) {
    double clicks = 0.0;
    double promised = 0.0;
    std::size_t end = begin;
    for (; end < pairs.size() && pairs[end].query == pairs[begin].query; ++end) {
      clicks += pairs[end].clicks;
      promised += pairs[end].odds * sums.looks[end];
    }
    const double level = query_level(clicks, promised, habits.attraction_per_odds);
    for (std::size_t i = begin; i < end; ++i) {
      const double prior = std::clamp(level * pairs[i].odds, kLeastAttraction, 1.0);
      // Clicks are looks, though rows may have lost what tells in which view they were.
      const double looks = std::max(sums.looks[i], pairs[i].clicks);
      const double attraction = (pairs[i].clicks + kPriorLooks * prior) / (looks + kPriorLooks);
      model.attraction[i] = std::clamp(attraction, kLeastAttraction, kMostAttraction);
      model.satisfaction[i] =
          (sums.satisfactions[i] + kPriorClicks * habits.satisfaction) / (pairs[i].clicks + kPriorClicks);
    }
    begin = end;
  }
}

std::vector<double> examination_of(const ViewSums& sums) {
  std::vector<double> examination;
  for (std::size_t r = 0; r < sums.views_at_rank.size(); ++r) {
    const double views = sums.views_at_rank[r];
    examination.push_back(views > 0.0 ? sums.looks_at_rank[r] / views : examination.empty() ? 1.0 : examination.back());
  }
  return examination;
}

DynamicBayesianModel fit(const std::vector<ViewedPage>& pages, const std::vector<ClickedPair>& pairs,
                         const UserHabits& start, bool learns_habits) {
  DynamicBayesianModel model;
  model.habits = start;
  for (const ClickedPair& pair : pairs) {
    model.attraction.push_back(std::clamp(start.attraction_per_odds * pair.odds, kLeastAttraction, kMostAttraction));
  }
  model.satisfaction.assign(pairs.size(), start.satisfaction);
  for (int round = 0; round < kBayesianRounds; ++round) {
    const ViewSums sums = sums_of(pages, model);
    if (learns_habits) fit_habits(sums, pairs, model.habits);
    fit_pairs(sums, pairs, model);
  }
  model.examination = examination_of(sums_of(pages, model));
  return model;
}

}  // namespace

void expect_views(const ViewedPage& page, const DynamicBayesianModel& model, ExpectedViews& expected) {
  const double g = model.habits.going_on;
  const std::size_t n = page.documents.size();
  expected.looks.resize(n);
  expected.satisfactions.resize(n);
  // From the bottom: looks holds U first, and the clicks of this document or below are counted on the way.
  std::vector<double>& unclicked = expected.looks;
  double clicked = 0.0;
  for (std::size_t j = n; j-- > 0;) {
    const double below = j + 1 < n ? 1.0 - g + g * unclicked[j + 1] : 1.0;
    unclicked[j] = (1.0 - model.attraction[page.documents[j].pair]) * below;
    clicked += page.documents[j].last_clicks;
  }
  double above = std::max(page.views - clicked, 0.0);  // B[j]
  for (std::size_t j = 0; j < n; ++j) {
    const ViewedDocument& document = page.documents[j];
    const double satisfied = model.satisfaction[document.pair];
    expected.looks[j] = above + clicked;
    if (j + 1 == n) {
      expected.satisfactions[j] = document.last_clicks * satisfied;
      break;
    }
    const double unclicked_below = unclicked[j + 1];
    const double goes_on = g * (1.0 - satisfied);
    const double last = document.last_clicks / (1.0 - goes_on * (1.0 - unclicked_below));  // N[j] / T[j]
    expected.satisfactions[j] = last * satisfied;
    above = above * g * unclicked_below / (1.0 - g + g * unclicked_below) + last * goes_on * unclicked_below;
    clicked -= document.last_clicks;
  }
}

DynamicBayesianModel fit_dynamic_bayesian(const std::vector<ViewedPage>& pages, const std::vector<ClickedPair>& pairs) {
  return fit(pages, pairs, UserHabits(), true);
}

DynamicBayesianModel fit_dynamic_bayesian(const std::vector<ViewedPage>& pages, const std::vector<ClickedPair>& pairs,
                                          const UserHabits& habits) {
  return fit(pages, pairs, habits, false);
}

}  // namespace irgan
