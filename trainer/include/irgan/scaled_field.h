/// A text field in a query whose fields count differently.
#pragma once

#include <string>

namespace irgan {

struct ScaledField {
  std::string prefix;
  double scale = 1.0;
  bool finds = true;  ///< whether its words find documents; else they only add to the weight of what others find
};

}  // namespace irgan
