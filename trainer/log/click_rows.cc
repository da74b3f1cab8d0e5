#include "trainer/log/click_rows.h"

#include <simdjson.h>

#include <algorithm>

#include "trainer/log/click_log_tally.h"
#include "trainer/text/near_name.h"

namespace irgan {
namespace {

constexpr std::size_t kMaxColumns = 10'000;    // a header with more is some other kind of file
constexpr std::size_t kMaxColumnsShown = 300;  // bytes of a message
constexpr std::size_t kMaxActions = 100;       // by name; a damaged log may have as many names as lines
constexpr std::size_t kActionShown = 60;       // bytes of a message
constexpr const char* kOtherActions = "other actions";

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all.append(all.empty() ? "" : ", ").append(name.substr(0, kMaxColumnsShown));
  return excerpt(all, kMaxColumnsShown);
}

std::string needs(const std::vector<std::string>& found, const ColumnNames& names) {
  const std::string likely = likely_columns(found, names);
  const bool is_telling = likely.substr(0, 6) == "doc_id" || likely.substr(0, 5) == "query";
  std::string mistyped;
  for (const char* const needed : {"doc_id", "query"}) {
    const std::string near = near_name(needed, found);
    if (near.empty() || near == needed || names.is_known(near)) continue;
    mistyped.append(mistyped.empty() ? "" : ", ").append(needed).append("=").append(near);
  }
  return "found: " + joined(found) +
         "; needed: doc_id, and query_id or query. Other names are given as columns NAME=THEIRS, as in " +
         (is_telling         ? likely
          : mistyped.empty() ? "doc_id=document"
                             : excerpt(mistyped, kMaxColumnsShown));
}

std::string_view trimmed(std::string_view text) {
  if (text.empty() || (text.front() != ' ' && text.back() != ' ')) return text;
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// What a spreadsheet or a program may put between the columns, if it is no tab. Other separators than a comma are taken
// where the header then has what is needed.
DelimitedRow row_like(std::string_view header, const ColumnNames& names) {
  if (header.find('\t') != std::string_view::npos) {
    DelimitedRow quoted('\t', true);
    const bool is_quoted = header.front() == '"' && header.find("\"\t\"") != std::string_view::npos;
    return is_quoted && quoted.split(header, kMaxColumns) ? quoted : DelimitedRow('\t');
  }
  for (const char delimiter : {',', ';', '|'}) {
    DelimitedRow row(delimiter);
    if (!row.split(header, kMaxColumns)) continue;
    const auto has = [&](ClickColumn column) {
      return std::any_of(row.fields().begin(), row.fields().end(), [&](std::string_view field) {
        return plain_name(trimmed(field)) == plain_name(names[column]);
      });
    };
    if (has(ClickColumn::doc_id) && (has(ClickColumn::query) || has(ClickColumn::query_id))) return row;
  }
  return DelimitedRow(header.find(';') != std::string_view::npos && header.find(',') == std::string_view::npos ? ';'
                                                                                                               : ',');
}

bool is_id(ClickColumn column) {
  return column >= context_column(0) || column == ClickColumn::session || column == ClickColumn::query_id ||
         column == ClickColumn::doc_id || column == ClickColumn::team || column == ClickColumn::action ||
         column == ClickColumn::page_id;
}

}  // namespace

ClickRows::ClickRows(const ClickLogOptions& options, double latest_time, std::string_view first_line,
                     const TextInput& input, JsonLogKeys* json_keys, bool has_pages)
    : path_(input.path()),
      names_(options.columns, options.contexts),
      actions_(options.click_actions, options.actions),
      is_json_(first_line[first_line.find_first_not_of(" \t")] == '{'),
      json_(names_),
      json_keys_(json_keys) {
  place_of_column_.fill(kNowhere);
  rules_.rank_base = options.rank_base.value_or(rules_.rank_base);
  rules_.latest_time = latest_time;
  rules_.num_contexts = options.contexts.size();
  rules_.has_pages = has_pages;
  if (!is_json_) read_header(options, first_line, input);
  if (is_json_ && names_[ClickColumn::clicked].empty()) json_keys_->is_known = true;
}

void ClickRows::read_header(const ClickLogOptions& options, std::string_view line, const TextInput& input) {
  header_ = line;
  row_ = row_like(line, names_);
  if (!row_.split(line, kMaxColumns)) throw FormatError(input.place() + ": the header line cannot be read");
  for (const std::string_view field : row_.fields()) columns_.emplace_back(trimmed(field));
  find_columns(input);
  find_spelt_otherwise(input);
  check_columns(options, input);
  for (std::size_t k = 0; k < names_.size(); ++k) {
    const ClickColumn column = static_cast<ClickColumn>(k);
    if (place_of_column_[k] != kNowhere) present_.push_back({column, place_of_column_[k], is_id(column)});
  }
  rules_.has_clicked = has_seen("clicked");
  rules_.has_rank = has_seen("rank");
}

void ClickRows::place(ClickColumn column, std::size_t i, const TextInput& input) {
  std::size_t& place = place_of_column_[static_cast<std::size_t>(column)];
  if (place != kNowhere) {
    throw FormatError(input.place() + ": the header has two columns '" +
                      (columns_[place] == columns_[i] ? columns_[i] : columns_[place] + "' and '" + columns_[i]) + "'");
  }
  place = i;
  has_seen_[static_cast<std::size_t>(column)] = true;
}

void ClickRows::find_columns(const TextInput& input) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    for (std::size_t k = 0; k < names_.size(); ++k) {
      const ClickColumn column = static_cast<ClickColumn>(k);
      const bool is_second_action = column == ClickColumn::action && place_of_column_[k] != kNowhere;
      if (names_.is_of(columns_[i], column) && !is_second_action) place(column, i, input);
    }
  }
}

// "Doc_ID", "docId"
void ClickRows::find_spelt_otherwise(const TextInput& input) {
  const auto had = place_of_column_;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (names_.is_known(columns_[i])) continue;
    for (std::size_t k = 0; k < names_.size(); ++k) {
      const ClickColumn column = static_cast<ClickColumn>(k);
      if (had[k] != kNowhere || names_.is_given(column) || column == ClickColumn::action) continue;
      if (plain_name(columns_[i]) == plain_name(names_.known()[k])) place(column, i, input);
    }
  }
}

void ClickRows::check_columns(const ClickLogOptions& options, const TextInput& input) {
  for (const auto& [known, theirs] : options.columns) {
    if (theirs.empty() || has_seen(known)) continue;
    throw ConfigError("column", known + "=" + theirs + ": the header of " + input.path() + " has no column '" + theirs +
                                    "'; it has " + joined(columns_) + meant(theirs, columns_, known + "="));
  }
  const bool has_query = has_seen("query_id") || has_seen("query") || (rules_.has_pages && has_seen("page_id"));
  if (!has_seen("doc_id") || !has_query) {
    if (has_seen("doc_id") && has_seen("page_id")) {
      throw FormatError(input.place() +
                        ": the rows have no query, only the page that they are of: give the module's log of searches "
                        "(IRGAN_LOG) beside this one");
    }
    throw FormatError(input.place() + ": the header of the click log lacks a column that is needed; " +
                      needs(columns_, names_));
  }
  if (has_seen("clicked") || names_.is_given(ClickColumn::clicked)) return;
  for (const std::string& name : columns_) {
    if (names_.is_known(name) || usual_meaning(name) != ClickColumn::clicked) continue;
    throw ConfigError("column", unclear_clicks(input.place(), name));
  }
}

bool ClickRows::has_seen(std::string_view known) const {
  const std::vector<std::string>& all = names_.known();
  const auto place = std::find(all.begin(), all.end(), known);
  return place != all.end() && has_seen_[static_cast<std::size_t>(place - all.begin())];
}

bool ClickRows::has_impressions() const {
  if (is_json_) return json_keys_->has_clicked && json_keys_->has_rank;
  return rules_.has_clicked && rules_.has_rank;
}

// A line is parsed here only if it may tell something new: most that wait are only kept.
bool ClickRows::is_waiting(std::string_view line) {
  if (!is_json_ || json_keys_->is_known) return false;
  const auto may_have = [&](ClickColumn column) { return line.find(names_[column]) != std::string_view::npos; };
  JsonLogKeys& keys = *json_keys_;
  const bool may_tell =
      (!keys.has_clicked && may_have(ClickColumn::clicked)) || (!keys.has_rank && may_have(ClickColumn::rank));
  if (may_tell && json_.parse(line, fields_) == RowFault::none) {
    keys.has_clicked = keys.has_clicked || json_.has_key(ClickColumn::clicked);
    keys.has_rank = keys.has_rank || fields_.has(ClickColumn::rank);
    keys.is_known = keys.has_clicked && keys.has_rank;
  }
  return !keys.is_known;
}

RowFault ClickRows::find_fields(std::string_view line) {
  if (is_json_) {
    const RowFault fault = json_.parse(line, fields_);
    for (std::size_t k = 0; k < names_.size(); ++k)
      has_seen_[k] = has_seen_[k] || fields_.has(static_cast<ClickColumn>(k));
    return fault;
  }
  if (!simdjson::validate_utf8(line.data(), line.size())) return RowFault::not_utf8;
  if (!row_.split(line, columns_.size()) || row_.fields().size() != columns_.size()) return RowFault::number_of_columns;
  for (const Present& present : present_) {
    const std::string_view field = row_.fields()[present.place];
    fields_[present.column] = present.is_id ? trimmed(field) : field;
  }
  return RowFault::none;
}

std::optional<RowFault> ClickRows::take(std::string_view line, std::uint64_t line_number, const EachRow& each) {
  if (!is_json_ && line == header_) {
    ++num_headers_;
    return RowFault::none;
  }
  RowFault fault = find_fields(line);
  if (fault != RowFault::none) return fault;
  if (is_json_) {
    rules_.has_clicked = json_keys_->has_clicked;
    rules_.has_rank = json_keys_->has_rank;
    if (!rules_.has_clicked && !json_.unclear_key().empty() && !names_.is_given(ClickColumn::clicked)) {
      throw ConfigError("column", unclear_clicks(path_ + ":" + std::to_string(line_number), json_.unclear_key()));
    }
  }
  if (!rules_.has_clicked && is_passed_over(fields_[ClickColumn::action], line_number)) return RowFault::none;
  ClickRow& row = row_read_;
  fault = reader_.read(fields_, rules_, row);
  if (fault == RowFault::none) {
    has_rows_ = true;
    if (row.clicked && fields_.has(ClickColumn::action)) row.count *= actions_.weight(fields_[ClickColumn::action]);
    each(row);
  }
  return fault;
}

bool ClickRows::is_passed_over(std::string_view action, std::uint64_t line_number) {
  if (action.empty()) return false;
  if (action != last_action_) {
    is_last_click_ = is_click(action, line_number);
    last_action_ = action;
  }
  if (is_last_click_) return false;
  const bool is_room = other_actions_.count(last_action_) > 0 || other_actions_.size() < kMaxActions;
  ++other_actions_[is_room ? last_action_ : kOtherActions];
  return true;
}

// A column with one value that we do not know may say anything of rows that are all clicks; with two it may not.
bool ClickRows::is_click(std::string_view action, std::uint64_t line_number) {
  const bool is_known_click = actions_.is_click(action);
  if (is_known_click || actions_.is_other(action)) {
    if (!unclear_action_.empty()) refuse_action(action, line_number);
    has_clicks_ = has_clicks_ || is_known_click;
    return is_known_click;
  }
  if (has_clicks_) return false;
  if (!other_actions_.empty() || (!unclear_action_.empty() && unclear_action_ != action)) {
    refuse_action(action, line_number);
  }
  unclear_action_ = action;
  return true;
}

void ClickRows::refuse_action(std::string_view action, std::uint64_t line_number) const {
  const std::string before = unclear_action_.empty() ? other_actions_.begin()->first : unclear_action_;
  std::string column = is_json_ ? "action" : columns_[place_of(ClickColumn::action)];
  throw ConfigError("click_action", "is missing: " + path_ + ":" + std::to_string(line_number) + ": the column '" +
                                        excerpt(column, kActionShown) + "' says '" + excerpt(action, kActionShown) +
                                        "' here and '" + excerpt(before, kActionShown) +
                                        "' before: which of them are clicks? Name those; a column action= (nothing) "
                                        "says that each row is a click");
}

std::string ClickRows::hint() const {
  return has_rows_ || json_.first_keys().empty() ? std::string() : ". Keys " + needs(json_.first_keys(), names_);
}

void ClickRows::finish(ClickLogSummary& summary) const {
  for (const auto& [action, count] : other_actions_) summary.others[action] += count;
  if (num_headers_ > 0) summary.others["header lines again"] += num_headers_;
  const std::vector<std::string>& found = is_json_ ? json_.first_keys() : columns_;
  if (!other_actions_.empty()) {
    summary.remarks.push_back(has_clicks_
                                  ? "only the lines whose action is a click are read: a log with a row for each result "
                                    "shown, clicked or not, would say more"
                                  : "no line's action is a click; the names of those that are can be given");
  }
  for (const ClickColumn column : {ClickColumn::rank, ClickColumn::time, ClickColumn::session}) {
    const std::string known(kClickColumnNames[static_cast<std::size_t>(column)]);
    if (has_seen(known) || names_.is_given(column)) continue;
    const auto like = std::find_if(found.begin(), found.end(), [&](const std::string& name) {
      return !names_.is_known(name) && usual_meaning(name) == column;
    });
    if (like == found.end()) continue;
    summary.remarks.push_back("'" + excerpt(*like, kActionShown) + "' is not read; the column " + known + "=" +
                              excerpt(*like, kActionShown) + " would give the " + known);
  }
}

}  // namespace irgan
