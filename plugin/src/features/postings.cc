#include "plugin/src/features/postings.h"

#include <algorithm>
#include <limits>

#include "plugin/src/process/prefetch.h"

namespace irgan {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

// A third of a millisecond to read, half a megabyte to hold. Longer lists are skipped through: in an index where words
// are so frequent a search takes many times that.
constexpr Xapian::doccount kLongestList = 1 << 16;
constexpr std::size_t kPostingsTogether = 4;  // half a cache line

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

PostingList::PostingList(const Xapian::Database& db, const std::string& term) : frequency_(db.get_termfreq(term)) {
  if (frequency_ == 0 || frequency_ > kLongestList) return;
  read(db, term);
  if (!postings_.empty()) find_begins();
}

void PostingList::read(const Xapian::Database& db, const std::string& term) {
  postings_.reserve(frequency_);
  const auto end = db.postlist_end(term);
  for (auto position = db.postlist_begin(term); position != end; ++position) {
    postings_.push_back({*position, position.get_wdf()});
  }
  frequency_ = static_cast<Xapian::doccount>(postings_.size());
}

void PostingList::find_begins() {
  const Xapian::docid last = postings_.back().docid;
  const std::size_t num_groups = std::max<std::size_t>(postings_.size() / kPostingsTogether, 1);
  while (last >> shift_ > num_groups) ++shift_;
  begins_.reserve((last >> shift_) + 2);
  for (std::uint32_t i = 0; i < postings_.size(); ++i) {
    while (begins_.size() <= postings_[i].docid >> shift_) begins_.push_back(i);
  }
  begins_.push_back(static_cast<std::uint32_t>(postings_.size()));
}

std::size_t PostingList::num_bytes() const {
  return postings_.size() * sizeof(Posting) + begins_.size() * sizeof(begins_[0]);
}

void PostingList::add_wdfs(const std::vector<Xapian::docid>& docids, Eigen::Ref<Eigen::VectorXd> wdfs) const {
  for (const Xapian::docid docid : docids) {
    const std::size_t group = docid >> shift_;
    if (group + 1 < begins_.size()) prefetch(postings_.data() + begins_[group], sizeof(Posting));
  }
  for (std::size_t i = 0; i < docids.size(); ++i) {
    const std::size_t group = docids[i] >> shift_;
    if (group + 1 >= begins_.size()) return;
    const Posting* const end = postings_.data() + begins_[group + 1];
    const Posting* const found =
        std::lower_bound(postings_.data() + begins_[group], end, docids[i],
                         [](const Posting& posting, Xapian::docid docid) { return posting.docid < docid; });
    if (found != end && found->docid == docids[i])
      wdfs[static_cast<Eigen::Index>(i)] += static_cast<double>(found->wdf);
  }
}

void mark_documents(const Xapian::Database& db, const std::string& term, const std::vector<Xapian::docid>& docids,
                    double number, Eigen::Ref<Eigen::VectorXd> values) {
  walk_postings(db, term, docids, [&](Eigen::Index i, const Xapian::PostingIterator&) { values[i] = number; });
}

Eigen::VectorXd document_lengths(const Xapian::Database& db, const std::vector<Xapian::docid>& docids) {
  Eigen::VectorXd lengths = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(docids.size()), kNoNumber);
  walk_postings(db, std::string(), docids, [&](Eigen::Index i, const Xapian::PostingIterator& position) {
    lengths[i] = static_cast<double>(position.get_doclength());
  });
  return lengths;
}

Eigen::VectorXd slot_numbers(const Xapian::Database& db, Xapian::valueno slot,
                             const std::vector<Xapian::docid>& docids) {
  Eigen::VectorXd numbers = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(docids.size()), kNoNumber);
  walk_values(db, slot, docids, [&](Eigen::Index i, const Xapian::ValueIterator& position) {
    numbers[i] = Xapian::sortable_unserialise(*position);
  });
  return numbers;
}

Eigen::MatrixXd slot_numbers(const Xapian::Database& db, const std::vector<Xapian::valueno>& slots,
                             const std::vector<Xapian::docid>& docids) {
  Eigen::MatrixXd numbers(static_cast<Eigen::Index>(docids.size()), static_cast<Eigen::Index>(slots.size()));
  for (std::size_t k = 0; k < slots.size(); ++k) {
    numbers.col(static_cast<Eigen::Index>(k)) = slot_numbers(db, slots[k], docids);
  }
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
