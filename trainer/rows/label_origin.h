/// The JSON of where labels come from, in model files and in files of feature rows.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "irgan/training_data.h"

namespace irgan {

nlohmann::json record_of(const LabelOrigin& origin);
/// What record_of() gave; members that are missing keep their defaults.
///
/// Throws: nlohmann::json::exception if a member has another type
LabelOrigin origin_from(const nlohmann::json& record);

}  // namespace irgan
