/// What a Model is made of: known to the trainer, which makes models, and to their codec.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "irgan/feature_schema.h"
#include "irgan/index_facts.h"
#include "irgan/ranker.h"
#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/network.h"

namespace irgan {

class Model;

struct ModelParts {
  FeatureSchema schema;
  Encoding encoding;
  std::vector<Network> discriminators;  ///< scores are averaged over them
  std::vector<Network> generators;      ///< as many, or none if no generator was trained
  double temperature = 1.0;             ///< p_theta = softmax(g / temperature)
  Ranker ranker = Ranker::discriminator;
  /// Added to the discriminator's score of a document whose features from clicks are all missing.
  double unseen_credit = 0.0;
  std::size_t depth = 100;
  IndexFacts facts;
  std::string training_record = "{}";  ///< JSON
};

/// Returns the model that is made of `parts`.
IRGAN_API std::shared_ptr<const Model> model_of(ModelParts parts);

/// Returns what `model` is made of.
IRGAN_API const ModelParts& parts_of(const Model& model);

}  // namespace irgan
