#include "trainer/log/click_fields.h"

#include <cmath>

#include "trainer/machine/numbers.h"
#include "trainer/machine/timestamps.h"

namespace irgan {
namespace {

// Far beyond any result list that somebody looked at: what is larger is not a rank, and callers keep a table by rank.
constexpr double kMaxRank = 1e6;
// Click logs are not as old: what reads as an earlier time is a number of something else, such as days.
constexpr double kEarliestTime = 631152000.0;  // 1990-01-01
// Sums of such counts stay exact to the unit.
constexpr double kMaxCount = 1e12;

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Also "3.0", which spreadsheets and data frames make of a 3.
std::optional<double> finite_number(std::string_view text) {
  double number = 0.0;
  return parse_number(text, number) && std::isfinite(number) ? std::optional<double>(number) : std::nullopt;
}

// `text` in lower case equals `word`.
bool is_word(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != word[i]) return false;
  }
  return true;
}

bool parse_rank(std::string_view text, int rank_base, int& rank) {
  int whole = 0;
  const std::optional<double> number = parse_number(text, whole) ? whole : finite_number(text);  // "3", seldom "3.0"
  if (!number.has_value() || *number != std::floor(*number)) return false;
  if (*number < rank_base || *number >= kMaxRank + rank_base) return false;
  rank = static_cast<int>(*number) + 1 - rank_base;
  return true;
}

bool parse_clicked(std::string_view text, bool& clicked) {
  if (text == "0" || text == "1") {
    clicked = text == "1";
    return true;
  }
  for (const std::string_view yes : {"true", "yes", "t", "y"}) {
    if (is_word(text, yes)) return clicked = true;
  }
  clicked = false;
  for (const std::string_view no : {"false", "no", "f", "n"}) {
    if (is_word(text, no)) return true;
  }
  if (is_nothing(text)) return true;
  const std::optional<double> number = finite_number(text);
  if (!number.has_value() || (*number != 0.0 && *number != 1.0)) return false;
  clicked = *number == 1.0;
  return true;
}

bool parse_count(std::string_view text, double& count) {
  const std::optional<double> number = finite_number(text);
  if (!number.has_value() || !(*number > 0.0) || *number > kMaxCount) return false;
  count = *number;
  return true;
}

}  // namespace

bool is_nothing(std::string_view text) {
  return text.empty() || is_word(text, "null") || is_word(text, "none") || is_word(text, "nan") || text == "\\N";
}

RowFault read_time(std::string_view text, double latest, std::optional<double>& time) {
  time.reset();
  if (text.empty()) return RowFault::none;
  time = parse_time(text);
  if (!time.has_value()) return RowFault::bad_time;
  if (*time > latest) return RowFault::future_time;
  return *time < kEarliestTime ? RowFault::early_time : RowFault::none;
}

RowFault FieldReader::read_row_time(std::string_view text, double latest, std::optional<double>& time) {
  if (text != last_text_) {
    last_fault_ = read_time(text, latest, last_time_);
    last_text_ = text;
  }
  time = last_time_;
  return last_fault_;
}

// Each member by itself: millions of rows are filled, and a new row is large.
RowFault FieldReader::read(const ClickFields& fields, const ClickFieldRules& rules, ClickRow& row) {
  row.session = fields[ClickColumn::session];
  row.query_id = fields[ClickColumn::query_id];
  row.query = fields[ClickColumn::query];
  row.document_id = fields[ClickColumn::doc_id];
  row.team = fields[ClickColumn::team];
  row.serialised_query = fields[ClickColumn::serialised_query];
  row.page_id = fields[ClickColumn::page_id];
  row.rank = 0;
  row.clicked = true;
  row.count = 1.0;
  row.log_probability.reset();
  for (std::size_t i = 0; i < rules.num_contexts; ++i) {
    const std::string_view value = fields[context_column(i)];
    row.contexts[i] = is_nothing(value) ? std::string_view() : value;
  }
  if (row.document_id.empty()) return RowFault::no_document_id;
  const bool has_page = rules.has_pages && !row.page_id.empty();
  if (row.query_id.empty() && row.query.empty() && !has_page) return RowFault::no_query;

  if (fields.has(ClickColumn::clicked) && !rules.has_clicked) return RowFault::bad_clicked;
  if (rules.has_clicked && !parse_clicked(without_blanks(fields[ClickColumn::clicked]), row.clicked)) {
    return RowFault::bad_clicked;
  }

  const std::string_view rank = without_blanks(fields[ClickColumn::rank]);
  row.is_impression = rules.has_clicked && rules.has_rank;
  if (rank.empty() ? row.is_impression : !parse_rank(rank, rules.rank_base, row.rank)) {
    return parse_rank(rank, 0, row.rank) ? RowFault::rank_0 : RowFault::bad_rank;
  }

  const RowFault time_fault = read_row_time(without_blanks(fields[ClickColumn::time]), rules.latest_time, row.time);
  if (time_fault != RowFault::none) return time_fault;

  const std::string_view count = without_blanks(fields[ClickColumn::count]);
  if (fields.has(ClickColumn::count) && !parse_count(count, row.count)) return RowFault::bad_count;

  const std::string_view log_probability = without_blanks(fields[ClickColumn::log_probability]);
  if (!log_probability.empty()) {
    row.log_probability = finite_number(log_probability);
    if (!row.log_probability.has_value() || *row.log_probability > 0.0) return RowFault::bad_log_probability;
  }
  return RowFault::none;
}

}  // namespace irgan
