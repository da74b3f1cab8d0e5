#include "trainer/evidence/log_counter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "trainer/machine/hash.h"

namespace irgan {
namespace {

constexpr std::size_t kMaxRanks = 50;
constexpr std::size_t kNumRecentRows = 1 << 19;   // 4 MB, which the cache holds
constexpr std::size_t kMaxWordsBytes = 32 << 20;  // the frequent queries come early, so their words are among the first
constexpr std::uint64_t kFewRows = 1 << 22;       // examination takes all rows up to here, then fewer and fewer
constexpr std::size_t kNumHeads = 5;
constexpr double kOften = 10.0;
// A session is unlikely if the logarithm of its rows lies so many deviations above the mean, and it is not small.
constexpr double kUnlikelyDeviations = 6.0;
constexpr double kUnlikelyAtLeast = 200.0;

std::uint64_t row_hash(const HashedRow& row) {
  std::uint64_t time = 0;
  std::memcpy(&time, &row.time, sizeof time);
  const std::uint64_t rest = static_cast<std::uint64_t>(row.rank) << 1 | (row.clicked ? 1 : 0);
  return mix_hash(row.session ^ time * 0x9E3779B97F4A7C15, row.query ^ row.document * 0xD6E8FEB86659FD93 ^ rest << 40);
}

// How many times each size came, and the second sums that belong to it.
struct SizeCounts {
  struct Count {
    double number = 0.0;
    double second = 0.0;
  };
  std::map<double, Count> by_size;
  double number = 0.0;
  double total = 0.0;

  void add(double size, double second) {
    Count& count = by_size[std::ceil(size)];
    count.number += 1.0;
    count.second += second;
    number += 1.0;
    total += std::ceil(size);
  }
  double quantile(double share) const {
    double below = 0.0;
    for (const auto& [size, count] : by_size) {
      below += count.number;
      if (below >= share * number) return size;
    }
    return 0.0;
  }
  // 1 less twice the area under the Lorenz curve.
  double gini() const {
    double area = 0.0;
    double sum = 0.0;
    for (const auto& [size, count] : by_size) {
      area += count.number * (2.0 * sum + count.number * size);
      sum += count.number * size;
    }
    return total > 0.0 ? 1.0 - area / (number * total) : 0.0;
  }
  double unlikely() const {
    double mean = 0.0;
    double squares = 0.0;
    for (const auto& [size, count] : by_size) {
      mean += count.number * std::log(size) / number;
      squares += count.number * std::log(size) * std::log(size) / number;
    }
    const double deviation = std::sqrt(std::max(0.0, squares - mean * mean));
    return std::max(kUnlikelyAtLeast, std::ceil(std::exp(mean + kUnlikelyDeviations * deviation)));
  }
};

}  // namespace

PairTable::PairTable(std::size_t max_bytes) {
  std::size_t size = 64;
  while (2 * size * sizeof(PairAtRank) <= max_bytes) size *= 2;
  slots_.resize(size);
}

const PairAtRank* PairTable::first_place(std::uint64_t pair, int rank) const {
  return &slots_[mix_hash(pair, static_cast<std::uint64_t>(rank)) & (slots_.size() - 1)];
}

void PairTable::add(std::uint64_t pair, int rank, double shown, double clicks) {
  const std::size_t mask = slots_.size() - 1;
  auto i = static_cast<std::size_t>(first_place(pair, rank) - slots_.data());
  while (slots_[i].rank != 0 && (slots_[i].pair != pair || slots_[i].rank != rank)) i = (i + 1) & mask;
  const bool is_new = slots_[i].rank == 0;
  slots_[i].pair = pair;
  slots_[i].rank = rank;
  slots_[i].shown += shown;
  slots_[i].clicks += clicks;
  if (is_new && ++num_used_ > slots_.size() / 3 * 2) thin_out();
}

void PairTable::thin_out() {
  std::vector<double> shown;
  for (const PairAtRank& entry : slots_) {
    if (entry.rank != 0) shown.push_back(entry.shown);
  }
  std::nth_element(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(shown.size() / 2), shown.end());
  const double median = shown[shown.size() / 2];
  std::vector<PairAtRank> kept;
  for (const PairAtRank& entry : slots_) {
    if (entry.rank != 0 && entry.shown > median) kept.push_back(entry);
  }
  std::fill(slots_.begin(), slots_.end(), PairAtRank());
  num_used_ = 0;
  for (const PairAtRank& entry : kept) add(entry.pair, entry.rank, entry.shown, entry.clicks);
}

std::vector<PairAtRank> PairTable::take() {
  std::vector<PairAtRank> entries;
  for (const PairAtRank& entry : slots_) {
    if (entry.rank != 0) entries.push_back(entry);
  }
  std::sort(entries.begin(), entries.end(), [](const PairAtRank& a, const PairAtRank& b) {
    return a.pair != b.pair ? a.pair < b.pair : a.rank < b.rank;
  });
  slots_ = {};
  return entries;
}

LogCounter::LogCounter(std::size_t max_bytes)
    : sessions_(max_bytes / 3),
      queries_(max_bytes / 3),
      documents_(max_bytes / 6),
      pairs_(max_bytes / 6),
      recent_rows_(kNumRecentRows) {
  result_.ranks.resize(kMaxRanks);
  at_rank_.resize(kMaxRanks);
}

void LogCounter::count(const RowBlock& block) {
  constexpr std::size_t kAhead = 16;
  std::size_t text_at = 0;
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    const HashedRow& row = block.rows[i];
    if (i + kAhead < block.rows.size()) {
      // What it will be counted in lies anywhere in large tables: asked for now, it arrives while others are counted.
      // Not in a function of its own, whose calls g++ 12 leaves out for want of effects.
      const HashedRow& later = block.rows[i + kAhead];
      __builtin_prefetch(&recent_rows_[row_hash(later) % kNumRecentRows]);
      __builtin_prefetch(pairs_.first_place(mix_hash(later.query, later.document), later.rank));
    }
    if (row.words_size > 0) {
      if (words_bytes_ < kMaxWordsBytes && words_.count(row.query) == 0) {
        words_.emplace(row.query, block.texts.substr(text_at, row.words_size));
        words_bytes_ += row.words_size + 64;
      }
      text_at += row.words_size;
    }
    if (row.session != run_.session || row.query != run_.query) begin_run(row);
    ++result_.num_rows;
    run_.rows += row.count;
    if (row.is_impression) result_.num_impressions += row.count;
    if (row.clicked) {
      run_.clicks += row.count;
      result_.num_clicks += row.count;
      documents_.add(row.document, row.count, 0.0);
    }
    if (row.session == 0) ++result_.num_without_session;
    if (std::isnan(row.time)) {
      ++result_.num_undated;
    } else {
      result_.first_time = std::min(result_.first_time.value_or(row.time), row.time);
      result_.last_time = std::max(result_.last_time.value_or(row.time), row.time);
    }
    if (row.session != 0 || !std::isnan(row.time)) {  // else equal rows are nothing to wonder at
      const std::uint64_t hash = row_hash(row);
      std::uint64_t& seen = recent_rows_[hash % kNumRecentRows];
      if (seen == hash) ++result_.num_duplicates;
      seen = hash;
    }
    if (row.rank > 0) count_rank(row);
  }
}

void LogCounter::begin_run(const HashedRow& row) {
  end_run();
  run_ = {row.session, row.query, 0.0, 0.0, true, false, false};
  ++num_runs_;
  const std::uint64_t stride = 1 + num_sampled_ / kFewRows;
  run_.is_sampled = stride == 1 || mix_hash(row.session, result_.num_rows) % stride == 0;
  if (!run_.is_sampled) result_.is_examination_sampled = true;
}

void LogCounter::end_run() {
  queries_.add(run_.query, run_.rows, run_.clicks);
  if (run_.session != 0) sessions_.add(run_.session, run_.rows, run_.clicks);
  if (run_.is_shown) ++result_.num_pages;
  if (run_.has_clash) result_.num_pages_with_clash += 1.0;
}

void LogCounter::look_for_clash(const HashedRow& row) {
  run_.is_shown = true;
  AtRank& before = at_rank_[static_cast<std::size_t>(row.rank - 1)];
  if (before.run == num_runs_ && before.document != row.document) run_.has_clash = true;
  before = {num_runs_, row.document};
}

void LogCounter::count_rank(const HashedRow& row) {
  if (static_cast<std::size_t>(row.rank) > kMaxRanks) return;
  LogCensusResult::Rank& rank = result_.ranks[static_cast<std::size_t>(row.rank - 1)];
  if (row.is_impression) rank.shown += row.count;
  if (row.clicked) rank.clicks += row.count;
  if (row.is_impression && row.session != 0) look_for_clash(row);
  if (!row.is_impression || !run_.is_sampled) return;
  ++num_sampled_;
  pairs_.add(mix_hash(row.query, row.document), row.rank, row.count, row.clicked ? row.count : 0.0);
}

LogCensusResult LogCounter::finish() {
  end_run();
  finish_ranks();
  finish_sessions();
  finish_queries();
  documents_.finish([this](const KeyedSums::Entry&) { ++result_.num_clicked_documents; });
  return result_;
}

void LogCounter::finish_ranks() {
  while (!result_.ranks.empty() && result_.ranks.back().shown == 0.0 && result_.ranks.back().clicks == 0.0) {
    result_.ranks.pop_back();
  }
  if (result_.ranks.empty()) return;
  const std::vector<PairAtRank> entries = pairs_.take();
  const std::vector<double> examination = estimate_examination(entries, result_.ranks.size());
  result_.num_telling_pairs = num_telling_pairs(entries, result_.ranks.size());
  for (std::size_t i = 0; i < examination.size(); ++i) result_.ranks[i].examination = examination[i];
}

void LogCounter::finish_sessions() {
  SizeCounts sizes;
  sessions_.finish([&](const KeyedSums::Entry& entry) { sizes.add(entry.first, entry.second); });
  result_.num_sessions = static_cast<std::uint64_t>(sizes.number);
  if (sizes.by_size.empty()) return;
  result_.median_session = sizes.quantile(0.5);
  result_.large_session = sizes.quantile(0.99);
  result_.largest_session = sizes.by_size.rbegin()->first;
  result_.unlikely_session = sizes.unlikely();
  for (auto i = sizes.by_size.lower_bound(result_.unlikely_session); i != sizes.by_size.end(); ++i) {
    result_.num_unlikely_sessions += static_cast<std::uint64_t>(i->second.number);
    result_.unlikely_rows += i->second.number * i->first;
    result_.unlikely_clicks += i->second.second;
  }
}

void LogCounter::finish_queries() {
  SizeCounts sizes;
  std::vector<KeyedSums::Entry> top;  // a heap whose front is the least frequent
  const auto is_more = [](const KeyedSums::Entry& a, const KeyedSums::Entry& b) {
    return a.first != b.first ? a.first > b.first : a.key < b.key;
  };
  queries_.finish([&](const KeyedSums::Entry& entry) {
    sizes.add(entry.first, entry.second);
    if (entry.second > 0.0) ++result_.num_clicked_queries;
    if (entry.second >= kOften) ++result_.num_often_clicked_queries;
    top.push_back(entry);
    std::push_heap(top.begin(), top.end(), is_more);
    if (top.size() <= 100) return;
    std::pop_heap(top.begin(), top.end(), is_more);
    top.pop_back();
  });
  result_.num_queries = static_cast<std::uint64_t>(sizes.number);
  result_.gini = sizes.gini();
  std::sort(top.begin(), top.end(), is_more);
  double all = 0.0;
  for (const auto& [size, count] : sizes.by_size) all += size * count.number;
  for (std::size_t i = 0; i < top.size(); ++i) {
    if (i < 10) result_.top_10_share += top[i].first / all;
    result_.top_100_share += top[i].first / all;
    if (i < kNumHeads) result_.heads.push_back({words_[top[i].key], top[i].first, top[i].second});
  }
}

}  // namespace irgan
