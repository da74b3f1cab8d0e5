/// What `inspect` shows, for programs.
#pragma once

#include <xapian.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "irgan/index_fit.h"
#include "irgan/index_layout.h"
#include "irgan/model.h"
#include "irgan/serving_history.h"
#include "irgan/training_record.h"

namespace irgan {

/// The model, and its training as the model file keeps it.
nlohmann::json json_of(const Model& model);

/// The layout of an index, and the version of its model.
nlohmann::json json_of(const Xapian::Database& db, const IndexLayout& layout);

/// What of the index has changed since the model was trained.
nlohmann::json json_of(const IndexFit& fit);

nlohmann::json json_of(const std::vector<ServingChange>& history);

/// What is lost without each feature.
nlohmann::json json_of(const Model& model, const FeatureImportance& importance);

/// The glossary; of a model's features alone if there is a model.
nlohmann::json glossary_json(const Model* model);

}  // namespace irgan
