/// The JSON of parts of a training record, to print.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "irgan/training_record.h"

namespace irgan {

/// The JSON of parts of a record, to print. Of options: everything that changes the model.
IRGAN_API void to_json(nlohmann::json& object, const TrainingOptions& options);
IRGAN_API void to_json(nlohmann::json& object, const DataRecord& data);
IRGAN_API void to_json(nlohmann::json& object, const ServingCheck& check);

}  // namespace irgan
