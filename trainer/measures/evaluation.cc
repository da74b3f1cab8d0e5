#include "irgan/evaluation.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <numeric>
#include <optional>
#include <string_view>

#include "irgan/measures.h"
#include "irgan/qrels.h"
#include "irgan/run_file.h"
#include "irgan/significance.h"
#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

// One query of one run, joined with its judgments.
struct JudgedRanking {
  std::vector<int> ranked_labels;
  std::vector<int> judged_labels;
  int num_relevant = 0;
};

struct Measure {
  std::string name;
  std::function<double(const JudgedRanking&)> value;
};

// Returns the K of "prefix@K", nothing if `name` is not of that form.
std::optional<int> cutoff_of(std::string_view name, std::string_view prefix) {
  if (name.substr(0, prefix.size()) != prefix || name.substr(prefix.size(), 1) != "@") return std::nullopt;
  int cutoff = 0;
  if (!parse_number(name.substr(prefix.size() + 1), cutoff) || cutoff < 1) return std::nullopt;
  return cutoff;
}

Measure trec_measure(const std::string& name, int level) {
  if (name == "ndcg") {
    return {name, [](const JudgedRanking& q) { return ndcg(q.ranked_labels, q.judged_labels, 0); }};
  }
  if (const auto k = cutoff_of(name, "ndcg")) {
    return {name, [k = *k](const JudgedRanking& q) { return ndcg(q.ranked_labels, q.judged_labels, k); }};
  }
  if (name == "map") {
    return {name,
            [level](const JudgedRanking& q) { return average_precision(q.ranked_labels, q.num_relevant, level); }};
  }
  if (name == "mrr") {
    return {name, [level](const JudgedRanking& q) { return reciprocal_rank(q.ranked_labels, level); }};
  }
  if (const auto k = cutoff_of(name, "p")) {
    return {name, [level, k = *k](const JudgedRanking& q) { return precision(q.ranked_labels, k, level); }};
  }
  if (const auto k = cutoff_of(name, "recall")) {
    return {name,
            [level, k = *k](const JudgedRanking& q) { return recall(q.ranked_labels, q.num_relevant, k, level); }};
  }
  throw ConfigError("measures",
                    name + ": there is no such measure; known are ndcg, ndcg@K, map, mrr, p@K, recall@K with K from 1");
}

Measure letor_measure(const std::string& name) {
  if (const auto k = cutoff_of(name, "ndcg")) {
    return {name, [k = *k](const JudgedRanking& q) { return letor_ndcg(q.ranked_labels, k); }};
  }
  if (name == "mean_ndcg") return {name, [](const JudgedRanking& q) { return letor_mean_ndcg(q.ranked_labels); }};
  if (name == "map") return {name, [](const JudgedRanking& q) { return letor_average_precision(q.ranked_labels); }};
  throw ConfigError("measures",
                    name + ": there is no such measure of LETOR's; known are ndcg@K, mean_ndcg, map with K from 1");
}

std::vector<Measure> chosen_measures(const EvaluationOptions& options) {
  using Names = std::vector<std::string>;
  const Names usual = options.letor ? Names{"ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10", "mean_ndcg", "map"}
                                    : Names{"ndcg@10", "mrr", "map", "p@10", "recall@100"};
  std::vector<Measure> measures;
  for (const std::string& name : options.measures.empty() ? usual : options.measures) {
    measures.push_back(options.letor ? letor_measure(name) : trec_measure(name, options.relevance_level));
  }
  return measures;
}

void check(const EvaluationOptions& options) {
  if (options.runs.empty()) throw ConfigError("run", "is missing: name at least one run file");
  const std::string level = std::to_string(options.relevance_level);
  if (options.relevance_level < 1) throw ConfigError("relevance_level", level + ": the level must be 1 or more");
  if (options.letor && options.relevance_level != 1) {
    throw ConfigError("relevance_level", level + ": LETOR's measures take every label above 0 as relevant");
  }
}

int count_relevant(const Judgments& judgments, int level) {
  return static_cast<int>(std::count_if(judgments.begin(), judgments.end(),
                                        [&](const auto& judgment) { return judgment.second >= level; }));
}

// A ranking that the run does not have is an empty one: every measure of it is 0.
JudgedRanking join(const std::vector<RankedDocument>& ranking, const Judgments& judgments, int level) {
  JudgedRanking joined;
  for (const RankedDocument& document : ranking) {
    const auto judgment = judgments.find(document.document_id);
    joined.ranked_labels.push_back(judgment == judgments.end() ? 0 : judgment->second);
  }
  for (const auto& judgment : judgments) joined.judged_labels.push_back(judgment.second);
  joined.num_relevant = count_relevant(judgments, level);
  return joined;
}

EvaluatedRun evaluate_run(const std::string& path, const Qrels& qrels, const std::vector<Measure>& measures,
                          const EvaluationOptions& options) {
  const Run run = read_run(path);
  EvaluatedRun evaluated;
  evaluated.values.resize(measures.size());
  for (const auto& [query_id, judgments] : qrels.by_query) {
    const auto found = run.by_query.find(query_id);
    const bool is_missing = found == run.by_query.end();
    if (is_missing) ++evaluated.num_missing;
    const JudgedRanking joined =
        join(is_missing ? std::vector<RankedDocument>() : found->second, judgments, options.relevance_level);
    for (std::size_t m = 0; m < measures.size(); ++m) evaluated.values[m].push_back(measures[m].value(joined));
  }
  const std::size_t num_judged = qrels.by_query.size() - evaluated.num_missing;
  if (num_judged == 0) {
    throw Error(path + ": none of its " + std::to_string(run.by_query.size()) + " queries is judged in " +
                options.qrels + "; are the query ids the same?");
  }
  for (const auto& [query_id, ranking] : run.by_query) {
    if (qrels.by_query.count(query_id) == 0) evaluated.unjudged.push_back(query_id);
  }
  return evaluated;
}

std::vector<std::string> run_names(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  names.reserve(paths.size());
  for (const std::string& path : paths) names.push_back(std::filesystem::path(path).filename().string());
  const std::vector<std::string> base_names = names;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (std::count(base_names.begin(), base_names.end(), base_names[i]) > 1) names[i] = paths[i];
  }
  return names;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double EvaluatedRun::mean(std::size_t measure) const { return mean_of(values[measure]); }

Evaluation evaluate(const EvaluationOptions& options) {
  check(options);
  const std::vector<Measure> measures = chosen_measures(options);
  const Qrels qrels = read_qrels(options.qrels);
  Evaluation evaluation;
  for (const Measure& measure : measures) evaluation.measures.push_back(measure.name);
  for (const auto& [query_id, judgments] : qrels.by_query) {
    evaluation.queries.push_back(query_id);
    evaluation.num_judgments += judgments.size();
    if (count_relevant(judgments, options.relevance_level) == 0) ++evaluation.num_hopeless;
  }
  evaluation.num_repeated = qrels.num_lines - evaluation.num_judgments;
  const std::vector<std::string> names = run_names(options.runs);
  for (std::size_t i = 0; i < names.size(); ++i) {
    evaluation.runs.push_back(evaluate_run(options.runs[i], qrels, measures, options));
    evaluation.runs.back().name = names[i];
  }
  return evaluation;
}

RunDifference difference_of(const EvaluatedRun& run, const EvaluatedRun& base, std::size_t measure,
                            std::uint64_t seed) {
  return {run.mean(measure) - base.mean(measure),
          paired_randomisation_p(run.values[measure], base.values[measure], seed)};
}

}  // namespace irgan
