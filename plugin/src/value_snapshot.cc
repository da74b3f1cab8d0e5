#include "plugin/src/value_snapshot.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "plugin/src/postings.h"

namespace irgan {
namespace {

constexpr Xapian::docid kChunk = 1024;  // documents that one search adds: an eighth of a millisecond a slot of numbers

struct NumberChunk {
  std::vector<double> numbers;

  std::size_t num_bytes() const { return numbers.size() * sizeof(double); }
};

struct TextChunk {
  std::vector<ComparableText> texts;

  std::size_t num_bytes() const {
    std::size_t size = texts.size() * sizeof(ComparableText);
    for (const ComparableText& text : texts) {
      size += text.spaced.capacity() + text.joined.capacity() + text.trigrams.capacity() * sizeof(text.trigrams[0]);
      size += text.words.capacity() * sizeof(ComparableWord);
    }
    return size;
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
  chunk.texts.resize(kChunk);
  walk_range(db, slot, first, first + kChunk, [&](Xapian::docid docid, const std::string& value) {
    chunk.texts[docid - first] = comparable_text(value);
    chunk.texts[docid - first].trigrams.shrink_to_fit();
  });
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

// The first of the ascending `docids` that is not below `end`.
std::size_t num_below(const std::vector<Xapian::docid>& docids, Xapian::docid end) {
  return static_cast<std::size_t>(std::lower_bound(docids.begin(), docids.end(), end) - docids.begin());
}

}  // namespace

ComparableTexts comparable_texts(const Xapian::Database& db, Xapian::valueno slot,
                                 const std::vector<Xapian::docid>& docids) {
  ComparableTexts texts;
  texts.own.reserve(docids.size());
  for (const std::string& text : slot_texts(db, slot, docids)) texts.own.push_back(comparable_text(text));
  for (const ComparableText& text : texts.own) texts.all.push_back(&text);
  return texts;
}

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

ComparableTexts ValueSnapshot::texts(const Xapian::Database& db, Xapian::valueno slot,
                                     const std::vector<Xapian::docid>& docids) {
  const auto column = state_->grown(state_->texts, db, slot);
  const std::size_t num_known = num_below(docids, column->end());
  ComparableTexts texts;
  if (num_known < docids.size()) {
    texts = comparable_texts(db, slot, {docids.begin() + static_cast<std::ptrdiff_t>(num_known), docids.end()});
  }
  std::vector<const ComparableText*> known;
  known.reserve(docids.size());
  for (std::size_t i = 0; i < num_known; ++i) known.push_back(&column->chunk_of(docids[i]).texts[docids[i] % kChunk]);
  texts.all.insert(texts.all.begin(), known.begin(), known.end());
  return texts;
}

}  // namespace irgan
