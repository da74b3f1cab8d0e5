#include "trainer/labels/click_model.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "irgan/training.h"
#include "tests/trainer/synthetic_training_data.h"
#include "trainer/training/first_model.h"

namespace irgan::click_model_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kTimesShown = 50.0;

// A page a query, its documents by a first stage that knows half of what makes them relevant, so that good documents
// stand where people look: clicks alone do not tell the two apart.
TrainingData pages_of_one_order(int num_queries, double exponent, unsigned seed) {
  std::mt19937_64 random(seed);
  TrainingData data = pools_of_random_rows(num_queries, 10, 3, random);
  data.labels = LabelKind::impressions;
  std::normal_distribution<float> noise;
  for (std::size_t q = 0; q < data.pools.size(); ++q) {
    const FeatureMatrix& rows = data.pools[q].rows;
    std::vector<float> score(10);
    for (std::size_t d = 0; d < 10; ++d) score[d] = rows(static_cast<Index>(d), 0) + noise(random);
    Example example;
    example.pool = q;
    example.rows.resize(10);
    std::iota(example.rows.begin(), example.rows.end(), Index{0});
    std::sort(example.rows.begin(), example.rows.end(), [&](Index a, Index b) {
      return score[static_cast<std::size_t>(a)] > score[static_cast<std::size_t>(b)];
    });
    example.labels.resize(10);
    example.shown = VectorXd::Constant(10, kTimesShown);
    for (Index i = 0; i < 10; ++i) {
      const double chance = relevance(rows(example.rows[static_cast<std::size_t>(i)], 0)) *
                            std::pow(static_cast<double>(i + 1), -exponent);
      example.labels[i] = std::binomial_distribution<int>(static_cast<int>(kTimesShown), chance)(random);
      example.ranks.push_back(static_cast<int>(i) + 1);
    }
    data.examples.push_back(std::move(example));
  }
  return data;
}

// The same pages, seen by users who go from the top on with chance .9, and whom a click satisfies with chance .7.
TrainingData pages_of_cascades(int num_queries, unsigned seed) {
  TrainingData data = pages_of_one_order(num_queries, 0.0, seed);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform;
  for (Example& example : data.examples) {
    example.labels.setZero();
    example.last_clicks = VectorXd::Zero(10);
    for (int view = 0; view < static_cast<int>(kTimesShown); ++view) {
      Index last = -1;
      for (Index i = 0; i < 10; ++i) {
        if (uniform(random) < relevance(data.pools[example.pool].rows(example.rows[static_cast<std::size_t>(i)], 0))) {
          example.labels[i] += 1.0;
          last = i;
          if (uniform(random) < 0.7) break;
        }
        if (uniform(random) > 0.9) break;
      }
      if (last >= 0) example.last_clicks[last] += 1.0;
    }
  }
  return data;
}

double exponent_of(const std::vector<double>& examination) {
  double xy = 0.0;
  double xx = 0.0;
  for (std::size_t r = 0; r < examination.size(); ++r) {
    const double x = std::log(static_cast<double>(r + 1));
    xy -= x * std::log(examination[r] / examination[0]);
    xx += x * x;
  }
  return xy / xx;
}

ClickModelSettings settings_of(ClickModel model) {
  ClickModelSettings settings;
  settings.model = model;
  settings.num_threads = 2;
  return settings;
}

TrainingData labelled(const ClickModelSettings& settings, TrainingData data) {
  apply_click_model(learn_click_model(settings, data), data);
  return data;
}

// How labels go with relevance over all documents that were shown, each query's labels less their mean.
double correlation_with_relevance(const TrainingData& data) {
  double xy = 0.0;
  double xx = 0.0;
  double yy = 0.0;
  for (const Example& example : data.examples) {
    if (!is_informative(example)) continue;
    VectorXd x(example.labels.size());
    for (Index i = 0; i < x.size(); ++i)
      x[i] = relevance(data.pools[example.pool].rows(example.rows[static_cast<std::size_t>(i)], 0));
    const VectorXd truth = x / x.sum();
    const VectorXd p = true_distribution(example, data.labels);
    const VectorXd a = truth.array() - truth.mean();
    const VectorXd b = p.array() - p.mean();
    xy += a.dot(b);
    xx += a.squaredNorm();
    yy += b.squaredNorm();
  }
  return xy / std::sqrt(xx * yy);
}

}  // namespace

TEST_CASE("training tells good ranks from good documents that stand at them", "[trainer][click_model]") {
  const double exponent = GENERATE(0.5, 1.0);
  const TrainingData data = pages_of_one_order(300, exponent, 1);
  const std::vector<double> learnt = first_model(data, 1, 2).examination;
  VectorXd clicks = VectorXd::Zero(10);
  for (const Example& example : data.examples) clicks += example.labels;
  const double by_clicks = exponent_of(std::vector<double>(clicks.begin(), clicks.end()));
  CHECK(by_clicks > exponent + 0.25);  // what counting would say
  CHECK_THAT(exponent_of(learnt), WithinAbs(exponent, 0.1));
  const FittedClickModel pbm = learn_click_model(settings_of(ClickModel::pbm), data);
  CHECK_THAT(exponent_of(pbm.examination), WithinAbs(exponent, 0.1));
}

TEST_CASE("pbm and ips bring labels nearer to relevance than clicks are", "[trainer][click_model]") {
  const TrainingData data = pages_of_one_order(300, 1.0, 2);
  const double naive = correlation_with_relevance(labelled(settings_of(ClickModel::naive), data));
  const double ips = correlation_with_relevance(labelled(settings_of(ClickModel::ips), data));
  const double pbm = correlation_with_relevance(labelled(settings_of(ClickModel::pbm), data));
  CHECK(ips > naive + 0.1);
  CHECK(pbm > naive + 0.1);
  CHECK(pbm > ips);  // it smooths what was shown too seldom
}

TEST_CASE("dbn brings labels of users who look from the top nearest to relevance", "[trainer][click_model]") {
  const TrainingData data = pages_of_cascades(300, 9);
  const FittedClickModel fitted = learn_click_model(settings_of(ClickModel::dbn), data);
  CHECK_THAT(fitted.habits.going_on, WithinAbs(0.9, 0.05));
  CHECK_THAT(fitted.habits.satisfaction, WithinAbs(0.7, 0.1));
  const TrainingData by_dbn = labelled(settings_of(ClickModel::dbn), data);
  CHECK(by_dbn.labels == LabelKind::shown);
  CHECK(by_dbn.examples.size() == 300);
  CHECK(by_dbn.origin.click_model == "dbn");
  CHECK(by_dbn.origin.going_on == fitted.habits.going_on);
  const double naive = correlation_with_relevance(labelled(settings_of(ClickModel::naive), data));
  const double pbm = correlation_with_relevance(labelled(settings_of(ClickModel::pbm), data));
  const double dbn = correlation_with_relevance(by_dbn);
  CAPTURE(naive, pbm, dbn, fitted.habits.going_on, fitted.habits.satisfaction);
  CHECK(dbn > naive + 0.1);
  CHECK(dbn > pbm + 0.02);
  for (std::size_t i = 0; i < data.examples.size(); ++i) {  // a query's clicks, shared out anew
    CHECK_THAT(by_dbn.examples[i].labels.sum(), WithinAbs(data.examples[i].labels.sum(), 1e-9));
  }
}

TEST_CASE("pages of one query, whose rows may come in any order, are fitted together by dbn",
          "[trainer][click_model]") {
  TrainingData data = pages_of_cascades(20, 10);
  const TrainingData before = labelled(settings_of(ClickModel::dbn), data);
  for (Example& example : data.examples) {
    std::reverse(example.rows.begin(), example.rows.end());
    std::reverse(example.ranks.begin(), example.ranks.end());
    example.labels.reverseInPlace();
    example.shown.reverseInPlace();
    example.last_clicks.reverseInPlace();
  }
  FittedClickModel fitted = learn_click_model(settings_of(ClickModel::dbn), data);
  apply_click_model(fitted, data);
  REQUIRE(data.examples.size() == before.examples.size());
  for (std::size_t i = 0; i < data.examples.size(); ++i) {
    CHECK(data.examples[i].rows == before.examples[i].rows);
    CHECK(data.examples[i].ranks == before.examples[i].ranks);
    // The prior's ranker is trained on the rows in their order, so it differs a little.
    CHECK(data.examples[i].labels.isApprox(before.examples[i].labels, 0.1));
  }
}

TEST_CASE("from clicks that only follow ranks pbm makes flat labels", "[trainer][click_model]") {
  TrainingData data = shown_pages(40, 10, 3, 1, true);
  draw_clicks(data, 3);
  data = labelled(settings_of(ClickModel::pbm), data);
  REQUIRE(data.examples.size() == 40);
  for (const Example& example : data.examples) {
    const VectorXd p = true_distribution(example, data.labels);
    // A document has some 44 clicks on its three pages, so chance moves its share by 15 % of a tenth: four times that.
    CHECK(p.maxCoeff() < 0.16);
    CHECK(p.minCoeff() > 0.04);
  }
  CHECK_THAT(exponent_of(data.origin.examination), WithinAbs(1.0, 0.1));
}

TEST_CASE("ips divides clicks by known propensities, a click counting so many at most", "[trainer][click_model]") {
  TrainingData data = pages_of_one_order(1, 1.0, 3);
  data.examples[0].labels = VectorXd::Constant(10, 2.0);
  ClickModelSettings settings = settings_of(ClickModel::ips);
  settings.propensities = {1.0, 0.5, 0.1};
  settings.clip = 8.0;
  const TrainingData weighed = labelled(settings, data);
  CHECK(weighed.labels == LabelKind::shown);
  CHECK(weighed.examples[0].labels[0] == 2.0);
  CHECK(weighed.examples[0].labels[1] == 4.0);
  for (Index i = 2; i < 10; ++i)
    CHECK(weighed.examples[0].labels[i] == 16.0);  // later ranks like the last one, all clipped
  CHECK(weighed.examples[0].ranks == data.examples[0].ranks);
  CHECK(weighed.origin.examination == settings.propensities);
  CHECK(weighed.origin.click_model == "ips");
}

TEST_CASE("what a model was fitted to is what validation is corrected by", "[trainer][click_model]") {
  const TrainingData training = pages_of_one_order(60, 1.0, 4);
  const FittedClickModel fitted = learn_click_model(settings_of(ClickModel::ips), training);
  TrainingData a = pages_of_one_order(5, 0.0, 5);
  TrainingData b = a;
  apply_click_model(fitted, a);
  CHECK(a.origin.examination == fitted.examination);
  for (std::size_t i = 0; i < b.examples.size(); ++i) {
    for (std::size_t k = 0; k < 10; ++k) {
      const double weight = std::min(1.0 / fitted.examination[k], fitted.clip);
      CHECK(a.examples[i].labels[static_cast<Index>(k)] == b.examples[i].labels[static_cast<Index>(k)] * weight);
    }
  }
}

TEST_CASE("naive and offset leave clicks as they are, and only offset is learnt with an offset",
          "[trainer][click_model]") {
  const TrainingData data = pages_of_one_order(12, 1.0, 6);
  TrainingOptions options;
  options.epochs = 2;
  options.hidden_units = {4};
  options.first_stage_feature = "1";
  for (const ClickModel model : {ClickModel::naive, ClickModel::offset, ClickModel::automatic}) {
    const TrainingData same = labelled(settings_of(model), data);
    for (std::size_t i = 0; i < data.examples.size(); ++i) CHECK(same.examples[i].labels == data.examples[i].labels);
    const bool has_offset = model != ClickModel::naive;
    CHECK(same.labels == (has_offset ? LabelKind::impressions : LabelKind::shown));
    CHECK(same.origin.click_model == (has_offset ? "offset" : "naive"));
    const TrainingRecord record = train(same, same, options).record;
    CHECK(record.networks[0].examination.empty() != has_offset);
    CHECK(record.training->origin.click_model == same.origin.click_model);
  }
}

TEST_CASE("fitting is the same at any number of threads", "[trainer][click_model]") {
  const TrainingData data = pages_of_cascades(30, 7);
  ClickModelSettings settings = settings_of(GENERATE(ClickModel::pbm, ClickModel::dbn));
  const TrainingData two = labelled(settings, data);
  settings.num_threads = 1;
  CHECK(fingerprint(labelled(settings, data)) == fingerprint(two));
}

TEST_CASE("click models refuse data that do not say what they need", "[trainer][click_model]") {
  const auto refusal = [](ClickModel model, const TrainingData& data) -> std::string {
    try {
      learn_click_model(settings_of(model), data);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "(taken)";
  };
  TrainingData clicks = graded_queries(4, 5, 2, 1);
  clicks.labels = LabelKind::clicks;
  for (const ClickModel model : {ClickModel::offset, ClickModel::pbm, ClickModel::dbn, ClickModel::ips}) {
    CHECK_THAT(refusal(model, clicks),
               Contains(std::string("click_model ") + to_string(model) + " needs a log that says what was shown"));
  }
  CHECK_THAT(refusal(ClickModel::naive, graded_queries(4, 5, 2, 1)), Contains("these labels are judgments"));
  CHECK_THAT(refusal(ClickModel::decayed, clicks), Contains("needs a log with times"));
  TrainingData pages = pages_of_one_order(3, 1.0, 8);
  pages.origin.half_life_days = 10.0;
  CHECK_THAT(refusal(ClickModel::pbm, pages), Contains("half_life must be 0"));
  CHECK_THAT(refusal(ClickModel::dbn, pages), Contains("half_life must be 0"));
  pages = pages_of_one_order(3, 1.0, 8);
  pages.examples[1].shown.resize(0);
  CHECK_THAT(refusal(ClickModel::pbm, pages), Contains("shown = N"));
  const FittedClickModel fitted = learn_click_model(settings_of(ClickModel::pbm), pages_of_one_order(3, 1.0, 8));
  TrainingData validation = pages;
  CHECK_THROWS_AS(apply_click_model(fitted, validation), ConfigError);
  CHECK_THROWS_WITH(check_click_model(settings_of(ClickModel::pbm), pages, "--valid v.txt"),
                    StartsWith("click_model pbm") && Contains("shown = N") && Contains("(--valid v.txt)"));
  CHECK_THAT(refusal(ClickModel::dbn, pages_of_one_order(3, 1.0, 8)),
             Contains("click_model dbn needs to know the last click") && Contains("last = N"));
  const FittedClickModel cascades = learn_click_model(settings_of(ClickModel::dbn), pages_of_cascades(3, 8));
  TrainingData without_last = pages_of_one_order(3, 1.0, 8);
  CHECK_THROWS_AS(apply_click_model(cascades, without_last), ConfigError);
  CHECK_THAT(refusal(ClickModel::ips, labelled(settings_of(ClickModel::naive), pages)),
             Contains("made these labels already"));
}

}  // namespace irgan::click_model_test
