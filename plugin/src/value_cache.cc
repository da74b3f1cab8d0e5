#include "irgan/value_cache.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "plugin/src/postings.h"
#include "plugin/src/xapian_versions.h"

namespace irgan {
namespace {

constexpr Xapian::docid kChunk = 2048;           // documents that one search adds: a quarter of a millisecond a slot
constexpr std::size_t kSearchesBeforeFill = 8;   // a Reranker made for one search fills nothing

struct NumberChunk {
  std::vector<double> numbers;

  std::size_t num_bytes() const { return numbers.size() * sizeof(double); }
};

struct TextChunk {
  std::string text;                // one after the other
  std::vector<std::size_t> ends;

  std::size_t num_bytes() const { return text.size() + ends.size() * sizeof(std::size_t); }
  std::string operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return text.substr(begin, ends[i] - begin);
  }
};

// Calls found(docid, value) for the values of `slot` at docids in [first, end).
template <class Found>
void walk_range(const Xapian::Database& db, Xapian::valueno slot, Xapian::docid first, Xapian::docid end, Found found) {
  Xapian::ValueIterator position = db.valuestream_begin(slot);
  if (position != db.valuestream_end(slot)) position.skip_to(std::max<Xapian::docid>(first, 1));
  for (; position != db.valuestream_end(slot) && position.get_docid() < end; ++position) {
    found(position.get_docid(), *position);
  }
}

void read_chunk(const Xapian::Database& db, Xapian::valueno slot, Xapian::docid first, NumberChunk& chunk) {
  chunk.numbers.assign(kChunk, std::numeric_limits<double>::quiet_NaN());
  walk_range(db, slot, first, first + kChunk, [&](Xapian::docid docid, const std::string& value) {
    chunk.numbers[docid - first] = Xapian::sortable_unserialise(value);
  });
}

void read_chunk(const Xapian::Database& db, Xapian::valueno slot, Xapian::docid first, TextChunk& chunk) {
  walk_range(db, slot, first, first + kChunk, [&](Xapian::docid docid, const std::string& value) {
    chunk.ends.resize(docid - first, chunk.text.size());
    chunk.text += value;
    chunk.ends.push_back(chunk.text.size());
  });
  chunk.ends.resize(kChunk, chunk.text.size());
}

/// A slot, known from docid 0 on up to a place that moves.
template <class Chunk>
class Column {
 public:
  explicit Column(Xapian::docid last_docid) : chunks_(last_docid / kChunk + 1) {}

  /// Documents below this are known for good.
  Xapian::docid end() const { return num_filled_.load(std::memory_order_acquire) * kChunk; }
  const Chunk& chunk_of(Xapian::docid docid) const { return chunks_[docid / kChunk]; }

  /// Adds a chunk, unless all are there, another thread is at it, or `bytes_left` is used up.
  void grow(const Xapian::Database& db, Xapian::valueno slot, std::atomic<std::ptrdiff_t>& bytes_left) {
    const std::unique_lock<std::mutex> lock(filling_, std::try_to_lock);
    const Xapian::docid next = num_filled_.load(std::memory_order_relaxed);
    if (!lock || next == chunks_.size() || bytes_left.load() <= 0) return;
    Chunk chunk;
    read_chunk(db, slot, next * kChunk, chunk);
    bytes_left -= static_cast<std::ptrdiff_t>(chunk.num_bytes());
    chunks_[next] = std::move(chunk);
    num_filled_.store(next + 1, std::memory_order_release);
  }

 private:
  std::mutex filling_;
  std::vector<Chunk> chunks_;  // those below num_filled_ never change
  std::atomic<Xapian::docid> num_filled_{0};
};

/// What tells one state of an index from another, as far as Xapian can tell; empty if it cannot.
std::string state_of(const Xapian::Database& db) {
  const std::string revisions = revisions_of(db);
  if (revisions.empty()) return {};
  return db.get_uuid() + ' ' + revisions + ' ' + std::to_string(db.get_doccount()) + ' ' +
         std::to_string(db.get_lastdocid());
}

// The first of the ascending `docids` that is not below `end`.
std::size_t num_below(const std::vector<Xapian::docid>& docids, Xapian::docid end) {
  return static_cast<std::size_t>(std::lower_bound(docids.begin(), docids.end(), end) - docids.begin());
}

}  // namespace

struct ValueSnapshot::State {
  template <class Chunk>
  using Columns = std::map<Xapian::valueno, std::shared_ptr<Column<Chunk>>>;

  Xapian::docid last_docid;
  std::atomic<std::ptrdiff_t> bytes_left;
  std::mutex mutex;
  Columns<NumberChunk> numbers;
  Columns<TextChunk> texts;

  template <class Chunk>
  std::shared_ptr<Column<Chunk>> grown(Columns<Chunk>& columns, const Xapian::Database& db, Xapian::valueno slot) {
    std::shared_ptr<Column<Chunk>> column;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      std::shared_ptr<Column<Chunk>>& known = columns[slot];
      if (!known) known = std::make_shared<Column<Chunk>>(last_docid);
      column = known;
    }
    column->grow(db, slot, bytes_left);
    return column;
  }
};

ValueSnapshot::ValueSnapshot(Xapian::docid last_docid, std::size_t max_bytes)
    : state_(new State{last_docid, {static_cast<std::ptrdiff_t>(max_bytes)}, {}, {}, {}}) {}
ValueSnapshot::~ValueSnapshot() = default;

Eigen::VectorXd ValueSnapshot::numbers(const Xapian::Database& db, Xapian::valueno slot,
                                       const std::vector<Xapian::docid>& docids) {
  const auto column = state_->grown(state_->numbers, db, slot);
  const std::size_t num_known = num_below(docids, column->end());
  Eigen::VectorXd numbers(static_cast<Eigen::Index>(docids.size()));
  for (std::size_t i = 0; i < num_known; ++i) {
    numbers[static_cast<Eigen::Index>(i)] = column->chunk_of(docids[i]).numbers[docids[i] % kChunk];
  }
  if (num_known < docids.size()) {
    const std::vector<Xapian::docid> rest(docids.begin() + static_cast<std::ptrdiff_t>(num_known), docids.end());
    numbers.tail(static_cast<Eigen::Index>(rest.size())) = slot_numbers(db, slot, rest);
  }
  return numbers;
}

std::vector<std::string> ValueSnapshot::texts(const Xapian::Database& db, Xapian::valueno slot,
                                              const std::vector<Xapian::docid>& docids) {
  const auto column = state_->grown(state_->texts, db, slot);
  const std::size_t num_known = num_below(docids, column->end());
  std::vector<std::string> texts;
  texts.reserve(docids.size());
  for (std::size_t i = 0; i < num_known; ++i) texts.push_back(column->chunk_of(docids[i])[docids[i] % kChunk]);
  if (num_known < docids.size()) {
    const std::vector<Xapian::docid> rest(docids.begin() + static_cast<std::ptrdiff_t>(num_known), docids.end());
    for (std::string& text : slot_texts(db, slot, rest)) texts.push_back(std::move(text));
  }
  return texts;
}

struct ValueCache::State {
  struct Known {
    std::string state;
    std::size_t num_searches = 0;
    std::shared_ptr<ValueSnapshot> snapshot;
  };

  std::size_t max_bytes;
  std::mutex mutex;
  Known known[2];  // the newest first
};

ValueCache::ValueCache(std::size_t max_bytes) : state_(new State{max_bytes, {}, {}}) {}
ValueCache::~ValueCache() = default;

std::shared_ptr<ValueSnapshot> ValueCache::at(const Xapian::Database& db) {
  const std::string state = state_of(db);
  // Docids that sparse would need more room for the list of chunks than for what is in them.
  if (state.empty() || db.get_lastdocid() > state_->max_bytes) return nullptr;
  const std::lock_guard<std::mutex> lock(state_->mutex);
  auto& known = state_->known;
  if (known[0].state != state && known[1].state != state) {
    known[1] = std::move(known[0]);
    known[0] = {state, 0, nullptr};
  }
  auto& present = known[0].state == state ? known[0] : known[1];
  if (++present.num_searches <= kSearchesBeforeFill) return nullptr;
  if (!present.snapshot) present.snapshot = std::make_shared<ValueSnapshot>(db.get_lastdocid(), state_->max_bytes);
  return present.snapshot;
}

}  // namespace irgan
