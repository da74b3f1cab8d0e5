/// What `check` found, for programs.
#pragma once

#include <nlohmann/json.hpp>

#include "index_tools/showing/check_report.h"

namespace irgan {

/// What is not known is null, and so is what needs an index where there is none.
nlohmann::json json_of(const CheckFindings& findings);

}  // namespace irgan
