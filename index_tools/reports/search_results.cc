#include "index_tools/reports/search_results.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iterator>
#include <ostream>
#include <sstream>

#include "index_tools/showing/display.h"
#include "index_tools/showing/figures.h"
#include "index_tools/showing/wrapped_text.h"
#include "plugin/src/process/printable.h"
#include "trainer/ranking/reasons.h"
#include "trainer/reporting/feature_glossary.h"

namespace irgan {
namespace {

using nlohmann::json;

constexpr std::size_t kReasonsOfHit = 4;
constexpr std::size_t kReasonsInTable = 8;
constexpr std::size_t kExplained = 3;  // of a comparison
constexpr double kSmallest = 0.0005;   // a reason that three places show

std::string line_of(const SearchResults& results, const RankedHit& hit) {
  return document_line(results.db.get_document(hit.docid), results.layout);
}

std::string reason_line(const SearchResults& results, const RankedHit& hit) {
  const std::vector<Reason> all = reasons_of(hit, results.features);
  std::string line;
  double rest = 0.0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i < kReasonsOfHit) {
      line += all[i].first + formatted(" %+.2f, ", all[i].second);
    } else {
      rest += all[i].second;
    }
  }
  return line + "the rest" + formatted(" %+.2f", rest);
}

std::string adder(FoundBy found_by) { return found_by == FoundBy::generator ? "generator" : "memory"; }

std::string place_before(const RankedHit& hit) {
  if (hit.first_stage_rank == 0) return "(" + adder(hit.found_by) + ")";
  std::ostringstream text;
  text << "(was " << std::setw(3) << hit.first_stage_rank << ')';
  return text.str();
}

// Goes on over the line's end under itself.
void print_reasons(const std::string& head, const SearchResults& results, const RankedHit& hit,
                   const Console& console) {
  console.out << head << wrapped(reason_line(results, hit), {console.width, head.size(), 7}) << '\n';
}

std::size_t num_shown(const SearchResults& results) { return std::min(results.top, results.hits.size()); }

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "'" : ", '") + printable(word) + "'";
  return text;
}

// What of the query's words the document holds.
std::string words_held(const DocumentPlace& place) {
  if (place.lacks.empty()) return place.has.empty() ? "" : "it has all words of the query";
  if (place.has.empty()) return "it has none of the query's words";
  return "it has " + listed(place.has) + " and lacks " + listed(place.lacks);
}

// Candidates of the search itself.
std::size_t num_found(const SearchResults& results) {
  return static_cast<std::size_t>(std::count_if(results.hits.begin(), results.hits.end(), [](const RankedHit& hit) {
    return hit.found_by == FoundBy::first_stage;
  }));
}

std::string standing_text(const SearchResults& results, const DocumentPlace& place) {
  const std::string before = std::to_string(place.first_stage_rank);
  if (results.features.empty() && place.first_stage_rank > 0) return "rank " + before + " in Xapian's order";
  switch (place.standing) {
    case Standing::unknown:
      return "no document of the index has this id";
    case Standing::filtered:
      return "no candidate: the query's filters exclude it";
    case Standing::unmatched:
      return "no candidate: the search does not find it; " + words_held(place);
    case Standing::below:
      return "no candidate: rank " + before + " in Xapian's order, behind the first " +
             std::to_string(num_found(results)) + ", which alone are candidates; a larger --depth reaches it";
    case Standing::candidate:
      break;
  }
  const RankedHit& hit = results.hits[place.rank - 1];
  std::string text = "rank " + std::to_string(place.rank) + " in the model's order, ";
  if (hit.first_stage_rank > 0) return text + before + " in Xapian's; score " + formatted("%.4g", hit.score);
  text += "added by the " + adder(hit.found_by) + ", ";
  text += place.first_stage_rank > 0 ? before + " in Xapian's order" : "not found by Xapian's search";
  return text + "; score " + formatted("%.4g", hit.score);
}

// A line a reason with its words, the largest first; the last lines add up.
void print_table(const std::vector<Reason>& reasons, double total, const char* total_words, const Console& console) {
  std::size_t width = 0;
  double rest = total;
  const auto tiny = std::find_if(reasons.begin(), reasons.end(),
                                 [](const Reason& reason) { return !(std::abs(reason.second) >= kSmallest); });
  const std::size_t shown = std::min(kReasonsInTable, static_cast<std::size_t>(tiny - reasons.begin()));
  for (std::size_t i = 0; i < shown; ++i) {
    width = std::max(width, reasons[i].first.size());
    rest -= reasons[i].second;
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string head = "  " + formatted("%+7.3f", reasons[i].second) + "  " + reasons[i].first +
                             std::string(width - reasons[i].first.size() + 2, ' ');
    console.out << head << wrapped(words_of(reasons[i].first), {console.width, head.size(), head.size()}) << '\n';
  }
  if (reasons.size() > shown)
    console.out << "  " << formatted("%+7.3f", rest) << "  the other " << reasons.size() - shown << '\n';
  console.out << "  " << formatted("%+7.3f", total) << "  " << total_words << '\n';
}

// The two candidates among the places asked for, the upper first; null unless there are two.
std::pair<const DocumentPlace*, const DocumentPlace*> compared(const SearchResults& results) {
  if (results.features.empty() || results.places.size() != 2) return {nullptr, nullptr};
  const DocumentPlace* upper = &results.places[0];
  const DocumentPlace* lower = &results.places[1];
  if (upper->rank == 0 || lower->rank == 0 || upper->rank == lower->rank) return {nullptr, nullptr};
  if (upper->rank > lower->rank) std::swap(upper, lower);
  return {upper, lower};
}

double sum_of(const std::vector<Reason>& reasons) {
  double sum = 0.0;
  for (const Reason& reason : reasons) sum += reason.second;
  return sum;
}

const char* name_of(Standing standing) {
  switch (standing) {
    case Standing::candidate:
      return "candidate";
    case Standing::below:
      return "below";
    case Standing::filtered:
      return "filtered";
    case Standing::unmatched:
      return "unmatched";
    default:
      return "unknown";
  }
}

const char* name_of(FoundBy found_by) {
  switch (found_by) {
    case FoundBy::generator:
      return "generator";
    case FoundBy::memory:
      return "memory";
    default:
      return "first_stage";
  }
}

json rank_or_null(std::size_t rank) { return rank > 0 ? json(rank) : json(); }

json json_of(const SearchResults& results, std::size_t i) {
  const RankedHit& hit = results.hits[i];
  json entry{{"rank", i + 1},
             {"id", results.ids.id_of(hit.docid)},
             {"docid", hit.docid},
             {"score", hit.score},
             {"model_score", results.features.empty() ? json() : json(hit.model_score)},
             {"found_by", name_of(hit.found_by)},
             {"first_stage_rank", rank_or_null(hit.first_stage_rank)},
             {"first_stage_weight", hit.first_stage_weight}};
  for (const auto& [reason, amount] : reasons_of(hit, results.features)) entry["contributions"][reason] = amount;
  return entry;
}

json json_of(const DocumentPlace& place) {
  return {{"id", place.id},
          {"standing", name_of(place.standing)},
          {"rank", rank_or_null(place.rank)},
          {"first_stage_rank", rank_or_null(place.first_stage_rank)},
          {"has", place.has},
          {"lacks", place.lacks}};
}

}  // namespace

void print_hits(const SearchResults& results, bool explains, const Console& console) {
  for (std::size_t i = 0; i < num_shown(results); ++i) {
    const RankedHit& hit = results.hits[i];
    std::ostringstream line;
    line << std::setw(3) << i + 1 << "  " << std::fixed << std::setprecision(3) << std::setw(8) << hit.score << "  "
         << place_before(hit) << "  " << printable(results.ids.id_of(hit.docid)) << "  " << line_of(results, hit);
    console.out << trimmed(fitted(line.str(), console.width)) << '\n';
    if (explains) print_reasons("     because: ", results, hit, console);
  }
}

void print_comparison(const SearchResults& results, bool explains, const Console& console) {
  std::ostream& out = console.out;
  const std::size_t column_width = (console.width - 3) / 2;
  std::vector<RankedHit> before;
  std::copy_if(results.hits.begin(), results.hits.end(), std::back_inserter(before),
               [](const RankedHit& hit) { return hit.first_stage_rank > 0; });
  std::sort(before.begin(), before.end(),
            [](const RankedHit& a, const RankedHit& b) { return a.first_stage_rank < b.first_stage_rank; });
  out << fitted("     Xapian's order", column_width) << " |      the model's order\n";
  for (std::size_t i = 0; i < num_shown(results); ++i) {
    std::ostringstream left;
    std::ostringstream right;
    if (i < before.size()) left << std::setw(3) << i + 1 << "  " << line_of(results, before[i]);
    right << std::setw(3) << i + 1 << "  " << line_of(results, results.hits[i]);
    out << fitted(left.str(), column_width) << " | " << trimmed(fitted(right.str(), column_width)) << '\n';
  }
  if (!explains) return;
  for (std::size_t i = 0; i < std::min(kExplained, num_shown(results)); ++i) {
    const RankedHit& hit = results.hits[i];
    const std::string place = hit.first_stage_rank > 0 ? " was " + std::to_string(hit.first_stage_rank)
                                                       : " was added by the " + adder(hit.found_by);
    print_reasons("  " + std::to_string(i + 1) + place + ", because: ", results, hit, console);
  }
}

void print_places(const SearchResults& results, const Console& console) {
  for (const DocumentPlace& place : results.places) {
    const std::string head = printable(place.id) + ": ";
    console.out << head << wrapped(standing_text(results, place), {console.width, head.size(), 2}) << '\n';
    if (place.rank == 0 || results.features.empty()) continue;
    const RankedHit& hit = results.hits[place.rank - 1];
    const std::vector<Reason> reasons = reasons_of(hit, results.features);
    print_table(reasons, sum_of(reasons),
                hit.memory_gain > 0.0 ? "above a mean candidate without clicks" : "above a mean candidate", console);
  }
  const auto [upper, lower] = compared(results);
  if (upper == nullptr) return;
  const RankedHit& first = results.hits[upper->rank - 1];
  const RankedHit& second = results.hits[lower->rank - 1];
  console.out << printable(upper->id) << " stands above " << printable(lower->id) << ", because:\n";
  print_table(reasons_between(first, second, results.features), gap_between(first, second), "together", console);
}

json json_of(const SearchResults& results) {
  json object{{"hits", json::array()}, {"places", json::array()}, {"above", nullptr}};
  for (std::size_t i = 0; i < num_shown(results); ++i) object["hits"].push_back(json_of(results, i));
  for (const DocumentPlace& place : results.places) {
    json entry = json_of(place);
    entry["hit"] = place.rank > 0 ? json_of(results, place.rank - 1) : json();
    object["places"].push_back(std::move(entry));
  }
  const auto [upper, lower] = compared(results);
  if (upper == nullptr) return object;
  const RankedHit& first = results.hits[upper->rank - 1];
  const RankedHit& second = results.hits[lower->rank - 1];
  json above{{"upper", upper->id}, {"lower", lower->id}, {"gap", gap_between(first, second)}};
  for (const auto& [reason, amount] : reasons_between(first, second, results.features))
    above["reasons"][reason] = amount;
  object["above"] = std::move(above);
  return object;
}

}  // namespace irgan
