#include "trainer/machine/delimited_row.h"

#include <algorithm>
#include <cstring>

namespace irgan {

bool DelimitedRow::split(std::string_view line, std::size_t max_fields) {
  unquoted_.clear();
  if (!has_plain_quotes_) return split_quoted(line, max_fields);
  const bool is_plain = split_plain(line, max_fields);
  if (line.find('"') == std::string_view::npos) return is_plain;
  if (!is_plain) return split_quoted(line, max_fields);  // more fields than there should be: tabs inside quotes?
  take_written_quotes(line.size());
  return true;
}

bool DelimitedRow::split_plain(std::string_view line, std::size_t max_fields) {
  fields_.clear();
  for (std::size_t at = 0;;) {
    if (fields_.size() == max_fields) return false;
    const void* found = std::memchr(line.data() + at, delimiter_, line.size() - at);
    const std::size_t end =
        found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - line.data()) : line.size();
    fields_.push_back(line.substr(at, end - at));
    if (end == line.size()) return true;
    at = end + 1;
  }
}

bool DelimitedRow::split_quoted(std::string_view line, std::size_t max_fields) {
  fields_.clear();
  for (std::size_t at = 0;;) {
    if (fields_.size() == max_fields) return false;
    if (at < line.size() && line[at] == '"') {
      if (!take_quoted(line, at)) return false;
    } else {
      const std::size_t end = std::min(line.find(delimiter_, at), line.size());
      fields_.push_back(line.substr(at, end - at));
      if (end > at && line[end - 1] == '"') return false;  // the end of a field of two lines
      at = end;
    }
    if (at == line.size()) return true;
    ++at;  // past the delimiter
  }
}

// Unquotes the fields that only a writer of quotes can have written: all quotes inside are doubled, and there are some.
void DelimitedRow::take_written_quotes(std::size_t size) {
  for (std::string_view& field : fields_) {
    if (field.size() < 4 || field.front() != '"' || field.back() != '"') continue;
    const std::string_view inside = field.substr(1, field.size() - 2);
    std::size_t quote = inside.find('"');
    bool is_doubled = quote != std::string_view::npos;
    while (is_doubled && quote != std::string_view::npos) {
      is_doubled = quote + 1 < inside.size() && inside[quote + 1] == '"';
      quote = inside.find('"', quote + 2);
    }
    if (!is_doubled) continue;
    unquoted_.reserve(size);
    field = without_doubling(inside);
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
  fields_.push_back(without_doubling(inside));
  return true;
}

// Requires: unquoted_ has room, so that views into it stay good
std::string_view DelimitedRow::without_doubling(std::string_view inside) {
  const std::size_t begin = unquoted_.size();
  for (std::size_t i = 0; i < inside.size(); ++i) {
    unquoted_.push_back(inside[i]);
    if (inside[i] == '"') ++i;
  }
  return std::string_view(unquoted_).substr(begin);
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
