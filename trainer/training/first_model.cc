#include "trainer/training/first_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "irgan/training.h"

namespace irgan {
namespace {

// Steps until the curve stands: on msrd (2,000 pages) that after 1,000, 4 epochs, is that after 5,000 within .02 a
// rank.
constexpr double kStepsOfExamination = 1000.0;
constexpr int kMostEpochs = 100;

}  // namespace

FirstModel first_model(const TrainingData& training, std::uint64_t seed, unsigned num_threads) {
  TrainingOptions options;
  options.game.objective = Objective::softmax;
  const double steps = static_cast<double>(training.examples.size()) / options.batch_size;
  options.epochs = std::clamp(static_cast<int>(std::ceil(kStepsOfExamination / std::max(steps, 1.0))), 1, kMostEpochs);
  options.seed = seed;
  options.num_threads = num_threads;
  // No held-out part is needed: what is wanted is the last epoch, or nearly, and validation on its own data gives it.
  Trained trained = train(training, training, options);
  FirstModel first{std::move(trained.record.networks.front().examination), std::move(trained.model)};
  const double most = *std::max_element(first.examination.begin(), first.examination.end());
  for (double& offset : first.examination) offset = std::exp(offset - most);
  return first;
}

FittedClickModel learn_click_model(const ClickModelSettings& settings, const TrainingData& training) {
  check_click_model(settings, training);
  FirstModel first;
  if (needs_first_model(settings)) first = first_model(training, settings.seed, settings.num_threads);
  return fit_click_model(settings, training, std::move(first));
}

}  // namespace irgan
