#include "irgan/query_file.h"

#include <simdjson.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "irgan/feature_schema.h"
#include "plugin/src/model/base64.h"
#include "trainer/log/column_names.h"
#include "trainer/machine/delimited_row.h"
#include "trainer/machine/text_input.h"

namespace irgan {
namespace {

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
constexpr std::size_t kMaxColumns = 10'000;

// Where each thing stands in a line.
struct Columns {
  std::size_t id = 0;
  std::size_t text = 1;
  std::size_t filter = kNowhere;
  std::size_t query = kNowhere;
  std::vector<std::pair<std::string, std::size_t>> contexts;  // by name
  std::size_t num_columns = 2;
  bool has_header = false;
  DelimitedRow row{'\t'};
};

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// As plain_name() has them.
bool is_id_name(std::string_view plain) { return is_one_of(plain, {"qid", "queryid", "id", "topicid", "topic"}); }
bool is_text_name(std::string_view plain) {
  return is_one_of(plain, {"querytext", "text", "words", "keywords", "searchterm", "title"});
}

// Whether a first line names columns. A query may have the id "id", or "qid" where people's words are ids.
bool is_header(const std::vector<std::string_view>& fields) {
  if (fields.size() < 2 || !is_id_name(plain_name(fields[0]))) return false;
  if (fields[0] == "qid" && fields.size() > 2) return true;
  return std::any_of(fields.begin() + 1, fields.end(), [&](std::string_view field) {
    const std::string plain = plain_name(field);
    return is_text_name(plain) || plain == "query" || (plain == "filter" && fields[0] == "qid");
  });
}

// The form of a header in front; nothing if the line is none.
std::optional<DelimitedRow> header_row(std::string_view line) {
  for (const char delimiter : {'\t', ',', ';'}) {
    for (const bool is_quoted : {false, true}) {
      DelimitedRow row(delimiter, is_quoted && delimiter == '\t');
      if (row.split(line, kMaxColumns) && is_header(row.fields())) return row;
    }
  }
  return std::nullopt;
}

// Whether column `i` is that of a context.
bool take_context(std::string_view name, std::size_t i, const TextInput& input, Columns& columns) {
  constexpr std::string_view kBeginning = "context.";
  if (name.substr(0, kBeginning.size()) != kBeginning) return false;
  const std::string context(name.substr(kBeginning.size()));
  const std::string why_not = why_no_context_name(context);
  if (!why_not.empty())
    throw FormatError(input.place() + ": the name of the context in the column '" + std::string(name) + "' " + why_not);
  for (const auto& [known, place] : columns.contexts) {
    if (known == context) throw FormatError(input.place() + ": the header has two columns '" + std::string(name) + "'");
  }
  columns.contexts.emplace_back(context, i);
  return true;
}

// A column `query` is one of serialised queries, unless it is the only one that can be the words: see are_words().
Columns read_header(const DelimitedRow& row, const TextInput& input) {
  const std::vector<std::string_view>& names = row.fields();
  Columns columns;
  columns.text = kNowhere;
  columns.num_columns = names.size();
  columns.has_header = true;
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (take_context(names[i], i, input, columns)) continue;
    const std::string plain = plain_name(names[i]);
    std::size_t* place = nullptr;
    if (is_text_name(plain)) place = &columns.text;
    if (plain == "filter") place = &columns.filter;
    if (plain == "query") place = &columns.query;
    if (place == nullptr) continue;
    if (*place != kNowhere) {
      throw FormatError(input.place() + ": the header has the columns '" + std::string(names[*place]) + "' and '" +
                        std::string(names[i]) + "', which say the same: leave one out");
    }
    *place = i;
  }
  if (columns.text == kNowhere && columns.query == kNowhere) {
    throw FormatError(input.place() + ": the header has neither 'query_text' nor 'query'");
  }
  columns.row = row;
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

/// Lines that hold no query. What a visitor typed may make a line unusable, and must not cost the others; a line of
/// another form is a mistake of whoever wrote the file.
class LeftOut {
 public:
  enum class Fault { none, typed, form };

  // Notes what is wrong with the line that `input` is at.
  Fault typed(const TextInput& input, const char* reason, const std::string& message) {
    Count& count = typed_[reason];
    if (count.num_lines++ == 0) count.first_line = input.line_number();
    return note(Fault::typed, input, message, first_);
  }
  Fault form(const TextInput& input, const std::string& message) {
    ++num_of_form_;
    return note(Fault::form, input, message, first_of_form_);
  }

  /// Throws: FormatError if there is no other line, or if lines of another form are too many to be chance
  void check(std::size_t num_good, const std::string& path) const {
    constexpr double kMaxShare = 0.01;  // as in click logs
    std::size_t num_lines = num_good + num_of_form_;
    for (const auto& [reason, count] : typed_) num_lines += count.num_lines;
    if (static_cast<double>(num_of_form_) > kMaxShare * static_cast<double>(num_lines))
      throw FormatError(first_of_form_);
    if (num_good == 0) throw FormatError(first_.empty() ? path + ": the file has no query" : first_);
  }

  /// In one sentence; empty if there were none.
  std::string account(const std::string& path) const {
    std::string text;
    for (const auto& [reason, count] : typed_) add(count.num_lines, count.first_line, reason, text);
    if (num_of_form_ > 0)
      text += (text.empty() ? "" : ", ") + std::to_string(num_of_form_) + " (" + first_of_form_ + ")";
    return text.empty() ? text : path + ": lines that hold no query were left out: " + text;
  }

 private:
  struct Count {
    std::size_t num_lines = 0;
    std::uint64_t first_line = 0;
  };

  static Fault note(Fault fault, const TextInput& input, const std::string& message, std::string& first) {
    if (first.empty()) first = input.place() + ": " + message;
    return fault;
  }
  static void add(std::size_t count, std::uint64_t line, const std::string& reason, std::string& text) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + reason + " (line " + std::to_string(line) +
            (count > 1 ? " the first)" : ")");
  }

  std::map<std::string, Count> typed_;  // by reason
  std::size_t num_of_form_ = 0;
  std::string first_, first_of_form_;  // with their places
};

using Fault = LeftOut::Fault;

// Requires: the line has been checked to be UTF-8
Fault take_columns(std::string_view line, Columns& columns, const TextInput& input, LeftOut& left_out, QueryRow& row) {
  if (!columns.row.split(line, kMaxColumns)) {
    return left_out.form(input, "quotation marks do not match, or columns are too many");
  }
  const std::vector<std::string_view>& fields = columns.row.fields();
  if (fields.size() != columns.num_columns) {
    return left_out.form(input, std::to_string(fields.size()) + " columns where " +
                                    (columns.has_header ? "the header has " + std::to_string(columns.num_columns)
                                                        : "a file without a header line has 2: qid<TAB>text"));
  }
  row.id = fields[columns.id];
  if (columns.text != kNowhere) row.text = fields[columns.text];
  if (columns.filter != kNowhere) row.filter = fields[columns.filter];
  if (columns.query != kNowhere) row.serialised_query = fields[columns.query];  // decoded when all are known
  for (const auto& [name, place] : columns.contexts) {
    if (!fields[place].empty()) row.context.emplace(name, fields[place]);
  }
  return Fault::none;
}

Fault parse_row(std::string_view line, Columns& columns, const TextInput& input, LeftOut& left_out, QueryRow& row) {
  if (!simdjson::validate_utf8(line.data(), line.size())) return left_out.typed(input, "not UTF-8", "not UTF-8");
  if (line.find('\0') != std::string_view::npos) {
    return left_out.typed(input, "with a zero byte", "there is a zero byte in it");
  }
  if (columns.has_header || line.find('\t') != std::string_view::npos) {
    const Fault fault = take_columns(line, columns, input, left_out, row);
    if (fault != Fault::none) return fault;
  } else if (!take_letor_form(line, row) && !take_omega_form(line, row)) {
    return left_out.form(input, "a query is qid<TAB>text, qid 'text' or qid,text");
  }
  if (row.id.empty()) return left_out.form(input, "the query has no id");
  if (row.serialised_query.empty() && row.text.find_first_not_of(' ') == std::string::npos) {
    return left_out.typed(input, "without a text", "query '" + row.id + "' has no text");
  }
  return Fault::none;
}

// Whether the column `query`, where no other one has the words, has them: as soon as one is no base64, or if all are of
// small letters alone, which no file of serialised queries is.
bool are_words(const std::vector<QueryRow>& rows) {
  constexpr std::string_view kSmall = "abcdefghijklmnopqrstuvwxyz";
  return std::any_of(rows.begin(), rows.end(),
                     [](const QueryRow& row) { return !decode_base64(row.serialised_query).has_value(); }) ||
         std::all_of(rows.begin(), rows.end(), [&](const QueryRow& row) {
           return row.serialised_query.size() >= 4 &&
                  row.serialised_query.find_first_not_of(kSmall) == std::string::npos;
         });
}

void decode_queries(std::vector<QueryRow>& rows, const std::vector<std::uint64_t>& lines, const Columns& columns,
                    const std::string& path) {
  if (columns.query == kNowhere) return;
  if (columns.text == kNowhere && are_words(rows)) {
    for (QueryRow& row : rows) row.text = std::exchange(row.serialised_query, {});
    return;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::optional<std::string> bytes = decode_base64(rows[i].serialised_query);
    if (!bytes.has_value()) {
      throw FormatError(path + ":" + std::to_string(lines[i]) + ": the column 'query' is not base64");
    }
    rows[i].serialised_query = std::move(*bytes);
  }
}

}  // namespace

std::vector<QueryRow> read_queries(const std::string& path, const ProblemListener& on_problem) {
  TextInput input(path);
  Columns columns;
  LeftOut left_out;
  std::vector<QueryRow> rows;
  std::vector<std::uint64_t> lines;
  std::unordered_map<std::string, std::uint64_t> line_of_id;
  for (std::string_view line; input.next(line);) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    if (rows.empty() && !columns.has_header) {
      if (line.find('\r') != std::string_view::npos) {
        throw FormatError(input.place() + ": the lines end in CR alone (tr '\\r' '\\n' mends them)");
      }
      if (const std::optional<DelimitedRow> header = header_row(line)) {
        columns = read_header(*header, input);
        continue;
      }
    }
    QueryRow row;
    if (parse_row(line, columns, input, left_out, row) != Fault::none) continue;
    const auto [first, is_new] = line_of_id.emplace(row.id, input.line_number());
    if (!is_new) {
      throw FormatError(input.place() + ": query '" + first->first + "' stands already in line " +
                        std::to_string(first->second));
    }
    rows.push_back(std::move(row));
    lines.push_back(input.line_number());
  }
  left_out.check(rows.size(), path);
  decode_queries(rows, lines, columns, path);
  const std::string account = left_out.account(path);
  if (on_problem && !account.empty()) on_problem(account);
  return rows;
}

}  // namespace irgan
