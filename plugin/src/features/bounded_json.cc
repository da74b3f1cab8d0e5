#include "plugin/src/features/bounded_json.h"

namespace irgan {

bool is_deep_json(std::string_view text) {
  constexpr int kDeepest = 100;  // ours have eight levels at most
  int depth = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (is_quoted) {
      if (letter == '\\') ++i;
      if (letter == '"') is_quoted = false;
    } else if (letter == '"') {
      is_quoted = true;
    } else if (letter == '[' || letter == '{') {
      if (++depth > kDeepest) return true;
    } else if (letter == ']' || letter == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace irgan
