#include "trainer/site/clicked_documents.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>

namespace irgan {
namespace {

constexpr std::size_t kNumKnown = 1 << 18;
constexpr std::size_t kMaxSearched = 4000;  // the share is then right to 1 in 100, after a few seconds
constexpr std::size_t kMaxExamples = 3;

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

}  // namespace

ClickedDocuments::ClickedDocuments(const Xapian::Database& db, const IndexLayout& layout,
                                   const std::vector<QueryRow>& queries, Xapian::Query::op default_op)
    : ids_(db, layout.id_prefix), first_stage_(db, layout, default_op), known_(kNumKnown) {
  for (const QueryRow& query : queries) queries_.emplace(query.id, &query);
}

Xapian::docid ClickedDocuments::docid_of(std::string_view id) {
  const std::uint64_t hash = hash_of(id);
  Known& known = known_[hash % kNumKnown];
  if (known.hash == hash) return known.docid;
  known = {hash, ids_.docid_of(std::string(id))};
  if (known.docid == 0 && result_.unknown.size() < kMaxExamples) result_.unknown.emplace_back(id);
  return known.docid;
}

void ClickedDocuments::add(const ClickRow& row, const std::string& query_id) {
  const Xapian::docid docid = docid_of(row.document_id);
  result_.num_clicks += row.count;
  if (docid == 0) return;
  result_.num_known += row.count;
  if (queries_.count(query_id) == 0 || hash_of(query_id) % sample_ != 0) return;
  clicks_[query_id][docid] += row.count;
  if (clicks_.size() > kMaxSearched) thin_out();
}

void ClickedDocuments::thin_out() {
  sample_ *= 2;
  result_.is_sampled = true;
  for (auto i = clicks_.begin(); i != clicks_.end();) {
    i = hash_of(i->first) % sample_ == 0 ? std::next(i) : clicks_.erase(i);
  }
}

ClickedDocumentsResult ClickedDocuments::finish(Xapian::doccount depth) {
  for (const auto& [query_id, clicks] : clicks_) {
    const Xapian::MSet hits = first_stage_.search(first_stage_.query_of(*queries_.at(query_id)), depth);
    ++result_.num_searched_queries;
    for (const auto& [docid, count] : clicks) result_.num_searched_clicks += count;
    for (Xapian::MSetIterator hit = hits.begin(); hit != hits.end(); ++hit) {
      const auto clicked = clicks.find(*hit);
      if (clicked != clicks.end()) result_.num_found += clicked->second;
    }
  }
  return result_;
}

}  // namespace irgan
