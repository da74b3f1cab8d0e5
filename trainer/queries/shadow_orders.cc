#include "irgan/shadow_orders.h"

#include <simdjson.h>

#include "trainer/log/served_log.h"
#include "trainer/machine/json_fields.h"
#include "trainer/machine/text_input.h"
#include "trainer/text/query_words.h"

namespace irgan {
namespace {

namespace dom = simdjson::dom;

std::string key_of_words(std::string_view words) { return 'w' + query_words_key(words); }
std::string key_of_id(std::string_view id) { return 'i' + std::string(id); }

/// What stands where in a line, in either form of it.
struct ShadowLine {
  std::string words;
  std::string serialised_query;
  std::uint64_t first = 0;
  dom::object shadow;
};

bool find(const dom::object& line, ShadowLine& found) {
  dom::object page = line;
  const bool is_ubi_query = line["query_attributes"].get(page) == simdjson::SUCCESS;
  if (page["shadow"].get(found.shadow) != simdjson::SUCCESS || page["first"].get(found.first) != simdjson::SUCCESS)
    return false;
  found.words = text_of_field(line[is_ubi_query ? "user_query" : "text"]);
  found.serialised_query = text_of_field(page["query"]);
  return !found.words.empty() || !found.serialised_query.empty();
}

void take(const dom::object& line, std::map<std::string, ShadowOrders>& orders) {
  ShadowLine found;
  dom::array ids;
  if (!find(line, found) || found.shadow["ids"].get(ids) != simdjson::SUCCESS) return;
  const std::string model = text_of_field(found.shadow["model"]);
  std::vector<std::string> documents;
  for (const dom::element id : ids) documents.push_back(text_of_field(dom::element(id)));
  if (model.empty() || documents.empty()) return;
  const std::string key =
      found.words.empty() ? key_of_id(id_of_serialised(found.serialised_query)) : key_of_words(found.words);
  orders[model].add(key, found.first, std::move(documents));
}

}  // namespace

void ShadowOrders::add(const std::string& key, std::size_t first, std::vector<std::string> documents) {
  pages_[key][first] = std::move(documents);
  ++num_pages_;
}

std::vector<std::string> ShadowOrders::documents(const QueryRow& query) const {
  auto found = query.text.empty() ? pages_.end() : pages_.find(key_of_words(query.text));
  if (found == pages_.end()) found = pages_.find(key_of_id(query.id));
  std::vector<std::string> documents;
  if (found == pages_.end()) return documents;
  for (const auto& [first, page] : found->second) {
    if (first > documents.size()) break;  // what follows is not known
    documents.resize(first);
    documents.insert(documents.end(), page.begin(), page.end());
  }
  return documents;
}

std::map<std::string, ShadowOrders> shadows_of_logs(const std::vector<std::string>& paths) {
  std::map<std::string, ShadowOrders> orders;
  dom::parser json;
  for (const std::string& path : paths) {
    if (path == "-") continue;
    TextInput input(path);
    for (std::string_view line; input.next(line);) {
      if (line.find("\"shadow\":{") == std::string_view::npos) continue;
      dom::object object;
      if (error_of_text(json.parse(line.data(), line.size()).get(object)) == simdjson::SUCCESS) take(object, orders);
    }
  }
  return orders;
}

}  // namespace irgan
