#include "index_tools/commands/evaluate.h"

#include <algorithm>
#include <utility>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/log_reading_options.h"
#include "index_tools/showing/figures.h"
#include "index_tools/showing/interleaving_verdict.h"
#include "index_tools/showing/log_reading.h"

namespace irgan {
namespace {

using Row = std::vector<std::string>;

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
  if (options.qrels.empty())
    throw ConfigError("--qrels is missing: name the file of judgments, or a log with --interleaved");
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

Row header(const std::string& first, const Evaluation& evaluation) {
  Row row{first};
  row.insert(row.end(), evaluation.measures.begin(), evaluation.measures.end());
  return row;
}

void write_means(const Evaluation& evaluation, std::ostream& out) {
  std::vector<Row> rows{header("run", evaluation)};
  for (const EvaluatedRun& run : evaluation.runs) {
    Row& row = rows.emplace_back(Row{run.name});
    for (std::size_t m = 0; m < evaluation.measures.size(); ++m) row.push_back(formatted("%.4f", run.mean(m)));
  }
  write_table(rows, out);
}

void write_differences(const Evaluation& evaluation, std::uint64_t seed, std::ostream& out) {
  const EvaluatedRun& first = evaluation.runs.front();
  std::vector<Row> rows{header("against " + first.name, evaluation)};
  for (std::size_t i = 1; i < evaluation.runs.size(); ++i) {
    Row& row = rows.emplace_back(Row{evaluation.runs[i].name});
    for (std::size_t m = 0; m < evaluation.measures.size(); ++m) {
      const RunDifference found = difference_of(evaluation.runs[i], first, m, seed);
      row.push_back(formatted("%+.4f", found.difference) + " p " + formatted("%.4f", found.p));
    }
  }
  out << '\n';
  write_table(rows, out);
}

void write_notes(const Evaluation& evaluation, int level, std::ostream& out) {
  out << "\nnote: judgments read: " << evaluation.num_judgments;
  if (evaluation.num_repeated > 0) out << ", and " << evaluation.num_repeated << " lines that repeat one";
  out << "\nnote: judged queries, over which the means are taken: " << evaluation.queries.size() << '\n';
  if (evaluation.num_hopeless > 0) {
    out << "note: judged queries without a document of label " << level << " or more: " << evaluation.num_hopeless
        << '\n';
  }
  for (const EvaluatedRun& run : evaluation.runs) {
    if (run.num_missing > 0) {
      out << "note: judged queries missing from " << run.name << ", which count 0: " << run.num_missing << '\n';
    }
    if (run.unjudged.empty()) continue;
    out << "note: queries of " << run.name << " without judgments, which are left out: " << run.unjudged.size() << '\n';
    const std::string cause = likeliest_difference(differences_of(run.unjudged, evaluation.queries));
    if (!cause.empty()) out << "note: some of them differ from judged ones by " << cause << " alone\n";
  }
}

void write_values(const Evaluation& evaluation, std::ostream& out) {
  for (const EvaluatedRun& run : evaluation.runs) {
    for (std::size_t q = 0; q < evaluation.queries.size(); ++q) {
      for (std::size_t m = 0; m < evaluation.measures.size(); ++m) {
        out << run.name << '\t' << evaluation.queries[q] << '\t' << evaluation.measures[m] << '\t'
            << formatted("%.6f", run.values[m][q]) << '\n';
      }
    }
  }
}

}  // namespace

void add_options(EvaluateOptions& options, OptionTable& table) {
  table.everyday({"qrels", "run", "measures", "relevance-level", "letor", "per-query", "interleaved", "column"});
  table.group("By judgments");
  table.text("qrels", options.qrels, "judgments: TREC qrels", "FILE");
  table.texts("run", options.runs, "TREC runs; each further one is compared with the first; the flag may be left out",
              "FILE");
  table.positional("run");
  table.flag("letor", options.letor, "LETOR 4.0's measures instead of trec_eval's");
  table.number("relevance-level", options.relevance_level, 1, 1000,
               "lowest label of a relevant document, for map, mrr, p and recall");
  table.texts("measures", options.measures,
              "ndcg, ndcg@K, map, mrr, p@K, recall@K; with --letor ndcg@K, mean_ndcg, map; may be given again", "NAME");
  table.flag("per-query", options.per_query, "print a line for each query and measure instead of the means");
  table.number("seed", options.seed, std::size_t{0}, std::size_t{1} << 62, "seed of the paired randomisation test");
  table.group("By clicks");
  table.texts("interleaved", options.interleaved,
              "a click log of interleaved pages instead: the output says which of two rankings its clicks prefer; "
              "columns session, query_id or query, doc_id, clicked, team; may be given again",
              "FILE");
  add_log_options(options.reading, table, "interleaved");
  for (const char* name : {"letor", "relevance-level", "measures", "per-query", "seed"})
    table.exclude("interleaved", name, "it is of judgments");
}

void run(const EvaluateOptions& options, const Console& console) {
  check(options);
  if (!options.interleaved.empty()) {
    write_verdict_of_logs(options.interleaved, options.reading, console);
    return;
  }
  const Evaluation evaluation = evaluate(options);
  if (options.per_query) {
    write_values(evaluation, console.out);
    return;
  }
  write_means(evaluation, console.out);
  if (evaluation.runs.size() > 1) write_differences(evaluation, options.seed, console.out);
  write_notes(evaluation, options.relevance_level, console.out);
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
