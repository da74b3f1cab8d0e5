#include "index_tools/showing/log_reading.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "index_tools/showing/figures.h"
#include "trainer/log/click_log_tally.h"

namespace irgan {
namespace {

constexpr double kMuch = 0.1;           // of the clicks, from which on a cause is looked for
constexpr std::size_t kNameShown = 60;  // of what a log calls an action, in bytes

}  // namespace

void show_lines(const ClickLogSummary& file, std::ostream& out) {
  for (const auto& [what, count] : file.others)
    out << file.path << ": " << count << ' ' << excerpt(what, kNameShown) << " (counted apart)\n";
  for (const std::string& remark : file.remarks) out << file.path << ": " << remark << '\n';
  if (file.num_rejected == 0) return;
  out << file.path << ": " << file.num_rejected << " of " << file.num_good + file.num_rejected << " lines ignored:\n";
  for (const auto& [reason, rejected] : file.rejected) {
    out << "  " << reason << ": " << rejected.count << '\n';
    for (const std::string& place : rejected.first) out << "    " << place << '\n';
  }
}

std::string account_of(const LogReading& reading) {
  std::uint64_t num_good = 0;
  std::uint64_t num_apart = 0;
  std::map<std::string, std::uint64_t> rejected;
  std::uint64_t num_rejected = 0;
  for (const ClickLogSummary& file : reading.files) {
    num_good += file.num_good;
    num_rejected += file.num_rejected;
    for (const auto& [what, count] : file.others) num_apart += count;
    for (const auto& [reason, lines] : file.rejected) rejected[reason.substr(0, reason.find(" ("))] += lines.count;
  }
  std::ostringstream line;
  line << "log: " << num_good + num_rejected << " lines read, " << num_rejected << " unusable";
  for (const auto& [reason, count] : rejected)
    line << (reason == rejected.begin()->first ? " (" : ", ") << count << ' ' << reason;
  if (!rejected.empty()) line << ')';
  if (num_apart > 0) line << ", " << num_apart << " counted apart";
  line << "; " << std::llround(reading.num_clicks) << " clicks, "
       << std::llround(reading.num_clicks - reading.num_unknown_clicks) << " of them used";
  if (reading.num_unknown_rows > 0) {
    line << ", " << percent(reading.num_unknown_clicks, reading.num_clicks)
         << " left out with queries that are not in the query file (" << reading.num_unknown_rows << " rows)";
  }
  return line.str();
}

std::string likeliest_cause(const LogReading& reading) {
  if (!(reading.num_unknown_clicks > kMuch * reading.num_clicks)) return {};
  const std::string difference = likeliest_difference(reading.unknown_by_difference);
  const std::string share = percent(reading.num_unknown_clicks, reading.num_clicks) +
                            " of the clicks have queries that are not in the query file";
  if (difference.empty()) {
    return share +
           ": is it of this log? Its queries can be made of the log's column of words, or --column says where "
           "the ids are";
  }
  return share + "; " + percent(reading.unknown_by_difference.at(difference), reading.num_unknown_clicks) +
         " of those differ from one of the file by " + difference + " alone: write both files alike";
}

ProblemListener shown_on(std::ostream& out) {
  return [&out](const std::string& problem) { out << excerpt(problem, problem.size()) << '\n'; };
}

void show_reading(const LogReading& reading, std::ostream& out) {
  for (const ClickLogSummary& file : reading.files) show_lines(file, out);
  if (reading.num_in_place > 0) {
    out << reading.num_in_place
        << " rows have a query id that the query file does not have: they count for the query with their words\n";
  }
  if (reading.files.empty()) return;
  out << account_of(reading) << '\n';
  const std::string cause = likeliest_cause(reading);
  if (!cause.empty()) out << cause << '\n';
}

std::string likeliest_difference(const std::map<std::string, double>& by_difference) {
  const auto most = std::max_element(by_difference.begin(), by_difference.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == by_difference.end() ? std::string() : most->first;
}

void show_judgments(const JudgmentReading& reading, std::ostream& out) {
  out << "judgments: " << reading.num_lines << " lines read";
  if (reading.num_repeated > 0) out << ", " << reading.num_repeated << " repeat another";
  out << "; " << reading.num_judgments - reading.num_unknown_judgments << " judgments of "
      << reading.num_queries - reading.num_unknown_queries << " queries used";
  if (reading.num_unknown_queries > 0) {
    out << ", " << reading.num_unknown_judgments << " left out with " << reading.num_unknown_queries
        << " queries that are not in the query file";
  }
  out << '\n';
  const auto num_unknown = static_cast<double>(reading.num_unknown_judgments);
  if (!(num_unknown > kMuch * static_cast<double>(reading.num_judgments))) return;
  const std::string difference = likeliest_difference(reading.unknown_by_difference);
  if (difference.empty()) return;
  out << percent(reading.unknown_by_difference.at(difference), num_unknown)
      << " of those left out differ from a query of the file by " << difference << " alone: write both files alike\n";
}

}  // namespace irgan
