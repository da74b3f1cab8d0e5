#include "index_tools/showing/interleaving_verdict.h"

#include <algorithm>
#include <cmath>

#include "index_tools/showing/figures.h"
#include "index_tools/showing/log_reading.h"
#include "irgan/significance.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {
namespace {

constexpr double kSignificant = 0.05;

// A whole number in two digits: what is estimated is not known any better.
std::string rounded(double number) {
  const double unit = std::pow(10.0, std::max(0.0, std::floor(std::log10(number)) - 1.0));
  return formatted("%.0f", std::ceil(number / unit) * unit);
}

void write_need(const InterleavingOutcome& outcome, double win_rate, const std::string& unit, std::ostream& out) {
  const double share_decided = static_cast<double>(outcome.num_decided()) / static_cast<double>(outcome.num_shown);
  const double needed = throws_needed(win_rate) / share_decided;
  if (std::isinf(needed)) {
    out << "at exactly these rates no number of " << unit << " tells them apart\n";
    return;
  }
  out << "at these rates it takes some " << rounded(needed) << ' ' << unit
      << " in all for p < .05 in four trials of five (power formula)\n";
}

}  // namespace

void write_verdict(const InterleavingOutcome& outcome, const std::array<std::string, 2>& names, const std::string& unit,
                   std::ostream& out) {
  const std::uint64_t num_without_clicks = outcome.num_shown - outcome.num_decided() - outcome.num_ties;
  out << outcome.num_shown << " interleaved " << unit << ": " << names[0] << " wins " << outcome.wins[0] << ", "
      << names[1] << " wins " << outcome.wins[1] << ", ties " << outcome.num_ties << ", without clicks "
      << num_without_clicks << '\n';
  if (outcome.num_decided() == 0) {
    out << "no verdict: no page on which one ranking got more clicks than the other\n";
    return;
  }
  const std::size_t better = outcome.wins[0] >= outcome.wins[1] ? 0 : 1;
  const double win_rate = static_cast<double>(outcome.wins[better]) / static_cast<double>(outcome.num_decided());
  const double p = sign_test_p(outcome.wins[0], outcome.wins[1]);
  const std::string figures = formatted("%.1f", 100.0 * win_rate) + " % of those decided, sign test p " +
                              (p < 0.0001 ? "below 0.0001" : formatted("%.4f", p));
  if (p < kSignificant) {
    out << "verdict: the clicks prefer " << names[better] << ", which wins " << figures << '\n';
  } else {
    out << "verdict: none yet; " << names[better] << " wins " << figures << '\n';
  }
  write_need(outcome, win_rate, unit, out);
}

InterleavedLog write_verdict_of_logs(const std::vector<std::string>& paths, const ClickLogOptions& options,
                                     const Console& console) {
  InterleavedClicks clicks;
  show_reading(read_rows(paths, options, [&](const ClickRow& row) { clicks.add(row); }), console.err);
  std::string path;
  for (const std::string& one : paths) path += (path.empty() ? "" : ", ") + one;
  const std::vector<std::string> teams = clicks.teams();
  if (teams.size() != 2) {
    std::string found;
    for (const std::string& team : teams) found += (found.empty() ? "" : ", ") + team;
    throw FormatError(path + ": two teams are needed, the log has " +
                      (teams.empty()       ? "none"
                       : teams.size() == 1 ? "only " + found
                                           : "more: " + found) +
                      "; its column team says which ranking put a hit on the page (--column team=THEIRS)");
  }
  const InterleavingOutcome by_search = clicks.by_search();
  if (by_search.num_shown == 0) {
    throw FormatError(path + ": no row has a session, so it is not known which clicks belong to one page");
  }
  const std::array<std::string, 2> names{teams[0], teams[1]};
  write_verdict(by_search, names, "searches", console.out);
  const InterleavingOutcome by_session = clicks.by_session();
  if (by_session.num_shown < by_search.num_shown) {
    console.out << "\nEach session counted once, since the searches of one are not independent:\n";
    write_verdict(by_session, names, "sessions", console.out);
  }
  if (clicks.num_without_session() > 0) {
    console.out << "note: rows without a session, which are left out: " << clicks.num_without_session() << '\n';
  }
  return {names, by_search, by_session};
}

}  // namespace irgan
