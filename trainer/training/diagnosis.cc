#include "trainer/training/diagnosis.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace irgan {
namespace {

constexpr double kCircleFactor = 1.5;      // KL at the end over the smallest KL
constexpr double kCircleFloor = 0.05;      // nats; smaller differences are noise
constexpr double kCollapseEntropy = 0.05;  // nats: all but one document have next to no probability
constexpr double kForgetShare = 0.1;       // nDCG lost from the best epoch to the last
constexpr double kBehindShare = 0.2;       // nDCG of D's best epoch below G's
constexpr double kForgetNats = 0.5;        // the same in log-likelihood

double discriminator_validation(const EpochReport& epoch) { return epoch.validation[Ranker::discriminator]; }

bool forgets(const std::vector<EpochReport>& epochs, LabelKind labels) {
  double best = -std::numeric_limits<double>::infinity();
  for (const EpochReport& epoch : epochs) best = std::max(best, discriminator_validation(epoch));
  const double lost = best - discriminator_validation(epochs.back());
  return is_of_pages(labels) ? lost > kForgetNats : lost > kForgetShare * std::abs(best);
}

bool stays_behind(const std::vector<EpochReport>& epochs, LabelKind labels) {
  RankerScores best{};
  best.values.fill(-std::numeric_limits<double>::infinity());
  for (const EpochReport& epoch : epochs) {
    for (const Ranker ranker : kRankers) best[ranker] = std::max(best[ranker], epoch.validation[ranker]);
  }
  const double behind = best[Ranker::generator] - best[Ranker::discriminator];
  return behind > (is_of_pages(labels) ? kForgetNats : kBehindShare * std::abs(best[Ranker::generator]));
}

}  // namespace

std::vector<std::string> diagnose(const std::vector<EpochReport>& epochs, const GameOptions& options,
                                  LabelKind labels) {
  std::vector<std::string> troubles;
  if (epochs.size() < 2) return troubles;
  if (forgets(epochs, labels)) {
    troubles.push_back(
        options.form == DiscriminatorForm::ratio
            ? "the discriminator forgets how to rank towards the end: try fewer epochs, or smaller steps of the "
              "discriminator"
            : "the discriminator forgets how to rank as the generator gets good, which this form does: use "
              "the ratio form");
  }
  if (!has_generator(options)) return troubles;
  if (stays_behind(epochs, labels)) {
    troubles.push_back(
        "the discriminator ranks far worse than the generator that it teaches: its steps may be too large");
  }
  double smallest = std::numeric_limits<double>::infinity();
  for (const EpochReport& epoch : epochs) smallest = std::min(smallest, epoch.statistics.policy_divergence);
  const double divergence = epochs.back().statistics.policy_divergence;
  if (divergence > kCircleFactor * smallest && divergence - smallest > kCircleFloor) {
    troubles.push_back(
        "the game circles: the generator moves away from the clicks again; try smaller steps of the generator, or more "
        "of the discriminator");
  }
  if (epochs.back().statistics.policy_entropy < kCollapseEntropy && divergence > kCircleFloor) {
    troubles.push_back(
        "the generator collapsed onto single documents: try a larger temperature or lambda, or smaller steps of the "
        "generator");
  }
  return troubles;
}

}  // namespace irgan
