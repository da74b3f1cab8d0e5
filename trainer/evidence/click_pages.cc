#include "trainer/evidence/click_pages.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "trainer/evidence/page_sums.h"
#include "trainer/evidence/string_table.h"
#include "trainer/machine/hash.h"
#include "trainer/machine/keyed_sums.h"

namespace irgan {
namespace {

constexpr std::uint64_t kMaxUntouched = 1 << 17;  // openings of other pages until a page counts as left
constexpr std::size_t kMaxPageSize = 1000;        // bounds the search for a document that is on the page already
constexpr std::size_t kUnknownBytes = 64 << 20;   // of a table that goes to a file when it is full
// What things take in memory, with what their tables take beside them.
constexpr std::size_t kBytesOfPage = 100;
constexpr std::size_t kBytesOfShowing = 56;
constexpr std::size_t kBytesOfClicks = 80;

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

struct OpenPage {
  std::uint64_t opening = 0;     // its number among all openings
  std::uint64_t touched_at = 0;  // the number of openings when its last row came
  std::vector<Showing> showings;
  double views = 0.0;   // by this session: the most that a document was shown
  int lowest_rank = 0;  // that was clicked in the newest view; 0: none
};

// Counts the last click of the newest view.
void end_view(OpenPage& page) {
  for (Showing& showing : page.showings) {
    if (showing.rank == page.lowest_rank) showing.sums.last_clicks += 1.0;
  }
  page.lowest_rank = 0;
}

}  // namespace

struct ClickAggregator::State {
  explicit State(const ClickModelOptions& options_given)
      : options(options_given),
        decay(options.half_life_days.value_or(kHalfLifeOfClicksAlone)),
        page_decay(options.half_life_days.value_or(0.0)),
        unknown(kUnknownBytes) {}

  bool decays() const { return options.half_life_days.has_value() || !(counts.num_impressions > 0.0); }

  // What every row tells, whatever its query.
  void note(const ClickRow& row) {
    if (row.is_impression) counts.num_impressions += row.count;
    if (row.clicked) counts.num_clicks += row.count;
    if (!row.time.has_value()) {
      ++counts.num_undated_rows;
      return;
    }
    if (!counts.newest_time.has_value()) {
      date_all(*row.time);
      first_time = row.time;
    }
    last_time = *row.time;
    counts.newest_time = std::max(counts.newest_time.value_or(*row.time), *row.time);
  }

  void add_to_page(const ClickRow& row, const PageKey& key, std::uint32_t document, double time) {
    const bool is_new = turn_to(key);
    OpenPage& page = *current_page;
    Showing* showing = is_new ? nullptr : find_showing(page, document, row.rank);
    if (showing == nullptr) {
      if (!fits(page, document, row.rank)) close(key.query, page);
      if (page.showings.empty()) page.opening = num_openings++;
      page.showings.push_back({document, row.rank, {}});
      showing = &page.showings.back();
    }
    showing->sums.shown += row.count;
    if (showing->sums.shown > page.views) {
      end_view(page);
      page.views = showing->sums.shown;
    }
    if (row.clicked) showing->sums.clicks.add(row.count, time, page_decay);
    if (row.clicked && row.count == 1.0) page.lowest_rank = std::max(page.lowest_rank, row.rank);
    page.touched_at = num_openings;
    if (is_new) {
      in_order_of_check.push_back({key, num_openings});
      close_left_pages();
    }
  }

  // Makes the page of this key the current one, as that of most rows already is; says whether it had to be opened. A
  // page that is left gives back the room that it has not filled.
  bool turn_to(const PageKey& key) {
    if (current_page != nullptr && current_key == key) return false;
    if (current_page != nullptr) current_page->showings.shrink_to_fit();
    const auto [place, is_new] = open_pages.try_emplace(key);
    current_key = key;
    current_page = &place->second;
    return is_new;
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
    end_view(page);
    std::sort(page.showings.begin(), page.showings.end(),
              [](const Showing& a, const Showing& b) { return a.rank < b.rank; });
    if (spilled != nullptr) {
      spill_page(query, page.opening, page.showings);
    } else {
      pages.merge(query, page.opening, page.showings, page_decay);
    }
    page.showings.clear();
    page.views = 0.0;
  }

  void add_clicks(std::uint32_t query, std::uint32_t document, double count) {
    if (spilled != nullptr) {
      spilled->add_clicks(queries[query], documents[document], {{count, last_time}, count},
                          counts.newest_time.has_value());
      return;
    }
    ClickSums& sums = clicks[(std::uint64_t{query} << 32) | document];
    sums.add({{count, last_time}, count}, decay);
  }

  void spill_page(std::uint32_t query, std::uint64_t opening, const std::vector<Showing>& showings) {
    spilled->add_page(queries[query], opening, showings, documents, counts.newest_time.has_value());
  }

  std::size_t num_bytes() const {
    return queries.num_bytes() + documents.num_bytes() + pages.entries_so_far() * kBytesOfPage +
           pages.showings().size() * kBytesOfShowing + clicks.size() * kBytesOfClicks;
  }

  // From here on clicks and closed pages go to the file as they come.
  void begin_spilling() {
    spilled = std::make_unique<SpilledClicks>(options.max_bytes / 4);
    for (const auto& [key, sums] : clicks) {
      spilled->add_clicks(queries[static_cast<std::uint32_t>(key >> 32)], documents[static_cast<std::uint32_t>(key)],
                          sums, counts.newest_time.has_value());
    }
    clicks = {};
    std::vector<Showing> showings;
    for (const DistinctPages::Entry& entry : pages.entries()) {
      const auto begin = pages.showings().begin() + static_cast<std::ptrdiff_t>(entry.first_showing);
      showings.assign(begin, begin + entry.num_showings);
      spill_page(entry.query, entry.first_opening, showings);
    }
    pages = DistinctPages();
  }

  // Drops the strings that no open page needs.
  void renumber() {
    StringTable kept_queries;
    StringTable kept_documents;
    std::unordered_map<PageKey, OpenPage, PageKeyHash> kept_pages;
    for (auto& [key, page] : open_pages) {
      for (Showing& showing : page.showings) showing.document = kept_documents.number_of(documents[showing.document]);
      kept_pages.emplace(PageKey{key.session, kept_queries.number_of(queries[key.query])}, std::move(page));
    }
    for (auto& [key, checked_at] : in_order_of_check) key.query = kept_queries.number_of(queries[key.query]);
    open_pages = std::move(kept_pages);
    current_page = nullptr;
    queries = std::move(kept_queries);
    documents = std::move(kept_documents);
    num_bytes_after_renumbering = queries.num_bytes() + documents.num_bytes();
  }

  void keep_within_memory() {
    if (spilled == nullptr) {
      if (num_bytes() <= options.max_bytes) return;
      begin_spilling();
    }
    // Twice what open pages need at least, so that its cost is shared by as many new strings.
    const std::size_t bound = std::max(options.max_bytes / 4, 2 * num_bytes_after_renumbering);
    if (queries.num_bytes() + documents.num_bytes() > bound) renumber();
  }

  // Every open page stands in the queue once, with the number of openings at which it was last looked at.
  void close_left_pages() {
    while (!in_order_of_check.empty() && in_order_of_check.front().second + kMaxUntouched < num_openings) {
      const PageKey key = in_order_of_check.front().first;
      in_order_of_check.pop_front();
      const auto place = open_pages.find(key);
      if (place->second.touched_at + kMaxUntouched < num_openings) {
        close(key.query, place->second);
        if (current_page == &place->second) current_page = nullptr;
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
      for (Showing& showing : page.showings) showing.sums.clicks.time = time;
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
    current_page = nullptr;
  }

  // What is in memory, a query at a time.
  void give_all(const EvidenceRules& rules, const std::function<void(QueryEvidence&&)>& each) {
    std::vector<DistinctPages::Entry>& entries = pages.entries();
    std::sort(entries.begin(), entries.end(), [this](const auto& a, const auto& b) {
      return a.query == b.query ? a.first_opening < b.first_opening : queries[a.query] < queries[b.query];
    });
    std::vector<std::uint64_t> pairs;
    for (const auto& [key, sums] : clicks) pairs.push_back(key);
    std::sort(pairs.begin(), pairs.end());
    std::vector<std::uint32_t> order(queries.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) { return queries[a] < queries[b]; });
    std::size_t next_page = 0;
    for (const std::uint32_t query : order) {
      QueryEvidence evidence{queries[query], {}, {}, 0};
      for (; next_page < entries.size() && entries[next_page].query == query; ++next_page) {
        evidence.pages.push_back(page_of(entries[next_page], rules));
        if (!is_clicked(entries[next_page])) ++evidence.num_unclicked_pages;
      }
      const std::uint64_t first_pair = std::uint64_t{query} << 32;
      for (auto pair = std::lower_bound(pairs.begin(), pairs.end(), first_pair);
           pair != pairs.end() && *pair >> 32 == query; ++pair) {
        evidence.clicks.emplace(documents[static_cast<std::uint32_t>(*pair)], clicks.at(*pair).at_end(rules));
      }
      if (!evidence.pages.empty() || !evidence.clicks.empty()) each(std::move(evidence));
    }
  }

  bool is_clicked(const DistinctPages::Entry& entry) const {
    const auto begin = pages.showings().begin() + static_cast<std::ptrdiff_t>(entry.first_showing);
    return std::any_of(begin, begin + entry.num_showings,
                       [](const Showing& showing) { return showing.sums.clicks.value > 0.0; });
  }

  Page page_of(const DistinctPages::Entry& entry, const EvidenceRules& rules) const {
    Page page{queries[entry.query], {}};
    page.documents.reserve(entry.num_showings);
    for (std::size_t k = 0; k < entry.num_showings; ++k) {
      const Showing& showing = pages.showings()[entry.first_showing + k];
      page.documents.push_back(showing.sums.at_end(documents[showing.document], showing.rank, rules));
    }
    return page;
  }

  ClickModelOptions options;
  Decay decay;       // of clicks, unless pages turn up that forbid it
  Decay page_decay;  // of clicks on pages
  StringTable queries;
  StringTable documents;
  KeyedSums unknown;  // rows of each unknown query, by its hash
  std::unordered_map<PageKey, OpenPage, PageKeyHash> open_pages;
  OpenPage* current_page = nullptr;  // of the newest row, if it is open
  PageKey current_key;
  std::deque<std::pair<PageKey, std::uint64_t>> in_order_of_check;
  std::uint64_t num_openings = 0;
  DistinctPages pages;
  std::unordered_map<std::uint64_t, ClickSums> clicks;  // key: query in the upper half, document in the lower
  std::unique_ptr<SpilledClicks> spilled;               // null while there is room in memory
  std::size_t num_bytes_after_renumbering = 0;
  std::optional<double> first_time;  // of the first dated row
  double last_time = 0.0;            // of the last row that had one
  ClickTotals counts;                // the sums that are known without finish()
};

ClickAggregator::ClickAggregator(ClickModelOptions options) : state_(std::make_unique<State>(options)) {
  const double half_life = options.half_life_days.value_or(kHalfLifeOfClicksAlone);
  if (!(half_life >= 0.0) || !std::isfinite(half_life)) {
    char value[32];
    std::snprintf(value, sizeof value, "%g", half_life);
    throw ConfigError("half_life", std::string(value) + ": must be 0 (no decay) or a number of days above it");
  }
}
ClickAggregator::~ClickAggregator() = default;

void ClickAggregator::add(const ClickRow& row, const std::string& query_id) {
  State& s = *state_;
  assert(!row.is_impression || row.rank > 0);
  s.note(row);
  const std::uint64_t session = text_hash(row.session);
  const std::uint32_t query = s.queries.number_of(query_id);
  const std::uint32_t document = s.documents.number_of(row.document_id);
  if (row.is_impression) s.add_to_page(row, {session, query}, document, s.last_time);
  if (row.clicked) s.add_clicks(query, document, row.count);
  s.keep_within_memory();
}

void ClickAggregator::add_unknown(const ClickRow& row, const std::string& query_id) {
  State& s = *state_;
  s.note(row);
  if (row.is_impression || row.clicked) s.unknown.add(text_hash(query_id), 1.0, 0.0);
  if (row.clicked) s.counts.num_unknown_clicks += row.count;
}

void ClickAggregator::add_other(const ClickRow& row) { state_->note(row); }

bool ClickAggregator::has_impressions() const { return state_->counts.num_impressions > 0.0; }

double ClickAggregator::half_life_days() const {
  const State& s = *state_;
  return s.decays() && s.counts.newest_time ? s.options.half_life_days.value_or(kHalfLifeOfClicksAlone) : 0.0;
}

ClickTotals ClickAggregator::finish(const std::function<void(QueryEvidence&&)>& each) {
  State& s = *state_;
  s.close_all_pages();
  ClickTotals totals = s.counts;
  s.unknown.finish([&](const KeyedSums::Entry&) { ++totals.num_unknown_queries; });
  totals.has_impressions = has_impressions();
  totals.half_life_days = half_life_days();
  const EvidenceRules rules{s.decay, s.page_decay, s.decays(), s.first_time.value_or(0.0),
                            totals.newest_time.value_or(0.0)};
  const auto count_and_give = [&](QueryEvidence&& query) {
    totals.num_unclicked_pages += query.num_unclicked_pages;
    each(std::move(query));
  };
  if (s.spilled != nullptr) {
    s.queries = StringTable();  // the file has them all
    s.documents = StringTable();
    s.spilled->finish(rules, count_and_give);
  } else {
    s.give_all(rules, count_and_give);
  }
  state_ = std::make_unique<State>(ClickModelOptions(s.options));
  return totals;
}

}  // namespace irgan
