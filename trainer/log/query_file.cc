#include "irgan/query_file.h"

#include <simdjson.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "plugin/src/model/base64.h"
#include "trainer/machine/delimited_row.h"
#include "trainer/machine/split.h"
#include "trainer/machine/text_input.h"

namespace irgan {
namespace {

constexpr std::string_view kHeaderStart = "qid\t";
constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

// Where each thing stands in a line.
struct Columns {
  std::size_t text = 1;
  std::size_t filter = kNowhere;
  std::size_t query = kNowhere;
  std::size_t num_columns = 2;
  bool has_header = false;
};

Columns read_header(std::string_view line, const TextInput& input) {
  const std::vector<std::string_view> names = split(line, '\t');
  Columns columns;
  columns.text = kNowhere;
  columns.num_columns = names.size();
  columns.has_header = true;
  for (std::size_t i = 1; i < names.size(); ++i) {
    std::size_t* place = nullptr;
    if (names[i] == "query_text" || names[i] == "text") place = &columns.text;
    if (names[i] == "filter") place = &columns.filter;
    if (names[i] == "query") place = &columns.query;
    if (place == nullptr) continue;
    if (*place != kNowhere) {
      throw FormatError(input.place() + ": the header has the columns '" + std::string(names[*place]) + "' and '" +
                        std::string(names[i]) + "' for one thing");
    }
    *place = i;
  }
  if (columns.text == kNowhere && columns.query == kNowhere) {
    throw FormatError(input.place() + ": the header has neither 'query_text' nor 'query'");
  }
  return columns;
}

// Letor's form, qid 'text', where the text may hold apostrophes of its own.
bool take_letor_form(std::string_view line, QueryRow& row) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return false;
  const std::size_t open = line.find_first_not_of(' ', space);
  const std::size_t last = line.find_last_not_of(' ');
  if (open == std::string_view::npos || line[open] != '\'' || last == open || line[last] != '\'') return false;
  row.id = line.substr(0, space);
  row.text = line.substr(open + 1, last - open - 1);
  return true;
}

// The query.txt of Omega's postprocess: CSV, id and text.
bool take_omega_form(std::string_view line, QueryRow& row) {
  DelimitedRow csv(',');
  if (!csv.split(line, 2) || csv.fields().size() != 2) return false;
  row.id = csv.fields()[0];
  row.text = csv.fields()[1];
  return row.id.find(' ') == std::string::npos;
}

void take_columns(std::string_view line, const Columns& columns, const TextInput& input, QueryRow& row) {
  const std::vector<std::string_view> fields = split(line, '\t');
  if (fields.size() != columns.num_columns) {
    throw FormatError(input.place() + ": " + std::to_string(fields.size()) + " columns where " +
                      (columns.has_header ? "the header has " + std::to_string(columns.num_columns)
                                          : "a file without a header line has 2: qid<TAB>text"));
  }
  row.id = fields[0];
  if (columns.text != kNowhere) row.text = fields[columns.text];
  if (columns.filter != kNowhere) row.filter = fields[columns.filter];
  if (columns.query == kNowhere) return;
  std::optional<std::string> bytes = decode_base64(fields[columns.query]);
  if (!bytes.has_value()) throw FormatError(input.place() + ": the column 'query' is not base64");
  row.serialised_query = std::move(*bytes);
}

QueryRow parse_row(std::string_view line, const Columns& columns, const TextInput& input) {
  if (!simdjson::validate_utf8(line.data(), line.size())) throw FormatError(input.place() + ": not UTF-8");
  QueryRow row;
  if (columns.has_header || line.find('\t') != std::string_view::npos) {
    take_columns(line, columns, input, row);
  } else if (!take_letor_form(line, row) && !take_omega_form(line, row)) {
    throw FormatError(input.place() + ": a query is qid<TAB>text, qid 'text' or qid,text");
  }
  if (row.id.empty()) throw FormatError(input.place() + ": the query has no id");
  if (row.serialised_query.empty() && row.text.find_first_not_of(' ') == std::string::npos) {
    throw FormatError(input.place() + ": query '" + row.id + "' has no text");
  }
  return row;
}

}  // namespace

std::vector<QueryRow> read_queries(const std::string& path) {
  TextInput input(path);
  Columns columns;
  std::vector<QueryRow> rows;
  std::unordered_map<std::string, std::uint64_t> line_of_id;
  for (std::string_view line; input.next(line);) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    if (rows.empty() && !columns.has_header && line.substr(0, kHeaderStart.size()) == kHeaderStart) {
      columns = read_header(line, input);
      continue;
    }
    rows.push_back(parse_row(line, columns, input));
    const auto [first, is_new] = line_of_id.emplace(rows.back().id, input.line_number());
    if (!is_new) {
      throw FormatError(input.place() + ": query '" + first->first + "' stands already in line " +
                        std::to_string(first->second));
    }
  }
  if (rows.empty()) throw FormatError(path + ": the file has no query");
  return rows;
}

}  // namespace irgan
