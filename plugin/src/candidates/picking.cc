#include "plugin/src/candidates/picking.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "plugin/src/candidates/query_constraint.h"
#include "plugin/src/process/prefetch.h"

namespace irgan {
namespace {

std::vector<Xapian::docid> docids_of(const std::vector<ScoredDocument>& documents) {
  std::vector<Xapian::docid> docids;
  for (const ScoredDocument& one : documents) docids.push_back(one.docid);
  return docids;
}

// Those that are not among the candidates.
std::vector<Xapian::docid> new_among(const std::vector<Xapian::docid>& docids,
                                     const std::vector<Candidate>& candidates) {
  std::vector<Xapian::docid> known;
  known.reserve(candidates.size());
  for (const Candidate& candidate : candidates) known.push_back(candidate.docid);
  std::sort(known.begin(), known.end());
  std::vector<Xapian::docid> fresh;
  for (const Xapian::docid docid : docids) {
    if (!std::binary_search(known.begin(), known.end(), docid)) fresh.push_back(docid);
  }
  return fresh;
}

Candidate picked_candidate(Xapian::docid docid) { return {docid, std::numeric_limits<double>::quiet_NaN()}; }

}  // namespace

Picker::Picker(Xapian::Database db, std::shared_ptr<const CollectionVectors> vectors, const FeatureSchema& schema)
    : db_(std::move(db)),
      vectors_(std::move(vectors)),
      prefixes_(field_prefixes(schema)),
      words_(prefixes_, schema.stemmer) {
  const VectorFacts& facts = vectors_->facts();
  if (facts.index_uuid != db_.get_uuid()) throw Error("the vectors are of another index");
  if (facts.stemmer != schema.stemmer) {
    throw Error("the vectors' words have the stemmer '" + facts.stemmer + "', those of the index '" + schema.stemmer +
                "'");
  }
}

VectorQuery Picker::wanted(const Towers& towers, const Xapian::Query& query, const std::string& text) {
  return towers.query(vectors_->query_vector(text.empty() ? words_.of(query) : words_.of_text(text)));
}

void Picker::add(const VectorQuery& wanted, const Xapian::Query& query, const Xapian::MatchDecider* mdecider,
                 std::size_t count, std::vector<Candidate>& candidates) const {
  add_allowed(docids_of(vectors_->best(wanted, count)), query, mdecider, candidates);
}

void Picker::add_remote(const VectorQuery& wanted, const Xapian::Query& query, std::size_t count, RemoteIndex& index,
                        std::vector<Candidate>& candidates) const {
  if (!vectors_->has_ids()) {
    throw Error(
        "the vectors hold no ids, by which documents behind a server are found: annotate the index with ids and make "
        "the vectors again");
  }
  std::vector<NamedDocument> named;
  for (const Xapian::docid docid : new_among(docids_of(vectors_->best(wanted, count)), candidates)) {
    const std::string_view id_term = vectors_->id_term(docid);
    if (!id_term.empty()) named.push_back({docid, std::string(id_term)});
  }
  const std::set<Xapian::docid> allowed = index.admit(named, constraint_of(query, prefixes_));
  for (const NamedDocument& document : named) {
    if (allowed.count(document.docid) > 0) candidates.push_back(picked_candidate(document.docid));
  }
}

void Picker::add_allowed(const std::vector<Xapian::docid>& documents, const Xapian::Query& query,
                         const Xapian::MatchDecider* mdecider, std::vector<Candidate>& candidates) const {
  const std::vector<Xapian::docid> picked = new_among(documents, candidates);
  if (picked.empty()) return;
  std::optional<Xapian::Query> constraint = constraint_of(query, prefixes_);
  // Documents may have left the index since their vectors were made.
  if (!constraint && has_moved_on()) constraint = Xapian::Query(std::string());
  const std::set<Xapian::docid> allowed = found_among(db_, picked, constraint, mdecider);
  for (const Xapian::docid docid : picked) {
    if (allowed.count(docid) > 0) candidates.push_back(picked_candidate(docid));
  }
}

bool Picker::has_moved_on() const {
  const std::size_t num_rows = vectors_->num_documents();
  return db_.get_doccount() != num_rows || num_rows == 0 || db_.get_lastdocid() != vectors_->docid(num_rows - 1);
}

void Picker::score(const VectorQuery& wanted, std::vector<Candidate>& candidates) const {
  if (wanted.numbers.empty()) {
    for (Candidate& candidate : candidates) candidate.generator_score = std::numeric_limits<float>::quiet_NaN();
    return;
  }
  std::vector<std::pair<const std::int8_t*, float>> rows;
  rows.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    rows.push_back(vectors_->row_of(candidate.docid));
    prefetch(rows.back().first, wanted.numbers.size());
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto [numbers, scale] = rows[i];
    if (numbers != nullptr) {
      candidates[i].generator_score = vector_score(wanted, numbers, scale);
      continue;
    }
    const ByteRow row = vectors_->row_of_terms(db_, candidates[i].docid);
    candidates[i].generator_score = vector_score(wanted, row.numbers.data(), row.scale);
  }
}

std::unique_ptr<Picker> picker_of(const Xapian::Database& db, const Model& model,
                                  const std::shared_ptr<const CollectionVectors>& vectors) {
  if (model.collection() == nullptr) return nullptr;
  if (!vectors) throw Error("the model's generator picks from the whole collection, whose vectors are not given");
  if (vectors->facts().basis != model.collection()->towers.basis) {
    throw Error("the vectors have other terms than those that the model's generator was learnt on");
  }
  return std::make_unique<Picker>(db, vectors, model.schema());
}

}  // namespace irgan
