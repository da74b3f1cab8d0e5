#include "index_tools/reports/later_log_table.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "index_tools/showing/check_report.h"
#include "index_tools/showing/figures.h"

namespace irgan {
namespace {

constexpr double kMuchUncovered = 0.2;  // of the looks
constexpr double kLevel = 0.05;
constexpr double kWantedPrecision = 0.1;  // of the value, as half an interval

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 0, ' ');
}

std::string interval(const Estimate& estimate) {
  return formatted("%.4f", estimate.value) + " [" + formatted("%.4f", estimate.low) + ", " +
         formatted("%.4f", estimate.high) + "]";
}

std::string difference(const LaterVerdict& verdict) {
  if (std::isinf(verdict.against_first.high)) return "";
  return formatted("%+.4f", verdict.against_first.value) + " [" + formatted("%+.4f", verdict.against_first.low) + ", " +
         formatted("%+.4f", verdict.against_first.high) + "] p " + formatted("%.4f", verdict.p) + ' ' +
         (!(verdict.p < kLevel)               ? "level"
          : verdict.against_first.value > 0.0 ? "better"
                                              : "worse");
}

// Half an interval shrinks with the root of the pages.
double pages_wanted(const LaterVerdict& verdict) {
  const Estimate& dr = *verdict.first_doubly_robust;
  const double half = (dr.high - dr.low) / 2.0;
  const double wanted = kWantedPrecision * std::max(dr.value, 1e-9);
  return std::pow(half / wanted, 2.0);
}

void write_drawn(const LaterLogReport& report, std::size_t width, std::ostream& out) {
  if (report.num_drawn_pages == 0) return;
  out << "\nclicks a search on the first document, by " << grouped(static_cast<double>(report.num_drawn_pages))
      << " pages that were drawn with logged chances:\n"
      << padded("", width) << "  self-normalised             doubly robust               pages that begin so\n";
  for (std::size_t i = 1; i < report.verdicts.size(); ++i) {
    const LaterVerdict& verdict = report.verdicts[i];
    out << padded(verdict.name, width) << "  ";
    if (!verdict.first_snips) {
      out << "nothing can be said: no drawn page begins with this ranking's first document\n";
      continue;
    }
    out << padded(interval(*verdict.first_snips), 26) << "  " << padded(interval(*verdict.first_doubly_robust), 26)
        << "  " << grouped(verdict.num_matching_pages) << '\n';
    const double times = pages_wanted(verdict);
    if (times > 1.0 && std::isfinite(times))
      out << "  for an interval of a tenth of the value, some "
          << grouped(times * static_cast<double>(report.num_drawn_pages)) << " drawn pages are needed\n";
  }
}

void write_impressions(const LaterLogReport& report, std::size_t width, std::ostream& out) {
  if (!report.why_nothing.empty()) {
    out << "By its impressions nothing can be said of other orders: " << report.why_nothing
        << ".\nShow some pages in another order (interleave, explore, or 10 % of the pages with two documents "
           "swapped), "
           "or name what is known with --propensities.\n";
    return;
  }
  out << "clicks a search on the first " << report.depth << " ranks, ranks corrected by how often each is looked at ("
      << (report.is_examination_given
              ? std::string("as given")
              : "by " + grouped(static_cast<double>(report.num_telling_pairs)) + " documents shown at several ranks")
      << "):";
  for (std::size_t r = 0; r < report.depth; ++r) out << ' ' << formatted("%.2f", report.examination[r]);
  out << '\n'
      << padded("", width)
      << "  value, 95 % interval      against the first                       effective  not shown\n";
  for (std::size_t i = 0; i < report.verdicts.size(); ++i) {
    const LaterVerdict& verdict = report.verdicts[i];
    out << padded(verdict.name, width) << "  " << padded(interval(verdict.value), 24) << "  "
        << padded(i == 0 ? "" : difference(verdict), 38) << "  " << padded(grouped(verdict.effective_searches), 9)
        << "  " << (i == 0 ? "" : percent(verdict.uncovered, 1.0)) << '\n';
  }
  for (const LaterVerdict& verdict : report.verdicts) {
    if (verdict.uncovered < kMuchUncovered) continue;
    out << "note: " << percent(verdict.uncovered, 1.0) << " of the looks at " << verdict.name
        << " fall on documents that the log never showed; they count 0 here, so it is worth more than it seems. Only "
           "showing them tells: interleave, or explore.\n";
  }
}

nlohmann::json json_of(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

// is_known: whether the log says something of the rankings
nlohmann::json json_of(const LaterVerdict& verdict, bool has_impressions, bool is_known) {
  nlohmann::json object{{"name", verdict.name}, {"value", nullptr}, {"against_first", nullptr}, {"p", nullptr}};
  if (is_known) {
    object["value"] = json_of(verdict.value);
    object["against_first"] = json_of(verdict.against_first);
    object["p"] = verdict.p;
  }
  if (has_impressions) {
    object["not_shown"] = verdict.uncovered;
    object["effective_searches"] = verdict.effective_searches;
  } else {
    object["ndcg"] = json_of(verdict.ndcg);
  }
  if (!verdict.first_snips) return object;
  object["first_snips"] = json_of(*verdict.first_snips);
  object["first_doubly_robust"] = json_of(*verdict.first_doubly_robust);
  object["matching_pages"] = verdict.num_matching_pages;
  return object;
}

}  // namespace

nlohmann::json json_of(const LaterLogReport& report) {
  nlohmann::json object{{"searches", report.num_searches},
                        {"sessions", report.num_sessions},
                        {"drawn_pages", report.num_drawn_pages},
                        {"has_impressions", report.has_impressions},
                        {"measure", report.has_impressions ? "clicks a search" : "mrr"},
                        {"depth", report.depth},
                        {"examination", report.examination},
                        {"why_nothing", report.why_nothing},
                        {"rankings", nlohmann::json::array()}};
  for (const LaterVerdict& verdict : report.verdicts)
    object["rankings"].push_back(json_of(verdict, report.has_impressions, report.why_nothing.empty()));
  return object;
}

void write_later_log(const LaterLogReport& report, std::ostream& out) {
  out << "log: " << grouped(static_cast<double>(report.num_searches)) << " searches of "
      << grouped(static_cast<double>(report.num_sessions)) << " sessions\n";
  std::size_t width = 0;
  for (const LaterVerdict& verdict : report.verdicts) width = std::max(width, verdict.name.size());
  if (report.has_impressions) {
    write_impressions(report, width, out);
    write_drawn(report, width, out);
    return;
  }
  out << "The log has clicks alone: places of clicked documents, which favour the order that was shown.\n"
      << padded("", width) << "  MRR, 95 % interval        nDCG@10                   MRR against the first\n";
  for (std::size_t i = 0; i < report.verdicts.size(); ++i) {
    const LaterVerdict& verdict = report.verdicts[i];
    out << padded(verdict.name, width) << "  " << padded(interval(verdict.value), 24) << "  "
        << padded(interval(verdict.ndcg), 24) << "  " << (i == 0 ? "" : difference(verdict)) << '\n';
  }
}

}  // namespace irgan
