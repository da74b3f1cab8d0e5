#include "trainer/judging/later_searches.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "trainer/machine/hash.h"

namespace irgan {
namespace {

constexpr int kMostRanks = 50;

// Not by a seeded hash: those of short texts under neighbouring seeds are the same ones in another order.
std::uint64_t pair_key(std::uint32_t query, std::string_view document) { return mix_hash(text_hash(document), query); }

}  // namespace

std::uint32_t LaterSearches::session_of(std::string_view name) {
  return sessions_.try_emplace(text_hash(name), static_cast<std::uint32_t>(sessions_.size())).first->second;
}

// A page shows each rank once, from above.
bool LaterSearches::begins_page(std::uint64_t search, int rank) {
  const auto [place, is_new] = last_rank_of_.try_emplace(search, rank);
  if (is_new) return true;
  const bool begins = rank <= place->second;
  place->second = rank;
  return begins;
}

void LaterSearches::add(const ClickRow& row, std::uint32_t query) {
  if (row.rank > kMostRanks) return;
  const std::uint32_t session = session_of(row.session);
  has_impressions_ = has_impressions_ || row.is_impression;
  const int rank = std::max(row.rank, 1);
  if (begins_page((std::uint64_t{session} << 32) | query, rank)) searches_.push_back({session, query});
  const std::uint32_t pair =
      pairs_.try_emplace(pair_key(query, row.document_id), static_cast<std::uint32_t>(pairs_.size())).first->second;
  const auto [cell, is_new] = cell_of_.try_emplace((std::uint64_t{pair} << 8) | static_cast<unsigned>(rank),
                                                   static_cast<std::uint32_t>(cells_.size()));
  if (is_new) cells_.push_back({pair, rank, 0.0, 0.0});
  last_rank_ = std::max(last_rank_, rank);
  const double clicks = row.clicked ? row.count : 0.0;
  rows_.push_back({session, cell->second, static_cast<float>(row.count), static_cast<float>(clicks)});
  if (row.log_probability && rank == 1)
    drawn_.push_back({session, query, pair, std::exp(*row.log_probability), clicks});
}

void LaterSearches::sort_cells() {
  std::vector<std::uint32_t> order(cells_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return cells_[a].pair != cells_[b].pair ? cells_[a].pair < cells_[b].pair : cells_[a].rank < cells_[b].rank;
  });
  std::vector<std::uint32_t> place(cells_.size());
  std::vector<PairAtRank> sorted;
  sorted.reserve(cells_.size());
  for (const std::uint32_t cell : order) {
    place[cell] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(cells_[cell]);
  }
  cells_ = std::move(sorted);
  for (Row& row : rows_) row.cell = place[row.cell];
  cell_of_.clear();
}

std::uint32_t LaterSearches::pair_of(std::uint32_t query, const std::string& document) const {
  const auto found = pairs_.find(pair_key(query, document));
  return found == pairs_.end() ? kNoPair : found->second;
}

}  // namespace irgan
