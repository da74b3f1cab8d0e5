#include "trainer/data_preparation.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "plugin/src/field_prefixes.h"
#include "plugin/src/query_constraint.h"
#include "trainer/behaviour_index.h"
#include "trainer/candidate_pool.h"
#include "trainer/thread_pool.h"

namespace irgan {
namespace {

using Eigen::Index;

using LabelsByDocument = std::map<std::string, double>;

// What is known of one query, whatever it came from.
struct Evidence {
  LabelsByDocument labels;
  std::vector<const Page*> pages;
};

// A query as one part of the log knows it.
struct Task {
  const QueryRow* query = nullptr;
  const std::string* evidence_id = nullptr;  // in_part() where the log has parts, else the query's
  const Evidence* evidence = nullptr;
  std::size_t part = 0;
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
double count_without_page(const Evidence& evidence) {
  LabelsByDocument on_pages;
  for (const Page* page : evidence.pages) {
    for (const ShownDocument& document : page->documents) on_pages[document.document_id] += document.clicks;
  }
  double clicks = 0.0;
  for (const auto& [document, label] : evidence.labels) clicks += std::max(label - on_pages[document], 0.0);
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

// In the order of the pool, as feature files have it: sums of floats then come out the same either way.
Example page_example(const Page& page, const RowOfDocument& rows) {
  std::map<Index, const ShownDocument*> shown_at;
  for (const ShownDocument& shown : page.documents) {
    const auto row = rows.find(shown.document_id);
    if (row != rows.end()) shown_at.emplace(row->second, &shown);
  }
  Example example;
  example.labels.resize(static_cast<Index>(shown_at.size()));
  example.shown.resize(example.labels.size());
  for (const auto& [row, shown] : shown_at) {
    example.labels[static_cast<Index>(example.rows.size())] = shown->clicks;
    example.shown[static_cast<Index>(example.rows.size())] = shown->shown;
    example.rows.push_back(row);
    example.ranks.push_back(shown->rank);
  }
  return example;
}

// Puts what `added` names behind the candidates and in the rows, as far as the query's filters let it; returns the labels, in
// which an added document's clicks are those that came after it had joined.
LabelsByDocument append_added(const LabelsByDocument& added, const LabelsByDocument& labels, const FeatureSchema& schema,
                              const CandidateReader& reader, CandidateList& found, Pool& pool, RowOfDocument& rows) {
  LabelsByDocument result = labels;
  std::map<Xapian::docid, std::string> wanted;
  for (const auto& [id, label] : added) {
    const Xapian::docid docid = rows.count(id) > 0 ? 0 : reader.ids().docid_of(id);
    if (docid != 0) wanted.emplace(docid, id);
  }
  if (wanted.empty()) return result;
  std::vector<Xapian::docid> docids;
  for (const auto& [docid, id] : wanted) docids.push_back(docid);
  for (const Xapian::docid docid : found_among(reader.database(), docids, constraint_of(found.query, field_prefixes(schema)))) {
    const std::string& id = wanted.at(docid);
    found.candidates.push_back({docid, std::numeric_limits<double>::quiet_NaN()});
    rows.emplace(id, static_cast<Index>(pool.document_ids.size()));
    pool.document_ids.push_back(id);
    ++pool.num_added;
    result[id] = added.at(id);
  }
  return result;
}

Prepared prepare_query(const Task& task, LabelKind kind, const PreparationOptions& options, CandidateReader& reader,
                       const FeatureSchema& schema) {
  const Evidence& evidence = *task.evidence;
  Prepared prepared;
  CandidateList found = reader.find(*task.query, options.depth);
  prepared.has_candidates = !found.candidates.empty();
  Pool& pool = prepared.pool;
  pool.query_id = task.query->id;
  RowOfDocument rows;
  for (const Candidate& candidate : found.candidates) {
    std::string id = reader.ids().id_of(candidate.docid);
    rows.emplace(id, static_cast<Index>(pool.document_ids.size()));
    pool.document_ids.push_back(std::move(id));
  }
  LabelsByDocument labels = evidence.labels;
  if (options.added && prepared.has_candidates) {
    const auto added = options.added->find(*task.evidence_id);
    if (added != options.added->end()) labels = append_added(added->second, labels, schema, reader, found, pool, rows);
  }
  prepared.positives = count_positives(evidence.labels, rows, reader.ids(), kind == LabelKind::grades);
  if (kind == LabelKind::impressions) prepared.clicks_without_page = count_without_page(evidence);
  if (found.candidates.empty()) return prepared;
  pool.rows = reader.features(found.query, found.candidates);
  pool.range = pool_range(pool.found_rows());
  if (kind != LabelKind::impressions) {
    prepared.examples.push_back(whole_pool_example(pool, labels));
    return prepared;
  }
  for (const Page* page : evidence.pages) {
    Example example = page_example(*page, rows);
    if (!example.rows.empty()) prepared.examples.push_back(std::move(example));
  }
  return prepared;
}

// What no query id holds.
constexpr char kPartMark = '\x1F';

std::vector<Task> tasks_of(const std::vector<QueryRow>& queries, const std::map<std::string, Evidence>& evidence,
                           std::size_t num_parts, PreparationReport& report) {
  std::vector<Task> tasks;
  std::set<std::string> ids;
  for (const QueryRow& query : queries) {
    ids.insert(query.id);
    const std::size_t num_before = tasks.size();
    for (std::size_t part = 0; part < std::max<std::size_t>(num_parts, 1); ++part) {
      const auto known = evidence.find(num_parts > 0 ? in_part(query.id, part) : query.id);
      if (known != evidence.end()) tasks.push_back({&query, &known->first, &known->second, part});
    }
    if (tasks.size() == num_before) ++report.num_without_evidence;
  }
  report.num_queries = queries.size();
  std::set<std::string> unknown;
  for (const auto& entry : evidence) {
    const std::string id = num_parts > 0 ? entry.first.substr(0, entry.first.rfind(kPartMark)) : entry.first;
    if (ids.count(id) == 0) unknown.insert(id);
  }
  report.num_unknown_queries = unknown.size();
  return tasks;
}

TrainingData prepare_all(const DatabaseOpener& open, const IndexLayout& layout, const FeatureSchema& schema,
                         const std::vector<QueryRow>& queries, const std::map<std::string, Evidence>& evidence,
                         LabelKind kind, const PreparationOptions& options, PreparationReport& report) {
  const Xapian::Database db = open();
  if (db.get_doccount() == 0) throw Error("the index is empty: there are no documents to learn from");
  TrainingData data;
  data.schema = schema;
  data.facts = index_facts(db, layout);
  data.depth = options.depth;
  data.labels = kind;

  const std::size_t num_parts = options.parts != nullptr ? options.parts->size() : 0;
  const std::vector<Task> tasks = tasks_of(queries, evidence, num_parts, report);
  std::vector<Prepared> prepared(tasks.size());
  ThreadPool threads(options.num_threads);
  std::vector<std::map<std::size_t, CandidateReader>> readers(threads.num_threads());  // by part
  threads.for_each(tasks.size(), [&](std::size_t i, unsigned thread) {
    const Task& task = tasks[i];
    auto reader = readers[thread].find(task.part);
    if (reader == readers[thread].end()) {
      std::optional<Xapian::Database> clicks;
      if (num_parts > 0) clicks = options.parts->open(task.part);
      reader = readers[thread].try_emplace(task.part, open(), layout, schema, options.default_op, ProblemListener(), clicks).first;
    }
    prepared[i] = prepare_query(task, kind, options, reader->second, schema);
    if (thread == 0) options.on_progress(static_cast<double>(i) / static_cast<double>(tasks.size()));
  });

  std::set<std::string> without_candidates;
  for (Prepared& one : prepared) {
    report.num_positives += one.positives.total;
    report.num_positives_outside_pool += one.positives.outside_pool;
    report.num_positives_unknown += one.positives.unknown;
    report.num_clicks_without_page += one.clicks_without_page;
    report.num_added += static_cast<std::size_t>(one.pool.num_added);
    if (!one.has_candidates) {
      without_candidates.insert(one.pool.query_id);
      continue;
    }
    if (one.examples.empty()) continue;  // no page shows a candidate; a feature file would not hold the query either
    for (Example& example : one.examples) {
      example.pool = data.pools.size();
      data.examples.push_back(std::move(example));
    }
    data.pools.push_back(std::move(one.pool));
  }
  report.num_without_candidates = without_candidates.size();
  if (data.pools.empty()) {
    throw Error("no candidates: of " + std::to_string(queries.size()) + " queries " +
                std::to_string(report.num_without_evidence) + " have neither clicks nor judgments, and for the others the "
                "index has no matching document, or none that was shown (do the query ids of both files agree?)");
  }
  return data;
}

}  // namespace

std::string in_part(const std::string& query_id, std::size_t part) { return query_id + kPartMark + std::to_string(part); }

TrainingData prepare(const DatabaseOpener& open, const IndexLayout& layout, const FeatureSchema& schema,
                     const std::vector<QueryRow>& queries, const Qrels& judgments, const PreparationOptions& options,
                     PreparationReport& report) {
  std::map<std::string, Evidence> evidence;
  for (const auto& [query, labels] : judgments.by_query) {
    // TREC marks spam below 0; to training, and in a feature file, it is as bad as 0.
    for (const auto& [document, label] : labels) evidence[query].labels[document] = std::max(label, 0);
  }
  return prepare_all(open, layout, schema, queries, evidence, LabelKind::grades, options, report);
}

TrainingData prepare(const DatabaseOpener& open, const IndexLayout& layout, const FeatureSchema& schema,
                     const std::vector<QueryRow>& queries, const ClickEvidence& clicks,
                     const PreparationOptions& options, PreparationReport& report) {
  std::map<std::string, Evidence> evidence;
  for (const auto& [query, labels] : clicks.clicks.by_query) evidence[query].labels = labels;
  for (const Page& page : clicks.pages) evidence[page.query_id].pages.push_back(&page);
  TrainingData data = prepare_all(open, layout, schema, queries, evidence,
                                  clicks.has_impressions ? LabelKind::impressions : LabelKind::clicks, options, report);
  data.origin.half_life_days = clicks.half_life_days;
  return data;
}

}  // namespace irgan
