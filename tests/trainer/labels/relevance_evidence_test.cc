#include "trainer/labels/relevance_evidence.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace irgan::relevance_evidence_test {

namespace {

RelevanceModel known_model() {
  RelevanceModel model;
  model.examination = {1.0, 0.5};
  model.intercept = -1.0;
  model.slope = 2.0;
  model.click_if_relevant = 0.8;
  model.click_otherwise = 0.1;
  return model;
}

}  // namespace

TEST_CASE("a document that was never shown keeps its prior", "[trainer][relevance_evidence]") {
  const RelevanceModel model = known_model();
  CHECK(model.posterior({0.7, {}}) == Approx(1.0 / (1.0 + std::exp(1.0 - 1.4))));
  CHECK(model.posterior({0.7, {}}) == Approx(model.prior(0.7)));
}

TEST_CASE("the posterior is Bayes' rule over the showings at each rank", "[trainer][relevance_evidence]") {
  const RelevanceModel model = known_model();
  // 3 showings at rank 2 with 1 click: relevant .4 * .6^2, otherwise .05 * .95^2; the prior of 0.5 has the logit 0.
  const double relevant = 0.4 * 0.6 * 0.6;
  const double otherwise = 0.05 * 0.95 * 0.95;
  CHECK(model.posterior({0.5, {{2, 3.0, 1.0}}}) == Approx(relevant / (relevant + otherwise)));
}

TEST_CASE("looked at often and left alone is a surer negative than shown low or seldom",
          "[trainer][relevance_evidence]") {
  const RelevanceModel model = known_model();
  const double prior = model.prior(0.5);
  const double seldom = model.posterior({0.5, {{1, 1.0, 0.0}}});
  const double often = model.posterior({0.5, {{1, 20.0, 0.0}}});
  const double low = model.posterior({0.5, {{2, 1.0, 0.0}}});
  CHECK(often < seldom);
  CHECK(seldom < low);
  CHECK(low < prior);
  CHECK(model.posterior({0.5, {{1, 20.0, 16.0}}}) > 0.99);
  CHECK(model.posterior({0.5, {{1, 20.0, 2.0}}}) < 0.01);  // two clicks of twenty looks are the noise of a bad one
}

TEST_CASE("a rank beyond those that are known is looked at like the last", "[trainer][relevance_evidence]") {
  const RelevanceModel model = known_model();
  CHECK(model.posterior({0.0, {{9, 4.0, 1.0}}}) == model.posterior({0.0, {{2, 4.0, 1.0}}}));
}

TEST_CASE("fit_relevance finds the users that made the log", "[trainer][relevance_evidence]") {
  const RelevanceModel truth = known_model();
  std::mt19937_64 random(5);
  std::normal_distribution<double> logits;
  std::uniform_real_distribution<double> uniform;
  std::vector<DocumentEvidence> documents;
  for (int i = 0; i < 4000; ++i) {
    const double logit = logits(random);
    const double chance = uniform(random) < truth.prior(logit) ? truth.click_if_relevant : truth.click_otherwise;
    DocumentEvidence document{logit, {}};
    for (const int rank : {1, 2}) {
      const double seen = truth.examination[static_cast<std::size_t>(rank - 1)];
      std::binomial_distribution<int> clicks(10, seen * chance);
      document.showings.push_back({rank, 10.0, static_cast<double>(clicks(random))});
    }
    documents.push_back(document);
  }
  const RelevanceModel found = fit_relevance(documents, truth.examination);
  // 4,000 documents, 40,000 looks: three standard errors of a click chance are below .01, of the prior's numbers below
  // .2.
  CHECK(found.click_if_relevant == Approx(truth.click_if_relevant).margin(0.01));
  CHECK(found.click_otherwise == Approx(truth.click_otherwise).margin(0.01));
  CHECK(found.intercept == Approx(truth.intercept).margin(0.2));
  CHECK(found.slope == Approx(truth.slope).margin(0.2));
}

TEST_CASE("fit_relevance says little after a short log", "[trainer][relevance_evidence]") {
  const RelevanceModel found = fit_relevance({{0.0, {{1, 1.0, 0.0}}}}, {1.0});
  CHECK(std::isfinite(found.intercept));
  CHECK(found.click_otherwise <= found.click_if_relevant);
  CHECK(found.click_if_relevant > 0.05);
  CHECK(found.click_if_relevant < 0.95);
}

}  // namespace irgan::relevance_evidence_test
