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
constexpr Xapian::doccount kTop = 10;  // ranks of a first page

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

// An id as it was before a data frame took it for a float, or a file padded it.
std::string spelt_plainly(std::string_view id) {
  const std::size_t begin = std::min(id.find_first_not_of(' '), id.size());
  id = id.substr(begin, id.find_last_not_of(' ') + 1 - begin);
  if (id.size() > 2 && id.substr(id.size() - 2) == ".0") id.remove_suffix(2);
  return std::string(id);
}

}  // namespace

ClickedDocuments::ClickedDocuments(const Xapian::Database& db, const IndexLayout& layout,
                                   const std::vector<QueryRow>& queries, Xapian::Query::op default_op)
    : ids_(db, layout.id_prefix), first_stage_(db, layout, default_op), known_(kNumKnown) {
  for (const QueryRow& query : queries) queries_.emplace(query.id, &query);
}

const ClickedDocuments::Known& ClickedDocuments::look_up(std::string_view id) {
  const std::uint64_t hash = hash_of(id);
  Known& known = known_[hash % kNumKnown];
  if (known.hash == hash) return known;
  known = {hash, ids_.docid_of(std::string(id)), false};
  if (known.docid != 0) return known;
  if (result_.unknown.size() < kMaxExamples) result_.unknown.emplace_back(id);
  const std::string other = spelt_plainly(id);
  known.is_spelt_otherwise = other != id && ids_.docid_of(other) != 0;
  if (known.is_spelt_otherwise && result_.spelt_otherwise.empty()) result_.spelt_otherwise = id;
  return known;
}

void ClickedDocuments::add(const ClickRow& row, const std::string& query_id) {
  const Known& known = look_up(row.document_id);
  const Xapian::docid docid = known.docid;
  result_.num_clicks += row.count;
  if (known.is_spelt_otherwise) result_.num_spelt_otherwise += row.count;
  if (docid == 0) return;
  result_.num_known += row.count;
  if (queries_.count(query_id) == 0 || hash_of(query_id) % sample_ != 0) return;
  Clicks& clicks = clicks_[query_id][docid];
  clicks.all += row.count;
  if (row.rank >= 1 && row.rank <= static_cast<int>(kTop)) clicks.top += row.count;
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
    for (const auto& [docid, count] : clicks) {
      result_.num_searched_clicks += count.all;
      result_.num_top_clicks += count.top;
    }
    for (Xapian::MSetIterator hit = hits.begin(); hit != hits.end(); ++hit) {
      const auto clicked = clicks.find(*hit);
      if (clicked == clicks.end()) continue;
      result_.num_found += clicked->second.all;
      if (hit.get_rank() < kTop) result_.num_top_found += clicked->second.top;
    }
  }
  return result_;
}

}  // namespace irgan
