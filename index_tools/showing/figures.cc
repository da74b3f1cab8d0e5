#include "index_tools/showing/figures.h"

#include <cmath>
#include <cstdio>

namespace irgan {

std::string formatted(const char* form, double value) {
  char text[64];
  std::snprintf(text, sizeof text, form, value);
  return text;
}

std::string percent(double part, double whole) {
  const double share = whole > 0.0 ? 100.0 * part / whole : 0.0;
  return share > 0.0 && share < 9.95 ? formatted("%.1f %%", share) : formatted("%.0f %%", std::round(share));
}

}  // namespace irgan
