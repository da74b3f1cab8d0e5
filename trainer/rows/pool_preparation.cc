#include "trainer/rows/pool_preparation.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "irgan/index_fit.h"
#include "plugin/src/candidates/picking.h"
#include "plugin/src/candidates/query_constraint.h"
#include "plugin/src/encoding/encoding.h"
#include "trainer/machine/hash.h"
#include "trainer/parallel/thread_pool.h"
#include "trainer/rows/context_groups.h"
#include "trainer/site/behaviour_index.h"
#include "trainer/site/candidates.h"

namespace irgan {
namespace {

using Eigen::Index;

using LabelsByDocument = std::map<std::string, double>;

// What is prepared at once, and so is in memory with all that the log says of it. Threads wait for the last query of
// each batch: of so many, that is a small share.
constexpr std::size_t kQueriesAtOnce = 256;
constexpr std::size_t kDocumentsAtOnce = 1 << 18;  // shown or clicked; some 20 MB

// A query as one part of the log knows it.
struct Task {
  std::size_t query = 0;  // in the query file
  std::size_t part = 0;
  std::size_t group = 0;
  double share_before = 0.0;  // of the queries, those whose ids come before
  QueryEvidence evidence;     // of in_part() and in_group() where the log has parts and groups; clicks are labels
};

struct Positives {
  double total = 0.0;
  double outside_pool = 0.0;
  double unknown = 0.0;
};

// One query's share of the result, made by one thread.
struct Prepared {
  bool has_candidates = false;
  Pool pool;
  std::vector<Example> examples;  // whose pool number is still to be set
  Positives positives;
  double clicks_without_page = 0.0;
};

using RowOfDocument = std::unordered_map<std::string, Index>;

Positives count_positives(const LabelsByDocument& labels, const RowOfDocument& rows, const DocumentIds& ids,
                          bool count_documents) {
  Positives positives;
  for (const auto& [document, label] : labels) {
    if (!(label > 0.0)) continue;
    const double amount = count_documents ? 1.0 : label;
    positives.total += amount;
    if (rows.count(document) > 0) continue;
    (ids.docid_of(document) == 0 ? positives.unknown : positives.outside_pool) += amount;
  }
  return positives;
}

// Pages are what impressions teach by, so a click that stands on none is lost.
double count_without_page(const QueryEvidence& evidence) {
  LabelsByDocument on_pages;
  for (const Page& page : evidence.pages) {
    for (const ShownDocument& document : page.documents) on_pages[document.document_id] += document.clicks;
  }
  double clicks = 0.0;
  for (const auto& [document, label] : evidence.clicks) clicks += std::max(label - on_pages[document], 0.0);
  return clicks;
}

Example whole_pool_example(const Pool& pool, const LabelsByDocument& labels) {
  Example example;
  example.labels = Eigen::VectorXd::Zero(pool.rows.rows());
  for (Index row = 0; row < pool.rows.rows(); ++row) {
    example.rows.push_back(row);
    const auto label = labels.find(pool.document_ids[static_cast<std::size_t>(row)]);
    if (label != labels.end()) example.labels[row] = label->second;
  }
  return example;
}

// In the order of the pool, as feature files have it: sums of floats then come out the same either way. A view whose
// last click is on a document outside the pool comes to one without: what was clicked above it is not known.
Example page_example(const Page& page, const RowOfDocument& rows) {
  std::map<Index, const ShownDocument*> shown_at;
  for (const ShownDocument& shown : page.documents) {
    const auto row = rows.find(shown.document_id);
    if (row != rows.end()) shown_at.emplace(row->second, &shown);
  }
  Example example;
  example.labels.resize(static_cast<Index>(shown_at.size()));
  example.shown.resize(example.labels.size());
  example.last_clicks.resize(example.labels.size());
  for (const auto& [row, shown] : shown_at) {
    example.labels[static_cast<Index>(example.rows.size())] = shown->clicks;
    example.shown[static_cast<Index>(example.rows.size())] = shown->shown;
    example.last_clicks[static_cast<Index>(example.rows.size())] = shown->last_clicks;
    example.rows.push_back(row);
    example.ranks.push_back(shown->rank);
  }
  if (!(example.last_clicks.array() > 0.0).any()) example.last_clicks.resize(0);  // as it is read from a file
  return example;
}

// What was shown and is not in the pool, without clicks beside those that it has.
LabelsByDocument shown_outside(const QueryEvidence& evidence, const RowOfDocument& rows) {
  LabelsByDocument shown;
  for (const Page& page : evidence.pages) {
    for (const ShownDocument& document : page.documents) {
      if (rows.count(document.document_id) > 0) continue;
      const auto clicks = evidence.clicks.find(document.document_id);
      shown[document.document_id] = clicks == evidence.clicks.end() ? 0.0 : clicks->second;
    }
  }
  return shown;
}

// Documents drawn from the whole collection, none of them in the pool; the same ones for the same query.
std::vector<Xapian::docid> drawn_outside(const std::string& query_id, const CollectionPicks& picks,
                                         const std::vector<Candidate>& candidates) {
  std::set<Xapian::docid> known;
  for (const Candidate& candidate : candidates) known.insert(candidate.docid);
  std::vector<Xapian::docid> drawn;
  std::mt19937_64 random(text_hash(query_id, picks.seed));
  std::uniform_int_distribution<std::size_t> row(0, picks.vectors->num_documents() - 1);
  for (std::size_t k = 0; k < picks.num_random; ++k) {
    const Xapian::docid docid = picks.vectors->docid(row(random));
    if (known.insert(docid).second) drawn.push_back(docid);
  }
  return drawn;
}

// The query's clicked documents, in the shares that its lesson gives them, against those drawn from the collection,
// which are the last rows from `first_drawn` on.
std::optional<Example> taught_example(const std::string& query_id, const QueryEvidence& evidence,
                                      const CollectionPicks& picks, const std::vector<Candidate>& candidates,
                                      std::size_t first_drawn) {
  const auto lesson = picks.lessons.find(query_id);
  if (lesson == picks.lessons.end()) return std::nullopt;
  double clicks = 0.0;
  for (const auto& [document, count] : evidence.clicks) clicks += count;
  std::unordered_map<Xapian::docid, double> labels;
  for (const RowNumber& one : lesson->second.target) labels[picks.vectors->docid(one.row)] = clicks * one.number;
  Example example;
  std::vector<double> of_rows;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto label = labels.find(candidates[i].docid);
    if (i < first_drawn && label == labels.end()) continue;
    example.rows.push_back(static_cast<Index>(i));
    of_rows.push_back(label != labels.end() ? label->second : 0.0);
  }
  example.labels = Eigen::Map<const Eigen::VectorXd>(of_rows.data(), static_cast<Index>(of_rows.size()));
  return example;
}

// Puts what `added` names behind the candidates and in the rows, as far as the query's filters let it; returns the
// labels, in which an added document's clicks are those that came after it had joined.
LabelsByDocument append_added(const LabelsByDocument& added, const LabelsByDocument& labels,
                              const FeatureSchema& schema, const CandidateReader& reader, CandidateList& found,
                              Pool& pool, RowOfDocument& rows) {
  LabelsByDocument result = labels;
  std::map<Xapian::docid, std::string> wanted;
  for (const auto& [id, label] : added) {
    const Xapian::docid docid = rows.count(id) > 0 ? 0 : reader.ids().docid_of(id);
    if (docid != 0) wanted.emplace(docid, id);
  }
  if (wanted.empty()) return result;
  std::vector<Xapian::docid> docids;
  docids.reserve(wanted.size());
  for (const auto& [docid, id] : wanted) docids.push_back(docid);
  for (const Xapian::docid docid :
       found_among(reader.database(), docids, constraint_of(found.query, field_prefixes(schema)))) {
    const std::string& id = wanted.at(docid);
    found.candidates.push_back({docid, std::numeric_limits<double>::quiet_NaN()});
    rows.emplace(id, static_cast<Index>(pool.document_ids.size()));
    pool.document_ids.push_back(id);
    ++pool.num_added;
    result[id] = added.at(id);
  }
  return result;
}

// Those of the candidates from `first` on.
std::vector<Xapian::docid> docids_of(const std::vector<Candidate>& candidates, std::size_t first) {
  std::vector<Xapian::docid> docids;
  for (std::size_t i = first; i < candidates.size(); ++i) docids.push_back(candidates[i].docid);
  return docids;
}

Prepared prepare_query(const QueryRow& query, const SearchContext& context, const QueryEvidence& evidence,
                       LabelKind kind, const PoolOptions& options, CandidateReader& reader, Picker* picking,
                       const FeatureSchema& schema) {
  Prepared prepared;
  CandidateList found = reader.find(query, options.depth);
  prepared.has_candidates = !found.candidates.empty();
  VectorQuery wanted;
  if (picking != nullptr) {
    wanted = picking->wanted(options.picks->towers.of(query.id), found.query);
    if (prepared.has_candidates) picking->add(wanted, found.query, nullptr, options.picks->count, found.candidates);
  }
  Pool& pool = prepared.pool;
  pool.query_id = query.id;
  RowOfDocument rows;
  pool.document_ids = reader.ids().ids_of(docids_of(found.candidates, 0));
  for (std::size_t i = 0; i < pool.document_ids.size(); ++i) {
    rows.emplace(pool.document_ids[i], static_cast<Index>(i));
  }
  LabelsByDocument labels = evidence.clicks;
  if (options.added && prepared.has_candidates) {
    const auto added = options.added->find(evidence.query_id);
    if (added != options.added->end()) labels = append_added(added->second, labels, schema, reader, found, pool, rows);
  }
  if (picking != nullptr && prepared.has_candidates) {
    labels = append_added(shown_outside(evidence, rows), labels, schema, reader, found, pool, rows);
  }
  prepared.positives = count_positives(evidence.clicks, rows, reader.ids(), kind == LabelKind::grades);
  if (kind == LabelKind::impressions) prepared.clicks_without_page = count_without_page(evidence);
  if (found.candidates.empty()) return prepared;
  const std::size_t first_drawn = found.candidates.size();
  if (picking != nullptr && options.picks->lessons.count(query.id) > 0 && kind == LabelKind::impressions) {
    for (const Xapian::docid docid : drawn_outside(query.id, *options.picks, found.candidates)) {
      found.candidates.push_back({docid, std::numeric_limits<double>::quiet_NaN()});
      ++pool.num_added;
    }
    for (std::string& id : reader.ids().ids_of(docids_of(found.candidates, first_drawn))) {
      pool.document_ids.push_back(std::move(id));
    }
  }
  if (picking != nullptr) picking->score(wanted, found.candidates);
  pool.rows = reader.features(found.query, found.candidates, context);
  pool.range = pool_range(pool.found_rows());
  if (kind != LabelKind::impressions) {
    prepared.examples.push_back(whole_pool_example(pool, labels));
    return prepared;
  }
  for (const Page& page : evidence.pages) {
    Example example = page_example(page, rows);
    if (!example.rows.empty()) prepared.examples.push_back(std::move(example));
  }
  if (options.picks != nullptr && !prepared.examples.empty()) {
    std::optional<Example> taught = taught_example(query.id, evidence, *options.picks, found.candidates, first_drawn);
    if (taught) prepared.examples.push_back(*std::move(taught));
  }
  return prepared;
}

// Takes the evidence of one query after the other, in any order, and prepares a batch of them at a time.
class PoolMaker {
 public:
  PoolMaker(const Site& site, const FeatureSchema& schema, const std::vector<QueryRow>& queries, LabelKind kind,
            const PoolOptions& options)
      : site_(site),
        queries_(queries),
        options_(options),
        num_parts_(options.parts != nullptr ? options.parts->size() : 0),
        by_id_(queries.size()),
        has_evidence_(queries.size()),
        threads_(options.num_threads),
        readers_(threads_.num_threads()),
        pickings_(threads_.num_threads()) {
    const Xapian::Database db = site.open();
    if (db.get_doccount() == 0) throw Error("the index is empty: there are no documents to learn from");
    data_.schema = schema;
    data_.facts = site.watch->read(db, [&] {
      IndexFacts facts = index_facts(db, site.layout);
      facts.shares = index_shares(db, schema);
      return facts;
    });
    data_.depth = options.depth;
    data_.labels = kind;
    std::iota(by_id_.begin(), by_id_.end(), std::size_t{0});
    std::sort(by_id_.begin(), by_id_.end(),
              [&](std::size_t a, std::size_t b) { return queries[a].id < queries[b].id; });
  }

  // Requires: the parts and groups of a query come one after the other
  void take(QueryEvidence&& evidence) {
    const auto [whole_id, part] =
        num_parts_ > 0 ? parted(evidence.query_id) : std::pair(std::string_view(evidence.query_id), std::size_t{0});
    const auto [id, group] =
        options_.groups != nullptr ? grouped(whole_id) : std::pair(std::string_view(whole_id), std::size_t{0});
    const auto place =
        std::lower_bound(by_id_.begin(), by_id_.end(), std::string_view(id),
                         [this](std::size_t query, std::string_view wanted) { return queries_[query].id < wanted; });
    if (place == by_id_.end() || queries_[*place].id != id) {
      if (num_unknown_ == 0 || id != last_unknown_) ++num_unknown_;
      last_unknown_ = id;
      return;
    }
    if (*place < options_.first_query || *place >= options_.end_query) return;
    has_evidence_[*place] = true;
    num_documents_ += evidence.clicks.size();
    for (const Page& page : evidence.pages) num_documents_ += page.documents.size();
    const double share_before = static_cast<double>(place - by_id_.begin()) / static_cast<double>(by_id_.size());
    batch_.push_back({*place, part, group, share_before, std::move(evidence)});
    if (batch_.size() >= kQueriesAtOnce || num_documents_ >= kDocumentsAtOnce) prepare_batch();
  }

  TrainingData finish(PoolLosses& losses) {
    prepare_batch();
    const auto first =
        has_evidence_.begin() + static_cast<std::ptrdiff_t>(std::min(options_.first_query, queries_.size()));
    const auto end = has_evidence_.begin() + static_cast<std::ptrdiff_t>(std::min(options_.end_query, queries_.size()));
    losses.num_queries = static_cast<std::size_t>(end - first);
    losses.num_without_evidence = static_cast<std::size_t>(std::count(first, end, false));
    losses.num_unknown_queries = num_unknown_;
    std::set<std::size_t> without_candidates;
    for (auto& [place, one] : prepared_) {
      losses.num_positives += one.positives.total;
      losses.num_positives_outside_pool += one.positives.outside_pool;
      losses.num_positives_unknown += one.positives.unknown;
      losses.num_clicks_without_page += one.clicks_without_page;
      losses.num_added += static_cast<std::size_t>(one.pool.num_added);
      if (!one.has_candidates) without_candidates.insert(std::get<0>(place));
      if (one.examples.empty()) continue;
      for (Example& example : one.examples) {
        example.pool = data_.pools.size();
        data_.examples.push_back(std::move(example));
      }
      data_.pools.push_back(std::move(one.pool));
    }
    losses.num_without_candidates = without_candidates.size();
    if (data_.pools.empty()) {
      const std::string beginning = "no candidates: of " + std::to_string(losses.num_queries) + " queries " +
                                    std::to_string(losses.num_without_evidence) + " have neither clicks nor judgments";
      if (losses.num_positives > 0.0 && losses.num_positives_unknown >= losses.num_positives)
        throw Error(beginning +
                    ", and the index has none of the documents that the others name (is the prefix of its "
                    "ids another one?)");
      throw Error(
          beginning +
          ", and for the others the index has no matching document, or none that was shown (do the query ids of "
          "both files agree?)");
    }
    return std::move(data_);
  }

 private:
  void prepare_batch() {
    std::vector<Prepared> prepared(batch_.size());
    threads_.for_each(batch_.size(), [&](std::size_t i, unsigned thread) {
      const Task& task = batch_[i];
      CandidateReader& reader = reader_of(task.part, thread);
      prepared[i] = site_.watch->read(reader.database(), [&] {
        return prepare_query(queries_[task.query], context_of(task), task.evidence, data_.labels, options_, reader,
                             picker_of(thread), data_.schema);
      });
      if (thread == 0) options_.on_progress(task.share_before);
    });
    // The caller's thread may have found nothing left to do.
    if (!batch_.empty()) options_.on_progress(batch_.back().share_before);
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      if (prepared[i].examples.empty()) {  // no page shows a candidate; a feature file would not hold the query either
        prepared[i].pool.rows = {};
        prepared[i].pool.document_ids = {};
      }
      prepared_.emplace(Place(batch_[i].query, batch_[i].part, batch_[i].group), std::move(prepared[i]));
    }
    batch_.clear();
    num_documents_ = 0;
  }

  const SearchContext& context_of(const Task& task) const {
    return options_.groups != nullptr ? (*options_.groups)[task.group] : queries_[task.query].context;
  }

  Picker* picker_of(unsigned thread) {
    if (options_.picks == nullptr) return nullptr;
    if (!pickings_[thread]) {
      pickings_[thread] = std::make_unique<Picker>(site_.open(), options_.picks->vectors, data_.schema);
    }
    return pickings_[thread].get();
  }

  CandidateReader& reader_of(std::size_t part, unsigned thread) {
    const auto known = readers_[thread].find(part);
    if (known != readers_[thread].end()) return known->second;
    std::optional<Xapian::Database> clicks;
    if (num_parts_ > 0) clicks = options_.parts->open(part);
    return readers_[thread]
        .try_emplace(part, site_.open(), site_.layout, data_.schema, site_.default_op, site_.values, clicks)
        .first->second;
  }

  using Place = std::tuple<std::size_t, std::size_t, std::size_t>;  // query, part and group

  const Site& site_;
  const std::vector<QueryRow>& queries_;
  const PoolOptions& options_;
  std::size_t num_parts_;
  std::vector<std::size_t> by_id_;  // queries, in the order of their ids
  std::vector<bool> has_evidence_;
  std::string last_unknown_;
  std::size_t num_unknown_ = 0;
  std::vector<Task> batch_;
  std::size_t num_documents_ = 0;  // of the batch
  ThreadPool threads_;
  std::vector<std::map<std::size_t, CandidateReader>> readers_;  // of each thread, by part
  std::vector<std::unique_ptr<Picker>> pickings_;                // of each thread, where there is a generator
  std::map<Place, Prepared> prepared_;                           // the order of the result
  TrainingData data_;
};

}  // namespace

TrainingData prepare_pools(const Site& site, const FeatureSchema& schema, const std::vector<QueryRow>& queries,
                           const Qrels& judgments, const PoolOptions& options, PoolLosses& losses) {
  PoolMaker maker(site, schema, queries, LabelKind::grades, options);
  for (const auto& [query, labels] : judgments.by_query) {
    QueryEvidence evidence;
    evidence.query_id = query;
    // TREC marks spam below 0; to training, and in a feature file, it is as bad as 0.
    for (const auto& [document, label] : labels) evidence.clicks.emplace(document, std::max(label, 0));
    maker.take(std::move(evidence));
  }
  return maker.finish(losses);
}

TrainingData prepare_pools(const Site& site, const FeatureSchema& schema, const std::vector<QueryRow>& queries,
                           ClickAggregator& clicks, const PoolOptions& options, PoolLosses& losses) {
  const LabelKind kind = clicks.has_impressions() ? LabelKind::impressions : LabelKind::clicks;
  PoolMaker maker(site, schema, queries, kind, options);
  std::vector<QueryEvidence> all;  // where they are asked for at once
  const ClickTotals totals = clicks.finish([&](QueryEvidence&& query) {
    options.before_pools ? all.push_back(std::move(query)) : maker.take(std::move(query));
  });
  if (options.before_pools) options.before_pools(all);
  for (QueryEvidence& query : all) maker.take(std::move(query));
  TrainingData data = maker.finish(losses);
  losses.num_unknown_queries += totals.num_unknown_queries;
  losses.num_unknown_clicks = totals.num_unknown_clicks;
  losses.num_clicks_of_log = totals.num_clicks;
  data.origin.half_life_days = totals.half_life_days;
  return data;
}

}  // namespace irgan
