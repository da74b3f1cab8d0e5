#include "index_tools/commands/evaluate.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/log_reading_options.h"
#include "index_tools/reports/evaluation_json.h"
#include "index_tools/reports/later_log_table.h"
#include "index_tools/showing/figures.h"
#include "index_tools/showing/interleaving_verdict.h"
#include "index_tools/showing/log_reading.h"
#include "irgan/model_comparison.h"
#include "irgan/run_file.h"
#include "irgan/shadow_orders.h"
#include "irgan/training_record.h"
#include "trainer/labels/propensity_file.h"
#include "trainer/machine/timestamps.h"
#include "trainer/ranking/query_ranking.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {
namespace {

using Row = std::vector<std::string>;

constexpr std::size_t kVersionShown = 12;  // digits of a model's version

void check_later(const EvaluateOptions& options) {
  check_stdin(options.log.inputs());
  if (!options.qrels.empty())
    throw ConfigError("--clicks and --qrels exclude each other: judge by a later log or by judgments");
  if (!options.models.empty() && options.database.paths.empty())
    throw ConfigError("--model needs --db, whose documents it ranks");
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
  if (!options.log.clicks.empty()) return check_later(options);
  if (options.qrels.empty())
    throw ConfigError(
        "--qrels is missing: name the file of judgments, or a later log with --clicks, or one of mixed pages with "
        "--interleaved");
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

namespace {

void add_later_options(EvaluateOptions& options, OptionTable& table) {
  options.database.add_to(table);
  table.group("By a later log");
  table.texts("model", options.models, "with --clicks and --db: a model whose order is judged; may be given again",
              "MODEL");
  options.memory.add_to(table);
  options.vectors.add_to(table);
  table.group("By a later log");
  table.number("depth", options.later.depth, std::size_t{1}, std::size_t{50}, "ranks whose clicks count");
  table.text("propensities", options.propensities,
             "lines 'rank<TAB>propensity', how often a rank is looked at; if not given, by the log's documents that "
             "were shown at several ranks",
             "FILE");
  table.number("replicates", options.later.num_replicates, 20, 10000,
               "replicates of the bootstrap over sessions, from which the intervals come");
  for (const char* name : {"model", "depth", "propensities", "replicates", "memory"}) table.needs(name, {"clicks"});
  for (const char* name : {"letor", "relevance-level", "measures", "per-query"})
    table.exclude("clicks", name, "it is of judgments");
  for (const char* name : {"db", "stemmer"}) table.needs(name, {"clicks"}, "it is of models");
}

std::vector<std::string> documents_of(const Run& run, const std::string& query_id) {
  std::vector<std::string> ids;
  const auto found = run.by_query.find(query_id);
  if (found == run.by_query.end()) return ids;
  for (const RankedDocument& document : found->second) ids.push_back(document.document_id);
  return ids;
}

/// Warns of clicks that a ranking has learnt from: they do not judge it.
class OldClicks {
 public:
  OldClicks(const Evidence& evidence, std::ostream& err) : err_(err) {
    read_ahead(evidence.clicks, evidence.log_options, [this](const ClickRow& row) {
      if (row.time) first_ = std::min(first_.value_or(*row.time), *row.time);
    });
  }

  void warn_of(const std::string& name, std::optional<double> until) const {
    if (first_ && until && *first_ <= *until)
      err_ << name << " has learnt from clicks up to " << utc_text(*until)
           << ", and this log begins before that, which flatters it: give a later log, or --after\n";
  }

 private:
  std::ostream& err_;
  std::optional<double> first_;  // time of a row
};

void judge_later(const EvaluateOptions& options, const Console& console) {
  const Evidence evidence = options.log.evidence(console.err);
  std::vector<JudgedRanking> rankings;
  for (const std::string& path : options.runs) {
    const auto run = std::make_shared<const Run>(read_run(path));
    rankings.push_back({path, [run](const QueryRow& query) { return documents_of(*run, query.id); }});
  }
  LaterLogOptions later = options.later;
  std::optional<Site> site;
  std::optional<OldClicks> old;
  RerankOptions how;
  if (!options.models.empty()) {
    site.emplace(options.database.site(console.err));
    old.emplace(evidence, console.err);
    options.memory.apply(site->open(), how);
    options.vectors.apply(how);
    const auto memory = how.memory ? how.memory->get(site->open()) : nullptr;
    if (memory && memory->facts().newest_time > 0.0) old->warn_of("the click memory", memory->facts().newest_time);
  }
  for (const std::string& path : options.models) {
    const std::shared_ptr<const Model> model = Model::from_file(path);
    const std::vector<std::string>& features = model->schema().features;
    later.contexts.insert(later.contexts.end(), features.begin(), features.end());
    rankings.push_back({path, order_of_model(*site, model, how, path)});
    old->warn_of(path, learnt_until(record_of(*model)));
  }
  for (auto& [version, orders] : shadows_of_logs(evidence.clicks)) {
    const auto shadow = std::make_shared<const ShadowOrders>(std::move(orders));
    rankings.push_back({"shadow " + version.substr(0, kVersionShown),
                        [shadow](const QueryRow& query) { return shadow->documents(query); }});
  }
  later.seed = options.seed;
  if (!options.propensities.empty()) later.examination = read_propensities(options.propensities);
  const LaterLogReport report =
      judge_by_later_log(evidence.clicks, evidence.log_options, evidence.queries, rankings, later);
  write_later_log(report, console.out);
  console.result(json_of(report));
}

}  // namespace

void add_options(EvaluateOptions& options, OptionTable& table) {
  table.everyday({"qrels", "run", "measures", "clicks", "db", "model", "propensities", "interleaved", "column"});
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
  options.log.add_log_to(table, {"interleaved"});
  table.only_by_flag("clicks");
  table.gives_way("qrels", "clicks");
  table.exclude("clicks", "interleaved");
  add_later_options(options, table);
  for (const char* name : {"letor", "relevance-level", "measures", "per-query", "seed"})
    table.exclude("interleaved", name, "it is of judgments");
}

void run(const EvaluateOptions& options, const Console& console) {
  check(options);
  if (!options.interleaved.empty()) {
    const InterleavedLog log = write_verdict_of_logs(options.interleaved, options.log.log_options, console);
    console.result(
        {{"by_search", json_of(log.by_search, log.names)}, {"by_session", json_of(log.by_session, log.names)}});
    return;
  }
  if (!options.log.clicks.empty()) return judge_later(options, console);
  const Evaluation evaluation = evaluate(options);
  console.result(json_of(evaluation, options.seed, options.per_query));
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
      "evaluate", "(--qrels R RUN... | --clicks LATER.LOG [--db DB --model M] [RUN...] | --interleaved LOG)",
      "measure rankings by judgments or by a later log, or compare two by mixed pages",
      "Judgments are lines 'qid 0 docid label'. Every further run is compared with the first.\n"
      "  xapian-irgan evaluate --qrels qrels.txt old.run new.run\n"
      "  xapian-irgan evaluate --clicks tomorrow.tsv --db films --model old.model --model new.model\n"
      "  xapian-irgan evaluate --interleaved clicks.tsv --column session=visitor\n"
      "Next: if the new order is better, 'store' puts its model into the index.\n");
}

}  // namespace irgan
