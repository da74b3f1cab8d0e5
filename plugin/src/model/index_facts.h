/// What models and feature files say of the index that they were made from, as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "irgan/errors.h"
#include "irgan/index_facts.h"

namespace irgan {

IRGAN_API nlohmann::json index_facts_to_json(const IndexFacts& facts);

/// Throws: nlohmann::json::exception if a member is missing or of another type
IRGAN_API IndexFacts index_facts_from_json(const nlohmann::json& json);

}  // namespace irgan
