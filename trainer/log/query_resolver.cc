#include "trainer/log/query_resolver.h"

#include <cctype>
#include <utility>

namespace irgan {

std::string normalised(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == ' ' || c == '\t') {
      if (!result.empty() && result.back() != ' ') result += ' ';
    } else {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

QueryResolver::QueryResolver(const std::vector<QueryRow>& queries) {
  for (const QueryRow& query : queries) {
    ids_.insert(query.id);
    if (query.text.empty()) continue;
    const bool is_plain = query.filter.empty() && query.serialised_query.empty();
    const auto [place, is_first] = with_text_.try_emplace(normalised(query.text), WithText{query.id, is_plain});
    if (!is_first && place->second.id != query.id) place->second.is_all = false;
  }
}

QueryResolver::Found QueryResolver::find(const ClickRow& row) const {
  std::string given(row.query_id);
  if (!given.empty() && (row.query.empty() || ids_.count(given) > 0)) return {std::move(given), false};
  std::string words = normalised(row.query);
  const auto known = with_text_.find(words);
  if (known != with_text_.end() && (given.empty() || known->second.is_all)) return {known->second.id, !given.empty()};
  return {given.empty() ? "(no id) " + words : std::move(given), false};
}

}  // namespace irgan
