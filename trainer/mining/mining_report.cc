#include "trainer/mining/mining_report.h"

#include <iomanip>
#include <sstream>

namespace irgan {
namespace {

using nlohmann::json;

template <std::size_t kSize, class Name>
json by_name(const std::array<std::uint64_t, kSize>& counts, Name name) {
  json result = json::object();
  for (std::size_t i = 1; i < kSize; ++i) {  // 0 is none
    if (counts[i] > 0) result[name(i)] = counts[i];
  }
  return result;
}

std::string skip_name(std::size_t i) { return to_string(static_cast<Skip>(i)); }
std::string exclusion_name(std::size_t i) { return to_string(static_cast<Exclusion>(i)); }

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
    case Exclusion::no_text:
      return "another --text-field, or --content id";
    default:
      return "a larger --depth, or a further --source";
  }
}

}  // namespace

MiningReport::MiningReport(const std::vector<SharedSource>& sources) {
  for (const SharedSource& shared : sources) by_source_[to_string(shared.source)] = 0;
}

void MiningReport::add(const MinedQuery& query, std::size_t num_rows) {
  ++num_queries_;
  num_unknown_positives_ += query.num_unknown_positives;
  ++skipped_[static_cast<std::size_t>(query.skip)];
  if (query.skip != Skip::none) return;
  ++num_mined_;
  num_rows_ += num_rows;
  num_positives_ += query.positives.size();
  num_missing_ += query.num_missing;
  num_textless_ += query.has_textless_positive ? 1 : 0;
  num_short_ += query.num_missing > 0 ? 1 : 0;
  for (std::size_t i = 0; i < kNumExclusions; ++i) {
    excluded_[i] += query.num_excluded[i];
    if (query.num_missing > 0) excluded_where_short_[i] += query.num_excluded[i];
  }
  for (const MinedDocument& positive : query.positives) positive_scores_.add(positive.score);
  for (std::size_t list = 0; list < query.negatives.size(); ++list) {
    for (const MinedDocument& negative : query.negatives[list]) {
      ++num_negatives_;
      num_padded_ += negative.is_padding ? 1 : 0;
      ++by_source_[negative.is_padding ? "padding" : to_string(negative.source)];
      negative_scores_.add(negative.score);
      relevance_.add(negative.relevance);
      for (std::size_t i = 0; i < query.positives.size(); ++i) {
        if (query.negatives.size() == 1 || i == list) differences_.add(query.positives[i].score - negative.score);
      }
    }
  }
}

std::string MiningReport::advice() const {
  if (num_missing_ == 0) return "";
  std::size_t most = static_cast<std::size_t>(Exclusion::none);
  for (std::size_t i = 0; i < kNumExclusions; ++i) {
    const bool can_change =
        i != static_cast<std::size_t>(Exclusion::none) && i != static_cast<std::size_t>(Exclusion::positive);
    if (can_change && excluded_where_short_[i] > (most == 0 ? 0 : excluded_where_short_[most])) most = i;
  }
  return std::string("try ") + way_out(static_cast<Exclusion>(most));
}

json MiningReport::to_json() const {
  json report{{"queries", num_queries_},
              {"mined_queries", num_mined_},
              {"skipped_queries", by_name(skipped_, skip_name)},
              {"rows", num_rows_},
              {"positives", num_positives_},
              {"positives_not_in_index", num_unknown_positives_},
              {"negatives", num_negatives_},
              {"negatives_by_source", by_source_},
              {"padded", num_padded_},
              {"queries_with_textless_positives", num_textless_},
              {"excluded_candidates", by_name(excluded_, exclusion_name)},
              {"missing_negatives", num_missing_},
              {"short_queries", num_short_},
              {"positive_scores", positive_scores_.to_json()},
              {"negative_scores", negative_scores_.to_json()},
              {"difference_scores", differences_.to_json()}};
  if (relevance_.count() > 0) report["expected_false_negatives"] = relevance_.mean();
  if (num_missing_ > 0) report["advice"] = advice();
  return report;
}

void MiningReport::print(std::ostream& out) const {
  const json report = to_json();
  out << num_rows_ << " rows of " << num_mined_ << " queries, " << num_positives_ << " positives, " << num_negatives_
      << " negatives";
  const char* separator = " (";
  for (const auto& [source, count] : by_source_) {
    out << separator << count << " by " << source;
    separator = ", ";
  }
  out << (by_source_.empty() ? "\n" : ")\n");
  for (const auto& [source, count] : by_source_) {
    if (count == 0 && num_negatives_ > 0)
      out << "  the source " << source << " gave nothing: other sources filled up its share\n";
  }
  if (num_textless_ > 0) {
    out << "  queries with a positive without text, of which no near-duplicate can be told: " << num_textless_
        << " (name their texts with --text-field or --texts)\n";
  }
  for (const auto& [reason, count] : report["skipped_queries"].items())
    out << "  queries skipped, " << reason << ": " << count << '\n';
  if (num_unknown_positives_ > 0) out << "  positives that the index does not have: " << num_unknown_positives_ << '\n';
  for (const auto& [reason, count] : report["excluded_candidates"].items())
    out << "  candidates excluded, " << reason << ": " << count << '\n';
  out << "  score             positive    negative  difference\n";
  for (const char* row : {"count", "mean", "deviation", "min", "quartile1", "median", "quartile3", "max"}) {
    out << "  " << std::left << std::setw(14) << row << std::right;
    for (const char* column : {"positive_scores", "negative_scores", "difference_scores"}) {
      const json& summary = report[column];
      std::ostringstream cell;
      if (!summary.contains(row)) {
        cell << '-';
      } else if (summary[row].is_number_float()) {
        cell << std::fixed << std::setprecision(4) << summary[row].get<double>();
      } else {
        cell << summary[row];
      }
      out << std::setw(12) << cell.str();
    }
    out << '\n';
  }
  if (relevance_.count() > 0) {
    out << "  by the log's evidence " << std::fixed << std::setprecision(1) << 100.0 * relevance_.mean()
        << " % of the negatives are relevant\n"
        << std::defaultfloat;
  }
  if (num_missing_ > 0) {
    out << num_missing_ << " negatives could not be found, for " << num_short_ << " queries: " << advice()
        << (num_padded_ > 0 ? "" : ", or --pad uniform") << '\n';
  }
}

json MiningReport::state() const {
  return {{"counts",
           {num_queries_, num_mined_, num_rows_, num_positives_, num_negatives_, num_padded_, num_missing_, num_short_,
            num_unknown_positives_, num_textless_}},
          {"skipped", skipped_},
          {"excluded", excluded_},
          {"excluded_where_short", excluded_where_short_},
          {"by_source", by_source_},
          {"scores", {positive_scores_.state(), negative_scores_.state(), differences_.state(), relevance_.state()}}};
}

MiningReport MiningReport::from_state(const json& state) {
  MiningReport report;
  std::size_t i = 0;
  for (auto* count : {&report.num_queries_, &report.num_mined_, &report.num_rows_, &report.num_positives_,
                      &report.num_negatives_, &report.num_padded_, &report.num_missing_, &report.num_short_,
                      &report.num_unknown_positives_, &report.num_textless_}) {
    *count = state.at("counts").at(i++);
  }
  report.skipped_ = state.at("skipped");
  report.excluded_ = state.at("excluded");
  report.excluded_where_short_ = state.at("excluded_where_short");
  report.by_source_ = state.at("by_source");
  report.positive_scores_ = ScoreSummary::from_state(state.at("scores").at(0));
  report.negative_scores_ = ScoreSummary::from_state(state.at("scores").at(1));
  report.differences_ = ScoreSummary::from_state(state.at("scores").at(2));
  report.relevance_ = ScoreSummary::from_state(state.at("scores").at(3));
  return report;
}

}  // namespace irgan
