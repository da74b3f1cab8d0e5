#include "trainer/omega_log.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "trainer/timestamps.h"

namespace irgan {
namespace {

constexpr std::size_t kMaxColumns = 10'000;
constexpr std::uint64_t kMaxDocid = 0xFFFFFFFF;
constexpr std::size_t kMaxRank = 1'000'000;  // as in other logs
constexpr double kMaxCount = 1e12;
constexpr std::size_t kNumSearchColumns = 4;
constexpr std::string_view kHeader = "QueryID,Query,Hits,Offset,Clicks";

template <class Number>
bool parse_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_docid(std::string_view text) {
  std::uint64_t docid = 0;
  return parse_whole(text, docid) && docid > 0 && docid <= kMaxDocid;
}

std::vector<std::string_view> cut_at_commas(std::string_view list) {
  std::vector<std::string_view> parts;
  if (list.empty()) return parts;
  for (;;) {
    const std::size_t comma = std::min(list.find(','), list.size());
    parts.push_back(list.substr(0, comma));
    if (comma == list.size()) return parts;
    list.remove_prefix(comma + 1);
  }
}

bool are_docids(std::string_view list) {
  const std::vector<std::string_view> parts = cut_at_commas(list);
  return std::all_of(parts.begin(), parts.end(), is_docid);
}

bool is_addition(std::string_view field) { return field.find('=') != std::string_view::npos; }

// "45:0,54:2"
bool are_click_counts(std::string_view list) {
  const std::vector<std::string_view> parts = cut_at_commas(list);
  return !parts.empty() && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return is_docid(part.substr(0, std::min(part.find(':'), part.size()))) && part.find(':') != std::string_view::npos;
  });
}

}  // namespace

bool is_omega_header(std::string_view first_line) { return first_line == kHeader; }

OmegaForm omega_form(std::string_view first_line) {
  if (is_omega_header(first_line)) return OmegaForm::combined;
  DelimitedRow row(',');
  if (!row.split(first_line, kMaxColumns)) return OmegaForm::none;
  const std::vector<std::string_view>& fields = row.fields();
  int offset = 0;
  if (fields.size() >= kNumSearchColumns && !fields[0].empty() && are_docids(fields[2]) &&
      parse_whole(fields[3], offset)) {
    return fields.size() > kNumSearchColumns && are_click_counts(fields[kNumSearchColumns]) ? OmegaForm::combined
                                                                                            : OmegaForm::search;
  }
  const bool are_rest_additions =
      fields.size() >= 2 && std::all_of(fields.begin() + 2, fields.end(), [](std::string_view f) { return is_addition(f); });
  return are_rest_additions && !fields[0].empty() && is_docid(fields[1]) ? OmegaForm::clicks : OmegaForm::none;
}

void OmegaClicks::add(std::string_view query_id, std::string_view docid, std::string_view document_id,
                      std::optional<double> time) {
  const auto [place, is_new_query] = place_of_query_.try_emplace(std::string(query_id), queries_.size());
  if (is_new_query) queries_.push_back({std::string(query_id), {}, {}, {}});
  Query& query = queries_[place->second];
  const auto [click, is_new_click] = query.place_of_docid.try_emplace(std::string(docid), query.clicks.size());
  if (is_new_click) query.clicks.push_back({0, false, std::string(document_id), time});
  ++query.clicks[click->second].count;
}

OmegaClicks::Query* OmegaClicks::find(std::string_view query_id) {
  const auto found = place_of_query_.find(std::string(query_id));
  return found == place_of_query_.end() ? nullptr : &queries_[found->second];
}

RowFault OmegaLines::read_additions(std::size_t first) {
  ids_.clear();
  session_ = {};
  time_.reset();
  const std::vector<std::string_view>& fields = row_.fields();
  for (std::size_t i = first; i < fields.size(); ++i) {
    const std::size_t equals = fields[i].find('=');
    if (equals == std::string_view::npos) return RowFault::number_of_columns;
    const std::string_view name = fields[i].substr(0, equals);
    const std::string_view value = fields[i].substr(equals + 1);
    if (name == "id") {
      if (value.empty()) return RowFault::no_document_id;
      ids_.push_back(value);
    } else if (name == "session") {
      session_ = value;
    } else if (name == "time" && !value.empty()) {
      time_ = parse_time(value);
      if (!time_.has_value() || *time_ > latest_time_) return RowFault::bad_time;
    }
  }
  return ids_.empty() || ids_.size() == docids_.size() ? RowFault::none : RowFault::number_of_columns;
}

bool OmegaLines::read_counts(std::string_view text) {
  counts_.clear();
  const std::vector<std::string_view> parts = cut_at_commas(text);
  if (parts.size() != docids_.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t colon = parts[i].find(':');
    std::uint64_t count = 0;
    if (colon == std::string_view::npos || parts[i].substr(0, colon) != docids_[i]) return false;
    if (!parse_whole(parts[i].substr(colon + 1), count)) return false;
    counts_.push_back(static_cast<double>(count));
    if (counts_.back() > kMaxCount) return false;
  }
  return true;
}

RowFault OmegaLines::take(std::string_view line, const std::function<void(const ClickRow&)>& each) {
  if (!simdjson::validate_utf8(line.data(), line.size())) return RowFault::not_utf8;
  if (!row_.split(line, kMaxColumns)) return RowFault::number_of_columns;
  return form_ == OmegaForm::clicks ? take_click() : take_page(each);
}

RowFault OmegaLines::take_click() {
  const std::vector<std::string_view>& fields = row_.fields();
  if (fields.size() < 2) return RowFault::number_of_columns;
  if (fields[0].empty()) return RowFault::no_query;
  if (!is_docid(fields[1])) return RowFault::no_document_id;
  docids_.assign(1, fields[1]);
  const RowFault fault = read_additions(2);
  if (fault == RowFault::none) clicks_->add(fields[0], fields[1], ids_.empty() ? fields[1] : ids_[0], time_);
  return fault;
}

// What of the clicks on the query's documents falls to this page.
void OmegaLines::count_page(std::string_view query_id, std::string_view words) {
  counts_.assign(docids_.size(), 0.0);
  OmegaClicks::Query* query = clicks_->find(query_id);
  if (query == nullptr) return;
  if (query->words.empty()) query->words = words;
  for (std::size_t i = 0; i < docids_.size(); ++i) {
    const auto place = query->place_of_docid.find(std::string(docids_[i]));
    if (place == query->place_of_docid.end()) continue;
    OmegaClicks::Click& click = query->clicks[place->second];
    click.is_shown = true;
    if (!ids_.empty()) click.document_id = ids_[i];
    if (click.count == 0) continue;
    --click.count;
    counts_[i] = 1.0;
  }
}

RowFault OmegaLines::take_page(const std::function<void(const ClickRow&)>& each) {
  const std::vector<std::string_view>& fields = row_.fields();
  const std::size_t num_columns = kNumSearchColumns + (form_ == OmegaForm::combined ? 1 : 0);
  if (fields.size() < num_columns) return RowFault::number_of_columns;
  if (fields[0].empty()) return RowFault::no_query;
  if (!are_docids(fields[2])) return RowFault::no_document_id;
  docids_ = cut_at_commas(fields[2]);
  int offset = 0;
  if (!parse_whole(fields[3], offset) || offset < 0) return RowFault::bad_rank;
  if (static_cast<std::size_t>(offset) + docids_.size() > kMaxRank) return RowFault::bad_rank;
  if (fields[1].empty() && !docids_.empty()) return RowFault::no_query;
  if (form_ == OmegaForm::combined && !read_counts(fields[4])) return RowFault::bad_clicked;
  const RowFault fault = read_additions(num_columns);
  if (fault != RowFault::none) return fault;
  if (form_ == OmegaForm::search) count_page(fields[0], fields[1]);

  ClickRow row;
  row.session = session_;
  row.query = fields[1];
  row.time = time_;
  row.is_impression = true;
  for (std::size_t i = 0; i < docids_.size(); ++i) {
    row.document_id = ids_.empty() ? docids_[i] : ids_[i];
    row.rank = offset + static_cast<int>(i) + 1;
    row.clicked = counts_[i] > 0.0;
    row.count = row.clicked ? counts_[i] : 1.0;
    each(row);
  }
  return RowFault::none;
}

std::uint64_t give_rest(OmegaClicks& clicks, const std::function<void(const ClickRow&)>& each) {
  std::uint64_t num_repeated = 0;
  for (const OmegaClicks::Query& query : clicks.queries()) {
    for (const OmegaClicks::Click& click : query.clicks) {
      if (click.is_shown) num_repeated += click.count;
      if (click.is_shown || click.count == 0) continue;
      ClickRow row;
      (query.words.empty() ? row.query_id : row.query) = query.words.empty() ? query.id : query.words;
      row.document_id = click.document_id;
      row.time = click.time;
      row.count = static_cast<double>(click.count);
      each(row);
    }
  }
  return num_repeated;
}

}  // namespace irgan
