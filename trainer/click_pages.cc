#include "trainer/click_pages.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "trainer/distinct_pages.h"

namespace irgan {
namespace {

constexpr std::uint64_t kMaxUntouched = 1 << 17;  // openings of other pages until a page counts as left
constexpr std::size_t kMaxPageSize = 1000;        // bounds the search for a document that is on the page already

// Gives each distinct string a number, from 0 on, and keeps it once.
class StringTable {
 public:
  std::uint32_t number_of(std::string_view text) {
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    strings_.emplace_back(text);
    const auto number = static_cast<std::uint32_t>(strings_.size() - 1);
    numbers_.emplace(strings_.back(), number);
    return number;
  }
  const std::string& operator[](std::uint32_t number) const { return strings_[number]; }

 private:
  std::deque<std::string> strings_;  // its elements never move, so views into them stay good
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

// Whose page it is. Sessions are kept as hashes of 64 bits: that two of ten million share one has a chance of 3e-6,
// and would mix two pages.
struct PageKey {
  std::uint64_t session = 0;
  std::uint32_t query = 0;
  bool operator==(const PageKey& other) const { return session == other.session && query == other.query; }
};
struct PageKeyHash {
  std::size_t operator()(const PageKey& key) const { return mix_hash(key.session, key.query); }
};

// The clicks of a query on a document. Whether they decay may only be known at the end.
struct ClickSums {
  DecayedSum decayed;
  double in_full = 0.0;
};

struct OpenPage {
  std::uint64_t opening = 0;     // its number among all openings
  std::uint64_t touched_at = 0;  // the number of openings when its last row came
  std::vector<Showing> showings;
};

}  // namespace

struct ClickAggregator::State {
  explicit State(const ClickModelOptions& options_given)
      : options(options_given),
        decay(options.half_life_days.value_or(kHalfLifeOfClicksAlone)),
        page_decay(options.half_life_days.value_or(0.0)) {}

  void add_to_page(const ClickRow& row, const PageKey& key, std::uint32_t document, double time) {
    const auto [place, is_new] = open_pages.try_emplace(key);
    OpenPage& page = place->second;
    Showing* showing = is_new ? nullptr : find_showing(page, document, row.rank);
    if (showing == nullptr) {
      if (!fits(page, document, row.rank)) close(key.query, page);
      if (page.showings.empty()) page.opening = num_openings++;
      page.showings.push_back({document, row.rank, {}, 0.0});
      showing = &page.showings.back();
    }
    showing->shown += row.count;
    if (row.clicked) showing->clicks.add(row.count, time, page_decay);
    page.touched_at = num_openings;
    if (is_new) {
      in_order_of_check.push_back({key, num_openings});
      close_left_pages();
    }
  }

  static Showing* find_showing(OpenPage& page, std::uint32_t document, int rank) {
    for (Showing& showing : page.showings) {
      if (showing.document == document && showing.rank == rank) return &showing;
    }
    return nullptr;
  }

  // Requires: the page does not show this document at this rank
  static bool fits(const OpenPage& page, std::uint32_t document, int rank) {
    if (page.showings.size() >= kMaxPageSize) return false;
    return std::none_of(page.showings.begin(), page.showings.end(),
                        [&](const Showing& showing) { return showing.document == document || showing.rank == rank; });
  }

  void close(std::uint32_t query, OpenPage& page) {
    std::sort(page.showings.begin(), page.showings.end(),
              [](const Showing& a, const Showing& b) { return a.rank < b.rank; });
    pages.merge(query, page.opening, page.showings, page_decay);
    page.showings.clear();
  }

  // Every open page stands in the queue once, with the number of openings at which it was last looked at.
  void close_left_pages() {
    while (!in_order_of_check.empty() && in_order_of_check.front().second + kMaxUntouched < num_openings) {
      const PageKey key = in_order_of_check.front().first;
      in_order_of_check.pop_front();
      const auto place = open_pages.find(key);
      if (place->second.touched_at + kMaxUntouched < num_openings) {
        close(key.query, place->second);
        open_pages.erase(place);
      } else {
        in_order_of_check.push_back({key, num_openings});
      }
    }
  }

  // Rows that came before the first dated one are taken to be as old as it: nothing else is known of them.
  void date_all(double time) {
    for (auto& [key, sums] : clicks) sums.decayed.time = time;
    for (auto& [key, page] : open_pages) {
      for (Showing& showing : page.showings) showing.clicks.time = time;
    }
    pages.date_all(time);
  }

  void close_all_pages() {
    std::vector<std::pair<PageKey, OpenPage*>> rest;
    for (auto& [key, page] : open_pages) rest.push_back({key, &page});
    // The sums of equal pages are rounded in the order in which they are added: keep it the same in every run.
    std::sort(rest.begin(), rest.end(),
              [](const auto& a, const auto& b) { return a.second->opening < b.second->opening; });
    for (auto& [key, page] : rest) close(key.query, *page);
    open_pages.clear();
  }

  void take_pages(ClickEvidence& evidence, double newest) {
    std::vector<DistinctPages::Entry>& entries = pages.entries();
    std::sort(entries.begin(), entries.end(), [this](const auto& a, const auto& b) {
      return a.query == b.query ? a.first_opening < b.first_opening : queries[a.query] < queries[b.query];
    });
    evidence.pages.reserve(entries.size());
    for (const DistinctPages::Entry& entry : entries) {
      Page page{queries[entry.query], {}};
      page.documents.reserve(entry.num_showings);
      bool is_clicked = false;
      for (std::size_t k = 0; k < entry.num_showings; ++k) {
        const Showing& showing = pages.showings()[entry.first_showing + k];
        page.documents.push_back(
            {documents[showing.document], showing.rank, showing.clicks.at(newest, page_decay), showing.shown});
        is_clicked = is_clicked || showing.clicks.value > 0.0;
      }
      if (!is_clicked) ++evidence.num_unclicked_pages;
      evidence.pages.push_back(std::move(page));
    }
  }

  ClickModelOptions options;
  Decay decay;       // of clicks, unless pages turn up that forbid it
  Decay page_decay;  // of clicks on pages
  StringTable queries;
  StringTable documents;
  std::unordered_set<std::uint64_t> sessions;  // hashes
  std::unordered_map<PageKey, OpenPage, PageKeyHash> open_pages;
  std::deque<std::pair<PageKey, std::uint64_t>> in_order_of_check;
  std::uint64_t num_openings = 0;
  DistinctPages pages;
  std::unordered_map<std::uint64_t, ClickSums> clicks;   // key: query in the upper half, document in the lower
  double last_time = 0.0;                                // of the last row that had one
  ClickEvidence counts;                                  // the sums that are known without finish()
};

ClickAggregator::ClickAggregator(ClickModelOptions options) : state_(std::make_unique<State>(options)) {
  const double half_life = options.half_life_days.value_or(kHalfLifeOfClicksAlone);
  if (!(half_life >= 0.0) || !std::isfinite(half_life)) {
    char value[32];
    std::snprintf(value, sizeof value, "%g", half_life);
    throw ConfigError(std::string("--half-life ") + value + ": must be 0 (no decay) or a number of days above it");
  }
}
ClickAggregator::~ClickAggregator() = default;

void ClickAggregator::add(const ClickRow& row, const std::string& query_id) {
  State& s = *state_;
  assert(!row.is_impression || row.rank > 0);
  if (row.time.has_value()) {
    if (!s.counts.newest_time.has_value()) s.date_all(*row.time);
    s.last_time = *row.time;
    s.counts.newest_time = std::max(s.counts.newest_time.value_or(*row.time), *row.time);
  } else {
    ++s.counts.num_undated_rows;
  }
  const std::uint64_t session = std::hash<std::string_view>()(row.session);
  if (!row.session.empty()) s.sessions.insert(session);
  const std::uint32_t query = s.queries.number_of(query_id);
  const std::uint32_t document = s.documents.number_of(row.document_id);
  if (row.is_impression) {
    s.counts.num_impressions += row.count;
    s.add_to_page(row, {session, query}, document, s.last_time);
  }
  if (row.clicked) {
    s.counts.num_clicks += row.count;
    ClickSums& sums = s.clicks[(std::uint64_t{query} << 32) | document];
    sums.decayed.add(row.count, s.last_time, s.decay);
    sums.in_full += row.count;
  }
}

ClickEvidence ClickAggregator::finish() {
  State& s = *state_;
  s.close_all_pages();
  ClickEvidence evidence = s.counts;
  const double newest = evidence.newest_time.value_or(0.0);
  evidence.num_sessions = s.sessions.size();
  s.take_pages(evidence, newest);
  evidence.has_impressions = !evidence.pages.empty();
  const bool decays = s.options.half_life_days.has_value() || !evidence.has_impressions;
  if (decays && evidence.newest_time) evidence.half_life_days = s.options.half_life_days.value_or(kHalfLifeOfClicksAlone);
  for (const auto& [key, sums] : s.clicks) {
    const auto query = static_cast<std::uint32_t>(key >> 32);
    const auto document = static_cast<std::uint32_t>(key & 0xFFFFFFFF);
    evidence.clicks.by_query[s.queries[query]][s.documents[document]] =
        decays ? sums.decayed.at(newest, s.decay) : sums.in_full;
  }
  state_ = std::make_unique<State>(ClickModelOptions(s.options));
  return evidence;
}

}  // namespace irgan
