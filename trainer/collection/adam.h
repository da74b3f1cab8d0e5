/// Adam's step, for whatever learns.
#pragma once

#include <cmath>
#include <cstdint>

namespace irgan {

/// Fixed; the learning rate alone varies from step to step.
///
/// Source: Kingma and Ba, "Adam", ICLR 2015, algorithm 1
struct AdamConstants {
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;
  static constexpr double kEpsilon = 1e-8;
};

/// What the two moments are divided by after `steps` steps, since they began at 0.
struct AdamCorrection {
  double first;
  double second;

  explicit AdamCorrection(std::int64_t steps)
      : first(1.0 - std::pow(AdamConstants::kBeta1, static_cast<double>(steps))),
        second(1.0 - std::pow(AdamConstants::kBeta2, static_cast<double>(steps))) {}
};

/// Moves the weights one step down.
///
/// Shapes: Eigen arrays of one shape, of float or double; weights and moments are expressions that can be written to
template <class Weights, class Gradient, class Moments>
void adam_step(Weights weights, const Gradient& gradient, Moments first, Moments second, double learning_rate,
               const AdamCorrection& correction) {
  using Constants = AdamConstants;
  using Scalar = typename Weights::Scalar;
  first = static_cast<Scalar>(Constants::kBeta1) * first + static_cast<Scalar>(1.0 - Constants::kBeta1) * gradient;
  second = static_cast<Scalar>(Constants::kBeta2) * second +
           static_cast<Scalar>(1.0 - Constants::kBeta2) * gradient.square();
  weights -= static_cast<Scalar>(learning_rate / correction.first) * first /
             ((second / static_cast<Scalar>(correction.second)).sqrt() + static_cast<Scalar>(Constants::kEpsilon));
}

}  // namespace irgan
