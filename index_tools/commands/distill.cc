#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/reports/json_output.h"
#include "index_tools/showing/console.h"
#include "index_tools/showing/distilled_recipe.h"
#include "index_tools/showing/figures.h"
#include "index_tools/showing/index_remarks.h"
#include "index_tools/showing/log_reading.h"
#include "index_tools/showing/progress_bar.h"
#include "irgan/distiller.h"
#include "irgan/significance.h"
#include "trainer/machine/output_file.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {
namespace {

struct DistillOptions {
  DatabaseOptions database;
  DistillerOptions distiller;
  std::string out;
  std::string near_terms;
};

constexpr double kLevel = 0.05;     // of significance
constexpr std::uint64_t kSeed = 1;  // of the paired test: the same figures in every run

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void write_table(const DistilledQuality& ndcg, bool on_judgments, std::ostream& out) {
  const double base = mean(ndcg.first_stage);
  const double gain = mean(ndcg.model) - base;
  out << "nDCG@10 over " << ndcg.model.size() << " queries, "
      << (on_judgments ? "by judgments:\n"
                       : "by the model's own order (its first document has the gain 10, its tenth 1), which is not to\n"
                         "say that it is better to be near it: that is measured by --qrels:\n");
  const auto write_mean = [&](std::string name, const std::vector<double>& values) {
    name.resize(34, ' ');
    out << "  " << name << formatted("%.4f", mean(values));
  };
  const auto write_line = [&](const char* name, const std::vector<double>& values) {
    write_mean(name, values);
    out << '\n';
  };
  const auto write_form = [&](const char* name, const std::vector<double>& values) {
    write_mean(name, values);
    if (gain > 0.0)
      out << "  keeps " << formatted("%.0f", 100.0 * (mean(values) - base) / gain) << " % of the model's gain";
    out << '\n';
  };
  write_line("Xapian's order", ndcg.first_stage);
  write_form("stock form: BM25, scaled fields", ndcg.stock);
  write_form("irgan::Weight, scaled fields", ndcg.mixture);
  if (!ndcg.near.empty()) write_form("stock form with near terms", ndcg.near);
  write_line("the model itself", ndcg.model);
  out << "Where queries look only at words without a prefix, as Omega's do:\n";
  write_line("Omega's order", ndcg.omega_before);
  write_line("Omega form: its BM25 parameters", ndcg.omega);
}

/// How far one way to rank is from another.
struct Difference {
  double mean;
  double p;

  Difference(const std::vector<double>& a, const std::vector<double>& b)
      : mean(irgan::mean(a) - irgan::mean(b)), p(paired_randomisation_p(a, b, kSeed)) {}

  bool is_gain() const { return mean > 0.0 && p < kLevel; }
  std::string text() const { return formatted("%+.4f", mean) + " (p " + formatted("%.4f", p) + ")"; }
};

/// Which forms are worth their trouble beside the stock form.
struct Verdict {
  bool weight_gains = false;
  bool near_terms_gain = false;
};

Verdict write_verdict(const DistilledQuality& ndcg, std::ostream& out) {
  const Difference stock(ndcg.stock, ndcg.first_stage);
  out << "\nThe stock form " << (stock.is_gain() ? "gains on" : "does not measurably gain on")
      << " Xapian's order: " << stock.text() << (stock.is_gain() ? ".\n" : "; keep the plugin.\n");
  const Difference mixture(ndcg.mixture, ndcg.stock);
  out << "irgan::Weight " << (mixture.is_gain() ? "gains on" : "does not measurably gain on")
      << " the stock form: " << mixture.text()
      << (mixture.is_gain() ? "; use it where your search is in C++.\n"
          : stock.is_gain() ? "; the stock form is enough.\n"
                            : ".\n");
  if (ndcg.near.empty()) return {mixture.is_gain(), false};
  const Difference near(ndcg.near, ndcg.stock);
  out << "Near terms " << (near.is_gain() ? "gain on" : "do not measurably gain on")
      << " the stock form: " << near.text() << ".\n";
  return {mixture.is_gain(), near.is_gain()};
}

// Returns the table's path; empty where none was written.
std::string write_near_terms(const Distillation& found, const DistillOptions& options, const Console& console) {
  OutputFile file(options.near_terms);
  found.near_terms->write(found.near_use, default_num_threads(), file.stream());
  file.commit();
  console.err << "wrote the near terms of each word to " << options.near_terms << '\n';
  return options.near_terms;
}

Distillation distilled(const DistillOptions& options, const Console& console) {
  DistillerOptions distiller = options.distiller;
  ProgressBar bar = console.progress("distilling");
  distiller.on_problem = shown_on(console.err);
  distiller.on_judgments = [&](const JudgmentReading& reading) { show_judgments(reading, console.err); };
  distiller.on_progress = [&](double share_done) { bar.update(share_done); };
  const Site site = options.database.site(console.err);
  Distillation distillation = distil_model(site, distiller);
  bar.erase();
  show_account(*site.watch, console.err);
  return distillation;
}

void add_options(DistillOptions& options, OptionTable& table) {
  table.everyday({"db", "model", "queries", "test-queries", "qrels", "out", "prefix", "value"});
  options.database.add_to(table);
  table.group("The model");
  table.text("model", options.distiller.model, "the model file; if not given, the model in the index", "FILE");
  table.text("vectors", options.distiller.vectors,
             "vectors that 'vectors' wrote, for a model whose generator picks from the whole collection", "FILE");
  table.group("Queries and judgments");
  table.text("queries", options.distiller.queries, "queries to fit on: qid<TAB>text; they need no judgments", "FILE");
  table.text("test-queries", options.distiller.test_queries,
             "queries to measure on; if not given, a fourth of --queries", "FILE");
  table.text("qrels", options.distiller.qrels,
             "judgments to measure by (TREC qrels); if not given, agreement with the model is measured", "FILE");
  table.group("Output");
  table.text("out", options.out, "write what to paste to this file instead of stdout", "FILE");
  table.text("near-terms", options.near_terms,
             "write the terms that the generator puts near each word to this file, if they gain", "FILE");
  table.writes("out");
  table.writes("near-terms");
  table.group("The model");
  table.number("depth", options.distiller.depth, std::size_t{0}, std::size_t{100000},
               "candidates a query; 0: as many as in the model's training");
  table.group("Queries and judgments");
  table.number("max-queries", options.distiller.max_queries, kFewestDistilledQueries, std::size_t{1000000},
               "fit on at most so many queries, spread over the file; only a dozen numbers are fitted");
}

void run(const DistillOptions& options, const Console& console) {
  const DistillerOptions& distiller = options.distiller;
  if (!options.near_terms.empty() && distiller.vectors.empty())
    throw ConfigError("--near-terms needs --vectors, and a model whose generator picks from the whole collection");
  if (distiller.queries.empty()) throw ConfigError("--queries is missing: name the file of queries to fit on");
  const Distillation found = distilled(options, console);
  write_table(found.ndcg, !distiller.qrels.empty(), console.out);
  const Verdict verdict = write_verdict(found.ndcg, console.out);
  if (distiller.test_queries.empty()) {
    console.out
        << "These are the queries that chose the parameters, which flatters them: name others with --test-queries.\n";
  }

  std::string near_path;
  if (verdict.near_terms_gain && !options.near_terms.empty()) near_path = write_near_terms(found, options, console);
  std::optional<OutputFile> file;
  if (!options.out.empty()) file.emplace(options.out);
  std::ostringstream recipes;
  write_stock_recipe(found.stock, recipes);
  write_omega_recipe(found.omega, recipes << '\n');
  if (verdict.near_terms_gain) write_near_recipe(near_path, recipes << '\n');
  if (verdict.weight_gains) write_weight_recipe(found.mixture, recipes << '\n');
  (file ? file->stream() : console.out << '\n') << recipes.str();
  if (file) file->commit();
  const DistilledQuality& ndcg = found.ndcg;
  console.result({{"wrote", path_or_null(options.out)},
                  {"wrote_near_terms", path_or_null(near_path)},
                  {"by_judgments", !distiller.qrels.empty()},
                  {"queries", ndcg.model.size()},
                  {"ndcg10",
                   {{"first_stage", mean(ndcg.first_stage)},
                    {"stock", mean(ndcg.stock)},
                    {"weight", mean(ndcg.mixture)},
                    {"model", mean(ndcg.model)},
                    {"omega_before", mean(ndcg.omega_before)},
                    {"omega", mean(ndcg.omega)},
                    {"near_terms", ndcg.near.empty() ? nlohmann::json() : nlohmann::json(mean(ndcg.near))}}},
                  {"weight_gains", verdict.weight_gains},
                  {"near_terms_gain", verdict.near_terms_gain},
                  {"recipes", recipes.str()}});
}

}  // namespace

Command distill_command() {
  return make_command<DistillOptions>("distill", "--db DB --model M --queries Q",
                                      "find the BM25 parameters that come nearest to a model",
                                      "This is for searches that cannot load the plugin, or must look at the whole "
                                      "index: it shows what a model can be in Xapian itself.\n"
                                      "  xapian-irgan distill --db films --model films.model --queries queries.tsv "
                                      "--test-queries test.tsv --qrels qrels.txt\n"
                                      "The output says how much of the model's gain each form keeps, and what to paste "
                                      "into C++, Python, Perl and Omega.\n");
}

}  // namespace irgan
