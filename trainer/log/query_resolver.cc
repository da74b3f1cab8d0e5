#include "trainer/log/query_resolver.h"

#include <utility>

#include "trainer/log/query_words.h"

namespace irgan {

QueryResolver::QueryResolver(const std::vector<QueryRow>& queries) {
  for (const QueryRow& query : queries) {
    ids_.insert(query.id);
    if (query.text.empty()) continue;
    const bool is_plain = query.filter.empty() && query.serialised_query.empty();
    const auto [place, is_first] = with_text_.try_emplace(query_words_key(query.text), WithText{query.id, is_plain});
    if (!is_first && !is_plain && place->second.id != query.id) place->second.is_plain = false;
  }
}

QueryResolver::Found QueryResolver::find(const ClickRow& row) const {
  std::string given(row.query_id);
  if (!given.empty() && (row.query.empty() || ids_.count(given) > 0)) return {std::move(given), false};
  std::string words = query_words_key(row.query);
  const auto known = with_text_.find(words);
  if (known != with_text_.end() && (given.empty() || known->second.is_plain)) return {known->second.id, !given.empty()};
  return {given.empty() ? "(no id) " + words : std::move(given), false};
}

}  // namespace irgan
