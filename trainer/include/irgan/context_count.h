/// What a log says of the contexts of its searches, such as the device.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace irgan {

/// The values of one context.
struct ContextCount {
  struct Value {
    std::string value;
    double clicks = 0.0;
  };
  std::string name;
  std::vector<Value> values;    ///< seen often enough to be learnt from, those with most clicks first
  std::size_t num_rare = 0;     ///< other values, each of which counts as unknown
  double rare_clicks = 0.0;     ///< theirs
  double missing_clicks = 0.0;  ///< of rows without a value
  double num_clicks = 0.0;      ///< of all rows
};

}  // namespace irgan
