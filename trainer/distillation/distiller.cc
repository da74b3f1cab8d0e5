#include "irgan/distiller.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "irgan/measures.h"
#include "irgan/qrels.h"
#include "irgan/query_words.h"
#include "trainer/distillation/distillation_reader.h"
#include "trainer/distillation/distilled_search.h"
#include "trainer/ranking/strict_rerank.h"
#include "trainer/site/first_stage.h"

namespace irgan {
namespace {

constexpr std::size_t kHeldOut = 4;  // one query of so many chooses k1 and b, and is measured on if no other is named
constexpr int kJudgedDepth = 10;

/// What all steps read.
struct Bench {
  Xapian::Database db;
  FirstStage first_stage;
  DocumentIds ids;
  std::unique_ptr<const Reranker> reranker;
  Xapian::doccount depth;
  std::vector<std::string> prefixes;
  std::string stemmer;
  std::shared_ptr<IndexWatch> watch;
  QueryWords words;
  std::shared_ptr<const NearTerms> near_terms;

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

Bench open_bench(const Site& site, const DistillerOptions& options) {
  const Xapian::Database db = site.open();
  const IndexLayout& layout = site.layout;
  const auto model = (options.model.empty() ? model_in_index() : model_file(options.model))->get(db);
  const std::size_t depth = options.depth > 0 ? options.depth : model->depth();
  RerankOptions reranking;
  reranking.depth = depth;
  std::shared_ptr<const NearTerms> near_terms;
  if (!options.vectors.empty()) {
    const auto vectors = CollectionVectors::from_file(options.vectors);
    reranking.vectors = fixed_vectors(vectors);
    const CollectionGenerator* const generator = model->collection();
    if (generator && generator->towers.basis == vectors->facts().basis)
      near_terms = std::make_shared<const NearTerms>(vectors, generator->towers);
  }
  const std::vector<std::string> prefixes = prefixes_of(layout);
  return {db,
          FirstStage(db, layout, site.default_op),
          DocumentIds(db, layout.id_prefix),
          strict_reranker(db, model, std::move(reranking), model_name(options.model)),
          static_cast<Xapian::doccount>(depth),
          prefixes,
          layout.stemmer,
          site.watch,
          QueryWords(prefixes, layout.stemmer),
          std::move(near_terms)};
}

// At most `most` queries, spread evenly over the file; those without a text cannot be taken apart by fields.
std::vector<QueryRow> text_queries(const std::string& path, std::size_t most, const ProblemListener& on_problem) {
  std::vector<QueryRow> all;
  for (QueryRow& row : read_queries(path, on_problem)) {
    if (!row.text.empty()) all.push_back(std::move(row));
  }
  if (all.empty()) throw Error(path + ": no query has a text: it is parsed once for each field");
  std::vector<QueryRow> chosen;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i) {
    chosen.push_back(all[all.size() <= most ? i : i * all.size() / most]);
  }
  return chosen;
}

/// The pools that forms are fitted to.
struct Pools {
  std::vector<DistillationPool> learning, held_out;
  std::vector<QueryRow> held_out_queries;
};

Pools read_pools(Bench& bench, const std::vector<QueryRow>& queries, const DistillerOptions& options) {
  const DistillationReader reader(bench.db, bench.prefixes, bench.stemmer);
  Pools pools;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    options.on_progress(0.5 * static_cast<double>(i) / static_cast<double>(queries.size()));
    std::optional<DistillationPool> pool = bench.watch->read(bench.db, [&]() -> std::optional<DistillationPool> {
      const Bench::Ranked ranked = bench.rank(queries[i]);
      if (ranked.model.size() < 2) return std::nullopt;
      return reader.read(ranked.query, ranked.model);
    });
    if (!pool) continue;
    const bool is_held_out = i % kHeldOut == kHeldOut - 1;
    (is_held_out ? pools.held_out : pools.learning).push_back(std::move(*pool));
    if (is_held_out) pools.held_out_queries.push_back(queries[i]);
  }
  const std::size_t num_pools = pools.learning.size() + pools.held_out.size();
  if (num_pools < kFewestDistilledQueries || pools.held_out.empty()) {
    throw Error(options.queries + ": " + std::to_string(num_pools) + " queries have two candidates or more; at least " +
                std::to_string(kFewestDistilledQueries) + " are needed");
  }
  return pools;
}

void distil_all(const Bench& bench, const Pools& pools, const DistillerOptions& options, Distillation& distillation) {
  std::vector<FieldUse> every, unprefixed;
  for (const std::string& prefix : bench.prefixes) {
    every.push_back(bench.first_stage.looks_in(prefix) ? FieldUse::usual : FieldUse::allowed);
    unprefixed.push_back(prefix.empty() ? FieldUse::usual : FieldUse::none);
  }
  const auto form = [&](DistilledKind kind, const std::vector<FieldUse>& uses) {
    return search_of(kind, distil(kind, pools.learning, pools.held_out, uses), bench.prefixes, uses);
  };
  distillation.omega = form(DistilledKind::stock, unprefixed);
  options.on_progress(0.6);
  distillation.stock = form(DistilledKind::stock, every);
  options.on_progress(0.7);
  distillation.mixture = form(DistilledKind::mixture, every);
}

/// What documents of one query are worth.
class Gains {
 public:
  /// judgments: null: what the model puts first is worth most
  Gains(const Judgments* judgments, const DocumentIds& ids, const std::vector<Xapian::docid>& of_model)
      : judgments_(judgments), ids_(ids) {
    if (judgments_ != nullptr) {
      for (const auto& judgment : *judgments_) judged_.push_back(judgment.second);
      return;
    }
    for (std::size_t i = 0; i < of_model.size() && i < kJudgedDepth; ++i) {
      judged_.push_back(kJudgedDepth - static_cast<int>(i));
      wanted_[of_model[i]] = judged_.back();
    }
  }

  double ndcg_of(const std::vector<Xapian::docid>& ranking) const {
    std::vector<int> labels;
    for (std::size_t i = 0; i < ranking.size() && i < kJudgedDepth; ++i) labels.push_back(label_of(ranking[i]));
    return ndcg(labels, judged_, kJudgedDepth);
  }

 private:
  int label_of(Xapian::docid docid) const {
    if (judgments_ == nullptr) {
      const auto wanted = wanted_.find(docid);
      return wanted == wanted_.end() ? 0 : wanted->second;
    }
    const auto judgment = judgments_->find(ids_.id_of(docid));
    return judgment == judgments_->end() ? 0 : judgment->second;
  }

  const Judgments* judgments_;
  const DocumentIds& ids_;
  std::vector<int> judged_;
  std::unordered_map<Xapian::docid, int> wanted_;
};

std::vector<Xapian::docid> docids_of(const std::vector<RankedHit>& hits) {
  std::vector<Xapian::docid> docids;
  for (const RankedHit& hit : hits) docids.push_back(hit.docid);
  return docids;
}

std::vector<std::vector<NearTerms::Term>> near_words_of(Bench& bench, const QueryRow& row, std::size_t count) {
  return bench.near_terms->of_each(bench.words.of_text(row.text), count);
}

// near: of the row's words
std::vector<Xapian::docid> found_with(Bench& bench, const DistilledSearch& search, const QueryRow& row,
                                      const std::vector<std::vector<NearTerms::Term>>& near, const NearTermUse& use) {
  const NearTermsOfQuery joined{*bench.near_terms, near, use};
  return found_by(search, bench.first_stage, row, kJudgedDepth, &joined);
}

// The use by which the stock form comes nearest to the model; none where it does not come nearer.
NearTermUse best_near_use(Bench& bench, const DistilledSearch& stock, const std::vector<QueryRow>& queries) {
  std::vector<NearTermUse> uses{{}};
  for (const std::size_t per_word : {5U, 10U, 20U, 40U}) {
    for (const double scale : {0.05, 0.1, 0.2}) uses.push_back({per_word, scale});
  }
  const std::size_t most = uses.back().per_word;
  std::vector<double> sums(uses.size(), 0.0);
  for (const QueryRow& row : queries) {
    const std::vector<double> ndcgs = bench.watch->read(bench.db, [&]() -> std::vector<double> {
      const Gains gains(nullptr, bench.ids, docids_of(bench.rank(row).model));
      const auto near = near_words_of(bench, row, most);
      std::vector<double> all;
      for (const NearTermUse& use : uses) all.push_back(gains.ndcg_of(found_with(bench, stock, row, near, use)));
      return all;
    });
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += ndcgs[i];
  }
  return uses[static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin())];
}

DistilledQuality measure(Bench& bench, const Distillation& distillation, const std::vector<QueryRow>& queries,
                         const std::optional<Qrels>& qrels) {
  DistilledSearch omega_before;
  omega_before.fields = {{"", 1.0, true}};  // Omega's queries look at words without a prefix
  DistilledQuality quality;
  for (const QueryRow& row : queries) {
    if (qrels && qrels->by_query.count(row.id) == 0) continue;
    const std::array<double, 7> ndcgs = bench.watch->read(bench.db, [&]() -> std::array<double, 7> {
      const Bench::Ranked ranked = bench.rank(row);
      const std::vector<Xapian::docid> of_model = docids_of(ranked.model);
      const Gains gains(qrels ? &qrels->by_query.at(row.id) : nullptr, bench.ids, of_model);
      const auto ndcg_of = [&](const DistilledSearch& search) {
        return gains.ndcg_of(found_by(search, bench.first_stage, row, kJudgedDepth));
      };
      double near = 0.0;
      if (bench.near_terms) {
        const NearTermUse& use = distillation.near_use;
        near = gains.ndcg_of(found_with(bench, distillation.stock, row, near_words_of(bench, row, use.per_word), use));
      }
      return {gains.ndcg_of(ranked.first_stage),
              ndcg_of(distillation.stock),
              ndcg_of(distillation.mixture),
              gains.ndcg_of(of_model),
              ndcg_of(omega_before),
              ndcg_of(distillation.omega),
              near};
    });
    quality.first_stage.push_back(ndcgs[0]);
    quality.stock.push_back(ndcgs[1]);
    quality.mixture.push_back(ndcgs[2]);
    quality.model.push_back(ndcgs[3]);
    quality.omega_before.push_back(ndcgs[4]);
    quality.omega.push_back(ndcgs[5]);
    if (bench.near_terms) quality.near.push_back(ndcgs[6]);
  }
  return quality;
}

}  // namespace

Distillation distil_model(const Site& site, const DistillerOptions& options) {
  Bench bench = open_bench(site, options);
  const std::vector<QueryRow> queries = text_queries(options.queries, options.max_queries, options.on_problem);
  std::vector<QueryRow> test_queries;
  if (!options.test_queries.empty()) test_queries = text_queries(options.test_queries, SIZE_MAX, options.on_problem);
  std::optional<Qrels> qrels;
  if (!options.qrels.empty()) qrels = read_qrels(options.qrels);

  const Pools pools = read_pools(bench, queries, options);
  const std::vector<QueryRow>& measured = options.test_queries.empty() ? pools.held_out_queries : test_queries;
  if (qrels) options.on_judgments(judgment_reading(*qrels, measured));
  Distillation distillation;
  distil_all(bench, pools, options, distillation);
  if (bench.near_terms) {
    options.on_progress(0.8);
    distillation.near_terms = bench.near_terms;
    distillation.near_use = best_near_use(bench, distillation.stock, pools.held_out_queries);
  }
  distillation.ndcg = measure(bench, distillation, measured, qrels);
  if (distillation.ndcg.model.empty()) {
    throw Error(options.qrels + ": no query to measure on is judged there; are the query ids the same?");
  }
  return distillation;
}

}  // namespace irgan
