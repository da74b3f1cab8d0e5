#include "trainer/labels/relevance_evidence.h"

#include <Eigen/LU>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "trainer/game/softmax.h"

namespace irgan {
namespace {

constexpr int kEvidenceRounds = 50;
constexpr int kNewtonSteps = 5;
constexpr double kSlopePull = 1.0;        // in documents
constexpr double kMinExamination = 1e-4;  // an offset learnt from few clicks may say 0, which no click could refute
constexpr double kMaxChance = 1.0 - 1e-9;

// log P(showings | class) for a class that is clicked with `click_chance` when seen.
double log_likelihood(const std::vector<ShowingCount>& showings, const std::vector<double>& examination,
                      double click_chance) {
  double sum = 0.0;
  for (const ShowingCount& showing : showings) {
    const double chance = std::min(examination_at(examination, showing.rank) * click_chance, kMaxChance);
    sum += showing.clicks * std::log(chance) + (showing.shown - showing.clicks) * std::log1p(-chance);
  }
  return sum;
}

// The slope of the expected log-likelihood in a class's click chance g, times g:
//   clicks - sum over showings of  weight (shown - clicks) e g / (1 - e g),   which falls as g rises.
double likelihood_slope(const std::vector<DocumentEvidence>& documents, const std::vector<double>& weights,
                        const std::vector<double>& examination, double g) {
  double slope = 1.0 - g / (1.0 - g);  // the click and the non-click at the start
  for (std::size_t i = 0; i < documents.size(); ++i) {
    for (const ShowingCount& showing : documents[i].showings) {
      const double seen = std::min(examination_at(examination, showing.rank) * g, kMaxChance);
      slope += weights[i] * (showing.clicks - (showing.shown - showing.clicks) * seen / (1.0 - seen));
    }
  }
  return slope;
}

double best_click_chance(const std::vector<DocumentEvidence>& documents, const std::vector<double>& weights,
                         const std::vector<double>& examination) {
  double low = 1e-6;
  double high = 1.0 - 1e-6;
  for (int i = 0; i < 40; ++i) {  // bisection: 1e-12
    const double middle = 0.5 * (low + high);
    (likelihood_slope(documents, weights, examination, middle) > 0.0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

void fit_prior(const std::vector<DocumentEvidence>& documents, const std::vector<double>& posteriors,
               RelevanceModel& model) {
  for (int step = 0; step < kNewtonSteps; ++step) {
    Eigen::Vector2d gradient(0.0, -kSlopePull * model.slope);
    Eigen::Matrix2d curvature = Eigen::Vector2d(1e-6, kSlopePull).asDiagonal();
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const Eigen::Vector2d x(1.0, documents[i].prior_logit);
      const double p = model.prior(documents[i].prior_logit);
      gradient += (posteriors[i] - p) * x;
      curvature += p * (1.0 - p) * x * x.transpose();
    }
    const Eigen::Vector2d change = curvature.inverse() * gradient;
    model.intercept += std::clamp(change[0], -2.0, 2.0);  // Newton's steps are too long where the curvature is small
    model.slope += std::clamp(change[1], -1.0, 1.0);
  }
}

}  // namespace

double examination_at(const std::vector<double>& examination, int rank) {
  if (examination.empty()) return 1.0;
  return examination[std::min(static_cast<std::size_t>(rank), examination.size()) - 1];
}

double RelevanceModel::prior(double prior_logit) const { return sigmoid(intercept + slope * prior_logit); }

double RelevanceModel::posterior(const DocumentEvidence& document) const {
  return sigmoid(intercept + slope * document.prior_logit +
                 log_likelihood(document.showings, examination, click_if_relevant) -
                 log_likelihood(document.showings, examination, click_otherwise));
}

RelevanceModel fit_relevance(const std::vector<DocumentEvidence>& documents, std::vector<double> examination) {
  for (double& chance : examination) chance = std::clamp(chance, kMinExamination, 1.0);
  std::vector<DocumentEvidence> shown;
  for (const DocumentEvidence& document : documents) {
    if (!document.showings.empty()) shown.push_back(document);
  }
  assert(!shown.empty());
  RelevanceModel model;
  model.examination = std::move(examination);
  model.intercept = -1.0;
  model.slope = 0.0;
  std::vector<double> relevant(shown.size());
  std::vector<double> otherwise(shown.size());
  for (int round = 0; round < kEvidenceRounds; ++round) {
    for (std::size_t i = 0; i < shown.size(); ++i) {
      relevant[i] = model.posterior(shown[i]);
      otherwise[i] = 1.0 - relevant[i];
    }
    model.click_if_relevant = best_click_chance(shown, relevant, model.examination);
    model.click_otherwise = std::min(best_click_chance(shown, otherwise, model.examination), model.click_if_relevant);
    fit_prior(shown, relevant, model);
  }
  return model;
}

}  // namespace irgan
