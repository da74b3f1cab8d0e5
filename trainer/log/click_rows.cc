#include "trainer/log/click_rows.h"

#include <simdjson.h>

#include <algorithm>

#include "trainer/log/click_log_tally.h"

namespace irgan {
namespace {

constexpr std::size_t kMaxColumns = 10'000;    // a header with more is some other kind of file
constexpr std::size_t kMaxColumnsShown = 300;  // bytes of a message

using ColumnNames = std::array<std::string, kNumClickColumns>;

// What each known column is called in the file.
ColumnNames names_in_file(const ClickLogOptions& options) {
  ColumnNames names;
  std::copy(kClickColumnNames.begin(), kClickColumnNames.end(), names.begin());
  for (const auto& [known, theirs] : options.columns) {
    const auto place = std::find(kClickColumnNames.begin(), kClickColumnNames.end(), known);
    if (place == kClickColumnNames.end()) {
      std::string all;
      for (const std::string_view name : kClickColumnNames) all.append(all.empty() ? "" : ", ").append(name);
      throw ConfigError("column",
                        known + "=" + theirs + ": there is no column '" + known + "'; the known ones are " + all);
    }
    names[static_cast<std::size_t>(place - kClickColumnNames.begin())] = theirs;
  }
  return names;
}

std::string needs(const std::string& found) {
  return "found: " + excerpt(found, kMaxColumnsShown) +
         "; needed: doc_id, and query_id or query. Other names are given as columns NAME=THEIRS, as in "
         "doc_id=document";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

ClickRows::ClickRows(const ClickLogOptions& options, double latest_time, std::string_view first_line,
                     const TextInput& input)
    : names_(names_in_file(options)), is_json_(first_line[first_line.find_first_not_of(" \t")] == '{'), json_(names_) {
  place_of_column_.fill(kNowhere);
  rules_.rank_base = options.rank_base.value_or(rules_.rank_base);
  rules_.latest_time = latest_time;
  if (!is_json_) read_header(options, first_line, input);
}

void ClickRows::read_header(const ClickLogOptions& options, std::string_view line, const TextInput& input) {
  row_ = DelimitedRow(line.find('\t') != std::string_view::npos ? '\t' : ',');
  if (!row_.split(line, kMaxColumns)) throw FormatError(input.place() + ": the header line cannot be read");
  num_columns_ = row_.fields().size();
  std::string found;
  for (std::size_t i = 0; i < num_columns_; ++i) {
    const std::string_view name = trimmed(row_.fields()[i]);
    found.append(i == 0 ? "" : ", ").append(name.substr(0, kMaxColumnsShown));
    for (std::size_t k = 0; k < kNumClickColumns; ++k) {
      if (names_[k] != name) continue;
      if (place_of_column_[k] != kNowhere) {
        throw FormatError(input.place() + ": the header has two columns '" + std::string(name) + "'");
      }
      place_of_column_[k] = i;
      has_seen_[k] = true;
    }
  }
  for (const auto& [known, theirs] : options.columns) {
    if (has_seen(known)) continue;
    throw ConfigError("column", known + "=" + theirs + ": the header of " + input.path() + " has no column '" + theirs +
                                    "'; it has " + excerpt(found, kMaxColumnsShown));
  }
  if (!has_seen("doc_id") || !(has_seen("query_id") || has_seen("query"))) {
    throw FormatError(input.place() + ": the header of the click log lacks a column that is needed; " + needs(found));
  }
  rules_.has_clicked = has_seen("clicked");
  rules_.has_rank = has_seen("rank");
  are_rules_known_ = true;
}

bool ClickRows::has_seen(std::string_view known) const {
  const auto place = std::find(kClickColumnNames.begin(), kClickColumnNames.end(), known);
  return has_seen_[static_cast<std::size_t>(place - kClickColumnNames.begin())];
}

RowFault ClickRows::find_fields(std::string_view line) {
  if (is_json_) {
    const RowFault fault = json_.parse(line, fields_);
    for (std::size_t k = 0; k < kNumClickColumns; ++k)
      has_seen_[k] = has_seen_[k] || fields_.has(static_cast<ClickColumn>(k));
    return fault;
  }
  if (!simdjson::validate_utf8(line.data(), line.size())) return RowFault::not_utf8;
  if (!row_.split(line, num_columns_) || row_.fields().size() != num_columns_) return RowFault::number_of_columns;
  for (std::size_t k = 0; k < kNumClickColumns; ++k) {
    if (place_of_column_[k] != kNowhere) fields_[static_cast<ClickColumn>(k)] = row_.fields()[place_of_column_[k]];
  }
  return RowFault::none;
}

RowFault ClickRows::parse(std::string_view line, ClickRow& row) {
  const RowFault fault = find_fields(line);
  if (fault != RowFault::none) return fault;
  if (are_rules_known_) return interpret_fields(fields_, rules_, row);
  // In JSON Lines the first line that is of use otherwise tells whether the log has clicks alone.
  ClickFieldRules tried = rules_;
  tried.has_clicked = fields_.has(ClickColumn::clicked);
  tried.has_rank = fields_.has(ClickColumn::rank);
  const RowFault meaning_fault = interpret_fields(fields_, tried, row);
  if (meaning_fault == RowFault::none) {
    rules_ = tried;
    are_rules_known_ = true;
  }
  return meaning_fault;
}

std::optional<RowFault> ClickRows::take(std::string_view line, std::uint64_t /*line_number*/, const EachRow& each) {
  ClickRow row;
  const RowFault fault = parse(line, row);
  if (fault == RowFault::none) each(row);
  return fault;
}

std::string ClickRows::hint() const {
  return json_.first_keys().empty() ? std::string() : ". Keys " + needs(json_.first_keys());
}

}  // namespace irgan
