#include "index_tools/showing/display.h"

#include <nlohmann/json.hpp>

#include "plugin/src/features/bounded_json.h"
#include "plugin/src/process/printable.h"

namespace irgan {
namespace {

using nlohmann::json;

constexpr std::size_t kLongest = 200;

}  // namespace

std::string document_line(const Xapian::Document& document, const IndexLayout& layout) {
  const std::string data = document.get_data();
  const json parsed = is_deep_json(data) ? json() : json::parse(data, nullptr, false);
  std::string line;
  if (parsed.is_object()) {
    for (const TextField& field : layout.fields) {
      if (!parsed.contains(field.name) || !parsed[field.name].is_string()) continue;
      if (line.size() > kLongest) break;
      line += (line.empty() ? "" : ": ") + parsed[field.name].get<std::string>();
    }
  }
  if (line.empty() && !layout.fields.empty() && layout.fields.front().text_slot != Xapian::BAD_VALUENO) {
    line = document.get_value(layout.fields.front().text_slot);
  }
  return printable(line.empty() ? data.substr(0, kLongest) : line);
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string fitted(const std::string& text, std::size_t width) {
  std::string result;
  std::size_t columns = 0;
  for (Xapian::Utf8Iterator i(text); i != Xapian::Utf8Iterator() && columns < width; ++i, ++columns) {
    Xapian::Unicode::append_utf8(result, *i);
  }
  return result.append(width - columns, ' ');
}

}  // namespace irgan
