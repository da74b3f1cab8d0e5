#include "trainer/daily/column_guess.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "irgan/feature_schema.h"
#include "trainer/evidence/context_census.h"
#include "trainer/log/column_names.h"
#include "trainer/machine/numbers.h"
#include "trainer/machine/timestamps.h"

namespace irgan {
namespace {

constexpr double kMost = 0.98;             // of the values: what may be damaged is left over
constexpr double kKnownIds = 0.3;          // of the ids: an index may have lost many of a log's documents
constexpr std::size_t kMaxIds = 1000;      // that are looked up in the index
constexpr double kEarliest = 631152000.0;  // 1990
constexpr int kMaxRank = 1000;
constexpr std::size_t kPageIdDigits = 24;
constexpr std::size_t kMaxContextValues = 100;
constexpr double kFollowing = 0.3;  // of the rows: ranks that are one more than the row's before

/// What stands in one column.
struct ColumnLook {
  std::size_t num_filled = 0;
  std::size_t num_times = 0;
  std::size_t num_plain_numbers = 0;  // whole numbers
  std::size_t num_yes = 0;
  std::size_t num_no = 0;
  std::size_t num_with_blank = 0;  // texts of several words
  std::size_t num_with_letter = 0;
  std::size_t num_pages = 0;      // ids as the module gives them to pages
  std::size_t num_following = 0;  // numbers that are one more than the one before
  long least = 0;
  long largest = 0;
  std::vector<std::string> distinct;  // the first ones

  double share(std::size_t count) const {
    return num_filled == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(num_filled);
  }
};

bool is_one_of(std::string text, std::initializer_list<const char*> words) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; });
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text == word; });
}

// before: the number of the row before; below 0: none
void look_at_number(const std::string& value, long& before, ColumnLook& look) {
  double number = 0.0;
  if (!parse_number(std::string_view(value), number) || number != std::floor(number) || std::abs(number) > 1e15) {
    before = -1;
    return;
  }
  const long whole = static_cast<long>(number);
  look.least = look.num_plain_numbers == 0 ? whole : std::min(look.least, whole);
  look.largest = look.num_plain_numbers == 0 ? whole : std::max(look.largest, whole);
  ++look.num_plain_numbers;
  if (before >= 0 && whole == before + 1) ++look.num_following;
  before = whole;
}

ColumnLook look_at(const std::vector<std::string>& values) {
  ColumnLook look;
  std::unordered_set<std::string> seen;
  long before = -1;
  for (const std::string& value : values) {
    if (value.empty()) continue;
    ++look.num_filled;
    const std::optional<double> time = parse_time(value);
    if (time && *time > kEarliest) ++look.num_times;
    if (is_one_of(value, {"1", "true", "yes", "t", "y"})) ++look.num_yes;
    if (is_one_of(value, {"0", "false", "no", "f", "n"})) ++look.num_no;
    if (value.find(' ') != std::string::npos) ++look.num_with_blank;
    const auto is_letter = [](unsigned char c) { return c >= 0x80 || (c | 0x20) >= 'a'; };
    if (std::any_of(value.begin(), value.end(), is_letter)) ++look.num_with_letter;
    if (value.size() == kPageIdDigits && value.find_first_not_of("0123456789abcdef") == std::string::npos)
      ++look.num_pages;
    look_at_number(value, before, look);
    if (seen.size() < kMaxIds && seen.insert(value).second) look.distinct.push_back(value);
  }
  return look;
}

std::string percent(double share) { return std::to_string(std::lround(100.0 * share)) + " %"; }

std::string examples(const ColumnLook& look) {
  std::string text;
  for (std::size_t i = 0; i < look.distinct.size() && i < 2; ++i)
    text += (i > 0 ? ", '" : "'") + look.distinct[i].substr(0, 40) + "'";
  return text + (look.distinct.size() > 2 ? ", …" : "");
}

// What sites call that which a search is beside its words.
bool is_context_name(const std::string& name) {
  return is_one_of(plain_name(name),
                   {"device",    "devicetype",   "devicecategory", "platform",        "os",          "browser",
                    "channel",   "app",          "segment",        "customersegment", "usersegment", "customergroup",
                    "usergroup", "customertype", "usertype",       "country",         "region",      "market",
                    "language",  "lang",         "locale",         "store",           "storeid"});
}

// The values of at least two that are seen often, most frequent first; empty if there are none.
std::string frequent_values(const std::vector<std::string>& values) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& value : values) {
    if (!is_nothing(value)) ++counts[value];
  }
  if (counts.size() < 2 || counts.size() > kMaxContextValues) return {};
  std::vector<std::pair<std::size_t, std::string>> frequent;
  for (const auto& [value, count] : counts) {
    if (static_cast<double>(count) >= kLeastContextShare * static_cast<double>(values.size()))
      frequent.emplace_back(count, value);
  }
  if (frequent.size() < 2) return {};
  std::stable_sort(frequent.begin(), frequent.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (std::size_t i = 0; i < frequent.size() && i < 3; ++i) {
    text.append(i > 0 ? ", '" : "'").append(frequent[i].second.substr(0, 40)).append("' in ");
    text += percent(static_cast<double>(frequent[i].first) / static_cast<double>(values.size()));
  }
  return text + (frequent.size() > 3 ? ", …" : "") + " of the rows";
}

/// One log's columns, of which each is given one meaning.
class Guessing {
 public:
  Guessing(const LogSample& sample, const std::function<bool(const std::string&)>& is_known_id, bool has_searches)
      : sample_(sample), is_known_id_(is_known_id), has_searches_(has_searches) {
    for (const LogSample::Column& column : sample.columns) looks_.push_back(look_at(column.values));
    is_taken_.resize(sample.columns.size(), false);
  }

  ColumnGuesses guess() {
    refuse_data_for_names();
    for (std::size_t k = 0; k < kNumClickColumns; ++k) by_exact_name(static_cast<ClickColumn>(k));
    by_ids();
    for (const ClickColumn column :
         {ClickColumn::doc_id, ClickColumn::query, ClickColumn::query_id, ClickColumn::rank, ClickColumn::clicked,
          ClickColumn::time, ClickColumn::session, ClickColumn::page_id})
      by_usual_name(column);
    if (has_searches_) by_page_ids();
    for (const ClickColumn column : {ClickColumn::time, ClickColumn::clicked, ClickColumn::rank, ClickColumn::query})
      by_values(column);
    ColumnGuesses result;
    for (std::size_t k = 0; k < kNumClickColumns; ++k) {
      if (found_[k]) result.columns.push_back(*found_[k]);
    }
    for (std::size_t i = 0; i < is_taken_.size(); ++i) {
      if (!is_taken_[i]) add_rest(sample_.columns[i], result);
    }
    if (const auto& rank = found_[index_of(ClickColumn::rank)]; rank && looks_[place_of(rank->theirs)].least == 0)
      result.rank_base = 0;
    add_doubts(result);
    return result;
  }

 private:
  // A log without a header would give its first row's values as names.
  void refuse_data_for_names() const {
    if (sample_.form != LogSample::Form::columns) return;
    for (const LogSample::Column& column : sample_.columns) {
      double number = 0.0;
      const std::optional<double> time = parse_time(column.name);
      const bool is_data = (time && *time > kEarliest) || parse_number(std::string_view(column.name), number) ||
                           (is_known_id_ && is_known_id_(column.name));
      if (is_data)
        throw FormatError("the first line of the log names its columns, and '" + column.name +
                          "' looks like a value: put a line with the columns' names before it");
    }
  }

  static std::size_t index_of(ClickColumn column) { return static_cast<std::size_t>(column); }

  std::size_t place_of(const std::string& name) const {
    return static_cast<std::size_t>(std::find_if(sample_.columns.begin(), sample_.columns.end(),
                                                 [&](const auto& each) { return each.name == name; }) -
                                    sample_.columns.begin());
  }

  void take(ClickColumn column, std::size_t i, const std::string& evidence) {
    found_[index_of(column)] = ColumnGuess{column, sample_.columns[i].name, evidence};
    is_taken_[i] = true;
  }

  // What the values say of a meaning; empty: they speak against it.
  std::string evidence_of(ClickColumn column, const ColumnLook& look) const {
    const bool has_numbers = look.share(look.num_plain_numbers) >= kMost;
    switch (column) {
      case ClickColumn::time:
        return look.share(look.num_times) >= kMost ? "times such as " + examples(look) : "";
      case ClickColumn::clicked:
        if (look.share(look.num_yes + look.num_no) < kMost) return "";
        return "yes in " + percent(look.share(look.num_yes)) + " of the rows: " + examples(look);
      case ClickColumn::rank:
        if (!has_numbers || look.least < 0 || look.largest > kMaxRank) return "";
        return "whole numbers from " + std::to_string(look.least) + " to " + std::to_string(look.largest);
      case ClickColumn::query:
        return look.num_with_letter > 0 ? "texts such as " + examples(look) : "";
      case ClickColumn::count:
        return has_numbers && look.least > 0 ? "whole numbers above 0" : "";
      default:
        return look.num_filled > 0 ? "such as " + examples(look) : "";
    }
  }

  void by_exact_name(ClickColumn column) {
    for (std::size_t i = 0; i < looks_.size(); ++i) {
      if (is_taken_[i] || found_[index_of(column)] ||
          plain_name(sample_.columns[i].name) != plain_name(kClickColumnNames[index_of(column)]))
        continue;
      const std::string evidence = evidence_of(column, looks_[i]);
      const bool is_sure = column != ClickColumn::count && column != ClickColumn::query;  // common words elsewhere
      if (is_sure || !evidence.empty()) take(column, i, "its name" + (evidence.empty() ? "" : "; " + evidence));
    }
  }

  double known_share(const ColumnLook& look) const {
    if (look.distinct.empty()) return 0.0;
    const auto known = std::count_if(look.distinct.begin(), look.distinct.end(), is_known_id_);
    return static_cast<double>(known) / static_cast<double>(look.distinct.size());
  }

  // The column whose values the index knows best is that of the documents, whatever its name.
  void by_ids() {
    if (!is_known_id_) return;
    std::optional<std::size_t> best;
    double largest = kKnownIds;
    for (std::size_t i = 0; i < looks_.size(); ++i) {
      const bool may_be = !is_taken_[i] || (found_[index_of(ClickColumn::doc_id)] &&
                                            found_[index_of(ClickColumn::doc_id)]->theirs == sample_.columns[i].name);
      if (!may_be || is_small_numbers(looks_[i])) continue;
      const double share = known_share(looks_[i]);
      if (share <= largest) continue;
      largest = share;
      best = i;
    }
    if (!best) return;
    if (const auto& before = found_[index_of(ClickColumn::doc_id)]) is_taken_[place_of(before->theirs)] = false;
    take(ClickColumn::doc_id, *best,
         percent(largest) + " of " + std::to_string(looks_[*best].distinct.size()) + " values are ids in the index");
  }

  // Ranks and flags may be ids of some documents, too.
  static bool is_small_numbers(const ColumnLook& look) {
    return look.share(look.num_plain_numbers) >= kMost && look.least >= 0 && look.largest <= kMaxRank &&
           look.share(look.num_following) > kFollowing;
  }

  void by_usual_name(ClickColumn column) {
    if (found_[index_of(column)]) return;
    for (std::size_t i = 0; i < looks_.size(); ++i) {
      if (is_taken_[i] || usual_meaning(sample_.columns[i].name) != column) continue;
      const std::string evidence = evidence_of(column, looks_[i]);
      if (evidence.empty()) continue;
      return take(column, i, "its name; " + evidence);
    }
  }

  // "page" alone may as well be what was clicked; beside the module's log it is the page of hits.
  void by_page_ids() {
    for (std::size_t i = 0; i < looks_.size() && !found_[index_of(ClickColumn::page_id)]; ++i) {
      if (is_taken_[i] || looks_[i].num_filled == 0) continue;
      if (looks_[i].share(looks_[i].num_pages) >= kMost)
        take(ClickColumn::page_id, i, "ids as the module gives them to pages: " + examples(looks_[i]));
      else if (plain_name(sample_.columns[i].name) == "page")
        take(ClickColumn::page_id, i, "its name; such as " + examples(looks_[i]));
    }
  }

  // Only where one column alone can be meant.
  void by_values(ClickColumn column) {
    if (found_[index_of(column)]) return;
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < looks_.size(); ++i) {
      if (!is_taken_[i] && looks_[i].num_filled > 0 && fits(column, looks_[i])) fitting.push_back(i);
    }
    if (fitting.size() == 1) take(column, fitting[0], evidence_of(column, looks_[fitting[0]]));
  }

  bool fits(ClickColumn column, const ColumnLook& look) const {
    if (evidence_of(column, look).empty()) return false;
    switch (column) {
      case ClickColumn::time:
        return look.share(look.num_plain_numbers) < kMost || look.least > static_cast<long>(kEarliest);
      case ClickColumn::clicked:
        return look.num_yes > 0 && look.num_no > look.num_yes;
      case ClickColumn::rank:
        return look.least <= 1 && look.largest > 2 && look.share(look.num_following) > kFollowing;
      default:
        return look.share(look.num_with_blank) > 0.1 && look.share(look.num_times) < 0.5;
    }
  }

  // A column without a meaning of its own.
  static void add_rest(const LogSample::Column& column, ColumnGuesses& result) {
    const std::string values = is_context_name(column.name) ? frequent_values(column.values) : std::string();
    if (values.empty()) {
      result.unused.push_back(column.name);
      return;
    }
    const std::string plain = why_no_context_name(column.name).empty() ? column.name : plain_name(column.name);
    result.contexts.push_back({plain, column.name, values});
  }

  void add_doubts(ColumnGuesses& result) const {
    const auto has = [&](ClickColumn column) { return found_[index_of(column)].has_value(); };
    if (!has(ClickColumn::doc_id))
      result.doubts.emplace_back("No column looks like the documents' ids: add a line column = doc_id=THEIRS.");
    if (has_searches_ && !has(ClickColumn::page_id) && !(has(ClickColumn::query) && has(ClickColumn::time)))
      result.doubts.emplace_back(
          "Nothing says which search a click is of: log irgan_last_page() with each click (column = page_id=THEIRS), "
          "or words and time.");
    if (!has_searches_ && !has(ClickColumn::query) && !has(ClickColumn::query_id))
      result.doubts.emplace_back("No column looks like what people typed: add a line column = query=THEIRS.");
    if (!has_searches_ && !has(ClickColumn::clicked) && !has(ClickColumn::action))
      result.doubts.emplace_back("No column says what was clicked: every row counts as a click.");
    if (!has_searches_ && has(ClickColumn::clicked) && !has(ClickColumn::rank))
      result.doubts.emplace_back("No column has the rank at which a document was shown.");
    if (!has_searches_ && !has(ClickColumn::time))
      result.doubts.emplace_back(
          "No column has times: every night needs a log of its own, and nothing can be judged "
          "by what came later.");
    if (!has(ClickColumn::session))
      result.doubts.emplace_back(
          "No column says whose search it was: the click memory takes all rows for one "
          "session's.");
    const auto& document = found_[index_of(ClickColumn::doc_id)];
    if (document && is_known_id_ && known_share(looks_[place_of(document->theirs)]) <= kKnownIds) {
      result.doubts.push_back("Of '" + document->theirs + "' only " +
                              percent(known_share(looks_[place_of(document->theirs)])) +
                              " are ids in the index: is another prefix that of the ids (id-prefix)?");
    }
  }

  const LogSample& sample_;
  const std::function<bool(const std::string&)>& is_known_id_;
  const bool has_searches_;
  std::vector<ColumnLook> looks_;
  std::vector<bool> is_taken_;
  std::array<std::optional<ColumnGuess>, kNumClickColumns> found_;
};

}  // namespace

const ColumnGuess* ColumnGuesses::find(ClickColumn column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const ColumnGuess& guess) { return guess.column == column; });
  return found == columns.end() ? nullptr : &*found;
}

ColumnGuesses guess_columns(const LogSample& sample, const std::function<bool(const std::string& id)>& is_known_id,
                            bool has_searches) {
  if (sample.form != LogSample::Form::columns && sample.form != LogSample::Form::json_lines) return {};
  return Guessing(sample, is_known_id, has_searches).guess();
}

}  // namespace irgan
