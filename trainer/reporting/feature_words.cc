#include "trainer/reporting/feature_words.h"

#include <utility>

namespace irgan {
namespace {

// What stands for the field.
constexpr const char* kField = "FIELD";

constexpr std::pair<const char*, const char*> kWhole[] = {{"first_stage.score", "score of the site's own search"},
                                                          {"first_stage.log_rank", "rank in the site's own search"},
                                                          {"generator.score", "score of the generator"},
                                                          {"query.length", "length of the query"}};

// Behind "<field>.".
constexpr std::pair<const char*, const char*> kOfField[] = {
    {"bm25", "query's words in FIELD, rare ones more"},
    {"coverage", "share of the query's words in FIELD"},
    {"idf_coverage", "share of the query's rare words in FIELD"},
    {"density", "how much of FIELD the query is"},
    {"length", "length of FIELD"},
    {"exact_match", "FIELD is the query"},
    {"click_share", "clicks for this query"},
    {"word_share", "clicks for the query's words"},
    {"trigram_jaccard", "letters that query and FIELD share"},
    {"trigram_coverage", "query's letters in FIELD"},
    {"joined_match", "query in FIELD, spaces aside"},
    {"prefix_match", "FIELD begins with the query"},
    {"fuzzy_coverage", "query in FIELD, typing errors forgiven"},
    {"fuzzy_share", "FIELD in the query, typing errors forgiven"},
    {"part_share", "a part of FIELD in the query"},
    {"number_match", "a number of the query in FIELD"},
    {"number_surplus", "another number in FIELD"},
};

}  // namespace

std::string words_of(const std::string& feature) {
  for (const auto& [name, words] : kWhole) {
    if (feature == name) return words;
  }
  const std::size_t dot = feature.rfind('.');
  if (dot == std::string::npos) return feature;
  const std::string field = feature.substr(0, dot);
  std::string kind = feature.substr(dot + 1);
  if (field == "value") return kind;
  for (const auto& [name, words] : kOfField) {
    if (kind != name) continue;
    std::string text = words;
    const std::size_t at = text.find(kField);
    return at == std::string::npos ? text : text.replace(at, std::string(kField).size(), field);
  }
  return feature;
}

}  // namespace irgan
