/// How results become JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace irgan {

/// Prints one value with line ends and indents; bytes that are not UTF-8 are replaced, as ids need not be UTF-8.
void print_json(const nlohmann::json& value, std::ostream& out);

/// Null for no path.
inline nlohmann::json path_or_null(const std::string& path) {
  return path.empty() ? nlohmann::json() : nlohmann::json(path);
}

/// The names of fields or values.
template <class Named>
nlohmann::json names_of(const std::vector<Named>& all) {
  nlohmann::json names = nlohmann::json::array();
  for (const Named& one : all) names.push_back(one.name);
  return names;
}

}  // namespace irgan
