#include "index_tools/showing/mining_table.h"

#include <iomanip>
#include <sstream>

#include "trainer/mining/mining_report_json.h"
#include "trainer/mining/mining_temperature.h"

namespace irgan {
namespace {

using nlohmann::json;

// What to change for fewer exclusions of a kind.
const char* way_out(Exclusion exclusion) {
  switch (exclusion) {
    case Exclusion::relevance:
      return "a higher --max-relevance";
    case Exclusion::unscored:
      return "another --score-by, or more complete scores";
    case Exclusion::absolute_margin:
      return "a smaller --absolute-margin";
    case Exclusion::relative_margin:
      return "a smaller --relative-margin";
    case Exclusion::max_score:
      return "a higher --max-score";
    case Exclusion::min_score:
      return "a lower --min-score";
    case Exclusion::range:
      return "a lower --range-min or a higher --range-max";
    case Exclusion::duplicate:
      return "a higher --max-resemblance";
    case Exclusion::copy:
      return "a larger --depth, or a higher --max-resemblance";
    case Exclusion::no_text:
      return "another --text-field, or --content id";
    default:
      return "a larger --depth, or a further --source";
  }
}

std::string advice(const MiningReport& report) { return std::string("try ") + way_out(report.scarcest()); }

std::string measured(const MiningTemperature& temperature) {
  std::ostringstream text;
  text.precision(3);
  text << "measured " << temperature.multiple << " times uniform draws' on " << temperature.num_queries
       << (temperature.num_queries == 1 ? " query" : " queries");
  return text.str();
}

void print_sources(const MiningReport& report, std::ostream& out) {
  const char* separator = " (";
  for (const auto& [source, count] : report.negatives_by_source) {
    out << separator << count << " by " << source;
    separator = ", ";
  }
  out << (report.negatives_by_source.empty() ? "\n" : ")\n");
  if (report.num_negatives == 0) return;
  if (report.num_outside > 0) {
    out << "  negatives that the first stage had not found: " << report.num_outside << " ("
        << 100 * report.num_outside / report.num_negatives << " %)\n";
  }
  for (const auto& [source, count] : report.negatives_by_source) {
    if (count == 0) out << "  the source " << source << " gave nothing: other sources filled up its share\n";
  }
}

template <class Reason, std::size_t kSize>
void print_reasons(const char* what, const std::array<std::uint64_t, kSize>& counts, std::ostream& out) {
  std::map<std::string, std::uint64_t> by_name;
  for (std::size_t i = 1; i < kSize; ++i) {  // 0 is none
    if (counts[i] > 0) by_name[to_string(static_cast<Reason>(i))] = counts[i];
  }
  for (const auto& [reason, count] : by_name) out << "  " << what << ", " << reason << ": " << count << '\n';
}

void print_score(const char* name, double (*value)(const ScoreSummary&), const MiningReport& report,
                 std::ostream& out) {
  out << "  " << std::left << std::setw(14) << name << std::right;
  for (const ScoreSummary* scores : {&report.positive_scores, &report.negative_scores, &report.difference_scores}) {
    std::ostringstream cell;
    if (scores->count() == 0) {
      cell << '-';
    } else {
      cell << std::fixed << std::setprecision(4) << value(*scores);
    }
    out << std::setw(12) << cell.str();
  }
  out << '\n';
}

void print_scores(const MiningReport& report, std::ostream& out) {
  out << "  score             positive    negative  difference\n  " << std::left << std::setw(14) << "count"
      << std::right << std::setw(12) << report.positive_scores.count() << std::setw(12)
      << report.negative_scores.count() << std::setw(12) << report.difference_scores.count() << '\n';
  print_score(
      "mean", [](const ScoreSummary& scores) { return scores.mean(); }, report, out);
  print_score(
      "deviation", [](const ScoreSummary& scores) { return scores.deviation(); }, report, out);
  print_score(
      "min", [](const ScoreSummary& scores) { return scores.lowest(); }, report, out);
  print_score(
      "quartile1", [](const ScoreSummary& scores) { return scores.quantile(0.25); }, report, out);
  print_score(
      "median", [](const ScoreSummary& scores) { return scores.quantile(0.5); }, report, out);
  print_score(
      "quartile3", [](const ScoreSummary& scores) { return scores.quantile(0.75); }, report, out);
  print_score(
      "max", [](const ScoreSummary& scores) { return scores.highest(); }, report, out);
}

}  // namespace

std::string sentence_of(const MiningTemperature& temperature, double bound) {
  std::ostringstream text;
  text << "the generator draws at temperature " << temperature.value << ": ";
  switch (temperature.basis) {
    case TemperatureBasis::given:
      text << "given by --temperature, so --max-false-negatives has no effect";
      break;
    case TemperatureBasis::bounded:
      text << "the lowest that keeps --max-false-negatives " << bound << " (" << measured(temperature) << ')';
      break;
    case TemperatureBasis::unbounded:
      text << "the highest, since none keeps --max-false-negatives " << bound << " (" << measured(temperature) << ')';
      break;
    case TemperatureBasis::collection:
      text << "it draws from the whole collection, of which training measures no false negatives, so "
              "--max-false-negatives has no effect; a lower --temperature draws harder ones";
      break;
    default:
      text << "the model's training measured no false negatives (it had no held-out query with two positives), so "
              "--max-false-negatives has no effect";
  }
  return text.str();
}

void print(const MiningReport& report, const MiningOptions& options, std::ostream& out) {
  out << report.num_rows << " rows of " << report.num_mined << " queries, " << report.num_positives << " positives, "
      << report.num_negatives << " negatives";
  print_sources(report, out);
  if (report.num_textless > 0) {
    out << "  queries with a positive without text, whose near-duplicates cannot be found: " << report.num_textless
        << " (name their texts with --text-field or --texts)\n";
  }
  print_reasons<Skip>("queries skipped", report.skipped, out);
  if (report.num_unknown_positives > 0) {
    out << "  positives that the index does not have: " << report.num_unknown_positives << '\n';
  }
  print_reasons<Exclusion>("candidates excluded", report.excluded, out);
  print_scores(report, out);
  if (report.ranks_positives_below()) {
    out << "warning: " << std::fixed << std::setprecision(0)
        << 100.0 * static_cast<double>(report.num_below) / static_cast<double>(report.difference_scores.count())
        << " % of the positives score below their negatives: the score that guards (" << to_string(options.score_by)
        << ") does not know your positives. Negatives by it may be relevant, and its margins leave out nearly all "
           "others; choose another with --score-by, or train on these clicks or judgments first\n"
        << std::defaultfloat;
  }
  if (report.relevance.count() > 0) {
    out << "  by the log's evidence " << std::fixed << std::setprecision(1) << 100.0 * report.relevance.mean()
        << " % of the negatives are relevant\n"
        << std::defaultfloat;
  }
  if (report.num_missing > 0) {
    out << report.num_missing << " negatives could not be found, for " << report.num_short
        << " queries: " << advice(report) << (report.num_padded > 0 ? "" : ", or --pad uniform") << '\n';
  }
}

json report_json(const MiningReport& report, const Miner& miner) {
  json all = figures_of(report);
  all["advice"] = report.num_missing > 0 ? json(advice(report)) : json();
  all["score_by"] = to_string(miner.options().score_by);
  all["temperature"] = miner.temperature().value;
  all["temperature_basis"] = uses(miner.options(), NegativeSource::generator) ? json(miner.temperature()) : json();
  all["relevance"] = json();
  if (miner.relevance()) {
    const FittedRelevance& relevance = *miner.relevance();
    all["relevance"] = {{"prior_intercept", relevance.prior_intercept},
                        {"prior_slope", relevance.prior_slope},
                        {"click_if_relevant", relevance.click_if_relevant},
                        {"click_otherwise", relevance.click_otherwise}};
  }
  return all;
}

}  // namespace irgan
