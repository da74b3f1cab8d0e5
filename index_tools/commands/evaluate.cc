#include "index_tools/commands/evaluate.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/showing/figures.h"
#include "index_tools/showing/interleaving_verdict.h"
#include "trainer/measures/measures.h"
#include "trainer/measures/paired_test.h"
#include "trainer/measures/qrels.h"
#include "trainer/measures/run_file.h"

namespace irgan {
namespace {

using Row = std::vector<std::string>;

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

struct EvaluatedRun {
  std::string name;
  std::vector<std::vector<double>> values;  // a row a measure, a column a judged query
  std::size_t num_missing = 0;              // judged queries that the run does not have
  std::size_t num_unjudged = 0;             // the run's queries without judgments
};

// Returns the K of "prefix@K", nothing if `name` is not of that form.
std::optional<int> cutoff_of(std::string_view name, std::string_view prefix) {
  if (name.substr(0, prefix.size()) != prefix || name.substr(prefix.size(), 1) != "@") return std::nullopt;
  const std::string_view digits = name.substr(prefix.size() + 1);
  int cutoff = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cutoff);
  if (error != std::errc() || end != digits.data() + digits.size() || cutoff < 1) return std::nullopt;
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
  throw ConfigError("--measures " + name +
                    ": there is no such measure; known are ndcg, ndcg@K, map, mrr, p@K, recall@K with K from 1");
}

Measure letor_measure(const std::string& name) {
  if (const auto k = cutoff_of(name, "ndcg")) {
    return {name, [k = *k](const JudgedRanking& q) { return letor_ndcg(q.ranked_labels, k); }};
  }
  if (name == "mean_ndcg") return {name, [](const JudgedRanking& q) { return letor_mean_ndcg(q.ranked_labels); }};
  if (name == "map") return {name, [](const JudgedRanking& q) { return letor_average_precision(q.ranked_labels); }};
  throw ConfigError("--measures " + name +
                    ": there is no such measure with --letor; known are ndcg@K, mean_ndcg, map with K from 1");
}

std::vector<Measure> chosen_measures(const EvaluateOptions& options) {
  const Row usual = options.letor ? Row{"ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10", "mean_ndcg", "map"}
                                  : Row{"ndcg@10", "mrr", "map", "p@10", "recall@100"};
  std::vector<Measure> measures;
  for (const std::string& name : options.measures.empty() ? usual : options.measures) {
    measures.push_back(options.letor ? letor_measure(name) : trec_measure(name, options.relevance_level));
  }
  return measures;
}

void check(const EvaluateOptions& options) {
  if (!options.interleaved.empty()) {
    std::vector<std::pair<const char*, std::string>> inputs;
    for (const std::string& path : options.interleaved) inputs.emplace_back("--interleaved", path);
    check_stdin(inputs);
    if (options.qrels.empty() && options.runs.empty()) return;
    throw ConfigError(
        "--interleaved excludes --qrels and runs: the clicks are the judgment; of several logs each needs an "
        "--interleaved of its own");
  }
  const std::string level = "--relevance-level " + std::to_string(options.relevance_level);
  if (options.qrels.empty())
    throw ConfigError("--qrels is missing: name the file of judgments, or a log with --interleaved");
  if (options.runs.empty()) throw ConfigError("evaluate needs at least one run file");
  if (options.relevance_level < 1) throw ConfigError(level + ": the level must be 1 or more");
  if (options.letor && options.relevance_level != 1) {
    throw ConfigError(level + " with --letor: LETOR's measures take every label above 0 as relevant");
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
                          const EvaluateOptions& options) {
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
  evaluated.num_unjudged = run.by_query.size() - num_judged;
  return evaluated;
}

std::vector<std::string> run_names(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  for (const std::string& path : paths) names.push_back(std::filesystem::path(path).filename().string());
  const std::vector<std::string> base_names = names;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (std::count(base_names.begin(), base_names.end(), base_names[i]) > 1) names[i] = paths[i];
  }
  return names;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The first column to the left, numbers to the right, two spaces between columns.
void write_table(const std::vector<Row>& rows, std::ostream& out) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  for (const Row& row : rows) {
    out << row[0] << std::string(widths[0] - row[0].size(), ' ');
    for (std::size_t c = 1; c < row.size(); ++c) out << "  " << std::string(widths[c] - row[c].size(), ' ') << row[c];
    out << '\n';
  }
}

Row header(const std::string& first, const std::vector<Measure>& measures) {
  Row row{first};
  for (const Measure& measure : measures) row.push_back(measure.name);
  return row;
}

void write_means(const std::vector<EvaluatedRun>& runs, const std::vector<Measure>& measures, std::ostream& out) {
  std::vector<Row> rows{header("run", measures)};
  for (const EvaluatedRun& run : runs) {
    Row& row = rows.emplace_back(Row{run.name});
    for (const std::vector<double>& values : run.values) row.push_back(formatted("%.4f", mean(values)));
  }
  write_table(rows, out);
}

void write_differences(const std::vector<EvaluatedRun>& runs, const std::vector<Measure>& measures, std::uint64_t seed,
                       std::ostream& out) {
  std::vector<Row> rows{header("against " + runs[0].name, measures)};
  for (std::size_t i = 1; i < runs.size(); ++i) {
    Row& row = rows.emplace_back(Row{runs[i].name});
    for (std::size_t m = 0; m < measures.size(); ++m) {
      const std::vector<double>& first = runs[0].values[m];
      const std::vector<double>& other = runs[i].values[m];
      row.push_back(formatted("%+.4f", mean(other) - mean(first)) + " p " +
                    formatted("%.4f", paired_randomisation_p(other, first, seed)));
    }
  }
  out << '\n';
  write_table(rows, out);
}

void write_notes(const std::vector<EvaluatedRun>& runs, const Qrels& qrels, int level, std::ostream& out) {
  const std::size_t num_queries = qrels.by_query.size();
  const auto num_hopeless = std::count_if(qrels.by_query.begin(), qrels.by_query.end(),
                                          [&](const auto& query) { return count_relevant(query.second, level) == 0; });
  out << "\nnote: judged queries, over which the means are taken: " << num_queries << '\n';
  if (num_hopeless > 0) {
    out << "note: judged queries without a document of label " << level << " or more: " << num_hopeless << '\n';
  }
  for (const EvaluatedRun& run : runs) {
    if (run.num_missing > 0) {
      out << "note: judged queries missing from " << run.name << ", which count 0: " << run.num_missing << '\n';
    }
    if (run.num_unjudged > 0) {
      out << "note: queries of " << run.name << " without judgments, which are left out: " << run.num_unjudged << '\n';
    }
  }
}

void write_values(const EvaluatedRun& run, const std::vector<Measure>& measures, const Qrels& qrels,
                  std::ostream& out) {
  std::size_t column = 0;
  for (const auto& query : qrels.by_query) {
    for (std::size_t m = 0; m < measures.size(); ++m) {
      out << run.name << '\t' << query.first << '\t' << measures[m].name << '\t'
          << formatted("%.6f", run.values[m][column]) << '\n';
    }
    ++column;
  }
}

}  // namespace

void add_options(EvaluateOptions& options, OptionTable& table) {
  table.everyday({"qrels", "run", "measures", "relevance-level", "letor", "per-query", "interleaved", "column"});
  table.group("By judgments");
  table.text("qrels", options.qrels, "judgments: TREC qrels", "FILE");
  table.texts("run", options.runs,
              "TREC runs; every further one is compared with the first; may stand without the flag", "FILE");
  table.positional("run");
  table.flag("letor", options.letor, "LETOR 4.0's measures instead of trec_eval's");
  table.number("relevance-level", options.relevance_level, 1, 1000,
               "lowest label of a relevant document, for map, mrr, p, recall");
  table.texts("measures", options.measures,
              "ndcg, ndcg@K, map, mrr, p@K, recall@K; with --letor ndcg@K, mean_ndcg, map; may be given again", "NAME");
  table.flag("per-query", options.per_query, "a line a query and measure instead of means");
  table.number("seed", options.seed, std::size_t{0}, std::size_t{1} << 62, "of the paired randomisation test");
  table.group("By clicks");
  table.texts("interleaved", options.interleaved,
              "instead: which of two rankings the clicks of this log prefer, whose pages were interleaved; columns "
              "session, query_id or query, doc_id, clicked, team; may be given again",
              "FILE");
  options.reading.add_to(table, "interleaved");
  for (const char* name : {"letor", "relevance-level", "measures", "per-query", "seed"})
    table.exclude("interleaved", name, "it is of judgments");
}

void run(const EvaluateOptions& options, std::ostream& out) {
  check(options);
  if (!options.interleaved.empty()) {
    write_verdict_of_logs(options.interleaved, options.reading.log_options(), out);
    return;
  }
  const std::vector<Measure> measures = chosen_measures(options);
  const Qrels qrels = read_qrels(options.qrels);
  const std::vector<std::string> names = run_names(options.runs);
  std::vector<EvaluatedRun> runs;
  for (std::size_t i = 0; i < names.size(); ++i) {
    runs.push_back(evaluate_run(options.runs[i], qrels, measures, options));
    runs.back().name = names[i];
  }
  if (options.per_query) {
    for (const EvaluatedRun& evaluated : runs) write_values(evaluated, measures, qrels, out);
    return;
  }
  write_means(runs, measures, out);
  if (runs.size() > 1) write_differences(runs, measures, options.seed, out);
  write_notes(runs, qrels, options.relevance_level, out);
}

Command evaluate_command() {
  return make_command<EvaluateOptions>(
      "evaluate", "(--qrels R RUN... | --interleaved LOG)",
      "measure runs by judgments, or compare two rankings by clicks",
      "Judgments are lines 'qid 0 docid label'. Every further run is compared with the first.\n"
      "  xapian-irgan evaluate --qrels qrels.txt old.run new.run\n"
      "  xapian-irgan evaluate --interleaved clicks.tsv --column session=visitor\n"
      "Next: if the new order is better, 'store' puts its model into the index.\n");
}

}  // namespace irgan
