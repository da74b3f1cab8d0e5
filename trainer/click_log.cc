#include "trainer/click_log.h"

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "trainer/click_fields.h"
#include "trainer/click_json.h"
#include "trainer/delimited_row.h"
#include "trainer/output_file.h"
#include "trainer/text_input.h"

namespace irgan {
namespace {

constexpr std::size_t kNumFirstPlaces = 5;
constexpr std::size_t kExcerptSize = 120;
constexpr std::size_t kMaxColumns = 10'000;    // a header with more is some other kind of file
constexpr std::size_t kMaxColumnsShown = 300;  // bytes of a message
constexpr double kDay = 86400.0;

using ColumnNames = std::array<std::string, kNumClickColumns>;

// True for lines that no form of log counts: nothing but spaces and tabs.
bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

// The first bytes of a line as a message can show them.
std::string excerpt(std::string_view line, std::size_t size) {
  std::size_t end = std::min(line.size(), size);
  while (end < line.size() && end > 0 && (line[end] & 0xC0) == 0x80) --end;  // not inside a letter
  std::string shown(line.substr(0, end));
  const bool is_utf8 = simdjson::validate_utf8(shown.data(), shown.size());
  for (char& letter : shown) {
    const auto byte = static_cast<unsigned char>(letter);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7F || (byte >= 0x80 && !is_utf8)) letter = '?';
  }
  return shown;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

ClickLogOptions checked(ClickLogOptions options) {
  if (options.rank_base != 0 && options.rank_base != 1) {
    throw ConfigError("--rank-base " + std::to_string(options.rank_base) + ": must be 0 or 1");
  }
  if (!(options.max_bad >= 0.0 && options.max_bad <= 1.0)) {
    throw ConfigError("--max-bad " + number(options.max_bad) + ": must be between 0 and 1");
  }
  return options;
}

// What each known column is called in the file.
ColumnNames names_in_file(const ClickLogOptions& options) {
  ColumnNames names;
  std::copy(kClickColumnNames.begin(), kClickColumnNames.end(), names.begin());
  for (const auto& [known, theirs] : options.columns) {
    const auto place = std::find(kClickColumnNames.begin(), kClickColumnNames.end(), known);
    if (place == kClickColumnNames.end()) {
      throw ConfigError("--column " + known + "=" + theirs + ": there is no column '" + known +
                        "'; the known ones are session, time, query_id, query, doc_id, rank, clicked, count, log_probability, "
                        "team");
    }
    names[static_cast<std::size_t>(place - kClickColumnNames.begin())] = theirs;
  }
  return names;
}

std::string needs(const std::string& found) {
  return "found: " + excerpt(found, kMaxColumnsShown) +
         "; needed: doc_id, and query_id or query. Tell other names with --column NAME=THEIRS, as in "
         "--column doc_id=document";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

struct ClickLogReader::State {
  State(const std::string& path, ClickLogOptions options_given)
      : options(checked(std::move(options_given))), names(names_in_file(options)), input(path), json(names) {
    rules.rank_base = options.rank_base;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    rules.latest_time = std::chrono::duration<double>(now).count() + kDay;
    read_first_line();
    if (!options.rejects_path.empty()) rejects = std::make_unique<OutputFile>(options.rejects_path);
  }

  void read_first_line() {
    std::string_view line;
    do {
      if (!input.next(line)) throw FormatError(input.path() + ": the click log is empty");
    } while (is_blank(line));
    const char first = line[line.find_first_not_of(" \t")];
    if (first == '[') {
      throw FormatError(input.place() +
                        ": the click log is a JSON array; JSON Lines are read, one object a line"
                        " (jq -c '.[]' makes them)");
    }
    is_json = first == '{';
    if (is_json) {
      first_line = line;
    } else {
      read_header(line);
    }
  }

  void read_header(std::string_view line) {
    row = DelimitedRow(line.find('\t') != std::string_view::npos ? '\t' : ',');
    if (!row.split(line, kMaxColumns)) throw FormatError(input.place() + ": the header line cannot be read");
    num_columns = row.fields().size();
    std::string found;
    for (std::size_t i = 0; i < num_columns; ++i) {
      const std::string_view name = trimmed(row.fields()[i]);
      found.append(i == 0 ? "" : ", ").append(name.substr(0, kMaxColumnsShown));
      for (std::size_t k = 0; k < kNumClickColumns; ++k) {
        if (names[k] != name) continue;
        if (place_of_column[k] != kNowhere) {
          throw FormatError(input.place() + ": the header has two columns '" + std::string(name) + "'");
        }
        place_of_column[k] = i;
      }
    }
    for (const auto& [known, theirs] : options.columns) {
      if (has_column(known)) continue;
      throw ConfigError("--column " + known + "=" + theirs + ": the header of " + input.path() + " has no column '" +
                        theirs + "'; it has " + excerpt(found, kMaxColumnsShown));
    }
    if (!has_column("doc_id") || !(has_column("query_id") || has_column("query"))) {
      throw FormatError(input.place() + ": the header of the click log lacks a column that is needed; " + needs(found));
    }
    rules.has_clicked = has_column("clicked");
    rules.has_rank = has_column("rank");
    are_rules_known = true;
  }

  bool has_column(std::string_view known) const {
    const auto place = std::find(kClickColumnNames.begin(), kClickColumnNames.end(), known);
    return place_of_column[static_cast<std::size_t>(place - kClickColumnNames.begin())] != kNowhere;
  }

  RowFault find_fields(std::string_view line) {
    if (is_json) return json.parse(line, fields);
    if (!simdjson::validate_utf8(line.data(), line.size())) return RowFault::not_utf8;
    if (!row.split(line, num_columns) || row.fields().size() != num_columns) return RowFault::number_of_columns;
    for (std::size_t k = 0; k < kNumClickColumns; ++k) {
      if (place_of_column[k] != kNowhere) fields[static_cast<ClickColumn>(k)] = row.fields()[place_of_column[k]];
    }
    return RowFault::none;
  }

  // In JSON Lines the first line that is of use otherwise tells whether the log has clicks alone.
  RowFault interpret(ClickRow& click) {
    if (are_rules_known) return interpret_fields(fields, rules, click);
    ClickFieldRules tried = rules;
    tried.has_clicked = fields.has(ClickColumn::clicked);
    tried.has_rank = fields.has(ClickColumn::rank);
    const RowFault fault = interpret_fields(fields, tried, click);
    if (fault == RowFault::none) {
      rules = tried;
      are_rules_known = true;
    }
    return fault;
  }

  void take(std::string_view line, const std::function<void(const ClickRow&)>& each) {
    if (is_blank(line)) return;
    ClickRow click;
    RowFault fault = find_fields(line);
    if (fault == RowFault::none) fault = interpret(click);
    if (fault != RowFault::none) return reject(fault, line);
    ++summary.num_good;
    each(click);
  }

  void reject(RowFault fault, std::string_view line) {
    const std::string words(reason(fault));
    ClickLogSummary::Rejected& rejected = summary.rejected[words];
    ++summary.num_rejected;
    ++rejected.count;
    const bool is_among_first = rejected.first.size() < kNumFirstPlaces;
    if (!is_among_first && rejects == nullptr) return;
    const std::string place = input.place() + ": " + words + ": " + excerpt(line, kExcerptSize);
    if (is_among_first) rejected.first.push_back(place);
    if (rejects != nullptr) rejects->stream() << place << '\n';
  }

  void check_rejects() const {
    const std::uint64_t num_lines = summary.num_good + summary.num_rejected;
    if (static_cast<double>(summary.num_rejected) <= options.max_bad * static_cast<double>(num_lines)) return;
    std::string message = input.path() + ": " + std::to_string(summary.num_rejected) + " of " +
                          std::to_string(num_lines) + " lines cannot be used, more than --max-bad " +
                          number(options.max_bad) + " allows:";
    for (const auto& [words, rejected] : summary.rejected) {
      message += (words == summary.rejected.begin()->first ? " " : ", ") + std::to_string(rejected.count) + " " + words;
    }
    if (summary.num_good == 0 && !json.first_keys().empty()) message += ". Keys " + needs(json.first_keys());
    for (const auto& [words, rejected] : summary.rejected) {
      for (const std::string& place : rejected.first) message += "\n  " + place;
    }
    throw FormatError(message);
  }

  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  ClickLogOptions options;
  ColumnNames names;
  TextInput input;
  std::unique_ptr<OutputFile> rejects;
  ClickLogSummary summary;

  bool is_json = false;
  std::string first_line;  // of JSON Lines, which have no header: waits for read()
  ClickJson json;
  DelimitedRow row{'\t'};
  std::size_t num_columns = 0;
  std::array<std::size_t, kNumClickColumns> place_of_column = [] {
    std::array<std::size_t, kNumClickColumns> places;
    places.fill(kNowhere);
    return places;
  }();

  ClickFields fields;
  ClickFieldRules rules;
  bool are_rules_known = false;
};

ClickLogReader::ClickLogReader(const std::string& path, ClickLogOptions options)
    : state_(std::make_unique<State>(path, std::move(options))) {}
ClickLogReader::~ClickLogReader() = default;

void ClickLogReader::read(const std::function<void(const ClickRow&)>& each) {
  State& state = *state_;
  if (state.is_json) state.take(state.first_line, each);
  for (std::string_view line; state.input.next(line);) state.take(line, each);
  if (state.rejects != nullptr) state.rejects->commit();
  state.check_rejects();
}

const ClickLogSummary& ClickLogReader::summary() const { return state_->summary; }
bool ClickLogReader::has_impressions() const { return state_->rules.has_clicked && state_->rules.has_rank; }

}  // namespace irgan
