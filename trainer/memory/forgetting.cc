#include "trainer/memory/forgetting.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "irgan/query_words.h"
#include "trainer/machine/hash.h"
#include "trainer/memory/session_hash.h"

namespace irgan {
namespace {

// Rebuilds the table without the keys that `goes` names; returns how many went.
std::size_t drop(ClickTable& table, const std::function<bool(const ClickTable::Key&)>& goes) {
  ClickTable kept;
  std::vector<std::uint32_t> new_place(table.keys.size(), 0);
  std::vector<bool> is_gone(table.keys.size(), false);
  for (std::size_t i = 0; i < table.keys.size(); ++i) {
    is_gone[i] = goes(table.keys[i]);
    if (is_gone[i]) continue;
    new_place[i] = static_cast<std::uint32_t>(kept.keys.size());
    kept.places.emplace(table.keys[i].key, new_place[i]);
    kept.keys.push_back(std::move(table.keys[i]));
  }
  for (const auto& [pair, clicks] : table.clicks) {
    const std::uint64_t place = pair >> 32;
    if (!is_gone[place]) kept.clicks.emplace((std::uint64_t{new_place[place]} << 32) | (pair & 0xffffffffU), clicks);
  }
  const std::size_t num_gone = table.keys.size() - kept.keys.size();
  table = std::move(kept);
  return num_gone;
}

}  // namespace

Forgotten forget(const ForgetRequest& request, MemoryState& state) {
  std::vector<std::uint64_t> queries;
  std::vector<std::uint64_t> words;
  QueryWords read({}, state.rules.stemmer);
  for (const std::string& text : request.queries) {
    const std::vector<std::string> found = read.of_text(text);
    if (found.empty()) continue;
    queries.push_back(query_key(found));
    for (const std::string& word : found) words.push_back(word_key(word));
  }
  const auto has = [](const std::vector<std::uint64_t>& keys, std::uint64_t key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  const auto is_of_session = [&](const ClickTable::Key& key) {
    return std::any_of(request.sessions.begin(), request.sessions.end(), [&](const std::string& session) {
      return std::binary_search(key.sessions.begin(), key.sessions.end(), session_hash(state.rules, key.key, session));
    });
  };
  Forgotten forgotten;
  forgotten.num_queries =
      drop(state.queries, [&](const ClickTable::Key& key) { return has(queries, key.key) || is_of_session(key); });
  forgotten.num_words = drop(state.words, [&](const ClickTable::Key& key) {
    return !key.is_kept && (has(words, key.key) || is_of_session(key));
  });
  return forgotten;
}

}  // namespace irgan
