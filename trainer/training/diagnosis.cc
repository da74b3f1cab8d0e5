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
constexpr double kForgetNats = 0.5;        // the same in log-likelihood

// An epoch's number under `key`; NaN where it has none.
double number(const nlohmann::json& epoch, const char* key) {
  const auto value = epoch.find(key);
  return value != epoch.end() && value->is_number() ? value->get<double>() : std::numeric_limits<double>::quiet_NaN();
}

double discriminator_validation(const nlohmann::json& epoch) {
  return epoch.at("validation").at("discriminator").get<double>();
}

bool forgets(const nlohmann::json& epochs, LabelKind labels) {
  double best = -std::numeric_limits<double>::infinity();
  for (const auto& epoch : epochs) best = std::max(best, discriminator_validation(epoch));
  const double lost = best - discriminator_validation(epochs.back());
  return is_of_pages(labels) ? lost > kForgetNats : lost > kForgetShare * std::abs(best);
}

}  // namespace

std::vector<std::string> diagnose(const nlohmann::json& epochs, const GameOptions& options, LabelKind labels) {
  std::vector<std::string> troubles;
  if (epochs.size() < 2) return troubles;
  if (forgets(epochs, labels)) {
    troubles.push_back(
        options.form == DiscriminatorForm::ratio
            ? "the discriminator forgets how to rank towards the end: try fewer --epochs or a smaller --d-rate"
            : "the discriminator forgets how to rank as the generator gets good, which this form does: use "
              "--discriminator ratio");
  }
  if (options.objective != Objective::game || options.sampler != Sampler::generator) return troubles;
  double smallest = std::numeric_limits<double>::infinity();
  for (const auto& epoch : epochs) smallest = std::min(smallest, number(epoch, "policy_divergence"));
  const double divergence = number(epochs.back(), "policy_divergence");
  if (divergence > kCircleFactor * smallest && divergence - smallest > kCircleFloor) {
    troubles.push_back(
        "the game circles: the generator moves away from the clicks again; try a smaller --g-rate or more --d-steps");
  }
  if (number(epochs.back(), "policy_entropy") < kCollapseEntropy && divergence > kCircleFloor) {
    troubles.push_back(
        "the generator collapsed onto single documents: try a larger --temperature or --lambda, or a smaller --g-rate");
  }
  return troubles;
}

}  // namespace irgan
