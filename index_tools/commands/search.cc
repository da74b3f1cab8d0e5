#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/memory_use.h"
#include "index_tools/options/vector_use.h"
#include "index_tools/showing/display.h"
#include "index_tools/showing/index_remarks.h"
#include "index_tools/showing/wrapped_text.h"
#include "plugin/src/process/printable.h"
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
  bool explain = false;
  bool compare = false;
  bool json = false;
};

using nlohmann::json;

constexpr std::size_t kReasons = 4;

/// What a search found, in the order in which it is shown.
struct Results {
  const Xapian::Database& db;
  const IndexLayout& layout;
  DocumentIds ids;
  std::vector<RankedHit> hits;
  std::vector<std::string> features;  // of the hits' contributions

  std::string line(const RankedHit& hit) const { return document_line(db.get_document(hit.docid), layout); }
};

std::vector<std::pair<std::string, float>> reasons(const Results& results, const RankedHit& hit) {
  std::vector<std::pair<std::string, float>> all;
  for (std::size_t j = 0; j < hit.contributions.size(); ++j) {
    all.emplace_back(results.features[j], hit.contributions[j]);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return std::abs(a.second) > std::abs(b.second); });
  return all;
}

std::string reason_line(const Results& results, const RankedHit& hit) {
  const auto all = reasons(results, hit);
  const std::size_t shown = std::min(kReasons, all.size());
  std::ostringstream line;
  line << std::fixed << std::setprecision(2) << std::showpos;
  for (std::size_t i = 0; i < shown; ++i) line << all[i].first << ' ' << all[i].second << "  ";
  const float rest = std::accumulate(all.begin() + static_cast<std::ptrdiff_t>(shown), all.end(), 0.0F,
                                     [](float sum, const auto& reason) { return sum + reason.second; });
  line << "the rest " << rest;
  return line.str();
}

std::string place_before(const RankedHit& hit) {
  if (hit.first_stage_rank == 0) return "(  added)";
  std::ostringstream text;
  text << "(was " << std::setw(3) << hit.first_stage_rank << ')';
  return text.str();
}

// Goes on over the line's end under itself.
void print_reasons(const std::string& head, const Results& results, const RankedHit& hit, const Console& console) {
  console.out << head << wrapped(reason_line(results, hit), {console.width, head.size(), 7}) << '\n';
}

void print_list(const Results& results, const SearchOptions& options, const Console& console) {
  std::ostream& out = console.out;
  for (std::size_t i = 0; i < std::min<std::size_t>(options.top, results.hits.size()); ++i) {
    const RankedHit& hit = results.hits[i];
    std::ostringstream line;
    line << std::setw(3) << i + 1 << "  " << std::fixed << std::setprecision(3) << std::setw(8) << hit.score << "  "
         << place_before(hit) << "  " << printable(results.ids.id_of(hit.docid)) << "  " << results.line(hit);
    out << trimmed(fitted(line.str(), console.width)) << '\n';
    if (options.explain) print_reasons("     because: ", results, hit, console);
  }
}

void print_comparison(const Results& results, const SearchOptions& options, const Console& console) {
  std::ostream& out = console.out;
  const std::size_t column_width = (console.width - 3) / 2;
  std::vector<RankedHit> before;
  std::copy_if(results.hits.begin(), results.hits.end(), std::back_inserter(before),
               [](const RankedHit& hit) { return hit.first_stage_rank > 0; });
  std::sort(before.begin(), before.end(),
            [](const RankedHit& a, const RankedHit& b) { return a.first_stage_rank < b.first_stage_rank; });
  out << fitted("     Xapian's order", column_width) << " |      the model's order\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(options.top, results.hits.size()); ++i) {
    std::ostringstream left;
    std::ostringstream right;
    if (i < before.size()) left << std::setw(3) << i + 1 << "  " << results.line(before[i]);
    right << std::setw(3) << i + 1 << "  " << results.line(results.hits[i]);
    out << fitted(left.str(), column_width) << " | " << trimmed(fitted(right.str(), column_width)) << '\n';
  }
  if (!options.explain || results.hits.empty()) return;
  for (std::size_t i = 0; i < std::min<std::size_t>({3, options.top, results.hits.size()}); ++i) {
    const std::size_t rank_before = results.hits[i].first_stage_rank;
    const std::string before_text = rank_before > 0 ? " was " + std::to_string(rank_before) : " was added";
    print_reasons("  " + std::to_string(i + 1) + before_text + ", because: ", results, results.hits[i], console);
  }
}

void print_json(const Results& results, const SearchOptions& options, std::ostream& out) {
  json list = json::array();
  for (std::size_t i = 0; i < std::min<std::size_t>(options.top, results.hits.size()); ++i) {
    const RankedHit& hit = results.hits[i];
    json entry{{"rank", i + 1},
               {"id", results.ids.id_of(hit.docid)},
               {"docid", hit.docid},
               {"score", hit.score},
               {"first_stage_rank", hit.first_stage_rank},
               {"first_stage_weight", hit.first_stage_weight}};
    for (const auto& [feature, contribution] : reasons(results, hit)) entry["contributions"][feature] = contribution;
    list.push_back(std::move(entry));
  }
  out << list.dump(2, ' ', false, json::error_handler_t::replace) << '\n';  // ids need not be UTF-8
}

std::shared_ptr<ModelSource> source_of(const SearchOptions& options, const Xapian::Database& db) {
  if (!options.model.empty()) return model_file(options.model);
  if (db.get_metadata(kModelKey).empty()) return nullptr;
  return model_in_index();
}

void add_options(SearchOptions& options, OptionTable& table) {
  table.everyday({"db", "words", "model", "memory", "top", "compare", "explain", "json", "prefix"});
  options.database.add_to(table);
  table.group("The model");
  table.text("model", options.model,
             "the model file; if not given, the model in the index; if there is none, Xapian's own order", "FILE");
  table.number("depth", options.depth, std::size_t{0}, std::size_t{100000},
               "candidates to rank anew; 0: as many as in the model's training");
  table.group("The search");
  table.texts("words", options.words, "what to look for; the flag may be left out", "WORD");
  table.positional("words");
  table.number("top", options.top, 1U, 10000U, "hits to show");
  options.memory.add_to(table);
  options.vectors.add_to(table);
  table.group("What is shown");
  table.flag("explain", options.explain, "show what each feature contributed (integrated gradients)");
  table.flag("compare", options.compare, "show Xapian's order beside the model's");
  table.flag("json", options.json, "print JSON");
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

  Results results{db, layout, DocumentIds(db, layout.id_prefix), {}, {}};
  const std::shared_ptr<ModelSource> source = source_of(options, db);
  if (!source && (options.explain || options.compare)) {
    throw ConfigError(
        "--explain and --compare need a model, and the index holds none: give --model, or 'xapian-irgan store' one");
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
    results.hits = options.explain ? reranker->explain(query, mset) : reranker->rerank(query, mset);
  } else {
    const Xapian::MSet mset = first_stage.search(query, options.top);
    for (auto hit = mset.begin(); hit != mset.end(); ++hit) {
      RankedHit ranked;
      ranked.docid = *hit;
      ranked.score = ranked.first_stage_weight = hit.get_weight();
      ranked.first_stage_rank = results.hits.size() + 1;
      results.hits.push_back(std::move(ranked));
    }
  }
  if (options.json) {
    print_json(results, options, console.out);
  } else if (results.hits.empty()) {
    console.out << "no document matches\n";
  } else if (options.compare) {
    print_comparison(results, options, console);
  } else {
    print_list(results, options, console);
  }
}

}  // namespace

Command search_command() {
  return make_command<SearchOptions>(
      "search", "--db DB [--model M] WORDS...", "search, in the model's order",
      "  xapian-irgan search --db films --model films.model --compare --explain balloon flight\n"
      "Next: 'rerank' and 'evaluate' measure many queries. 'store' puts the model into the index.\n");
}

}  // namespace irgan
