#include "plugin/src/features/posting_lists.h"

#include <mutex>
#include <utility>

namespace irgan {
namespace {

// A third of a millisecond to read, half a megabyte to hold. Longer lists are skipped through: in an index where words
// are so frequent a search takes many times that.
constexpr Xapian::doccount kLongestList = 1 << 16;

PostingList read_list(const Xapian::Database& db, const std::string& term) {
  PostingList list;
  list.frequency = db.get_termfreq(term);
  if (list.frequency == 0 || list.frequency > kLongestList) return list;
  list.docids.reserve(list.frequency);
  list.wdfs.reserve(list.frequency);
  const auto end = db.postlist_end(term);
  for (auto position = db.postlist_begin(term); position != end; ++position) {
    list.docids.push_back(*position);
    list.wdfs.push_back(position.get_wdf());
  }
  list.frequency = static_cast<Xapian::doccount>(list.docids.size());
  return list;
}

// The number of `docids` below `docid`. Without a branch that no processor can foresee, so that the searches for
// several documents overlap.
std::size_t num_below(const std::vector<Xapian::docid>& docids, Xapian::docid docid) {
  const Xapian::docid* first = docids.data();
  std::size_t size = docids.size();
  while (size > 1) {
    const std::size_t half = size / 2;
    first += first[half - 1] < docid ? half : 0;
    size -= half;
  }
  return static_cast<std::size_t>(first - docids.data()) + (size == 1 && *first < docid ? 1 : 0);
}

}  // namespace

void add_wdfs(const PostingList& list, const std::vector<Xapian::docid>& docids, Eigen::Ref<Eigen::VectorXd> wdfs) {
  for (std::size_t i = 0; i < docids.size(); ++i) {
    const std::size_t place = num_below(list.docids, docids[i]);
    if (place == list.docids.size() || list.docids[place] != docids[i]) continue;
    wdfs[static_cast<Eigen::Index>(i)] += static_cast<double>(list.wdfs[place]);
  }
}

const PostingList* PostingLists::known(const std::string& term) {
  const std::lock_guard<ForkSafeMutex> lock(mutex_);
  const auto found = lists_.find(term);
  return found == lists_.end() ? nullptr : &found->second;
}

const PostingList* PostingLists::at(const Xapian::Database& db, const std::string& term) {
  if (const PostingList* const list = known(term)) return list;
  if (bytes_left_.load() <= 0) return nullptr;
  PostingList list = read_list(db, term);
  const auto size = static_cast<std::ptrdiff_t>(sizeof(decltype(lists_)::value_type) + 3 * sizeof(void*) + term.size() +
                                                list.docids.size() * sizeof(list.docids[0]) +
                                                list.wdfs.size() * sizeof(list.wdfs[0]));
  if (bytes_left_.load() < size) return nullptr;
  const std::lock_guard<ForkSafeMutex> lock(mutex_);
  const auto [place, is_new] = lists_.emplace(term, std::move(list));
  if (is_new) bytes_left_ -= size;
  return &place->second;
}

}  // namespace irgan
