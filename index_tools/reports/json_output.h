/// How results become JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

namespace irgan {

/// Prints one value with line ends and indents; bytes that are not UTF-8 are replaced, as ids need not be UTF-8.
void print_json(const nlohmann::json& value, std::ostream& out);

}  // namespace irgan
