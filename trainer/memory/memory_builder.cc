#include "trainer/memory/memory_builder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "trainer/machine/hash.h"

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

MemoryBuilder::MemoryBuilder(MemoryRules rules) : MemoryBuilder(state_of(std::move(rules))) {}

MemoryBuilder::MemoryBuilder(MemoryState state)
    : state_(checked(std::move(state))),
      decay_(state_.rules.half_life_days),
      words_({}, state_.rules.stemmer),
      newest_before_(state_.newest_time),
      had_time_before_(state_.has_time) {
  for (std::size_t i = 0; i < state_.documents.size(); ++i) {
    documents_.emplace(state_.documents[i], static_cast<std::uint32_t>(i));
  }
}

const MemoryBuilder::Places& MemoryBuilder::places_of(const std::string& text) {
  const auto known = texts_.find(text);
  if (known != texts_.end()) return known->second;
  Places places;
  const std::vector<std::string> words = words_.of_text(text);
  if (!words.empty()) places.query = state_.queries.place_of(query_key(words));
  for (const std::string& word : words) places.words.push_back(state_.words.place_of(word_key(word)));
  return texts_.emplace(text, std::move(places)).first->second;
}

double MemoryBuilder::time_of(const ClickRow& row) {
  if (!row.time) {
    ++report_.num_undated;
    return state_.last_time;
  }
  if (!state_.has_time) {
    // Rows that came before the first dated one are taken to be as old as it: nothing else is known of them.
    for (ClickTable* table : {&state_.queries, &state_.words}) {
      for (auto& [pair, clicks] : table->clicks) clicks.time = *row.time;
    }
    state_.newest_time = *row.time;
    state_.has_time = true;
  }
  state_.last_time = *row.time;
  state_.newest_time = std::max(state_.newest_time, *row.time);
  return *row.time;
}

void MemoryBuilder::count(ClickTable& table, std::uint32_t place, std::uint32_t document, double amount, double time,
                          std::string_view session) {
  table.clicks[(std::uint64_t{place} << 32) | document].add(amount, time, decay_);
  ClickTable::Key& key = table.keys[place];
  if (key.is_kept) return;
  // The key is in the hash, so that nobody sees that two queries are of one session.
  const std::uint64_t seed = mix_hash(state_.rules.salt, key.key);
  const auto hash = static_cast<std::uint32_t>(text_hash(session, seed));
  const auto at = std::lower_bound(key.sessions.begin(), key.sessions.end(), hash);
  if (at != key.sessions.end() && *at == hash) return;
  key.sessions.insert(at, hash);
  if (key.sessions.size() < state_.rules.min_sessions) return;
  key.is_kept = true;
  key.sessions = {};
}

void MemoryBuilder::add(const ClickRow& row, const std::string& text) {
  if (!row.clicked) return;
  const Places& places = places_of(text);
  if (places.words.empty()) {
    ++report_.num_wordless;
    return;
  }
  const auto [document, is_new] =
      documents_.emplace(std::string(row.document_id), static_cast<std::uint32_t>(state_.documents.size()));
  if (is_new) state_.documents.emplace_back(row.document_id);
  ++report_.num_clicks;
  const double time = time_of(row);
  if (had_time_before_ && time <= newest_before_) ++report_.num_not_newer;
  if (row.session.empty()) ++report_.num_sessionless;
  count(state_.queries, places.query, document->second, row.count, time, row.session);
  for (const std::uint32_t word : places.words)
    count(state_.words, word, document->second, row.count, time, row.session);
}

}  // namespace irgan
