#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/memory_use.h"
#include "index_tools/options/vector_use.h"
#include "index_tools/showing/index_remarks.h"
#include "irgan/index_fit.h"
#include "irgan/model_source.h"
#include "irgan/report_maker.h"
#include "irgan/report_page.h"
#include "trainer/machine/output_file.h"
#include "trainer/ranking/strict_rerank.h"

namespace irgan {
namespace {

struct ReportCommandOptions {
  DatabaseOptions database;
  std::string model;
  std::string random;
  std::string before;
  std::vector<std::pair<std::string, std::string>> rivals;
  LabelOptions log;  ///< without judgments: queries, and clicks by rank
  std::string qrels;
  std::string out;
  std::string chart = "/usr/share/javascript/chart.js/chart.min.js";
  MemoryUse memory;
  VectorUse vectors;
  ReportOptions report;
};

void add_options(ReportCommandOptions& options, OptionTable& table) {
  table.everyday({"db", "model", "queries", "qrels", "clicks", "later", "random", "before", "out"});
  options.database.add_to(table);
  table.group("The model");
  table.text("model", options.model, "the model file; if not given, the model in the index", "FILE");
  table.group("What it is compared with");
  table.text("before", options.before, "the model before; if the model is the index's, the one before it there",
             "MODEL");
  table.text("random", options.random, "a model that 'train --sampler uniform' made of the same evidence", "MODEL");
  table.pairs("rival", options.rivals, "another model, and what the report calls it; may be given again", "NAME=MODEL");
  options.log.add_log_to(table);
  table.group("Judgments");
  table.texts("later", options.report.later_clicks,
              "a log of later searches, by whose clicks the model and those that it is compared with are judged, as "
              "'evaluate --clicks' does; may be given again",
              "FILE");
  table.text("qrels", options.qrels,
             "judgments of the queries: TREC qrels; without judgments the report says what training measured on "
             "held-out clicks",
             "FILE");
  table.number("relevance-level", options.report.relevance_level, 1, 1000, "lowest label of a good document");
  table.number("seed", options.report.seed, std::uint64_t{0}, std::uint64_t{1} << 62,
               "seed of the test and the intervals");
  options.memory.add_to(table);
  options.vectors.add_to(table);
  table.group("Output");
  table.text("out", options.out, "the HTML page to write", "FILE");
  table.writes("out");
  table.text("chart", options.chart,
             "Chart.js, which is set into the page: Debian's package libjs-chart.js; if it is not there, the page has "
             "tables in place of charts",
             "FILE");
  table.number("show", options.report.num_shown_queries, std::size_t{0}, std::size_t{1000},
               "queries that gained most to show, and as many that lost most");
  table.group("Machine");
  table.number("threads", options.report.num_threads, 0U, 1024U, "threads; 0: one a processor; the page is the same");
}

std::string script_at(const std::string& path, const Console& console) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.empty())
    console.err << path << " is not there: the page has tables in place of charts; install libjs-chart.js, or name "
                << "Chart.js with --chart\n";
  return text;
}

// Beside the site's own order.
std::vector<RivalModel> rivals_of(const ReportCommandOptions& options, const Xapian::Database& db) {
  std::vector<RivalModel> rivals;
  if (!options.random.empty()) rivals.push_back({"random negatives", Model::from_file(options.random)});
  for (const auto& [name, path] : options.rivals) rivals.push_back({name, Model::from_file(path)});
  if (!options.before.empty()) {
    rivals.push_back({"the model before", Model::from_file(options.before)});
  } else if (options.model.empty()) {
    if (const std::string bytes = db.get_metadata(kPreviousModelKey); !bytes.empty())
      rivals.push_back({"the model before", Model::from_bytes(bytes, kPreviousModelKey)});
  }
  return rivals;
}

nlohmann::json interval_of(const Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

nlohmann::json rankings_of(const Report& made) {
  nlohmann::json rankings = nlohmann::json::array();
  for (const ReportedRanking& ranking : made.rankings) {
    rankings.push_back({{"name", ranking.name},
                        {"ndcg10", interval_of(ranking.ndcg)},
                        {"mrr", ranking.reciprocal_rank},
                        {"good_in_three", ranking.good_in_three},
                        {"gain_of_model", interval_of(ranking.gain)},
                        {"p", ranking.p}});
  }
  return rankings;
}

void run(const ReportCommandOptions& options, const Console& console) {
  if (options.log.queries.empty() && options.log.clicks.empty())
    throw ConfigError("--queries is missing: name the file of queries, or with --clicks a log that has them");
  if (options.out.empty()) throw ConfigError("--out is missing: name the page to write");
  require_writable(options.out);
  const Site site = options.database.site(console.err);
  const Xapian::Database db = site.open();
  ReportOptions report = options.report;
  report.model = (options.model.empty() ? model_in_index() : model_file(options.model))->get(db);
  report.model_name = model_name(options.model);
  refuse_misfit(db, *report.model, report.model_name);
  show_losses(*index_fit(db, *report.model), console.err);
  report.rivals = rivals_of(options, db);
  report.queries = options.log.evidence(console.err).queries;
  report.clicks = options.log.clicks;
  report.log_options = options.log.log_options;
  if (!options.qrels.empty()) report.judgments = read_qrels(options.qrels);
  options.memory.apply(db, report.reranking);
  options.vectors.apply(report.reranking);
  const std::string script = script_at(options.chart, console);
  ProgressBar bar = console.progress("reporting");
  report.on_progress = [&](double share_done) { bar.update(share_done); };
  const Report made = make_report(site, report);
  bar.erase();
  show_account(*site.watch, console.err);
  replace_file(options.out, report_page(made, script));
  console.out << "wrote " << options.out << '\n' << verdict_of(made) << '\n';
  console.result({{"wrote", options.out},
                  {"verdict", verdict_of(made)},
                  {"model", made.model_version},
                  {"queries", made.num_queries},
                  {"judged_queries", made.num_judged},
                  {"rankings", rankings_of(made)}});
}

}  // namespace

Command report_command() {
  return make_command<ReportCommandOptions>(
      "report", "--db DB --model M --queries Q [--qrels R] [--clicks C] --out HTML",
      "show in one page whether the new order is better, by how much, and why",
      "  xapian-irgan report --db films --model films.model --queries test.tsv --qrels qrels.txt --clicks clicks.tsv "
      "--out report.html\n"
      "The page needs nothing outside it: send it to whom you like. It shows titles, queries and click counts.\n"
      "Next: 'store' puts the model to work.\n");
}

}  // namespace irgan
