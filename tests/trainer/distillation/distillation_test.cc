#include "trainer/distillation/distillation.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "plugin/src/search/term_weighting.h"
#include "trainer/game/softmax.h"

namespace irgan::distillation_test {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

// Scores a document as a search by `mixture` would, fields scaled, the query as long as its words.
VectorXd scores_of(const DistillationPool& pool, const WeightMixture& m, const std::vector<double>& scales) {
  VectorXd scores = VectorXd::Zero(pool.normalised_length.size());
  const auto query_length = static_cast<double>(pool.fields[0].wdf.cols());
  for (Index row = 0; row < scores.size(); ++row) {
    const double n = pool.normalised_length[row];
    scores[row] = query_length * (m.brevity * 2.0 / (1.0 + n) + m.length * n / (1.0 + n));
    for (std::size_t f = 0; f < pool.fields.size(); ++f) {
      for (Index word = 0; word < pool.fields[f].wdf.cols(); ++word) {
        const double wdf = pool.fields[f].wdf(row, word);
        const double idf = pool.fields[f].idf[word];
        if (wdf == 0.0) continue;
        const double saturated = (m.k1 + 1.0) * wdf / (wdf + m.k1 * (1.0 - m.b + m.b * n));
        scores[row] +=
            scales[f] * (m.bm25 * idf * saturated + m.presence + m.idf * idf + m.log_wdf * idf * std::log(1.0 + wdf));
      }
    }
  }
  return scores;
}

std::vector<DistillationPool> random_pools(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> share(0.0, 1.0);
  std::vector<DistillationPool> pools(count);
  for (DistillationPool& pool : pools) {
    const Index num_words = 1 + static_cast<Index>(random() % 3);
    pool.fields.resize(3);
    for (FieldOccurrences& field : pool.fields) {
      field.wdf = Eigen::MatrixXd::NullaryExpr(30, num_words, [&] {
        return share(random) < 0.5 ? 0.0 : std::floor(1.0 + 8.0 * share(random) * share(random));
      });
      field.idf = VectorXd::NullaryExpr(num_words, [&] { return 0.5 + 6.0 * share(random); });
    }
    pool.normalised_length = VectorXd::NullaryExpr(30, [&] { return normalised_length(3.0 * share(random), 1.0); });
  }
  return pools;
}

void set_targets(std::vector<DistillationPool>& pools, const WeightMixture& mixture,
                 const std::vector<double>& scales) {
  for (DistillationPool& pool : pools) pool.target = softmax(scores_of(pool, mixture, scales));
}

const std::vector<FieldUse> kAllFields{FieldUse::usual, FieldUse::usual, FieldUse::allowed};

}  // namespace

TEST_CASE("a model that is a BM25 with scaled fields is found again", "[trainer][distillation]") {
  WeightMixture truth;
  truth.k1 = 2.0;
  truth.b = 0.75;
  truth.brevity = 0.3;
  const std::vector<double> scales{1.0, 0.4, 0.0};
  std::vector<DistillationPool> learning = random_pools(60, 1);
  std::vector<DistillationPool> held_out = random_pools(20, 2);
  set_targets(learning, truth, scales);
  set_targets(held_out, truth, scales);

  const DistilledForm form = distil(DistilledKind::stock, learning, held_out, kAllFields);

  CHECK(form.mixture.k1 == 2.0);
  CHECK(form.mixture.b == 0.75);
  CHECK(form.mixture.bm25 == 1.0);
  CHECK(form.mixture.brevity == Approx(0.3).epsilon(0.01));
  CHECK(form.mixture.length == 0.0);
  CHECK(form.field_scales[0] == 1.0);
  CHECK(form.field_scales[1] == Approx(0.4).epsilon(0.01));
  CHECK(form.field_scales[2] == Approx(0.0).margin(1e-3));
  CHECK(form.held_out_ndcg == Approx(1.0).epsilon(1e-6));
}

TEST_CASE("what no BM25 can be, the mixture finds", "[trainer][distillation]") {
  WeightMixture truth;
  truth.k1 = 0.5;
  truth.b = 0.25;
  truth.bm25 = 0.2;
  truth.presence = 1.0;
  truth.log_wdf = 0.3;
  truth.length = 0.8;
  const std::vector<double> scales{0.7, 1.0, 0.2};
  std::vector<DistillationPool> learning = random_pools(60, 3);
  std::vector<DistillationPool> held_out = random_pools(20, 4);
  set_targets(learning, truth, scales);
  set_targets(held_out, truth, scales);

  const DistilledForm stock = distil(DistilledKind::stock, learning, held_out, kAllFields);
  const DistilledForm mixture = distil(DistilledKind::mixture, learning, held_out, kAllFields);

  CHECK(stock.held_out_ndcg < 0.99);
  CHECK(1.0 - mixture.held_out_ndcg < 0.2 * (1.0 - stock.held_out_ndcg));
  // All members are >= 0 and the largest coefficient and scale are 1, so that the form can be an irgan::Weight.
  CHECK_NOTHROW(Weight(mixture.mixture));
  CHECK(std::max({mixture.mixture.bm25, mixture.mixture.presence, mixture.mixture.idf, mixture.mixture.log_wdf}) ==
        1.0);
  CHECK(*std::max_element(mixture.field_scales.begin(), mixture.field_scales.end()) == 1.0);
  for (const double scale : mixture.field_scales) CHECK(scale >= 0.0);
}

TEST_CASE("a mixture ranks the held-out pools no worse than the stock form", "[trainer][distillation]") {
  std::mt19937_64 random(12);
  std::normal_distribution<double> normal;
  std::vector<DistillationPool> learning = random_pools(20, 9);
  std::vector<DistillationPool> held_out = random_pools(10, 10);
  for (auto* pools : {&learning, &held_out}) {
    for (DistillationPool& pool : *pools) {
      const VectorXd noise = VectorXd::NullaryExpr(30, [&] { return 3.0 * normal(random); });
      pool.target = softmax(scores_of(pool, WeightMixture{}, {1.0, 0.5, 0.0}) + noise);
    }
  }
  CHECK(distil(DistilledKind::mixture, learning, held_out, kAllFields).held_out_ndcg >=
        distil(DistilledKind::stock, learning, held_out, kAllFields).held_out_ndcg);
}

TEST_CASE("where the model says the contrary of the words, the usual query is kept", "[trainer][distillation]") {
  std::vector<DistillationPool> learning = random_pools(20, 11);
  std::vector<DistillationPool> held_out = random_pools(10, 12);
  for (auto* pools : {&learning, &held_out}) {
    for (DistillationPool& pool : *pools) pool.target = softmax(-scores_of(pool, WeightMixture{}, {1.0, 1.0, 1.0}));
  }
  const DistilledForm form =
      distil(GENERATE(DistilledKind::stock, DistilledKind::mixture), learning, held_out, kAllFields);
  CHECK(form.field_scales == std::vector<double>{1.0, 1.0, 0.0});
  CHECK(Weight(form.mixture).serialise() == Weight().serialise());
}

TEST_CASE("a further field is taken only if it brings something", "[trainer][distillation]") {
  for (const double scale : {0.02, 1.0}) {
    std::vector<DistillationPool> learning = random_pools(30, 13);
    std::vector<DistillationPool> held_out = random_pools(20, 14);
    set_targets(learning, WeightMixture{}, {1.0, 0.5, scale});
    set_targets(held_out, WeightMixture{}, {1.0, 0.5, scale});
    for (const DistilledKind kind : {DistilledKind::stock, DistilledKind::mixture}) {
      CHECK((distil(kind, learning, held_out, kAllFields).field_scales[2] > 0.0) == (scale == 1.0));
    }
  }
}

TEST_CASE("a form keeps to the fields that it may use", "[trainer][distillation]") {
  WeightMixture truth;
  std::vector<DistillationPool> learning = random_pools(30, 5);
  std::vector<DistillationPool> held_out = random_pools(10, 6);
  set_targets(learning, truth, {1.0, 1.0, 1.0});
  set_targets(held_out, truth, {1.0, 1.0, 1.0});
  const DistilledForm form =
      distil(DistilledKind::stock, learning, held_out, {FieldUse::none, FieldUse::usual, FieldUse::none});
  CHECK(form.field_scales == std::vector<double>{0.0, 1.0, 0.0});
}

TEST_CASE("distilling twice gives the same bits", "[trainer][distillation]") {
  WeightMixture truth;
  truth.presence = 0.5;
  std::vector<DistillationPool> learning = random_pools(20, 7);
  std::vector<DistillationPool> held_out = random_pools(10, 8);
  set_targets(learning, truth, {1.0, 0.3, 0.1});
  set_targets(held_out, truth, {1.0, 0.3, 0.1});
  const DistilledForm a = distil(DistilledKind::mixture, learning, held_out, kAllFields);
  const DistilledForm again = distil(DistilledKind::mixture, learning, held_out, kAllFields);
  CHECK(a.field_scales == again.field_scales);
  CHECK(Weight(a.mixture).serialise() == Weight(again.mixture).serialise());
}

}  // namespace irgan::distillation_test
