#include "index_tools/showing/check_report.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>

#include "index_tools/showing/figures.h"
#include "index_tools/showing/log_reading.h"
#include "index_tools/showing/preparation_report.h"
#include "trainer/log/click_log_tally.h"
#include "trainer/machine/timestamps.h"

namespace irgan {
namespace {

constexpr std::size_t kWordsShown = 60;  // of a query or an id, in bytes

constexpr std::size_t kNumRanksShown = 10;
constexpr double kDay = 86400.0;
constexpr int kMinQueries = 50;          // `train` refuses fewer
constexpr double kManyQueries = 1000.0;  // with fewer clicked queries, what is learnt of one set moves on the next
constexpr double kHeavyHead = 0.5;       // of the rows
constexpr double kManyClashes = 0.05;    // of the searches
constexpr double kNoticeable = 0.02;     // of the rows: more would be felt
constexpr double kManyUnknown = 0.05;    // of the clicks
constexpr double kManyOutside = 0.1;     // of the clicks
constexpr double kSameOrder = 0.6;       // of the clicks at first ranks: the same search has nearly all of them
constexpr double kEnoughTopClicks = 100.0;
constexpr double kEnoughPairs = 200.0;  // for an examination curve that is more than noise
constexpr double kShortSpan = 7.0;      // days: a week has every kind of day

std::string time_text(double seconds) {
  const std::string text = utc_text(seconds);
  return text.substr(0, text.find('T')) + ' ' + text.substr(text.find('T') + 1, 5);
}

bool has_impressions(const LogCensusResult& census) { return census.num_impressions > 0.0; }
bool is_examination_known(const LogCensusResult& census) {
  return std::any_of(census.ranks.begin(), census.ranks.end(),
                     [](const LogCensusResult::Rank& rank) { return !std::isnan(rank.examination); });
}
bool has_times(const LogCensusResult& census) { return census.first_time.has_value(); }
double days(const LogCensusResult& census) {
  return has_times(census) ? (*census.last_time - *census.first_time) / kDay : 0.0;
}
double weight(const LogCensusResult& census) {
  return has_impressions(census) ? std::max(census.num_impressions, census.num_clicks) : census.num_clicks;
}

void print_rows(const CheckFindings& findings, std::ostream& out) {
  const LogCensusResult& census = findings.census;
  out << "rows       " << grouped(static_cast<double>(census.num_rows)) << " from "
      << grouped(static_cast<double>(findings.num_lines)) << " lines";
  if (findings.num_rejected > 0)
    out << ", " << grouped(static_cast<double>(findings.num_rejected)) << " lines unusable";
  out << "\n           " << grouped(census.num_clicks) << " clicks";
  if (has_impressions(census)) {
    out << ", " << grouped(census.num_impressions) << " showings; "
        << percent(census.num_clicks, census.num_impressions) << " clicked";
  } else {
    out << " alone, without what was shown";
  }
  out << "\ntime       ";
  if (has_times(census)) {
    out << time_text(*census.first_time) << " to " << time_text(*census.last_time) << " UTC, "
        << formatted("%.1f", days(census)) << " days";
    if (census.num_undated > 0) out << "; " << grouped(static_cast<double>(census.num_undated)) << " rows without";
  } else {
    out << "none";
  }
  out << '\n';
}

void print_sessions(const LogCensusResult& census, std::ostream& out) {
  out << "sessions   ";
  if (census.num_sessions == 0) {
    out << "none\n";
    return;
  }
  out << grouped(static_cast<double>(census.num_sessions)) << "; rows in each: median "
      << grouped(census.median_session) << ", 99 of 100 at most " << grouped(census.large_session) << ", largest "
      << grouped(census.largest_session) << '\n';
  if (census.num_without_session > 0) {
    out << "           " << grouped(static_cast<double>(census.num_without_session)) << " rows without\n";
  }
  out << "           of unlikely size (" << grouped(census.unlikely_session)
      << " rows or more): " << grouped(static_cast<double>(census.num_unlikely_sessions));
  if (census.num_unlikely_sessions > 0) {
    out << ", with " << percent(census.unlikely_rows, weight(census)) << " of the rows and "
        << percent(census.unlikely_clicks, census.num_clicks) << " of the clicks";
  }
  out << '\n';
}

void print_queries(const CheckFindings& findings, std::ostream& out) {
  const LogCensusResult& census = findings.census;
  out << "queries    " << grouped(static_cast<double>(census.num_queries)) << ", "
      << grouped(static_cast<double>(census.num_clicked_queries)) << " with a click, "
      << grouped(static_cast<double>(census.num_often_clicked_queries))
      << " with ten or more\n           the ten most frequent have " << percent(census.top_10_share, 1.0)
      << " of the rows, the hundred " << percent(census.top_100_share, 1.0) << " (Gini "
      << formatted("%.2f", census.gini) << ")\n";
  if (findings.reading.num_in_place > 0) {
    out << "           " << grouped(static_cast<double>(findings.reading.num_in_place))
        << " rows have an id that --queries lacks, and the words of one that it has: they count for that\n";
  }
  std::string heads;
  for (const LogCensusResult::HeadQuery& head : census.heads) {
    if (head.words.empty()) continue;
    heads += (heads.empty() ? "" : ", ") +
             ("'" + excerpt(head.words, kWordsShown) + "' " + percent(head.rows, weight(census)));
  }
  if (!heads.empty()) out << "           " << heads << '\n';
  out << "duplicates " << grouped(static_cast<double>(census.num_duplicates))
      << " rows that say the same as one shortly before\n";
}

// A row of a table whose columns are as wide as their widest cell, on a line of 80 if they can.
using TableRow = std::pair<const char*, std::vector<std::string>>;

void print_table(const std::vector<TableRow>& rows, std::ostream& out) {
  constexpr std::size_t kLine = 80;
  std::vector<std::size_t> widths;
  for (const TableRow& row : rows) {
    widths.resize(std::max(widths.size(), row.second.size()));
    for (std::size_t i = 0; i < row.second.size(); ++i) widths[i] = std::max(widths[i], row.second[i].size());
  }
  const std::size_t all = std::accumulate(widths.begin(), widths.end(), std::strlen(rows.front().first));
  const std::size_t gap = all + 2 * widths.size() <= kLine ? 2 : 1;
  for (const auto& [label, cells] : rows) {
    out << label;
    for (std::size_t i = 0; i < cells.size(); ++i)
      out << std::string(gap + widths[i] - cells[i].size(), ' ') << cells[i];
    out << '\n';
  }
}

void print_ranks(const LogCensusResult& census, std::ostream& out) {
  const std::size_t num_shown = std::min(census.ranks.size(), kNumRanksShown);
  if (num_shown == 0) {
    out << "ranks      none\n";
    return;
  }
  std::vector<std::string> ranks, clicks, rates, examination;
  for (std::size_t i = 0; i < num_shown; ++i) {
    const LogCensusResult::Rank& rank = census.ranks[i];
    ranks.push_back(std::to_string(i + 1));
    clicks.push_back(grouped(rank.clicks));
    rates.push_back(rank.shown > 0.0 ? percent(rank.clicks, rank.shown) : "-");
    examination.push_back(std::isnan(rank.examination) ? "?" : formatted("%.2f", rank.examination));
  }
  std::vector<TableRow> rows{{"rank       ", ranks}, {"clicks     ", clicks}};
  if (has_impressions(census)) {
    rows.emplace_back("of showings", rates);
    rows.emplace_back("looked at  ", examination);
  }
  print_table(rows, out);
  if (!has_impressions(census)) return;
  out << "           (against rank 1, by " << grouped(static_cast<double>(census.num_telling_pairs))
      << " documents that were shown at several ranks for a query and clicked"
      << (census.is_examination_sampled ? "; from a part of the pages" : "") << ")\n";
}

void print_contexts(const CheckFindings& findings, std::ostream& out) {
  const char* label = "contexts   ";
  for (const ContextCount& count : findings.contexts) {
    out << std::exchange(label, "           ") << context_line(count).substr(std::string_view("context ").size())
        << '\n';
  }
}

void print_index(const CheckFindings& findings, std::ostream& out) {
  if (!findings.documents) return;
  const ClickedDocumentsResult& documents = *findings.documents;
  out << "index      has the documents of " << percent(documents.num_known, documents.num_clicks) << " of the clicks";
  if (!documents.unknown.empty()) {
    out << "; not '" << excerpt(documents.unknown.front(), kWordsShown) << "'";
    for (std::size_t i = 1; i < documents.unknown.size(); ++i)
      out << ", '" << excerpt(documents.unknown[i], kWordsShown) << "'";
  }
  out << '\n';
  if (documents.num_searched_queries > 0) {
    out << "candidates " << percent(documents.num_found, documents.num_searched_clicks) << " of the clicks of "
        << grouped(static_cast<double>(documents.num_searched_queries))
        << (documents.is_sampled ? " queries, drawn," : " queries") << " are among the first " << findings.depth
        << " hits\n";
  }
}

// What the amount of clicks allows.
void add_limits_of_size(const LogCensusResult& census, std::vector<std::string>& limits) {
  if (census.num_clicked_queries < kMinQueries) {
    limits.push_back("Only " + std::to_string(census.num_clicked_queries) +
                     " queries have clicks; train refuses fewer than 50, since nothing can be learnt from them.");
  } else if (static_cast<double>(census.num_clicked_queries) < kManyQueries) {
    limits.push_back(grouped(static_cast<double>(census.num_clicked_queries)) +
                     " queries with clicks are few: expect a small gain, and try several --seed.");
  }
  if (census.num_queries >= 100 && census.top_10_share > kHeavyHead) {
    limits.push_back("Ten queries make " + percent(census.top_10_share, 1.0) +
                     " of the log: the model learns of them, and there is little to learn for others.");
  }
}

void add_limits_of_ranks(const LogCensusResult& census, std::vector<std::string>& limits) {
  if (!has_impressions(census)) {
    limits.push_back(
        "The log says what was clicked, not what was shown: documents of low ranks, which fewer people see, are "
        "taken for worse than they are. Log a row for each result, with its rank and clicked 0 or 1.");
  } else if (!is_examination_known(census)) {
    limits.push_back(
        "Hardly a document was clicked and shown at two ranks for the same query: whether low ranks are clicked "
        "less because they are not looked at or because they are worse can be told by the documents' features alone. "
        "What helps: "
        "mix two orders on some pages, draw some ('explore'), or let every tenth page change two documents.");
  } else if (static_cast<double>(census.num_telling_pairs) < kEnoughPairs) {
    limits.push_back("Few documents were shown at two ranks for the same query (" +
                     grouped(static_cast<double>(census.num_telling_pairs)) +
                     "): how ranks are looked at is known roughly.");
  }
  if (census.num_pages_with_clash > kManyClashes * static_cast<double>(census.num_pages)) {
    limits.push_back(percent(census.num_pages_with_clash, static_cast<double>(census.num_pages)) +
                     " of the searches of a session show two documents at one rank: do ranks begin at 1 again on each "
                     "page? Then what stood at rank 11 counts as seen first. Log the place in the whole list.");
  }
}

void add_limits_of_lines(const CheckFindings& findings, std::vector<std::string>& limits) {
  const double num_lines = static_cast<double>(findings.num_lines);
  const double num_rejected = static_cast<double>(findings.num_against);
  if (num_rejected <= findings.max_bad * num_lines) return;
  limits.push_back(percent(num_rejected, num_lines) + " of the lines are unusable; train refuses more than " +
                   percent(findings.max_bad, 1.0) + " (--max-bad). The reasons stand above.");
}

void add_limits_of_queries(const CheckFindings& findings, std::vector<std::string>& limits) {
  const std::string cause = likeliest_cause(findings.reading);
  if (!cause.empty()) limits.push_back(cause + ".");
}

void add_limits_of_rows(const LogCensusResult& census, std::vector<std::string>& limits) {
  if (!has_times(census)) {
    limits.push_back(
        "There are no times: old clicks count as much as new ones, and nothing can be tested on the last days.");
  } else if (days(census) < kShortSpan) {
    limits.push_back("The log spans " + formatted("%.1f", days(census)) + " days: no whole week.");
  }
  if (census.num_sessions == 0 && has_impressions(census)) {
    limits.push_back("There are no sessions: pages of the same query cannot be told apart, nor robots from people.");
  }
  if (census.unlikely_rows > kNoticeable * weight(census)) {
    limits.push_back("Sessions of " + grouped(census.unlikely_session) + " rows or more (there are " +
                     grouped(static_cast<double>(census.num_unlikely_sessions)) + ") make " +
                     percent(census.unlikely_rows, weight(census)) +
                     " of the log. Such are robots, or many users under one name; leave them out.");
  }
  if (static_cast<double>(census.num_duplicates) > kNoticeable * static_cast<double>(census.num_rows)) {
    limits.push_back(percent(static_cast<double>(census.num_duplicates), static_cast<double>(census.num_rows)) +
                     " of the rows repeat another: each counts again. Is the log joined from overlapping parts?");
  }
}

void add_limits_of_index(const CheckFindings& findings, std::vector<std::string>& limits) {
  for (const std::string& note : findings.index_notes) limits.push_back(note);
  if (!findings.documents) return;
  const ClickedDocumentsResult& documents = *findings.documents;
  if (documents.num_spelt_otherwise > 0.0) {
    limits.push_back(percent(documents.num_spelt_otherwise, documents.num_clicks) +
                     " of the clicks are on documents that the index has under another spelling, without \".0\" or "
                     "blanks: '" +
                     excerpt(documents.spelt_otherwise, kWordsShown) +
                     "'. Write the log's ids as the index has them: as texts or whole numbers, not as floats.");
  }
  const double num_unknown = documents.num_clicks - documents.num_known - documents.num_spelt_otherwise;
  if (num_unknown > kManyUnknown * documents.num_clicks) {
    limits.push_back(
        percent(num_unknown, documents.num_clicks) + " of the clicks are on documents that the index does not have: " +
        (findings.are_ids_docids ? "docids change when an index is rebuilt or compacted; log unique ids."
                                 : "deleted since, or does the log name them in another way (--id-prefix)?"));
  }
  const double num_outside = documents.num_searched_clicks - documents.num_found;
  if (num_outside > kManyOutside * documents.num_searched_clicks) {
    limits.push_back(percent(num_outside, documents.num_searched_clicks) + " of the clicks fall outside the first " +
                     std::to_string(findings.depth) +
                     " hits, where no reranking can reach: raise --depth, or let the search find more.");
  }
  if (documents.num_top_clicks >= kEnoughTopClicks && documents.num_top_found < kSameOrder * documents.num_top_clicks) {
    limits.push_back(
        "Of the clicks at ranks 1 to 10, " + percent(documents.num_top_found, documents.num_top_clicks) +
        " are on one of the first ten hits here: your site orders its hits otherwise, by its own query or by "
        "a model. What is called the site's own search here is then another one. Where your query is "
        "another, log it: a column serialised_query.");
  }
}

}  // namespace

std::string grouped(double number) {
  std::string digits = std::to_string(std::llround(number));
  for (std::size_t at = digits.size(); at > 3 + (digits[0] == '-' ? 1U : 0U);) digits.insert(at -= 3, ",");
  return digits;
}

std::vector<std::string> limits_of(const CheckFindings& findings) {
  std::vector<std::string> limits;
  add_limits_of_lines(findings, limits);
  add_limits_of_size(findings.census, limits);
  add_limits_of_queries(findings, limits);
  add_limits_of_index(findings, limits);
  add_limits_of_ranks(findings.census, limits);
  add_limits_of_rows(findings.census, limits);
  return limits;
}

void print_check(const CheckFindings& findings, std::ostream& out) {
  print_rows(findings, out);
  print_sessions(findings.census, out);
  print_queries(findings, out);
  print_ranks(findings.census, out);
  print_contexts(findings, out);
  print_index(findings, out);
  const std::vector<std::string> limits = limits_of(findings);
  out << (limits.empty() ? "\nNothing stands out that would limit the result.\n" : "\nWhat will limit the result:\n");
  for (const std::string& limit : limits) out << "- " << limit << '\n';
  if (!findings.reading.files.empty()) out << '\n' << account_of(findings.reading) << '\n';
}

}  // namespace irgan
