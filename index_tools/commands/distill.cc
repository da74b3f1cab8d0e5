#include "index_tools/commands/distill.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/showing/distilled_recipe.h"
#include "index_tools/showing/figures.h"
#include "index_tools/showing/progress_bar.h"
#include "trainer/distillation/distillation_reader.h"
#include "trainer/distillation/distilled_search.h"
#include "trainer/machine/output_file.h"
#include "trainer/measures/measures.h"
#include "trainer/measures/paired_test.h"
#include "trainer/measures/qrels.h"
#include "trainer/site/strict_rerank.h"

namespace irgan {
namespace {

constexpr std::size_t kHeldOut = 4;  // one query of so many chooses k1 and b, and is measured on if no other is named
constexpr std::size_t kFewestQueries = 20;  // below, a dozen numbers are not to be had
constexpr int kTop = 10;
constexpr double kLevel = 0.05;     // of significance
constexpr std::uint64_t kSeed = 1;  // of the paired test: the same figures in every run

/// What all steps read.
struct Bench {
  Xapian::Database db;
  FirstStage first_stage;
  DocumentIds ids;
  std::unique_ptr<const Reranker> reranker;
  Xapian::doccount depth;
  std::vector<std::string> prefixes;
  std::string stemmer;

  // The first stage's hits, best first, and the model's order of them.
  struct Ranked {
    Xapian::Query query;
    std::vector<Xapian::docid> first_stage;
    std::vector<RankedHit> model;
  };
  Ranked rank(const QueryRow& row) {
    Ranked ranked;
    ranked.query = first_stage.query_of(row);
    const Xapian::MSet hits = first_stage.search(ranked.query, depth);
    ranked.first_stage.assign(hits.begin(), hits.end());
    ranked.model = reranker->rerank(ranked.query, hits);
    return ranked;
  }
};

// The text fields' prefixes, the title's first, and what has none, where every first stage looks.
std::vector<std::string> prefixes_of(const IndexLayout& layout) {
  std::vector<std::string> prefixes;
  for (const TextField& field : layout.fields) {
    if (!field.from_clicks) prefixes.push_back(field.prefix);  // no weighting scheme sees terms without a wdf
  }
  prefixes.push_back("");
  std::vector<std::string> distinct;
  for (const std::string& prefix : prefixes) {
    if (std::find(distinct.begin(), distinct.end(), prefix) == distinct.end()) distinct.push_back(prefix);
  }
  return distinct;
}

Bench open_bench(const DistillOptions& options) {
  const Site site = options.database.site();
  const Xapian::Database db = site.open();
  const IndexLayout& layout = site.layout;
  const auto model = (options.model.empty() ? model_in_index() : model_file(options.model))->get(db);
  const std::size_t depth = options.depth > 0 ? options.depth : model->depth();
  return {db,
          FirstStage(db, layout, site.default_op),
          DocumentIds(db, layout.id_prefix),
          strict_reranker(db, model, depth, model_name(options.model)),
          static_cast<Xapian::doccount>(depth),
          prefixes_of(layout),
          layout.stemmer};
}

// At most `most` queries, spread evenly over the file; those without a text cannot be taken apart by fields.
std::vector<QueryRow> text_queries(const std::string& path, std::size_t most) {
  std::vector<QueryRow> all;
  for (QueryRow& row : read_queries(path)) {
    if (!row.text.empty()) all.push_back(std::move(row));
  }
  if (all.empty()) throw Error(path + ": no query has a text: distill parses it once for each field");
  std::vector<QueryRow> chosen;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i) {
    chosen.push_back(all[all.size() <= most ? i : i * all.size() / most]);
  }
  return chosen;
}

struct Distilled {
  DistilledSearch omega_before, omega, stock, mixture;
};

Distilled distil_all(Bench& bench, const std::vector<QueryRow>& queries, std::vector<QueryRow>& held_out_queries,
                     ProgressBar& bar) {
  DistillationReader reader(bench.db, bench.prefixes, bench.stemmer);
  std::vector<DistillationPool> learning, held_out;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    bar.update(0.5 * static_cast<double>(i) / static_cast<double>(queries.size()));
    const Bench::Ranked ranked = bench.rank(queries[i]);
    if (ranked.model.size() < 2) continue;
    const bool is_held_out = i % kHeldOut == kHeldOut - 1;
    (is_held_out ? held_out : learning).push_back(reader.read(ranked.query, ranked.model));
    if (is_held_out) held_out_queries.push_back(queries[i]);
  }
  const std::size_t num_pools = learning.size() + held_out.size();
  if (num_pools < kFewestQueries || held_out.empty()) {
    throw Error("--queries: " + std::to_string(num_pools) + " queries have two candidates or more; at least " +
                std::to_string(kFewestQueries) + " are needed");
  }
  std::vector<FieldUse> every, unprefixed;
  for (const std::string& prefix : bench.prefixes) {
    every.push_back(bench.first_stage.looks_in(prefix) ? FieldUse::usual : FieldUse::allowed);
    unprefixed.push_back(prefix.empty() ? FieldUse::usual : FieldUse::none);
  }
  const auto form = [&](DistilledKind kind, const std::vector<FieldUse>& uses) {
    return search_of(kind, distil(kind, learning, held_out, uses), bench.prefixes, uses);
  };
  Distilled distilled;
  distilled.omega_before.fields = {{"", 1.0, true}};  // Omega's queries look at words without a prefix
  distilled.omega = form(DistilledKind::stock, unprefixed);
  bar.update(0.6);
  distilled.stock = form(DistilledKind::stock, every);
  bar.update(0.7);
  distilled.mixture = form(DistilledKind::mixture, every);
  return distilled;
}

/// nDCG@10 of one way to rank, a query each.
struct Column {
  const char* name;
  const DistilledSearch* search;  // none: the first stage, or the model
  std::vector<double> values;

  double mean() const {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  }
};

enum Place { kFirstStage, kStock, kMixture, kModel, kOmegaBefore, kOmega };

std::vector<Column> measure(Bench& bench, const Distilled& distilled, const std::vector<QueryRow>& queries,
                            const std::optional<Qrels>& qrels) {
  std::vector<Column> columns{{"Xapian's order", nullptr, {}},
                              {"stock form: BM25, scaled fields", &distilled.stock, {}},
                              {"irgan::Weight, scaled fields", &distilled.mixture, {}},
                              {"the model itself", nullptr, {}},
                              {"Omega's order", &distilled.omega_before, {}},
                              {"Omega form: its BM25 parameters", &distilled.omega, {}}};
  for (const QueryRow& row : queries) {
    if (qrels && qrels->by_query.count(row.id) == 0) continue;
    const Bench::Ranked ranked = bench.rank(row);
    std::vector<Xapian::docid> of_model;
    for (const RankedHit& hit : ranked.model) of_model.push_back(hit.docid);
    std::unordered_map<Xapian::docid, int> wanted;  // without judgments: what the model puts first
    std::vector<int> judged;
    if (qrels) {
      for (const auto& judgment : qrels->by_query.at(row.id)) judged.push_back(judgment.second);
    } else {
      for (std::size_t i = 0; i < of_model.size() && i < kTop; ++i) {
        judged.push_back(kTop - static_cast<int>(i));
        wanted[of_model[i]] = judged.back();
      }
    }
    const auto label_of = [&](Xapian::docid docid) {
      if (!qrels) return wanted.count(docid) > 0 ? wanted.at(docid) : 0;
      const Judgments& judgments = qrels->by_query.at(row.id);
      const auto judgment = judgments.find(bench.ids.id_of(docid));
      return judgment == judgments.end() ? 0 : judgment->second;
    };
    for (Column& column : columns) {
      const auto ranking = column.search                 ? found_by(*column.search, bench.first_stage, row, kTop)
                           : &column == &columns[kModel] ? of_model
                                                         : ranked.first_stage;
      std::vector<int> labels;
      for (std::size_t i = 0; i < ranking.size() && i < kTop; ++i) labels.push_back(label_of(ranking[i]));
      column.values.push_back(ndcg(labels, judged, kTop));
    }
  }
  return columns;
}

void write_table(const std::vector<Column>& columns, bool on_judgments, std::ostream& out) {
  const double base = columns[kFirstStage].mean();
  const double gain = columns[kModel].mean() - base;
  out << "nDCG@10 over " << columns[kModel].values.size() << " queries, "
      << (on_judgments ? "by judgments:\n"
                       : "by the model's own order (its first document has the gain 10, its tenth 1), which is not to\n"
                         "say that it is better to be near it: that is measured by --qrels:\n");
  const auto write_line = [&](Place place) {
    std::string name = columns[place].name;
    name.resize(34, ' ');
    out << "  " << name << formatted("%.4f", columns[place].mean());
    if (gain > 0.0 && (place == kStock || place == kMixture)) {
      out << "  keeps " << formatted("%.0f", 100.0 * (columns[place].mean() - base) / gain) << " % of the model's gain";
    }
    out << '\n';
  };
  for (const Place place : {kFirstStage, kStock, kMixture, kModel}) write_line(place);
  out << "Where queries look only at words without a prefix, as Omega's do:\n";
  for (const Place place : {kOmegaBefore, kOmega}) write_line(place);
}

bool is_better(const Column& a, const Column& b, double& p) {
  p = paired_randomisation_p(a.values, b.values, kSeed);
  return a.mean() > b.mean() && p < kLevel;
}

std::string difference(const Column& a, const Column& b, double p) {
  return formatted("%+.4f", a.mean() - b.mean()) + " (p " + formatted("%.4f", p) + ")";
}

// Returns whether irgan::Weight is worth its trouble.
bool write_verdict(const std::vector<Column>& columns, std::ostream& out) {
  double p = 1.0;
  const bool stock_gains = is_better(columns[kStock], columns[kFirstStage], p);
  out << "\nThe stock form " << (stock_gains ? "gains on" : "does not measurably gain on")
      << " Xapian's order: " << difference(columns[kStock], columns[kFirstStage], p)
      << (stock_gains ? ".\n" : "; keep the plugin.\n");
  const bool class_gains = is_better(columns[kMixture], columns[kStock], p);
  out << "irgan::Weight " << (class_gains ? "gains on" : "does not measurably gain on")
      << " the stock form: " << difference(columns[kMixture], columns[kStock], p)
      << (class_gains   ? "; use it where your search is in C++.\n"
          : stock_gains ? "; the stock form is enough.\n"
                        : ".\n");
  return class_gains;
}

}  // namespace

void add_options(DistillOptions& options, OptionTable& table) {
  table.everyday({"db", "model", "queries", "test-queries", "qrels", "out", "prefix", "value"});
  options.database.add_to(table);
  table.group("The model");
  table.text("model", options.model, "the model file; else the model in the index", "FILE");
  table.group("Queries and judgments");
  table.text("queries", options.queries, "queries to fit on: qid<TAB>text; they need no judgments", "FILE");
  table.text("test-queries", options.test_queries, "queries to measure on; else a fourth of --queries", "FILE");
  table.text("qrels", options.qrels, "measure by these judgments (TREC qrels); else by agreement with the model",
             "FILE");
  table.group("Output");
  table.text("out", options.out, "write what to paste there instead of to stdout", "FILE");
  table.group("The model");
  table.number("depth", options.depth, std::size_t{0}, std::size_t{100000},
               "candidates a query; 0: as the model was trained");
  table.group("Queries and judgments");
  table.number("max-queries", options.max_queries, kFewestQueries, std::size_t{1000000},
               "fit on at most so many, spread over the file; there are a dozen numbers to find");
}

void run(const DistillOptions& options, std::ostream& out) {
  if (options.queries.empty()) throw ConfigError("--queries is missing: name the file of queries to fit on");
  Bench bench = open_bench(options);
  const std::vector<QueryRow> queries = text_queries(options.queries, options.max_queries);
  std::vector<QueryRow> test_queries;
  if (!options.test_queries.empty()) test_queries = text_queries(options.test_queries, SIZE_MAX);
  std::optional<Qrels> qrels;
  if (!options.qrels.empty()) qrels = read_qrels(options.qrels);

  auto bar = std::make_unique<ProgressBar>("distilling");
  std::vector<QueryRow> held_out;
  const Distilled distilled = distil_all(bench, queries, held_out, *bar);
  const std::vector<Column> columns =
      measure(bench, distilled, options.test_queries.empty() ? held_out : test_queries, qrels);
  bar.reset();
  if (columns[kModel].values.empty()) {
    throw Error("--qrels " + options.qrels + ": no query to measure on is judged there; are the query ids the same?");
  }
  write_table(columns, qrels.has_value(), out);
  const bool class_gains = write_verdict(columns, out);
  if (options.test_queries.empty()) {
    out << "These are the queries that chose the parameters, which flatters them: name others with --test-queries.\n";
  }

  std::optional<OutputFile> file;
  if (!options.out.empty()) file.emplace(options.out);
  std::ostream& recipes = file ? file->stream() : out << '\n';
  write_stock_recipe(distilled.stock, recipes);
  write_omega_recipe(distilled.omega, recipes << '\n');
  if (class_gains) write_weight_recipe(distilled.mixture, recipes << '\n');
  if (file) file->commit();
}

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
