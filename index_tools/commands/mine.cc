#include <algorithm>
#include <chrono>
#include <iomanip>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/mining_options.h"
#include "index_tools/showing/index_remarks.h"
#include "index_tools/showing/log_reading.h"
#include "index_tools/showing/mining_table.h"
#include "irgan/model_source.h"
#include "trainer/machine/output_file.h"
#include "trainer/mining/mining_clicks.h"
#include "trainer/mining/mining_run.h"
#include "trainer/ranking/strict_rerank.h"

namespace irgan {
namespace {

std::shared_ptr<const Model> read_model(const std::string& path, const Xapian::Database& db) {
  if (!path.empty()) return Model::from_file(path);
  if (!db.get_metadata(kModelKey).empty()) return model_in_index()->get(db);
  throw Error(
      "the index holds no model: name one with --model, put one there with 'xapian-irgan store', or mine without one: "
      "--source bm25 --score-by first-stage");
}

Miner miner_for(const MineOptions& options, const Site& site, const Console& console) {
  MiningOptions mining = resolved(options);
  if (!options.run.empty()) mining.run = std::make_shared<const Run>(read_run(options.run));
  if (!options.scores.empty()) mining.scores = std::make_shared<const Run>(read_run(options.scores));
  if (!options.texts.empty()) mining.text_file = std::make_shared<const TextFile>(options.texts, mining.text_fields);
  if (!options.vectors.vectors.empty()) mining.vectors = CollectionVectors::from_file(options.vectors.vectors);
  mining.model_name = model_name(options.model);
  check(mining);
  LogReading reading;
  std::optional<JudgmentReading> judgments;
  MiningEvidence evidence = mining_evidence(options.labels.evidence(console.err), reading, judgments);
  show_reading(reading, console.err);
  if (judgments) show_judgments(*judgments, console.err);
  std::shared_ptr<const Model> model;
  if (!options.model.empty() || needs_model(mining)) model = read_model(options.model, site.open());
  if (model) show_losses(*index_fit(site.open(), *model), console.err);
  return {site, std::move(model), std::move(evidence), std::move(mining)};
}

/// Mines into `file`; returns the report and the queries a second.
std::pair<MiningReport, double> mine_into(PartialFile& file, const Miner& miner, const MineOptions& options,
                                          const Console& console) {
  std::size_t num_before = 0;
  ProgressBar bar = console.progress("mining", "queries", static_cast<double>(miner.evidence().queries.size()));
  MiningListener listener;
  listener.on_resume = [&](std::size_t num_mined) {
    num_before = num_mined;
    console.err << "going on with the interrupted run in " << options.out << ".partial at query " << num_mined + 1
                << '\n';
  };
  listener.on_progress = [&](double share_done) { bar.update(share_done); };
  const auto begin = std::chrono::steady_clock::now();
  MiningReport report = mine_all(miner, file, options.num_threads, listener);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto num_mined = static_cast<double>(miner.evidence().queries.size() - num_before);
  return {std::move(report), num_mined / std::max(seconds, 1e-9)};
}

void write_json(const nlohmann::json& report, const std::string& path) {
  OutputFile file(path);
  file.stream() << report.dump(2) << '\n';
  file.commit();
}

}  // namespace

// Mines negatives for every query with a positive and writes them in the order of the queries. A run that was killed
// goes on where it was when it is given again.
//
// Throws: ConfigError for options that contradict each other, or an interrupted run with others; Error if no query
//         gives a row, or the model does not fit the index
void run(const MineOptions& options, const Console& console) {
  const Site site = options.database.site(console.err);
  const Miner miner = miner_for(options, site, console);
  if (uses(miner.options(), NegativeSource::generator)) {
    console.err << sentence_of(miner.temperature(), miner.options().max_false_negatives) << '\n';
  }
  const std::string& why_none = miner.why_no_relevance();
  if (!why_none.empty()) console.err << "no evidence from impressions: " << why_none << '\n';
  if (miner.evidence().num_sharing > 0) {
    console.err << miner.evidence().num_sharing
                << " queries have the words of another query: its positives are theirs, too\n";
  }
  PartialFile file(options.out, miner.identity(), options.restart);
  const auto [report, speed] = mine_into(file, miner, options, console);
  print(report, miner.options(), console.err);
  show_account(*site.watch, console.err);
  if (report.num_rows == 0) {
    file.discard();
    throw Error("no query gives a row, for the reasons above (do the query ids of both files agree?)");
  }
  if (!options.report_json.empty()) write_json(report_json(report, miner), options.report_json);
  file.commit();
  nlohmann::json result = report_json(report, miner);
  result["wrote"] = options.out;
  result["queries_per_second"] = speed;
  console.result(result);
  if (options.out == "-" || options.report_json == "-") return;
  std::ostringstream rounded;
  rounded << std::fixed << std::setprecision(0) << speed;
  console.out << "wrote " << options.out << ": " << report.num_rows << " rows, " << rounded.str()
              << " queries a second\n";
}

Command mine_command() {
  return make_command<MineOptions>("mine", "--db DB --model M --queries Q (--clicks C | --qrels R) --out NEG",
                                   "mine hard negatives for training other models",
                                   "This is for those who train retrieval models. A hard negative is a document that "
                                   "looks right for a query and is wrong.\n"
                                   "  xapian-irgan mine --db films --model films.model --queries queries.tsv --clicks "
                                   "clicks.tsv --out triplets.jsonl.gz\n"
                                   "  xapian-irgan mine --db films --queries queries.tsv --qrels qrels.txt --source "
                                   "bm25 --relative-margin .05 --format ids --out negatives.tsv\n"
                                   "A run that was stopped goes on where it was when you give the same command again.\n"
                                   "Next: train on the file with sentence-transformers, FlagEmbedding or Tevatron; "
                                   "--format names the forms that they read.\n");
}

}  // namespace irgan
