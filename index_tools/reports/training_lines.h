/// What a training run says: a line an epoch, and at the end what a shop needs.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "irgan/epoch_report.h"
#include "irgan/model.h"
#include "irgan/model_comparison.h"
#include "irgan/serving_check.h"
#include "irgan/training_data.h"

namespace irgan {

/// A row of the table of epochs, the heading before the first.
std::string epoch_line(const EpochReport& report);

/// The model against the first stage on what was held out, in one line.
std::string check_line(const ServingCheck& check, const LabelOrigin& origin);

/// Three lines: how much better the model is, how sure that is, and what to do next.
///
/// check: nothing where there is no first stage to compare with
/// db:    the index, as the command line named it; empty: ready-made rows
std::string training_summary(const std::optional<ServingCheck>& check, const LabelOrigin& origin,
                             const std::string& model, const std::string& db);

/// The model against the one in the file at `path`, which it would replace, in one line.
std::string comparison_line(const ModelComparison& comparison, const std::string& path);

/// The model, and how it was judged: against the first stage, and against the model that it would replace.
nlohmann::json json_of(const Model& model, const std::optional<ServingCheck>& check,
                       const std::optional<ModelComparison>& comparison);

}  // namespace irgan
