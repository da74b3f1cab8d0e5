#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/memory_use.h"
#include "index_tools/options/vector_use.h"
#include "index_tools/reports/search_results.h"
#include "index_tools/showing/index_remarks.h"
#include "trainer/ranking/strict_rerank.h"
#include "trainer/site/first_stage.h"

namespace irgan {
namespace {

struct SearchOptions {
  DatabaseOptions database;
  std::string model;
  std::vector<std::string> words;
  unsigned top = 10;
  std::size_t depth = 0;
  MemoryUse memory;
  VectorUse vectors;
  std::vector<std::string> where;
  std::vector<std::pair<std::string, std::string>> context;
  bool explain = false;
  bool compare = false;
};

std::shared_ptr<ModelSource> source_of(const SearchOptions& options, const Xapian::Database& db) {
  if (options.model == "none") return nullptr;
  if (!options.model.empty()) return model_file(options.model);
  if (db.get_metadata(kModelKey).empty()) return nullptr;
  return model_in_index();
}

void add_options(SearchOptions& options, OptionTable& table) {
  table.everyday({"db", "words", "model", "memory", "top", "compare", "explain", "where", "json"});
  options.database.add_to(table);
  table.group("The model");
  table.text("model", options.model,
             "the model file; if not given, the model in the index; none, or where there is none: Xapian's own order",
             "FILE");
  table.number("depth", options.depth, std::size_t{0}, std::size_t{100000},
               "candidates to rank anew; 0: as many as in the model's training");
  table.group("The search");
  table.texts("words", options.words, "what to look for; the flag may be left out", "WORD");
  table.positional("words");
  table.pairs("context", options.context,
              "what the search is beside its words, such as device=mobile, for a model that has learnt from it; may be "
              "given again",
              "NAME=VALUE");
  table.only_by_flag("context");
  table.number("top", options.top, 1U, 10000U, "hits to show");
  options.memory.add_to(table);
  options.vectors.add_to(table);
  table.group("What is shown");
  table.flag("explain", options.explain,
             "show what each feature, and the click memory, contributed (integrated gradients)");
  table.texts("where", options.where,
              "only show where the document of this id stands, and why; given twice, also why one of the two stands "
              "above the other",
              "ID");
  table.flag("compare", options.compare, "show Xapian's order beside the model's");
}

// Says which values the model has not learnt from.
SearchContext context_of(const SearchOptions& options, const Model& model, std::ostream& err) {
  SearchContext context;
  for (const auto& [name, value] : options.context) context[name] = value;
  const SearchContext known = known_context(model.schema(), context);
  for (const auto& [name, value] : context) {
    if (known.count(name) == 0) err << "context " << name << '=' << value << ": the model has not learnt from it\n";
  }
  return context;
}

std::vector<RankedHit> hits_of_first_stage(const Xapian::MSet& mset) {
  std::vector<RankedHit> hits;
  for (auto hit = mset.begin(); hit != mset.end(); ++hit) {
    RankedHit ranked;
    ranked.docid = *hit;
    ranked.score = ranked.first_stage_weight = hit.get_weight();
    ranked.first_stage_rank = hits.size() + 1;
    hits.push_back(std::move(ranked));
  }
  return hits;
}

void show(const SearchResults& results, const SearchOptions& options, const Console& console) {
  console.result(json_of(results));
  if (!options.where.empty()) {
    print_places(results, console);
  } else if (results.hits.empty()) {
    console.out << "no document matches\n";
  } else if (options.compare) {
    print_comparison(results, options.explain, console);
  } else {
    print_hits(results, options.explain, console);
  }
}

void run(const SearchOptions& options, const Console& console) {
  if (options.words.empty()) throw ConfigError("no words to look for");
  const Site site = options.database.site(console.err);
  const Xapian::Database db = site.open();
  const IndexLayout& layout = site.layout;
  std::string text;
  for (const std::string& word : options.words) text += (text.empty() ? "" : " ") + word;
  FirstStage first_stage(db, layout, site.default_op);
  const Xapian::Query query = first_stage.parse(text);

  SearchResults results{db, layout, DocumentIds(db, layout.id_prefix), {}, options.top, {}, {}};
  const std::shared_ptr<ModelSource> source = source_of(options, db);
  if (!source && (options.explain || options.compare)) {
    throw ConfigError(
        "--explain and --compare need a model, and the index holds none: give --model, or 'xapian-irgan store' one");
  }
  if (!source && !options.context.empty()) {
    throw ConfigError("--context needs a model that has learnt from it, and the index holds none: give --model");
  }
  if (!source && options.memory.is_named()) {
    throw ConfigError("--memory needs a model, whose scores it is mixed with, and the index holds none: give --model");
  }
  if (source) {
    const auto model = source->get(db);
    const std::size_t depth = options.depth > 0 ? options.depth : model->depth();
    const Xapian::MSet mset = first_stage.search(query, static_cast<Xapian::doccount>(depth));
    RerankOptions how;
    how.depth = depth;
    options.memory.apply(db, how);
    options.vectors.apply(how);
    const auto reranker = strict_reranker(db, model, std::move(how), model_name(options.model));
    show_losses(*index_fit(db, *model), console.err);
    results.features = model->schema().features;
    const bool explains = options.explain || !options.where.empty();
    SearchRequest request;
    request.context = context_of(options, *model, console.err);
    results.hits = explains ? reranker->explain(query, mset, request) : reranker->rerank(query, mset, request);
  } else {
    results.hits = hits_of_first_stage(first_stage.search(query, options.top));
  }
  for (const std::string& id : options.where)
    results.places.push_back(place_of(id, first_stage, query, layout, results.hits));
  show(results, options, console);
}

}  // namespace

Command search_command() {
  return make_command<SearchOptions>(
      "search", "--db DB [--model M] WORDS...", "search, in the model's order",
      "  xapian-irgan search --db films --model films.model --compare --explain balloon flight\n"
      "  xapian-irgan search --db films --model films.model --where tt0049406 --where tt0083658 balloon flight\n"
      "Next: 'rerank' and 'evaluate' measure many queries. 'store' puts the model into the index.\n");
}

}  // namespace irgan
