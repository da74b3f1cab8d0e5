#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/memory_use.h"
#include "index_tools/options/vector_use.h"
#include "index_tools/reports/json_output.h"
#include "index_tools/showing/index_remarks.h"
#include "index_tools/showing/log_reading.h"
#include "index_tools/showing/progress_bar.h"
#include "irgan/run_file.h"
#include "trainer/machine/output_file.h"
#include "trainer/ranking/query_ranking.h"
#include "trainer/ranking/strict_rerank.h"
#include "trainer/site/first_stage.h"

namespace irgan {
namespace {

struct RerankRunOptions {
  DatabaseOptions database;
  std::string model;
  LabelOptions log;  ///< without judgments: where queries come from
  std::string out;
  std::string baseline_out;
  std::size_t depth = 0;
  MemoryUse memory;
  VectorUse vectors;
  unsigned num_threads = 0;
};

/// A run on its way into a file.
struct RunOutput {
  OutputFile file;
  RunWriter writer;

  RunOutput(const std::string& path, const char* tag) : file(path), writer(file.stream(), tag) {}
};

void add_options(RerankRunOptions& options, OptionTable& table) {
  table.everyday({"db", "queries", "model", "out", "baseline-out", "memory", "prefix", "value"});
  options.database.add_to(table);
  table.group("The model");
  table.text("model", options.model, "the model file; if not given, the model in the index", "FILE");
  table.number("depth", options.depth, std::size_t{0}, std::size_t{100000},
               "candidates a query; 0: as many as in the model's training");
  options.log.add_log_to(table);
  table.group("Runs");
  table.text("out", options.out, "the TREC run to write; .gz and .zst are packed; - is stdout", "FILE");
  for (const char* name : {"out", "baseline-out"}) table.writes(name);
  table.text("baseline-out", options.baseline_out,
             "also write the search's own order as a run; without --out only that", "FILE");
  options.memory.add_to(table);
  options.vectors.add_to(table);
  table.group("Machine");
  table.number("threads", options.num_threads, 0U, 1024U, "threads; 0: one a processor; the output is the same");
}

void run(const RerankRunOptions& options, const Console& console) {
  if (options.log.queries.empty() && options.log.clicks.empty())
    throw ConfigError("--queries is missing: name the file of queries, or with --clicks a log that has them");
  if (options.out.empty() && options.baseline_out.empty()) throw ConfigError("--out or --baseline-out is needed");
  if (options.out.empty() && !options.model.empty())
    throw ConfigError("--model needs --out: the baseline has no model");
  if (options.out.empty() && options.memory.is_named())
    throw ConfigError("--memory needs --out: the baseline has no memory");
  const Site site = options.database.site(console.err);
  const Xapian::Database db = site.open();
  std::optional<RunOutput> reranked;
  std::optional<RunOutput> baseline;
  QueryRankingOptions ranking;
  ranking.depth = options.depth > 0 ? options.depth : kDefaultDepth;
  ranking.keeps_first_stage = !options.baseline_out.empty();
  ranking.num_threads = options.num_threads;
  if (!options.out.empty()) {
    ranking.model = (options.model.empty() ? model_in_index() : model_file(options.model))->get(db);
    ranking.model_name = model_name(options.model);
    if (options.depth == 0) ranking.depth = ranking.model->depth();
    options.memory.apply(db, ranking.reranking);
    options.vectors.apply(ranking.reranking);
    if (ranking.reranking.memory && !options.memory.is_named())
      console.err << "the click memory of the index takes part (--memory none leaves it out)\n";
    refuse_misfit(db, *ranking.model, ranking.model_name);
    show_losses(*index_fit(db, *ranking.model), console.err);
    reranked.emplace(options.out, "irgan");
  }
  if (!options.baseline_out.empty()) baseline.emplace(options.baseline_out, "bm25");

  std::size_t num_empty = 0;
  const std::vector<QueryRow> queries = options.log.evidence(console.err).queries;
  ProgressBar bar = console.progress("searching", "queries", static_cast<double>(queries.size()));
  std::size_t num_done = 0;
  rank_queries(site, queries, ranking, [&](const QueryRow& row, RankedQuery&& found) {
    if (!found.any_hit) ++num_empty;
    if (baseline) baseline->writer.write(row.id, found.first_stage);
    if (reranked) reranked->writer.write(row.id, found.of_the_model);
    bar.update(static_cast<double>(++num_done) / static_cast<double>(queries.size()));
  });
  bar.erase();
  if (num_empty == queries.size()) {
    throw Error((options.log.queries.empty() ? options.log.clicks.front() : options.log.queries) +
                ": the index has no candidate for any of its " + std::to_string(num_empty) +
                " queries; do the queries, --stemmer and --prefix belong to this index?");
  }
  if (reranked) reranked->file.commit();
  if (baseline) baseline->file.commit();
  show_account(*site.watch, console.err);
  if (options.out != "-" && options.baseline_out != "-") {
    console.out << "ranked " << queries.size() << " queries, " << num_empty
                << " without candidates of the first stage\n";
  }
  console.result({{"wrote", path_or_null(options.out)},
                  {"wrote_baseline", path_or_null(options.baseline_out)},
                  {"queries", queries.size()},
                  {"queries_without_candidates", num_empty}});
}

}  // namespace

Command rerank_command() {
  return make_command<RerankRunOptions>(
      "rerank", "--db DB --model M --queries Q --out RUN", "rank the candidates of many queries into a TREC run",
      "  xapian-irgan rerank --db films --model films.model --queries test.tsv --out new.run --baseline-out old.run\n"
      "Next: 'evaluate --qrels qrels.txt old.run new.run'.\n");
}

}  // namespace irgan
