#include "index_tools/reports/json_output.h"

namespace irgan {

void print_json(const nlohmann::json& value, std::ostream& out) {
  constexpr int kIndent = 2;
  out << value.dump(kIndent, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace irgan
