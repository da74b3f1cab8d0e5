#include "plugin/src/features/postings.h"

#include <limits>

namespace irgan {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// Calls found(index, position) for each of `docids` that the list [position, end) holds. Where the list is beyond a
// docid it is not asked about it: most lists hold few of the documents.
template <class Iterator, class DocidOf, class Found>
void walk(Iterator position, const Iterator& end, const std::vector<Xapian::docid>& docids, DocidOf docid_of,
          Found found) {
  if (position == end) return;
  Xapian::docid reached = 0;
  for (std::size_t i = 0; i < docids.size(); ++i) {
    if (docids[i] < reached) continue;
    position.skip_to(docids[i]);
    if (position == end) return;
    reached = docid_of(position);
    if (reached == docids[i]) found(static_cast<Eigen::Index>(i), position);
  }
}

// Returns whether there are postings.
template <class Found>
bool walk_postings(const Xapian::Database& db, const std::string& term, const std::vector<Xapian::docid>& docids,
                   Found found) {
  const Xapian::PostingIterator begin = db.postlist_begin(term);
  const Xapian::PostingIterator end = db.postlist_end(term);
  if (begin == end) return false;
  walk(
      begin, end, docids, [](const Xapian::PostingIterator& position) { return *position; }, found);
  return true;
}

template <class Found>
void walk_values(const Xapian::Database& db, Xapian::valueno slot, const std::vector<Xapian::docid>& docids,
                 Found found) {
  walk(
      db.valuestream_begin(slot), db.valuestream_end(slot), docids,
      [](const Xapian::ValueIterator& position) { return position.get_docid(); }, found);
}

}  // namespace

bool add_wdfs(const Xapian::Database& db, const std::string& term, const std::vector<Xapian::docid>& docids,
              Eigen::Ref<Eigen::VectorXd> wdfs) {
  return walk_postings(db, term, docids, [&](Eigen::Index i, const Xapian::PostingIterator& position) {
    wdfs[i] += static_cast<double>(position.get_wdf());
  });
}

void mark_documents(const Xapian::Database& db, const std::string& term, const std::vector<Xapian::docid>& docids,
                    double number, Eigen::Ref<Eigen::VectorXd> values) {
  walk_postings(db, term, docids, [&](Eigen::Index i, const Xapian::PostingIterator&) { values[i] = number; });
}

Eigen::VectorXd document_lengths(const Xapian::Database& db, const std::vector<Xapian::docid>& docids) {
  Eigen::VectorXd lengths = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(docids.size()), kMissing);
  walk_postings(db, std::string(), docids, [&](Eigen::Index i, const Xapian::PostingIterator& position) {
    lengths[i] = static_cast<double>(position.get_doclength());
  });
  return lengths;
}

Eigen::VectorXd slot_numbers(const Xapian::Database& db, Xapian::valueno slot,
                             const std::vector<Xapian::docid>& docids) {
  Eigen::VectorXd numbers = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(docids.size()), kMissing);
  walk_values(db, slot, docids, [&](Eigen::Index i, const Xapian::ValueIterator& position) {
    numbers[i] = Xapian::sortable_unserialise(*position);
  });
  return numbers;
}

std::vector<std::string> slot_texts(const Xapian::Database& db, Xapian::valueno slot,
                                    const std::vector<Xapian::docid>& docids) {
  std::vector<std::string> texts(docids.size());
  walk_values(db, slot, docids, [&](Eigen::Index i, const Xapian::ValueIterator& position) {
    texts[static_cast<std::size_t>(i)] = *position;
  });
  return texts;
}

}  // namespace irgan
