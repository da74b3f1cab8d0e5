/// Random numbers for tests, out of an engine with a seed that the test names.
#pragma once

#include <Eigen/Core>
#include <random>

#include "irgan/feature_extractor.h"
#include "trainer/game/softmax.h"

namespace irgan {

/// Returns n numbers ~ N(0, deviation^2).
inline Eigen::VectorXd random_scores(Eigen::Index n, std::mt19937_64& random, double deviation = 1.0) {
  std::normal_distribution<double> normal(0.0, deviation);
  Eigen::VectorXd scores(n);
  for (double& score : scores) score = normal(random);
  return scores;
}

/// Returns n probabilities, none of them 0.
inline Eigen::VectorXd random_probabilities(Eigen::Index n, std::mt19937_64& random) {
  return softmax(random_scores(n, random));
}

/// Returns rows x columns numbers ~ N(0, 1).
inline FeatureMatrix random_rows(Eigen::Index rows, Eigen::Index columns, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  FeatureMatrix matrix(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) matrix(i, j) = normal(random);
  }
  return matrix;
}

}  // namespace irgan
