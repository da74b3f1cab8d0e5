#include "trainer/labels/dynamic_bayesian_model.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <vector>

namespace irgan::dynamic_bayesian_model_test {

using Catch::Matchers::WithinAbs;

namespace {

// All that users may do on a page, each with its chance, summed up by what they click.
class AllVisits {
 public:
  struct Sums {
    double chance = 0.0;
    std::vector<double> looks;
    std::vector<double> satisfactions;
  };

  explicit AllVisits(const DynamicBayesianModel& model) : model_(model), clicks_(model.attraction.size()) {
    look_at(0, 1.0);
  }

  const std::map<std::vector<bool>, Sums>& by_clicks() const { return by_clicks_; }

 private:
  void look_at(std::size_t j, double chance) {
    const double a = model_.attraction[j];
    const double s = model_.satisfaction[j];
    clicks_[j] = true;
    end(j, chance * a * s, true);
    leave(j, chance * a * (1.0 - s));
    clicks_[j] = false;
    leave(j, chance * (1.0 - a));
  }

  void leave(std::size_t j, double chance) {
    const double g = model_.habits.going_on;
    if (j + 1 == clicks_.size()) return end(j, chance, false);
    end(j, chance * (1.0 - g), false);
    look_at(j + 1, chance * g);
  }

  void end(std::size_t lowest, double chance, bool is_satisfied) {
    Sums& sums = by_clicks_[clicks_];
    sums.looks.resize(clicks_.size());
    sums.satisfactions.resize(clicks_.size());
    sums.chance += chance;
    for (std::size_t j = 0; j <= lowest; ++j) sums.looks[j] += chance;
    if (is_satisfied) sums.satisfactions[lowest] += chance;
  }

  const DynamicBayesianModel& model_;
  std::vector<bool> clicks_;
  std::map<std::vector<bool>, Sums> by_clicks_;
};

ViewedPage page_of(std::size_t num_documents) {
  ViewedPage page;
  for (std::size_t j = 0; j < num_documents; ++j)
    page.documents.push_back({static_cast<std::uint32_t>(j), static_cast<int>(j) + 1, 0.0});
  return page;
}

DynamicBayesianModel random_model(std::size_t num_pairs, double going_on, std::mt19937_64& random) {
  std::uniform_real_distribution<double> chance(0.05, 0.95);
  DynamicBayesianModel model;
  model.habits.going_on = going_on;
  for (std::size_t i = 0; i < num_pairs; ++i) {
    model.attraction.push_back(chance(random));
    model.satisfaction.push_back(chance(random));
  }
  return model;
}

// Queries of six documents, each in three orders, and users who do as `model` says.
struct Simulated {
  std::vector<ViewedPage> pages;
  std::vector<ClickedPair> pairs;
};

Simulated simulated(const DynamicBayesianModel& model, int views, std::mt19937_64& random) {
  constexpr std::size_t kDocuments = 6;
  std::uniform_real_distribution<double> uniform;
  Simulated result;
  for (std::size_t i = 0; i < model.attraction.size(); ++i) result.pairs.push_back({i / kDocuments, 1.0, 0.0});
  for (std::size_t first = 0; first < model.attraction.size(); first += kDocuments) {
    std::vector<std::uint32_t> order(kDocuments);
    std::iota(order.begin(), order.end(), static_cast<std::uint32_t>(first));
    for (int k = 0; k < 3; ++k) {
      std::shuffle(order.begin(), order.end(), random);
      ViewedPage page = page_of(kDocuments);
      page.views = views;
      for (std::size_t j = 0; j < kDocuments; ++j) page.documents[j].pair = order[j];
      for (int view = 0; view < views; ++view) {
        ViewedDocument* last = nullptr;
        for (ViewedDocument& document : page.documents) {
          if (uniform(random) < model.attraction[document.pair]) {
            last = &document;
            result.pairs[document.pair].clicks += 1.0;
            if (uniform(random) < model.satisfaction[document.pair]) break;
          }
          if (uniform(random) >= model.habits.going_on) break;
        }
        if (last != nullptr) last->last_clicks += 1.0;
      }
      result.pages.push_back(page);
    }
  }
  return result;
}

double root_mean_square(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace

TEST_CASE("looks and satisfactions are those of all that users may do, given their clicks",
          "[trainer][dynamic_bayesian_model]") {
  const std::size_t n = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4});
  const double going_on = GENERATE(0.0, 0.3, 0.9, 1.0);
  std::mt19937_64 random(n);
  const DynamicBayesianModel model = random_model(n, going_on, random);
  const AllVisits visits(model);
  ExpectedViews expected;
  double sum = 0.0;
  for (const auto& [clicks, sums] : visits.by_clicks()) {
    sum += sums.chance;
    if (sums.chance == 0.0) continue;
    ViewedPage page = page_of(n);
    page.views = 1.0;
    for (std::size_t j = n; j-- > 0;) {
      if (!clicks[j]) continue;
      page.documents[j].last_clicks = 1.0;
      break;
    }
    expect_views(page, model, expected);
    for (std::size_t j = 0; j < n; ++j) {
      CHECK_THAT(expected.looks[j], WithinAbs(sums.looks[j] / sums.chance, 1e-12));  // some 2^n roundings
      CHECK_THAT(expected.satisfactions[j], WithinAbs(sums.satisfactions[j] / sums.chance, 1e-12));
    }
  }
  CHECK_THAT(sum, WithinAbs(1.0, 1e-12));
}

TEST_CASE("what is expected of a page's views is the sum over each of them", "[trainer][dynamic_bayesian_model]") {
  std::mt19937_64 random(5);
  const DynamicBayesianModel model = random_model(4, 0.8, random);
  const std::vector<double> last_clicks{3, 0, 7, 2};
  constexpr double kUnclicked = 5;
  ViewedPage all = page_of(4);
  std::vector<double> looks(4);
  std::vector<double> satisfactions(4);
  ExpectedViews expected;
  const auto add = [&](const ViewedPage& page, double times) {
    expect_views(page, model, expected);
    for (std::size_t j = 0; j < 4; ++j) {
      looks[j] += times * expected.looks[j];
      satisfactions[j] += times * expected.satisfactions[j];
    }
  };
  ViewedPage one = page_of(4);
  one.views = 1.0;
  add(one, kUnclicked);
  all.views = kUnclicked;
  for (std::size_t l = 0; l < 4; ++l) {
    ViewedPage clicked = one;
    clicked.documents[l].last_clicks = 1.0;
    add(clicked, last_clicks[l]);
    all.documents[l].last_clicks = last_clicks[l];
    all.views += last_clicks[l];
  }
  expect_views(all, model, expected);
  for (std::size_t j = 0; j < 4; ++j) {
    CHECK_THAT(expected.looks[j], WithinAbs(looks[j], 1e-12));
    CHECK_THAT(expected.satisfactions[j], WithinAbs(satisfactions[j], 1e-12));
  }
}

TEST_CASE("the users who made the clicks are found again", "[trainer][dynamic_bayesian_model]") {
  const double going_on = GENERATE(0.6, 0.9);
  std::mt19937_64 random(7);
  const DynamicBayesianModel truth = random_model(300, going_on, random);
  const Simulated made = simulated(truth, 400, random);
  const DynamicBayesianModel found = fit_dynamic_bayesian(made.pages, made.pairs);
  double satisfied = 0.0;
  double clicks = 0.0;
  for (std::size_t i = 0; i < truth.satisfaction.size(); ++i) {
    satisfied += truth.satisfaction[i] * made.pairs[i].clicks;
    clicks += made.pairs[i].clicks;
  }
  CAPTURE(root_mean_square(found.attraction, truth.attraction),
          root_mean_square(found.satisfaction, truth.satisfaction));
  CHECK_THAT(found.habits.going_on, WithinAbs(going_on, 0.02));
  CHECK_THAT(found.habits.satisfaction,
             WithinAbs(satisfied / clicks, 0.03));  // after 1,000 rounds .01 nearer; ten times the views do as much
  // A document has some 300 looks and 150 clicks, of which chance moves a share by .03 to .04; what is unseen adds to
  // it.
  CHECK(root_mean_square(found.attraction, truth.attraction) < 0.05);
  CHECK(root_mean_square(found.satisfaction, truth.satisfaction) <
        0.15);  // who stops by habit hides who was satisfied: .11 and .05
  CHECK(found.examination.size() == 6);
  CHECK_THAT(found.examination[0], WithinAbs(1.0, 1e-12));
  for (std::size_t r = 1; r < 6; ++r) CHECK(found.examination[r] < found.examination[r - 1]);
}

TEST_CASE("habits that are known are kept", "[trainer][dynamic_bayesian_model]") {
  std::mt19937_64 random(8);
  const Simulated made = simulated(random_model(60, 0.9, random), 50, random);
  UserHabits habits;
  habits.going_on = 0.5;
  habits.satisfaction = 0.25;
  habits.attraction_per_odds = 0.75;
  const DynamicBayesianModel found = fit_dynamic_bayesian(made.pages, made.pairs, habits);
  CHECK(found.habits.going_on == 0.5);
  CHECK(found.habits.satisfaction == 0.25);
  CHECK(found.habits.attraction_per_odds == 0.75);
}

TEST_CASE("priors are the ranker's odds at the query's level, and the mean satisfaction",
          "[trainer][dynamic_bayesian_model]") {
  // Pages of one document: looks are views. The second pair was never clicked.
  const std::vector<ViewedPage> pages{{{{0, 1, 3.0}}, 9.0}, {{{1, 1, 0.0}}, 4.0}};
  const std::vector<ClickedPair> pairs{{0, 1.0, 3.0}, {0, 0.25, 0.0}};
  UserHabits habits;
  habits.satisfaction = 0.4;
  habits.attraction_per_odds = 0.5;
  const DynamicBayesianModel found = fit_dynamic_bayesian(pages, pairs, habits);
  const double level = (3.0 + 1.0) / (9.0 + 0.25 * 4.0 + 1.0 / 0.5);
  CHECK_THAT(found.attraction[0], WithinAbs((3.0 + level) / 10.0, 1e-12));
  CHECK_THAT(found.attraction[1], WithinAbs(0.25 * level / 5.0, 1e-12));
  // All of three clicks were the last, and nothing followed that could tell: s = (3 s + 2 * .4) / 5.
  CHECK_THAT(found.satisfaction[0], WithinAbs(0.4, 1e-6));  // 30 rounds, the error falling by 3 / 5 each
  CHECK_THAT(found.satisfaction[1], WithinAbs(0.4, 1e-12));
}

}  // namespace irgan::dynamic_bayesian_model_test
