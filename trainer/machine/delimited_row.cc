#include "trainer/machine/delimited_row.h"

#include <algorithm>
#include <cstring>

namespace irgan {

bool DelimitedRow::split(std::string_view line, std::size_t max_fields) {
  fields_.clear();
  unquoted_.clear();
  const bool has_quotes = delimiter_ == ',';
  std::size_t at = 0;
  for (;;) {
    if (fields_.size() == max_fields) return false;
    if (has_quotes && at < line.size() && line[at] == '"') {
      if (!take_quoted(line, at)) return false;
    } else {
      const void* found = at < line.size() ? std::memchr(line.data() + at, delimiter_, line.size() - at) : nullptr;
      const std::size_t end =
          found ? static_cast<std::size_t>(static_cast<const char*>(found) - line.data()) : line.size();
      fields_.push_back(line.substr(at, end - at));
      if (has_quotes && end > 0 && line[end - 1] == '"' && !fields_.back().empty())
        return false;  // the end of a field of two lines
      at = end;
    }
    if (at == line.size()) return true;
    ++at;  // past the delimiter
  }
}

// Takes the field whose opening quote is line[at], and leaves `at` on the delimiter behind it or at the end.
bool DelimitedRow::take_quoted(std::string_view line, std::size_t& at) {
  const std::size_t start = at + 1;
  std::size_t quote = line.find('"', start);
  bool is_doubled = false;
  while (quote != std::string_view::npos && quote + 1 < line.size() && line[quote + 1] == '"') {
    is_doubled = true;
    quote = line.find('"', quote + 2);
  }
  if (quote == std::string_view::npos) return false;
  at = quote + 1;
  if (at < line.size() && line[at] != delimiter_) return false;
  const std::string_view inside = line.substr(start, quote - start);
  if (!is_doubled) {
    fields_.push_back(inside);
    return true;
  }
  unquoted_.reserve(line.size());  // once a line, before the first view: all fields together are shorter
  const std::size_t begin = unquoted_.size();
  for (std::size_t i = 0; i < inside.size(); ++i) {
    unquoted_.push_back(inside[i]);
    if (inside[i] == '"') ++i;
  }
  fields_.push_back(std::string_view(unquoted_).substr(begin));
  return true;
}

const std::string& tsv_cell(const std::string& id) {
  if (id.find_first_of("\t\r\n") == std::string::npos) return id;
  std::string shown = id;
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
  throw Error("the id '" + shown + "' has a tab or a line end (shown as ?), which columns between tabs cannot hold: " +
              "choose a form in JSON where there is one, or give the document another id");
}

}  // namespace irgan
