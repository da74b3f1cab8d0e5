#include "plugin/src/features/value_snapshot.h"

#include <algorithm>
#include <array>
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
#include "plugin/src/process/prefetch.h"

namespace irgan {
namespace {

/// Gives equal words equal numbers, from 1 on.
///
/// Threads: one
class WordNumbers {
 public:
  /// Numbers the words of `text`; returns how many bytes that took.
  std::size_t number(const ComparableText& text) {
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
  std::u32string letters_;  // room to look one up
  std::unordered_map<std::u32string, std::uint32_t> numbers_;
};

using Slots = std::vector<Xapian::valueno>;

/// What one search adds: an eighth of a millisecond a slot.
struct NumberChunk {
  static constexpr Xapian::docid kSize = 1024;  // documents
  std::vector<double> numbers;                  // a document after the other
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

NumberChunk read_chunk(const Xapian::Database& db, const Slots& slots, Xapian::docid first) {
  NumberChunk chunk;
  chunk.numbers.assign(chunk.kSize * slots.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t k = 0; k < slots.size(); ++k) {
    walk_range(db, slots[k], first, first + chunk.kSize, [&](Xapian::docid docid, const std::string& value) {
      chunk.numbers[(docid - first) * slots.size() + k] = Xapian::sortable_unserialise(value);
    });
  }
  return chunk;
}

/// Numbers of some slots, known from docid 0 on up to a place that moves.
class Numbers {
 public:
  explicit Numbers(Xapian::docid last_docid) : chunks_(last_docid / NumberChunk::kSize + 1) {}

  /// Documents below this are known for good.
  Xapian::docid end() const { return num_filled_.load(std::memory_order_acquire) * NumberChunk::kSize; }
  const double* row(Xapian::docid docid, std::size_t num_slots) const {
    return chunks_[docid / NumberChunk::kSize].numbers.data() + docid % NumberChunk::kSize * num_slots;
  }

  /// Adds a chunk, unless all is there, another thread is at it, or it would take more than `bytes_left`.
  void grow(const Xapian::Database& db, const Slots& slots, std::atomic<std::ptrdiff_t>& bytes_left) {
    const std::unique_lock<std::mutex> lock(filling_, std::try_to_lock);
    if (!lock) return;
    const auto size = static_cast<std::ptrdiff_t>(NumberChunk::kSize * slots.size() * sizeof(double));
    const Xapian::docid next = num_filled_.load(std::memory_order_relaxed);
    if (next == chunks_.size() || bytes_left.load() < size) return;
    chunks_[next] = read_chunk(db, slots, next * NumberChunk::kSize);
    bytes_left -= size;
    num_filled_.store(next + 1, std::memory_order_release);
  }

 private:
  // Long, and never waited for: a child that is forked meanwhile finds it held for ever, and reads its slots itself.
  std::mutex filling_;
  std::vector<NumberChunk> chunks_;  // those below num_filled_ never change
  std::atomic<Xapian::docid> num_filled_{0};
};

/// Texts of a slot, each where its docid says.
class Texts {
 public:
  explicit Texts(Xapian::docid last_docid) : chunks_(last_docid / kSize + 1) {}

  /// Whether there is a place for it: an application may ask about a document of a later state.
  bool may_hold(Xapian::docid docid) const { return docid / kSize < chunks_.size(); }
  /// Null if it is not known.
  const ComparableText* find(Xapian::docid docid) const {
    const std::unique_ptr<ComparableText>* const place = place_of(docid);
    return place != nullptr ? place->get() : nullptr;
  }
  void prefetch_place(Xapian::docid docid) const { prefetch(place_of(docid), sizeof(void*)); }
  /// Returns how many bytes keep() would take, beside the text's own.
  ///
  /// Requires: may_hold(docid), as keep() does
  std::size_t size_beside(Xapian::docid docid) const {
    return sizeof(ComparableText) + kHeapBytes + (chunks_[docid / kSize] ? 0 : sizeof(Chunk));
  }
  const ComparableText* keep(Xapian::docid docid, ComparableText text) {
    std::unique_ptr<Chunk>& chunk = chunks_[docid / kSize];
    if (!chunk) chunk = std::make_unique<Chunk>();
    return ((*chunk)[docid % kSize] = std::make_unique<ComparableText>(std::move(text))).get();
  }

 private:
  static constexpr Xapian::docid kSize = 1024;  // documents
  static constexpr std::size_t kHeapBytes = 2 * sizeof(void*);
  using Chunk = std::array<std::unique_ptr<ComparableText>, kSize>;

  // Null if there is none yet.
  const std::unique_ptr<ComparableText>* place_of(Xapian::docid docid) const {
    const Chunk* const chunk = may_hold(docid) ? chunks_[docid / kSize].get() : nullptr;
    return chunk != nullptr ? &(*chunk)[docid % kSize] : nullptr;
  }

  std::vector<std::unique_ptr<Chunk>> chunks_;
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
  State(std::string state, Xapian::docid last, std::size_t max_bytes)
      : index_state(std::move(state)), last_docid(last), bytes_left(static_cast<std::ptrdiff_t>(max_bytes)) {}

  const std::string index_state;
  const Xapian::docid last_docid;
  std::atomic<std::ptrdiff_t> bytes_left;
  WordNumbers words;
  ForkSafeMutex mutex;
  std::map<SlotContents, std::shared_ptr<Numbers>> numbers;
  std::map<SlotContents, Texts> texts;
  template <class Key, class Value>
  using Remembered = std::map<std::string, std::unordered_map<Key, Value>>;
  Remembered<Xapian::docid, std::vector<double>> lengths;  // by the fields' prefixes
  Remembered<Xapian::docid, std::string> ids;              // by their prefix
  Remembered<std::string, Xapian::docid> docids;           // by the prefix of ids
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

  // What all[prefix] knows of `keys`, and what read() says of those that it does not, which it then knows.
  template <class Key, class Value, class Read, class Size>
  std::vector<Value> remembered(Remembered<Key, Value>& all, const std::string& prefix, const std::vector<Key>& keys,
                                const Read& read, const Size& size_of) {
    std::vector<Value> values(keys.size());
    std::vector<std::size_t> places;
    std::vector<Key> missing;
    {
      const std::lock_guard<ForkSafeMutex> lock(mutex);
      const auto& known = all[prefix];
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto found = known.find(keys[i]);
        if (found != known.end()) {
          values[i] = found->second;
        } else {
          places.push_back(i);
          missing.push_back(keys[i]);
        }
      }
    }
    if (missing.empty()) return values;
    std::vector<Value> fresh = read(missing);
    for (std::size_t i = 0; i < places.size(); ++i) values[places[i]] = std::move(fresh[i]);
    const std::lock_guard<ForkSafeMutex> lock(mutex);
    auto& known = all[prefix];
    for (const std::size_t i : places) {
      const auto size =
          static_cast<std::ptrdiff_t>(sizeof(*known.begin()) + 3 * sizeof(void*) + size_of(keys[i], values[i]));
      if (bytes_left.load() < size) break;
      if (known.emplace(keys[i], values[i]).second) bytes_left -= size;
    }
    return values;
  }

  std::shared_ptr<Numbers> grown(const Xapian::Database& db, const Slots& slots) {
    const SlotContents contents = contents_of(db, slots);
    std::shared_ptr<Numbers> own;
    {
      const std::lock_guard<ForkSafeMutex> lock(mutex);
      std::shared_ptr<Numbers>& known = numbers[contents];
      if (!known) known = std::make_shared<Numbers>(last_docid);
      own = known;
    }
    own->grow(db, slots, bytes_left);
    return own;
  }

  // Keeps the text of a document, unless there is no room or another thread was first; null: no room.
  //
  // Requires: `mutex` is held
  const ComparableText* kept(Texts& known, Xapian::docid docid, ComparableText& text) {
    if (const ComparableText* const found = known.find(docid)) return found;
    if (!known.may_hold(docid)) return nullptr;
    const auto size = static_cast<std::ptrdiff_t>(known.size_beside(docid) + text.num_bytes);
    if (bytes_left.load() < size) return nullptr;
    bytes_left -= size + static_cast<std::ptrdiff_t>(words.number(text));
    return known.keep(docid, std::move(text));
  }

  // Requires: `mutex` is held
  Texts& texts_of(const SlotContents& contents) { return texts.try_emplace(contents, last_docid).first->second; }
};

ValueSnapshot::ValueSnapshot(std::string index_state, Xapian::docid last_docid, std::size_t max_bytes)
    : state_(new State(std::move(index_state), last_docid, max_bytes)) {}
ValueSnapshot::~ValueSnapshot() = default;

const std::string& ValueSnapshot::index_state() const { return state_->index_state; }

Eigen::MatrixXd ValueSnapshot::numbers(const Xapian::Database& db, const std::vector<Xapian::valueno>& slots,
                                       const std::vector<Xapian::docid>& docids) {
  const auto column = state_->grown(db, slots);
  const std::size_t num_known = num_below(docids, column->end());
  const auto num_slots = static_cast<Eigen::Index>(slots.size());
  Eigen::MatrixXd numbers(static_cast<Eigen::Index>(docids.size()), num_slots);
  for (std::size_t i = 0; i < num_known; ++i)
    prefetch(column->row(docids[i], slots.size()), slots.size() * sizeof(double));
  for (std::size_t i = 0; i < num_known; ++i) {
    const double* const own = column->row(docids[i], slots.size());
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
  const SlotContents contents = contents_of(db, {slot});
  ComparableTexts texts;
  texts.all.reserve(docids.size());
  std::vector<std::size_t> places;
  std::vector<Xapian::docid> missing;
  {
    const std::lock_guard<ForkSafeMutex> lock(state_->mutex);
    const Texts& known = state_->texts_of(contents);
    for (const Xapian::docid docid : docids) known.prefetch_place(docid);
    for (const Xapian::docid docid : docids) {
      const ComparableText* const found = known.find(docid);
      if (found == nullptr) {
        places.push_back(texts.all.size());
        missing.push_back(docid);
      }
      prefetch(found, sizeof(*found));
      texts.all.push_back(found);
    }
  }
  if (missing.empty()) return texts;
  texts.own = comparable_texts(slot_texts(db, slot, missing)).own;
  const std::lock_guard<ForkSafeMutex> lock(state_->mutex);
  Texts& known = state_->texts_of(contents);
  for (std::size_t i = 0; i < missing.size(); ++i) {
    const ComparableText* const kept = state_->kept(known, missing[i], texts.own[i]);
    texts.all[places[i]] = kept != nullptr ? kept : &texts.own[i];
  }
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
  const auto size_of = [](Xapian::docid, const std::vector<double>& lengths) {
    return lengths.size() * sizeof(double);
  };
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
  const auto size_of = [](Xapian::docid, const std::string& id) { return id.capacity(); };
  return state_->remembered(state_->ids, prefix, docids, read, size_of);
}

std::vector<Xapian::docid> ValueSnapshot::docids(const Xapian::Database& db, const std::string& prefix,
                                                 const std::vector<std::string>& ids) {
  const auto read = [&](const std::vector<std::string>& missing) { return irgan::docids_of(db, prefix, missing); };
  const auto size_of = [](const std::string& id, Xapian::docid) { return id.capacity(); };
  return state_->remembered(state_->docids, prefix, ids, read, size_of);
}

}  // namespace irgan
