/// What `check` found, for programs.
#pragma once

#include <ostream>

#include "index_tools/showing/check_report.h"

namespace irgan {

/// Prints one JSON object; what is not known is null, and so is what needs an index where there is none.
void print_check_json(const CheckFindings& findings, std::ostream& out);

}  // namespace irgan
