#include "index_tools/query_resolver.h"

#include <cctype>

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
  for (const QueryRow& query : queries) id_of_text_.emplace(normalised(query.text), query.id);
}

std::string QueryResolver::id_of(const ClickRow& row) const {
  if (!row.query_id.empty()) return std::string(row.query_id);
  const std::string words = normalised(row.query);
  const auto known = id_of_text_.find(words);
  return known == id_of_text_.end() ? "(no id) " + words : known->second;
}

}  // namespace irgan
