#include "plugin/src/features/value_snapshot.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "plugin/src/features/field_lengths.h"
#include "plugin/src/features/postings.h"
#include "plugin/src/features/unique_ids.h"
#include "plugin/src/process/fork_gate.h"

namespace irgan {
namespace {

// Documents that one search adds to a slot: of numbers an eighth of a millisecond.
constexpr Xapian::docid kStep = 1024;
// Texts that take more end the step, at the next chunk's edge: slots may hold whole documents.
constexpr std::size_t kStepBytes = std::size_t{1} << 20;

/// Gives equal words equal numbers, from 1 on.
///
/// Threads: safe to share
class WordNumbers {
 public:
  /// Numbers the words of `text`; returns how many bytes that took.
  std::size_t number(const ComparableText& text) {
    const std::lock_guard<ForkSafeMutex> lock(mutex_);
    std::size_t size = 0;
    for (ComparableWord& word : text.words) {
      letters_ = word.letters;
      const auto [known, is_new] = numbers_.try_emplace(letters_, static_cast<std::uint32_t>(numbers_.size() + 1));
      word.number = known->second;
      constexpr std::size_t kNodeBytes =
          sizeof(*known) + 3 * sizeof(void*);  // with its hash, link and place in the table
      if (is_new) size += kNodeBytes + known->first.capacity() * sizeof(char32_t);
    }
    return size;
  }

 private:
  ForkSafeMutex mutex_;
  std::u32string letters_;  // room to look one up
  std::unordered_map<std::u32string, std::uint32_t> numbers_;
};

using Slots = std::vector<Xapian::valueno>;

struct NumberChunk {
  static constexpr Xapian::docid kSize = 1024;
  std::vector<double> numbers;  // a document after the other
};

/// Of one slot.
struct TextChunk {
  static constexpr Xapian::docid kSize = 64;
  std::vector<ComparableText> texts;
};

// Calls found(docid, value) for the values of `slot` at docids in [first, end), until it returns false.
template <class Found>
void walk_range(const Xapian::Database& db, Xapian::valueno slot, Xapian::docid first, Xapian::docid end, Found found) {
  Xapian::ValueIterator position = db.valuestream_begin(slot);
  if (position != db.valuestream_end(slot)) position.skip_to(std::max<Xapian::docid>(first, 1));
  for (; position != db.valuestream_end(slot) && position.get_docid() < end; ++position) {
    if (!found(position.get_docid(), *position)) return;
  }
}

// Reads the chunk that begins at `first`; may stop when it takes more than `max_bytes`. Returns how many bytes it
// takes.
std::size_t read_chunk(const Xapian::Database& db, const Slots& slots, Xapian::docid first, std::size_t, WordNumbers&,
                       NumberChunk& chunk) {
  chunk.numbers.assign(chunk.kSize * slots.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t k = 0; k < slots.size(); ++k) {
    walk_range(db, slots[k], first, first + chunk.kSize, [&](Xapian::docid docid, const std::string& value) {
      chunk.numbers[(docid - first) * slots.size() + k] = Xapian::sortable_unserialise(value);
      return true;
    });
  }
  return chunk.numbers.size() * sizeof(double);
}

std::size_t read_chunk(const Xapian::Database& db, const Slots& slots, Xapian::docid first, std::size_t max_bytes,
                       WordNumbers& words, TextChunk& chunk) {
  chunk.texts.resize(chunk.kSize);
  std::size_t size = chunk.kSize * sizeof(ComparableText);
  TextMaker maker;
  walk_range(db, slots.front(), first, first + chunk.kSize, [&](Xapian::docid docid, const std::string& value) {
    ComparableText& text = chunk.texts[docid - first];
    text = maker.make(value);
    size += text.num_bytes + words.number(text);
    return size <= max_bytes;
  });
  return size;
}

/// Some slots, known from docid 0 on up to a place that moves.
template <class Chunk>
class Column {
 public:
  explicit Column(Xapian::docid last_docid) : chunks_(last_docid / Chunk::kSize + 1) {}

  /// Documents below this are known for good.
  Xapian::docid end() const { return num_filled_.load(std::memory_order_acquire) * Chunk::kSize; }
  const Chunk& chunk_of(Xapian::docid docid) const { return chunks_[docid / Chunk::kSize]; }

  /// Adds a step, unless all is there, another thread is at it, or the next chunk would take more than `bytes_left`.
  void grow(const Xapian::Database& db, const Slots& slots, std::atomic<std::ptrdiff_t>& bytes_left,
            WordNumbers& words) {
    const std::unique_lock<std::mutex> lock(filling_, std::try_to_lock);
    if (!lock) return;
    std::size_t num_read = 0;
    for (Xapian::docid added = 0; added < kStep && num_read < kStepBytes && !is_full_; added += Chunk::kSize) {
      const Xapian::docid next = num_filled_.load(std::memory_order_relaxed);
      const std::ptrdiff_t left = bytes_left.load();
      if (next == chunks_.size() || left <= 0) return;
      Chunk chunk;
      const std::size_t size = read_chunk(db, slots, next * Chunk::kSize, static_cast<std::size_t>(left), words, chunk);
      is_full_ = size > static_cast<std::size_t>(left);
      if (is_full_) return;
      num_read += size;
      bytes_left -= static_cast<std::ptrdiff_t>(size);
      chunks_[next] = std::move(chunk);
      num_filled_.store(next + 1, std::memory_order_release);
    }
  }

 private:
  // Long, and never waited for: a child that is forked meanwhile finds it held for ever, and reads its slots itself.
  std::mutex filling_;
  bool is_full_ = false;       // the budget ends here
  std::vector<Chunk> chunks_;  // those below num_filled_ never change
  std::atomic<Xapian::docid> num_filled_{0};
};

/// What tells slots from themselves in another index that happens to be in the same state (ValueCache).
using SlotContents = std::vector<std::tuple<Xapian::valueno, Xapian::doccount, std::string, std::string>>;

SlotContents contents_of(const Xapian::Database& db, const Slots& slots) {
  SlotContents contents;
  contents.reserve(slots.size());
  for (const Xapian::valueno slot : slots) {
    contents.emplace_back(slot, db.get_value_freq(slot), db.get_value_lower_bound(slot),
                          db.get_value_upper_bound(slot));
  }
  return contents;
}

// The first of the ascending `docids` that is not below `end`.
std::size_t num_below(const std::vector<Xapian::docid>& docids, Xapian::docid end) {
  return static_cast<std::size_t>(std::lower_bound(docids.begin(), docids.end(), end) - docids.begin());
}

}  // namespace

struct ValueSnapshot::State {
  template <class Chunk>
  using Columns = std::map<SlotContents, std::shared_ptr<Column<Chunk>>>;

  State(std::string state, Xapian::docid last, std::size_t max_bytes)
      : index_state(std::move(state)), last_docid(last), bytes_left(static_cast<std::ptrdiff_t>(max_bytes)) {}

  const std::string index_state;
  const Xapian::docid last_docid;
  std::atomic<std::ptrdiff_t> bytes_left;
  WordNumbers words;
  ForkSafeMutex mutex;
  Columns<NumberChunk> numbers;
  Columns<TextChunk> texts;
  template <class Value>
  using Remembered = std::map<std::string, std::unordered_map<Xapian::docid, Value>>;
  Remembered<std::vector<double>> lengths;  // by the fields' prefixes
  Remembered<std::string> ids;              // by their prefix
  std::unordered_map<std::string, PostingList> posting_lists;
  std::map<std::string, Xapian::valueno> id_slots;  // likewise

  Xapian::valueno id_slot(const Xapian::Database& db, const std::string& prefix) {
    {
      const std::lock_guard<ForkSafeMutex> lock(mutex);
      const auto known = id_slots.find(prefix);
      if (known != id_slots.end()) return known->second;
    }
    const Xapian::valueno slot = checked_id_slot(db, prefix);
    const std::lock_guard<ForkSafeMutex> lock(mutex);
    return id_slots[prefix] = slot;
  }

  // What all[key] knows of `docids`, and what read() says of those that it does not, which it then knows.
  template <class Value, class Read, class Size>
  std::vector<Value> remembered(Remembered<Value>& all, const std::string& key,
                                const std::vector<Xapian::docid>& docids, const Read& read, const Size& size_of) {
    std::vector<Value> values(docids.size());
    std::vector<std::size_t> places;
    std::vector<Xapian::docid> missing;
    {
      const std::lock_guard<ForkSafeMutex> lock(mutex);
      const auto& known = all[key];
      for (std::size_t i = 0; i < docids.size(); ++i) {
        const auto found = known.find(docids[i]);
        if (found != known.end()) {
          values[i] = found->second;
        } else {
          places.push_back(i);
          missing.push_back(docids[i]);
        }
      }
    }
    if (missing.empty()) return values;
    std::vector<Value> fresh = read(missing);
    for (std::size_t i = 0; i < places.size(); ++i) values[places[i]] = std::move(fresh[i]);
    const std::lock_guard<ForkSafeMutex> lock(mutex);
    auto& known = all[key];
    for (const std::size_t i : places) {
      const auto size = static_cast<std::ptrdiff_t>(sizeof(*known.begin()) + 3 * sizeof(void*) + size_of(values[i]));
      if (bytes_left.load() < size) break;
      if (known.emplace(docids[i], values[i]).second) bytes_left -= size;
    }
    return values;
  }

  template <class Chunk>
  std::shared_ptr<Column<Chunk>> grown(Columns<Chunk>& columns, const Xapian::Database& db, const Slots& slots) {
    const SlotContents contents = contents_of(db, slots);
    std::shared_ptr<Column<Chunk>> column;
    {
      const std::lock_guard<ForkSafeMutex> lock(mutex);
      std::shared_ptr<Column<Chunk>>& known = columns[contents];
      if (!known) known = std::make_shared<Column<Chunk>>(last_docid);
      column = known;
    }
    column->grow(db, slots, bytes_left, words);
    return column;
  }
};

ValueSnapshot::ValueSnapshot(std::string index_state, Xapian::docid last_docid, std::size_t max_bytes)
    : state_(new State(std::move(index_state), last_docid, max_bytes)) {}
ValueSnapshot::~ValueSnapshot() = default;

const std::string& ValueSnapshot::index_state() const { return state_->index_state; }

Eigen::MatrixXd ValueSnapshot::numbers(const Xapian::Database& db, const std::vector<Xapian::valueno>& slots,
                                       const std::vector<Xapian::docid>& docids) {
  const auto column = state_->grown(state_->numbers, db, slots);
  const std::size_t num_known = num_below(docids, column->end());
  const auto num_slots = static_cast<Eigen::Index>(slots.size());
  Eigen::MatrixXd numbers(static_cast<Eigen::Index>(docids.size()), num_slots);
  for (std::size_t i = 0; i < num_known; ++i) {
    const double* const own =
        column->chunk_of(docids[i]).numbers.data() + docids[i] % NumberChunk::kSize * slots.size();
    for (Eigen::Index k = 0; k < num_slots; ++k) numbers(static_cast<Eigen::Index>(i), k) = own[k];
  }
  if (num_known < docids.size()) {
    const std::vector<Xapian::docid> rest(docids.begin() + static_cast<std::ptrdiff_t>(num_known), docids.end());
    numbers.bottomRows(static_cast<Eigen::Index>(rest.size())) = slot_numbers(db, slots, rest);
  }
  return numbers;
}

ComparableTexts ValueSnapshot::texts(const Xapian::Database& db, Xapian::valueno slot,
                                     const std::vector<Xapian::docid>& docids) {
  const auto column = state_->grown(state_->texts, db, {slot});
  const std::size_t num_known = num_below(docids, column->end());
  ComparableTexts texts;
  if (num_known < docids.size()) {
    texts =
        comparable_texts(slot_texts(db, slot, {docids.begin() + static_cast<std::ptrdiff_t>(num_known), docids.end()}));
  }
  std::vector<const ComparableText*> known;
  known.reserve(docids.size());
  for (std::size_t i = 0; i < num_known; ++i)
    known.push_back(&column->chunk_of(docids[i]).texts[docids[i] % TextChunk::kSize]);
  texts.all.insert(texts.all.begin(), known.begin(), known.end());
  return texts;
}

std::vector<std::vector<double>> ValueSnapshot::field_lengths(const Xapian::Database& db,
                                                              const std::vector<TextField>& fields,
                                                              const std::vector<Xapian::docid>& docids) {
  std::string prefixes;
  for (const TextField& field : fields) prefixes += field.prefix + ' ';
  const auto count = [&](const std::vector<Xapian::docid>& missing) {
    std::vector<std::vector<double>> lengths;
    lengths.reserve(missing.size());
    for (const Xapian::docid docid : missing) lengths.push_back(irgan::field_lengths(db, docid, fields));
    return lengths;
  };
  const auto size_of = [](const std::vector<double>& lengths) { return lengths.size() * sizeof(double); };
  return state_->remembered(state_->lengths, prefixes, docids, count, size_of);
}

const PostingList* ValueSnapshot::known_posting_list(const std::string& term) {
  const std::lock_guard<ForkSafeMutex> lock(state_->mutex);
  const auto found = state_->posting_lists.find(term);
  return found == state_->posting_lists.end() ? nullptr : &found->second;
}

const PostingList* ValueSnapshot::posting_list(const Xapian::Database& db, const std::string& term) {
  if (const PostingList* const list = known_posting_list(term)) return list;
  if (state_->bytes_left.load() <= 0) return nullptr;
  PostingList list(db, term);
  auto& lists = state_->posting_lists;
  const auto size =
      static_cast<std::ptrdiff_t>(sizeof(*lists.begin()) + 3 * sizeof(void*) + term.capacity() + list.num_bytes());
  if (state_->bytes_left.load() < size) return nullptr;
  const std::lock_guard<ForkSafeMutex> lock(state_->mutex);
  const auto [place, is_new] = lists.emplace(term, std::move(list));
  if (is_new) state_->bytes_left -= size;
  return &place->second;
}

std::vector<std::string> ValueSnapshot::ids(const Xapian::Database& db, const std::string& prefix,
                                            const std::vector<Xapian::docid>& docids) {
  const auto read = [&](const std::vector<Xapian::docid>& missing) {
    return irgan::ids_of(db, prefix, state_->id_slot(db, prefix), missing);
  };
  const auto size_of = [](const std::string& id) { return id.capacity(); };
  return state_->remembered(state_->ids, prefix, docids, read, size_of);
}

}  // namespace irgan
