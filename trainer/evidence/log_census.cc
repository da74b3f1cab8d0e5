#include "trainer/evidence/log_census.h"

#include <exception>
#include <limits>
#include <thread>

#include "trainer/evidence/log_counter.h"
#include "trainer/machine/block_queue.h"
#include "trainer/machine/hash.h"

namespace irgan {
namespace {

constexpr std::size_t kBlockRows = 1 << 13;
constexpr std::size_t kMaxWaiting = 4;  // blocks
constexpr std::size_t kMaxWords = 200;  // bytes of a query that are kept to be shown

// 0 stands for none.
std::uint64_t hash_of(std::string_view text) {
  const std::uint64_t hash = text_hash(text);
  return hash == 0 ? 1 : hash;
}

}  // namespace

struct LogCensus::State {
  static RowBlock empty_block() {
    RowBlock empty;
    empty.rows.reserve(kBlockRows);
    return empty;
  }

  explicit State(std::size_t max_bytes)
      : counter(max_bytes), block(empty_block()), blocks(kMaxWaiting), thread([this] { run(); }) {}

  ~State() { stop(); }

  void send() {
    blocks.put(block);
    block.rows.clear();
    block.texts.clear();
    block.rows.reserve(kBlockRows);
    last_query = 0;  // a block says its own queries' words
  }

  // Waits until all that was sent is counted.
  void stop() {
    blocks.close();
    if (thread.joinable()) thread.join();
  }

  void run() {
    try {
      RowBlock next;
      while (blocks.take(next)) counter.count(next);
    } catch (...) {
      blocks.close(std::current_exception());
    }
  }

  LogCounter counter;
  RowBlock block;  // being filled
  std::uint64_t last_query = 0;
  BlockQueue<RowBlock> blocks;
  std::thread thread;  // declared last: it uses all others
};

LogCensus::LogCensus(std::size_t max_bytes) : state_(std::make_unique<State>(max_bytes)) {}
LogCensus::~LogCensus() = default;

void LogCensus::add(const ClickRow& row, std::string_view query_key) {
  State& s = *state_;
  HashedRow hashed;
  hashed.session = row.session.empty() ? 0 : hash_of(row.session);
  hashed.query = hash_of(query_key);
  hashed.document = hash_of(row.document_id);
  hashed.time = row.time.value_or(std::numeric_limits<double>::quiet_NaN());
  hashed.count = row.count;
  hashed.rank = row.rank;
  hashed.is_impression = row.is_impression;
  hashed.clicked = row.clicked;
  if (hashed.query != s.last_query) {
    s.last_query = hashed.query;
    const std::string_view words = (row.query.empty() ? query_key : row.query).substr(0, kMaxWords);
    hashed.words_size = static_cast<std::uint16_t>(words.size());
    s.block.texts.append(words);
  }
  s.block.rows.push_back(hashed);
  if (s.block.rows.size() == kBlockRows) s.send();
}

LogCensusResult LogCensus::finish() {
  State& s = *state_;
  s.send();
  s.stop();
  s.blocks.check();
  return s.counter.finish();
}

}  // namespace irgan
