#include "index_tools/commands/mine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/showing/progress_bar.h"
#include "irgan/model_source.h"
#include "plugin/src/model/model_parts.h"
#include "trainer/machine/output_file.h"
#include "trainer/machine/partial_file.h"
#include "trainer/machine/thread_pool.h"
#include "trainer/mining/mining_identity.h"
#include "trainer/mining/mining_report.h"
#include "trainer/mining/negative_rows.h"
#include "trainer/mining/query_miner.h"
#include "trainer/site/strict_rerank.h"

namespace irgan {
namespace {

using nlohmann::json;

constexpr std::size_t kDefaultDepth = 100;
constexpr double kDefaultMaxRelevance = 0.1;
constexpr std::size_t kQueriesAtOnce = 256;      // results that wait to be written in order, then saved
constexpr std::size_t kQueriesOfEvidence = 500;  // enough to fit four numbers to, in less than a second

MiningEvidence read_evidence(const Evidence& given) {
  if (!given.qrels.empty()) return mining_evidence(read_qrels(given.qrels));
  MiningEvidence evidence;
  LogReading reading;
  evidence.has_impressions = read_clicks(
                                 given, 0.0, [&](QueryEvidence&& query) { add(query, evidence); }, reading)
                                 .has_impressions;
  show_reading(reading);
  return evidence;
}

void load_model(const MineOptions& options, const Xapian::Database& db, MiningTask& task) {
  if (!needs_model(options, task.sources)) return;
  task.model_name = model_name(options.model);
  if (!options.model.empty()) {
    task.model = Model::from_file(options.model);
  } else {
    if (db.get_metadata(kModelKey).empty()) {
      throw Error(
          "the index holds no model: name one with --model, put one there with 'xapian-irgan store', or mine without "
          "one: "
          "--source bm25 --score-by first-stage");
    }
    task.model = model_in_index()->get(db);
  }
  try {
    parse_features(task.model->schema());
  } catch (const FormatError& error) {
    throw Error(task.model_name + ": the model does not fit an index: " + error.what());
  }
  const bool has_generator = !parts_of(*task.model).generators.empty();
  for (const SharedSource& shared : task.sources) {
    if (shared.source == NegativeSource::generator && !has_generator) {
      throw Error(task.model_name +
                  ": the model has no generator to draw negatives: it was trained with --objective softmax or another "
                  "--sampler; train one by the game, or use --source discriminator");
    }
  }
  if (task.score_by == GuardScore::generator && !has_generator) {
    throw Error(task.model_name + ": the model has no generator: use --score-by discriminator");
  }
}

// The examination that the model's clicks were corrected by, or exp(b[rank]), 1 at rank 1: the mean over networks;
// empty if the model was not trained on impressions.
std::vector<double> examination_of(const Model& model) {
  const json record = json::parse(model.training_record());
  const json origin = record.value("training", json::object()).value("origin", json::object());
  if (origin.contains("examination")) return origin["examination"].get<std::vector<double>>();
  std::vector<double> mean;
  double num_networks = 0.0;
  for (const json& network : record.value("networks", json::array())) {
    if (!network.contains("examination_offset")) continue;
    const auto offsets = network["examination_offset"].get<std::vector<double>>();
    mean.resize(std::max(mean.size(), offsets.size()), 0.0);
    for (std::size_t i = 0; i < offsets.size(); ++i) mean[i] += offsets[i];
    num_networks += 1.0;
  }
  for (double& offset : mean) offset = std::exp(offset / num_networks);
  return mean;
}

// The queries of which the log shows a document: others would only thin out what is fitted to.
std::vector<const QueryRow*> shown_queries(const std::vector<QueryRow>& queries, const MiningEvidence& evidence) {
  std::vector<const QueryRow*> shown;
  for (const QueryRow& query : queries) {
    const auto known = evidence.by_query.find(query.id);
    if (known == evidence.by_query.end()) continue;
    const auto has_showing = [](const KnownDocument& one) { return !one.showings.empty(); };
    if (std::any_of(known->second.begin(), known->second.end(), has_showing)) shown.push_back(&query);
  }
  return shown;
}

// Fits the chance of relevance to the log of some of the queries that it shows, evenly out of all.
void fit_evidence(const MineOptions& options, const Xapian::Database& db, const std::vector<QueryRow>& queries,
                  MiningTask& task) {
  task.guards.max_relevance = options.max_relevance.value_or(kDefaultMaxRelevance);
  const bool is_asked_for = (options.max_relevance && *options.max_relevance < 1.0) || options.min_relevance > 0.0;
  if (task.guards.max_relevance >= 1.0 && options.min_relevance <= 0.0) return;
  const auto refuse = [&](const std::string& reason) {
    if (is_asked_for) throw ConfigError("--max-relevance and --min-relevance: " + reason);
    std::cerr << "no evidence from impressions: " << reason << '\n';
  };
  if (!task.evidence.has_impressions) {
    if (is_asked_for) refuse("the log says only what was clicked, not what was shown");
    return;
  }
  if (!task.model) return refuse("they need a model, which knows how often each rank is looked at: give --model");
  std::vector<double> examination = examination_of(*task.model);
  if (examination.empty())
    return refuse(task.model_name +
                  " was not trained on impressions and does not know how often each rank is looked at");
  const std::vector<const QueryRow*> logged = shown_queries(queries, task.evidence);
  if (logged.empty())
    return refuse("the log shows nothing for any query of --queries (do the query ids of both files agree?)");
  QueryMiner miner(db, task);
  std::vector<DocumentEvidence> shown;
  const std::size_t step = std::max<std::size_t>(1, logged.size() / kQueriesOfEvidence);
  for (std::size_t i = 0; i < logged.size(); i += step) {
    for (DocumentEvidence& evidence : miner.shown_evidence(*logged[i])) shown.push_back(std::move(evidence));
  }
  if (shown.empty()) return refuse("the index has none of the documents that the log shows");
  task.relevance = fit_relevance(shown, std::move(examination));
}

json record_of(const RelevanceModel& model) {
  return {{"prior_intercept", model.intercept},
          {"prior_slope", model.slope},
          {"click_if_relevant", model.click_if_relevant},
          {"click_otherwise", model.click_otherwise}};
}

// Mines and writes all queries from where an interrupted run was.
MiningReport mine_all(const MineOptions& options, const MiningTask& task, const std::vector<QueryRow>& queries,
                      PartialFile& file, std::size_t& num_resumed) {
  MiningReport report(task.sources);
  std::size_t next = 0;
  if (!file.saved().is_null()) {
    next = file.saved().at("next").get<std::size_t>();
    report = MiningReport::from_state(file.saved().at("report"));
    std::cerr << "going on with the interrupted run in " << options.out << ".partial at query " << next + 1 << '\n';
  }
  num_resumed = next;
  ThreadPool threads(options.num_threads > 0 ? options.num_threads : default_num_threads());
  std::vector<std::unique_ptr<QueryMiner>> miners(threads.num_threads());
  std::vector<MinedQuery> mined;
  ProgressBar bar("mining");
  std::string rows;
  while (next < queries.size()) {
    mined.assign(std::min(kQueriesAtOnce, queries.size() - next), {});
    threads.for_each(mined.size(), [&](std::size_t i, unsigned thread) {
      if (!miners[thread]) miners[thread] = std::make_unique<QueryMiner>(options.database.open(), task);
      mined[i] = miners[thread]->mine(queries[next + i]);
    });
    rows.clear();
    for (const MinedQuery& one : mined) report.add(one, one.skip == Skip::none ? append_rows(one, options, rows) : 0);
    file.append(rows);
    next += mined.size();
    bar.update(static_cast<double>(next) / static_cast<double>(queries.size()));
    file.save({{"next", next}, {"report", report.state()}});
  }
  return report;
}

}  // namespace

void run(const MineOptions& options, std::ostream& out) {
  const std::vector<SharedSource> sources = parse_sources(options.sources);
  check(options, sources);
  const Xapian::Database db = options.database.site().open();
  const Evidence evidence = options.labels.evidence();
  const std::vector<QueryRow>& queries = evidence.queries;
  MiningTask task{options, sources, guard_score(options, sources), options.database.layout(db),
                  read_evidence(evidence)};
  if (uses(sources, NegativeSource::skipped) && !task.evidence.has_impressions) {
    throw ConfigError("--source skipped: the log says only what was clicked, not what was shown");
  }
  task.guards = options.guards;
  load_model(options, db, task);
  task.depth = options.depth > 0 ? options.depth : task.model ? task.model->depth() : kDefaultDepth;
  const json record = task.model ? json::parse(task.model->training_record()) : json::object();
  task.temperature = mining_temperature(options.temperature, record, options.max_false_negatives);
  const bool draws = uses(sources, NegativeSource::generator);
  if (draws) std::cerr << sentence_of(task.temperature, options.max_false_negatives) << '\n';
  if (!options.run.empty()) task.run = read_run(options.run);
  if (!options.scores.empty()) task.teacher = read_run(options.scores);
  if (!options.texts.empty()) task.text_file = std::make_shared<const TextFile>(options.texts, options.text_fields);
  fit_evidence(options, db, queries, task);

  PartialFile file(options.out, mining_identity(task, db), options.restart);
  const auto begin = std::chrono::steady_clock::now();
  std::size_t num_resumed = 0;
  const MiningReport report = mine_all(options, task, queries, file, num_resumed);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  report.print(std::cerr);
  if (report.num_rows() == 0) {
    throw Error("no query gives a row, for the reasons above (do the query ids of both files agree?)");
  }
  if (!options.report_json.empty()) {
    json written = report.to_json();
    written["score_by"] = to_string(task.score_by);
    written["temperature"] = task.temperature.value;
    if (draws) written["temperature_basis"] = to_json(task.temperature);
    if (task.relevance) written["relevance"] = record_of(*task.relevance);
    OutputFile report_file(options.report_json);
    report_file.stream() << written.dump(2) << '\n';
    report_file.commit();
  }
  file.commit();
  if (options.out == "-" || options.report_json == "-") return;
  std::ostringstream speed;
  speed << std::fixed << std::setprecision(0)
        << static_cast<double>(queries.size() - num_resumed) / std::max(seconds, 1e-9);
  out << "wrote " << options.out << ": " << report.num_rows() << " rows, " << speed.str() << " queries a second\n";
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
