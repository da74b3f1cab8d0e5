/// What a model is, and what it lives on, for people.
#pragma once

#include <string>

#include "index_tools/showing/console.h"
#include "irgan/model.h"
#include "irgan/training_record.h"

namespace irgan {

/// What the model learnt from and how it was judged, in sentences; nothing of what older versions did not write down.
///
/// written: when the model was written, as utc_text() has it; empty: not known
void print_summary(const Model& model, const TrainingRecord& record, const std::string& written,
                   const Console& console);

/// A line a feature, the most important first, with intervals.
///
/// Throws: Error if training did not measure it
void print_importance(const Model& model, const TrainingRecord& record, const Console& console);

/// The glossary; of a model's features alone if there is a model.
void print_glossary(const Model* model, const Console& console);

}  // namespace irgan
