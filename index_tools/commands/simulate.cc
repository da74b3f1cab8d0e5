#include <array>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/reports/evaluation_json.h"
#include "index_tools/reports/json_output.h"
#include "index_tools/showing/console.h"
#include "index_tools/showing/interleaving_verdict.h"
#include "index_tools/showing/log_reading.h"
#include "index_tools/showing/progress_bar.h"
#include "irgan/served_order.h"
#include "irgan/simulated_comparison.h"
#include "trainer/machine/output_file.h"
#include "trainer/simulation/simulated_users.h"

namespace irgan {
namespace {

/// What `--compare` calls the site's own order.
inline constexpr const char* kFirstStageName = "first-stage";

struct SimulateOptions {
  DatabaseOptions database;
  SimulationOptions simulation;
  ServedOrder order;
  std::string out;
  /// Two model files, or kFirstStageName for one of them: compare these instead of making a log of one order.
  std::vector<std::string> compare;
};

void check(const SimulateOptions& options) {
  const bool compares = !options.compare.empty();
  if (options.simulation.queries.empty() || options.simulation.qrels.empty() || (options.out.empty() && !compares)) {
    throw ConfigError("--queries, --qrels and --out are needed");
  }
  check_date(options.simulation.date);
  if (options.order.explore > 0.0 && options.order.model.empty())
    throw ConfigError("--explore needs --model, whose policy it draws from");
  if (!compares) return;
  if (options.compare.size() != 2)
    throw ConfigError("--compare needs two names: model files, or " + std::string(kFirstStageName));
  if (options.compare[0] == options.compare[1])
    throw ConfigError("--compare " + options.compare[0] + ": is compared with itself");
  if (!options.order.model.empty() || options.order.explore > 0.0)
    throw ConfigError("--compare excludes --model and --explore");
}

void write_cost(const ExploreCost& cost, std::size_t num_sessions, std::ostream& out) {
  const auto explored = static_cast<double>(cost.num_explored);
  char text[256];
  std::snprintf(text, sizeof text, "explored %zu of %zu sessions", cost.num_explored, num_sessions);
  out << text;
  if (cost.num_explored > 0) {
    std::snprintf(text, sizeof text,
                  ": nDCG@10 %.4f, best order %.4f; expected clicks a session %.3f, best order %.3f; %.1f %% of all "
                  "clicks lost",
                  cost.ndcg_drawn / explored, cost.ndcg_best / explored, cost.clicks_drawn / explored,
                  cost.clicks_best / explored,
                  100.0 * (cost.clicks_best - cost.clicks_drawn) / cost.clicks_best_of_all);
    out << text;
  }
  out << '\n';
}

void write_size(const std::string& path, std::size_t num_sessions, std::size_t num_clicks, std::ostream& out) {
  out << "wrote " << path << ": " << num_sessions << " simulated sessions, " << num_clicks << " clicks\n";
}

nlohmann::json sizes_of(const SimulateOptions& options, std::size_t num_sessions, std::size_t num_clicks) {
  return {{"wrote", path_or_null(options.out)}, {"sessions", num_sessions}, {"clicks", num_clicks},
          {"explored_sessions", nullptr},       {"by_session", nullptr},    {"ndcg10", nullptr}};
}

void write_log(const SimulateOptions& options, const Console& console) {
  const Site site = options.database.site(console.err);
  OutputFile file(options.out);
  ProgressBar bar = console.progress("simulating");
  SimulationOptions simulation = options.simulation;
  simulation.on_problem = shown_on(console.err);
  simulation.on_judgments = [&](const JudgmentReading& reading) { show_judgments(reading, console.err); };
  simulation.on_progress = [&](double share_done) { bar.update(share_done); };
  const SimulatedLog log = simulate(site, options.order, simulation, file.stream());
  bar.erase();
  file.commit();
  nlohmann::json result = sizes_of(options, log.num_sessions, log.num_clicks);
  if (options.order.explore > 0.0) result["explored_sessions"] = log.cost.num_explored;
  console.result(result);
  if (options.out == "-") return;
  write_size(options.out, log.num_sessions, log.num_clicks, console.out);
  if (options.order.explore > 0.0) write_cost(log.cost, log.num_sessions, console.out);
}

// The last parts of two paths, or both in full where those are the same.
std::array<std::string, 2> names_of(const std::vector<std::string>& orders) {
  const std::array<std::string, 2> names{std::filesystem::path(orders[0]).filename().string(),
                                         std::filesystem::path(orders[1]).filename().string()};
  return names[0] != names[1] ? names : std::array<std::string, 2>{orders[0], orders[1]};
}

void write_comparison(const SimulateOptions& options, const Console& console) {
  const Site site = options.database.site(console.err);
  const std::array<std::string, 2> names = names_of(options.compare);
  std::array<ComparedRanking, 2> rankings;
  for (std::size_t i = 0; i < rankings.size(); ++i)
    rankings[i] = {names[i], options.compare[i] == kFirstStageName ? "" : options.compare[i], options.order.vectors};
  std::optional<OutputFile> file;
  if (!options.out.empty()) file.emplace(options.out);
  ProgressBar bar = console.progress("simulating");
  SimulationOptions simulation = options.simulation;
  simulation.on_problem = shown_on(console.err);
  simulation.on_judgments = [&](const JudgmentReading& reading) { show_judgments(reading, console.err); };
  simulation.on_progress = [&](double share_done) { bar.update(share_done); };
  const SimulatedComparison found = compare_by_users(site, rankings, simulation, file ? &file->stream() : nullptr);
  bar.erase();
  if (file) file->commit();
  nlohmann::json result = sizes_of(options, found.num_sessions, found.num_clicks);
  result["by_session"] = json_of(found.outcome, names);
  result["ndcg10"] = found.mean_ndcg;
  console.result(result);
  if (options.out == "-") return;
  if (file) write_size(options.out, found.num_sessions, found.num_clicks, console.out);
  write_verdict(found.outcome, names, "sessions", console.out);
  char text[64];
  std::snprintf(text, sizeof text, "%.4f and %.4f", found.mean_ndcg[0], found.mean_ndcg[1]);
  console.out << "the judgments, which no site has: nDCG@10 of " << names[0] << " and " << names[1]
              << ", mean over sessions, " << text << '\n';
}

void add_options(SimulateOptions& options, OptionTable& table) {
  table.everyday({"db", "queries", "qrels", "out", "compare", "model", "explore", "sessions", "prefix"});
  options.database.add_to(table);
  table.group("Queries and judgments");
  table.text("queries", options.simulation.queries, "queries: qid<TAB>text", "FILE");
  table.text("qrels", options.simulation.qrels, "judgments, which say what the users look for: TREC qrels", "FILE");
  table.group("What users see");
  table.text("model", options.order.model, "users see this model's order; if not given, Xapian's", "FILE");
  table.text("vectors", options.order.vectors,
             "vectors that 'vectors' wrote, for a model whose generator picks from the whole collection", "FILE");
  table.only_by_flag("model");
  table.group("Output");
  table.text("out", options.out, "the click log to write: TSV; .gz and .zst are packed; - is stdout", "FILE");
  table.writes("out");
  table.text("date", options.simulation.date, "day of the sessions, YYYY-MM-DD, not in the future", "DATE");
  table.group("What users see");
  table.number("depth", options.simulation.depth, std::size_t{0}, std::size_t{100000},
               "candidates a query; 0: as many as in the model's training, or 100 without a model");
  table.number("ranks", options.simulation.users.num_ranks, 1, 1000, "documents a page");
  table.group("How users act");
  table.number("examination", options.simulation.users.examination_exponent, 0.0, 10.0,
               "rank r is looked at with the chance 1 / r to this power");
  table.number("sessions", options.simulation.users.mean_sessions, 1.0, 1e6,
               "mean sessions a query, log-normal with deviation 1");
  table.number("click-best", options.simulation.users.click_chance[2], 0.0, 1.0,
               "chance of a click on an examined document of the highest label");
  table.number("click-good", options.simulation.users.click_chance[1], 0.0, 1.0, "the same for a lower label above 0");
  table.number("click-bad", options.simulation.users.click_chance[0], 0.0, 1.0, "the same for any other document");
  table.group("What users see");
  table.number("explore", options.order.explore, 0.0, 1.0,
               "share of the sessions that see a page drawn from the model's policy");
  table.number("temperature", options.order.temperature, 0.01, 100.0,
               "temperature of that draw; below 1: nearer to the best order");
  table.exclude("compare", "temperature", "no page is drawn");
  table.needs("temperature", {"explore"}, "it is of the pages that are drawn");
  table.group("Output");
  table.texts("compare", options.compare,
              "compare two orders instead: users see them interleaved, and the output says which one their clicks "
              "prefer; two model files, or first-stage for Xapian's order",
              "M1 M2");
  table.positional("compare");
  table.group("How users act");
  table.number("seed", options.simulation.seed, std::size_t{0}, std::size_t{1} << 62, "seed of everything random");
}

// Writes the log of simulated sessions, and what the exploring cost its users; or which of two orders their clicks
// prefer, how many sessions it takes to know, and what the judgments say.
void run(const SimulateOptions& options, const Console& console) {
  check(options);
  options.compare.empty() ? write_log(options, console) : write_comparison(options, console);
}

}  // namespace

Command simulate_command() {
  return make_command<SimulateOptions>(
      "simulate", "--db DB --queries Q --qrels R (--out CLICKS | --compare M1 M2)",
      "make a click log of simulated users",
      "Judgments are lines 'qid 0 docid label'. The users look for documents with labels above 0.\n"
      "  xapian-irgan simulate --db films --queries queries.tsv --qrels qrels.txt --out clicks.tsv.zst\n"
      "  xapian-irgan simulate --db films --queries queries.tsv --qrels qrels.txt --compare new.model first-stage\n"
      "Next: 'train --clicks clicks.tsv.zst'. Then 'simulate --model M' logs what users do with the new order; with "
      "--explore .05 a share of them sees pages drawn from the model's policy.\n");
}

}  // namespace irgan
