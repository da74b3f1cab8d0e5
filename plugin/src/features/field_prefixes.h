/// The term prefixes of a schema's text fields.
#pragma once

#include <string>
#include <vector>

#include "irgan/feature_schema.h"

namespace irgan {

inline std::vector<std::string> field_prefixes(const FeatureSchema& schema) {
  std::vector<std::string> prefixes;
  for (const TextField& field : schema.fields) prefixes.push_back(field.prefix);
  return prefixes;
}

}  // namespace irgan
