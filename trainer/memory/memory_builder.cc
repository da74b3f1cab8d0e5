#include "irgan/memory_builder.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "irgan/query_words.h"
#include "trainer/machine/hash.h"
#include "trainer/memory/memory_state.h"
#include "trainer/memory/session_hash.h"

namespace irgan {
namespace {

MemoryState checked(MemoryState state) {
  const MemoryRules& rules = state.rules;
  if (!(rules.half_life_days >= 0.0) || !std::isfinite(rules.half_life_days)) {
    throw ConfigError("half_life",
                      std::to_string(rules.half_life_days) + ": must be 0 (no decay) or a number of days above it");
  }
  if (rules.min_sessions < 1) throw ConfigError("min_sessions", "0: must be 1 or more");
  // Fewer sessions may be asked for than before.
  for (ClickTable* table : {&state.queries, &state.words}) {
    for (ClickTable::Key& key : table->keys) {
      if (key.is_kept || key.sessions.size() < rules.min_sessions) continue;
      key.is_kept = true;
      key.sessions.clear();
    }
  }
  return state;
}

MemoryState state_of(MemoryRules rules) {
  MemoryState state;
  state.rules = std::move(rules);
  return state;
}

}  // namespace

struct MemoryBuilder::Work {
  /// Where a text's query and words stand.
  struct Places {
    std::vector<std::uint32_t> words;
    std::uint32_t query = 0;
  };

  explicit Work(MemoryState start);

  const Places& places_of(const std::string& text);
  double time_of(const ClickRow& row);
  void count(ClickTable& table, std::uint32_t place, std::uint32_t document, double amount, double time,
             std::string_view session);
  void add(const ClickRow& row, const std::string& text);

  MemoryState state;
  MemoryReport report;
  Decay decay;
  QueryWords words;
  double newest_before;
  bool had_time_before;
  std::unordered_map<std::string, Places> texts;
  std::unordered_map<std::string, std::uint32_t> documents;
};

MemoryBuilder::Work::Work(MemoryState start)
    : state(checked(std::move(start))),
      decay(state.rules.half_life_days),
      words({}, state.rules.stemmer),
      newest_before(state.newest_time),
      had_time_before(state.has_time) {
  for (std::size_t i = 0; i < state.documents.size(); ++i) {
    documents.emplace(state.documents[i], static_cast<std::uint32_t>(i));
  }
}

const MemoryBuilder::Work::Places& MemoryBuilder::Work::places_of(const std::string& text) {
  const auto known = texts.find(text);
  if (known != texts.end()) return known->second;
  Places places;
  const std::vector<std::string> found = words.of_text(text);
  if (!found.empty()) places.query = state.queries.place_of(query_key(found));
  for (const std::string& word : found) places.words.push_back(state.words.place_of(word_key(word)));
  return texts.emplace(text, std::move(places)).first->second;
}

double MemoryBuilder::Work::time_of(const ClickRow& row) {
  if (!row.time) {
    ++report.num_undated;
    return state.last_time;
  }
  if (!state.has_time) {
    // Rows that came before the first dated one are taken to be as old as it: nothing else is known of them.
    for (ClickTable* table : {&state.queries, &state.words}) {
      for (auto& [pair, clicks] : table->clicks) clicks.time = *row.time;
    }
    state.newest_time = *row.time;
    state.has_time = true;
  }
  state.last_time = *row.time;
  state.newest_time = std::max(state.newest_time, *row.time);
  return *row.time;
}

void MemoryBuilder::Work::count(ClickTable& table, std::uint32_t place, std::uint32_t document, double amount,
                                double time, std::string_view session) {
  table.clicks[(std::uint64_t{place} << 32) | document].add(amount, time, decay);
  ClickTable::Key& key = table.keys[place];
  if (key.is_kept) return;
  const std::uint32_t hash = session_hash(state.rules, key.key, session);
  const auto at = std::lower_bound(key.sessions.begin(), key.sessions.end(), hash);
  if (at != key.sessions.end() && *at == hash) return;
  key.sessions.insert(at, hash);
  if (key.sessions.size() < state.rules.min_sessions) return;
  key.is_kept = true;
  key.sessions = {};
}

void MemoryBuilder::Work::add(const ClickRow& row, const std::string& text) {
  if (!row.clicked) return;
  const Places& places = places_of(text);
  if (places.words.empty()) {
    ++report.num_wordless;
    return;
  }
  const auto [document, is_new] =
      documents.emplace(std::string(row.document_id), static_cast<std::uint32_t>(state.documents.size()));
  if (is_new) state.documents.emplace_back(row.document_id);
  ++report.num_clicks;
  const double time = time_of(row);
  if (had_time_before && time <= newest_before) ++report.num_not_newer;
  if (row.session.empty()) ++report.num_sessionless;
  count(state.queries, places.query, document->second, row.count, time, row.session);
  for (const std::uint32_t word : places.words)
    count(state.words, word, document->second, row.count, time, row.session);
}

MemoryBuilder::MemoryBuilder(MemoryRules rules) : MemoryBuilder(state_of(std::move(rules))) {}

MemoryBuilder::MemoryBuilder(MemoryState state) : work_(std::make_unique<Work>(std::move(state))) {}

MemoryBuilder::~MemoryBuilder() = default;
MemoryBuilder::MemoryBuilder(MemoryBuilder&&) noexcept = default;
MemoryBuilder& MemoryBuilder::operator=(MemoryBuilder&&) noexcept = default;

void MemoryBuilder::add(const ClickRow& row, const std::string& text) { work_->add(row, text); }
const MemoryReport& MemoryBuilder::report() const { return work_->report; }
const MemoryState& MemoryBuilder::state() const { return work_->state; }

}  // namespace irgan
