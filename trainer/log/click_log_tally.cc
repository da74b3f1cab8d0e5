#include "trainer/log/click_log_tally.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "plugin/src/process/printable.h"

namespace irgan {
namespace {

constexpr std::size_t kNumFirstPlaces = 5;
constexpr std::size_t kExcerptSize = 120;
constexpr std::uint64_t kNumTelling = 20;  // rows or pages from which on what they have in common is no chance

}  // namespace

std::string excerpt(std::string_view line, std::size_t size) {
  std::size_t end = std::min(line.size(), size);
  while (end < line.size() && end > 0 && (line[end] & 0xC0) == 0x80) --end;  // not inside a letter
  return printable(line.substr(0, end));
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

void OddRows::see_count(const ClickRow& row) {
  has_counts_ = true;
  if (!row.is_impression) return;
  if (row.session != session_ || row.query_id != query_id_ || row.query != query_) {
    end_page();
    session_ = row.session;
    query_id_ = row.query_id;
    query_ = row.query;
    count_ = row.count;
  }
  ++num_rows_;
  is_clicked_ = is_clicked_ || row.clicked;
  is_even_ = is_even_ && row.count == count_;
  sum_of_counts_ += row.count;
  ++num_counts_;
}

void OddRows::end_page() {
  if (num_rows_ > 1 && is_clicked_) {
    ++num_pages_;
    if (is_even_) ++num_even_pages_;
  }
  num_rows_ = 0;
  is_clicked_ = false;
  is_even_ = true;
}

std::vector<std::string> OddRows::remarks() {
  end_page();
  std::vector<std::string> result;
  if (num_at_rank_[1] == 0 && num_at_rank_[2] > 0 && num_at_rank_[0] + num_at_rank_[2] >= kNumTelling) {
    result.push_back("no row is at rank 1, and " + std::to_string(num_at_rank_[2]) +
                     " are at rank 2: if the log's ranks begin at 1, the rank base is 1");
  }
  // How often a page was shown is another number for what was clicked on it than for the rest.
  const double mean = num_counts_ > 0 ? sum_of_counts_ / static_cast<double>(num_counts_) : 0.0;
  if (num_pages_ >= kNumTelling && num_even_pages_ == num_pages_ && mean >= 2.0) {
    result.push_back("each row stands for " + number_text(std::round(mean)) +
                     " in the mean, as its count says, and all rows of a page for the same number: if that is how many "
                     "results there were, the column count= (nothing) passes it over");
  }
  return result;
}

void ClickLogTally::reject(RowFault fault, std::string_view shown_path, std::uint64_t line_number,
                           std::string_view line) {
  const std::string words(reason(fault));
  ClickLogSummary::Rejected& rejected = summary_.rejected[words];
  ++summary_.num_rejected;
  ++rejected.count;
  const bool is_among_first = rejected.first.size() < kNumFirstPlaces;
  if (!is_among_first && rejects_ == nullptr) return;
  // The forms that are taken stand once, beside the count.
  const std::string place = std::string(shown_path) + ":" + std::to_string(line_number) + ": " +
                            words.substr(0, words.find(" (taken")) + ": " + excerpt(line, kExcerptSize);
  if (is_among_first) rejected.first.push_back(place);
  if (rejects_ != nullptr) *rejects_ << place << '\n';
}

std::uint64_t num_against(const ClickLogSummary& summary) {
  const auto not_utf8 = summary.rejected.find(std::string(reason(RowFault::not_utf8)));
  const std::uint64_t num_typed = not_utf8 == summary.rejected.end() ? 0 : not_utf8->second.count;
  const bool is_most = 2 * num_typed > summary.num_good + summary.num_rejected;
  return summary.num_rejected - (is_most ? 0 : num_typed);
}

void ClickLogTally::check(double max_bad, const std::string& hint) const {
  const std::uint64_t num_lines = summary_.num_good + summary_.num_rejected;
  if (static_cast<double>(num_against(summary_)) <= max_bad * static_cast<double>(num_lines)) return;
  std::string message = summary_.path + ": " + std::to_string(summary_.num_rejected) + " of " +
                        std::to_string(num_lines) + " lines cannot be used, more than max_bad " + number_text(max_bad) +
                        " allows:";
  for (const auto& [words, rejected] : summary_.rejected) {
    message += (words == summary_.rejected.begin()->first ? " " : ", ") + std::to_string(rejected.count) + " " + words;
  }
  message += hint;
  for (const auto& [words, rejected] : summary_.rejected) {
    for (const std::string& place : rejected.first) message += "\n  " + place;
  }
  throw FormatError(message);
}

}  // namespace irgan
