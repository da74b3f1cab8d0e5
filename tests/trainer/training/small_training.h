/// Small training runs on made data, for the tests of whole runs.
#pragma once

#include <string>

#include "irgan/model.h"
#include "irgan/training.h"
#include "tests/trainer/synthetic_training_data.h"

namespace irgan {

/// A few steps of small networks.
inline TrainingOptions small_options() {
  TrainingOptions options;
  options.hidden_units = {8, 4};
  options.bins = 4;
  options.epochs = 3;
  options.batch_size = 4;
  options.discriminator_rate = options.generator_rate = 5e-3;
  options.first_stage_feature = "1";
  options.num_threads = 2;
  return options;
}

/// Enough to learn well from the data of graded_queries and shown_pages.
inline TrainingOptions thorough_options() {
  TrainingOptions options = small_options();
  options.hidden_units = {16, 8};
  options.bins = 8;
  options.epochs = 15;
  return options;
}

/// Made data to learn from, and others of their kind to judge by.
struct Split {
  TrainingData training;
  TrainingData validation;
};

inline Split graded(int num_queries = 10, Eigen::Index num_documents = 8, Eigen::Index num_features = 3) {
  return {graded_queries(num_queries, num_documents, num_features, 1),
          graded_queries(num_queries / 2, num_documents, num_features, 2)};
}

inline Split shown(int num_queries = 5, Eigen::Index num_documents = 6, Eigen::Index num_features = 3) {
  return {shown_pages(num_queries, num_documents, num_features, 1),
          shown_pages(num_queries / 2, num_documents, num_features, 2)};
}

inline std::string model_bytes(const Split& data, const TrainingOptions& options,
                               const TrainingListener& listener = {}) {
  return train(data.training, data.validation, options, listener).model->to_bytes();
}

}  // namespace irgan
