#include "trainer/log/omega_log.h"

#include <simdjson.h>

#include <algorithm>

#include "trainer/machine/numbers.h"
#include "trainer/machine/split.h"
#include "trainer/machine/timestamps.h"

namespace irgan {
namespace {

constexpr std::size_t kMaxPageColumns = 10'000;
constexpr std::uint64_t kMaxDocid = 0xFFFFFFFF;
constexpr std::size_t kMaxPageRank = 1'000'000;  // as in other logs
constexpr double kMaxPageCount = 1e12;
constexpr std::size_t kNumSearchColumns = 4;
constexpr std::string_view kTime = "time=";
constexpr std::string_view kHeader = "QueryID,Query,Hits,Offset,Clicks";

bool is_docid(std::string_view text) {
  std::uint64_t docid = 0;
  return parse_number(text, docid) && docid > 0 && docid <= kMaxDocid;
}

std::vector<std::string_view> cut_at_commas(std::string_view list) {
  return list.empty() ? std::vector<std::string_view>() : split(list, ',');
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
  if (!row.split(first_line, kMaxPageColumns)) return OmegaForm::none;
  const std::vector<std::string_view>& fields = row.fields();
  int offset = 0;
  if (fields.size() >= kNumSearchColumns && !fields[0].empty() && are_docids(fields[2]) &&
      parse_number(fields[3], offset)) {
    return fields.size() > kNumSearchColumns && are_click_counts(fields[kNumSearchColumns]) ? OmegaForm::combined
                                                                                            : OmegaForm::search;
  }
  const bool are_rest_additions = fields.size() >= 2 && std::all_of(fields.begin() + 2, fields.end(),
                                                                    [](std::string_view f) { return is_addition(f); });
  return are_rest_additions && !fields[0].empty() && is_docid(fields[1]) ? OmegaForm::clicks : OmegaForm::none;
}

std::optional<double> omega_page_time(std::string_view line) {
  DelimitedRow row(',');
  if (!row.split(line, kMaxPageColumns)) return std::nullopt;
  const std::vector<std::string_view>& fields = row.fields();
  for (std::size_t i = kNumSearchColumns; i < fields.size(); ++i) {
    if (fields[i].substr(0, kTime.size()) == kTime) return parse_time(fields[i].substr(kTime.size()));
  }
  return std::nullopt;
}

RowFault OmegaLines::read_additions(std::size_t first) {
  page_.ids.clear();
  page_.session = {};
  page_.time.reset();
  const std::vector<std::string_view>& fields = row_.fields();
  for (std::size_t i = first; i < fields.size(); ++i) {
    const std::size_t equals = fields[i].find('=');
    if (equals == std::string_view::npos) return RowFault::number_of_columns;
    const std::string_view name = fields[i].substr(0, equals);
    const std::string_view value = fields[i].substr(equals + 1);
    if (name == "id") {
      if (value.empty()) return RowFault::no_document_id;
      page_.ids.push_back(value);
    } else if (name == "session") {
      page_.session = value;
    } else if (name == "time") {
      const RowFault fault = read_time(value, latest_time_, page_.time);
      if (fault != RowFault::none) return fault;
    }
  }
  return page_.ids.empty() || page_.ids.size() == page_.docids.size() ? RowFault::none : RowFault::number_of_columns;
}

bool OmegaLines::read_counts(std::string_view text) {
  counts_.clear();
  const std::vector<std::string_view> parts = cut_at_commas(text);
  if (parts.size() != page_.docids.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t colon = parts[i].find(':');
    std::uint64_t count = 0;
    if (colon == std::string_view::npos || parts[i].substr(0, colon) != page_.docids[i]) return false;
    if (!parse_number(parts[i].substr(colon + 1), count)) return false;
    counts_.push_back(static_cast<double>(count));
    if (counts_.back() > kMaxPageCount) return false;
  }
  return true;
}

LogForm::Turn OmegaLines::turn() const {
  if (form_ == OmegaForm::clicks) return Turn::before_others;
  return form_ == OmegaForm::search ? Turn::by_time : Turn::in_order;
}

std::optional<RowFault> OmegaLines::take(std::string_view line, std::uint64_t /*line_number*/, const EachRow& each) {
  if (!simdjson::validate_utf8(line.data(), line.size())) return RowFault::not_utf8;
  if (!row_.split(line, kMaxPageColumns)) return RowFault::number_of_columns;
  return form_ == OmegaForm::clicks ? take_click() : take_page(each);
}

RowFault OmegaLines::take_click() {
  const std::vector<std::string_view>& fields = row_.fields();
  if (fields.size() < 2) return RowFault::number_of_columns;
  if (fields[0].empty()) return RowFault::no_query;
  if (!is_docid(fields[1])) return RowFault::no_document_id;
  page_.docids.assign(1, fields[1]);
  const RowFault fault = read_additions(2);
  if (fault != RowFault::none) return fault;
  clicks_->add(fields[0], fields[1], page_.ids.empty() ? fields[1] : page_.ids[0], page_.time, page_.session);
  return RowFault::none;
}

RowFault OmegaLines::take_page(const EachRow& each) {
  const std::vector<std::string_view>& fields = row_.fields();
  const std::size_t num_columns = kNumSearchColumns + (form_ == OmegaForm::combined ? 1 : 0);
  if (fields.size() < num_columns) return RowFault::number_of_columns;
  if (fields[0].empty()) return RowFault::no_query;
  if (!are_docids(fields[2])) return RowFault::no_document_id;
  page_.docids = cut_at_commas(fields[2]);
  page_.query_id = fields[0];
  page_.words = fields[1];
  if (!parse_number(fields[3], page_.offset) || page_.offset < 0) return RowFault::bad_rank;
  // A visitor may ask for any page; one without documents has no ranks.
  if (page_.docids.empty()) page_.offset = 0;
  if (static_cast<std::size_t>(page_.offset) + page_.docids.size() > kMaxPageRank) return RowFault::bad_rank;
  if (fields[1].empty() && !page_.docids.empty()) return RowFault::no_query;
  if (form_ == OmegaForm::combined && !read_counts(fields[4])) return RowFault::bad_count;
  const RowFault fault = read_additions(num_columns);
  if (fault != RowFault::none) return fault;
  if (form_ == OmegaForm::search) {
    clicks_->take_page(page_, each);
  } else {
    give_rows(page_, counts_, each);
  }
  return RowFault::none;
}

}  // namespace irgan
