#include "trainer/reporting/feature_glossary.h"

#include <string_view>

#include "trainer/ranking/reasons.h"

namespace irgan {
namespace {

constexpr std::string_view kField = "FIELD";
constexpr std::string_view kName = "NAME";
constexpr std::string_view kValue = "value.";
constexpr std::string_view kContext = "context.";

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

bool is_context(std::string_view feature) {
  return begins(feature, kContext) && feature.find('=') != std::string_view::npos;
}

// What stands in `feature` for FIELD or NAME.
std::string_view name_in(std::string_view feature) {
  if (is_context(feature)) return feature.substr(kContext.size());
  if (begins(feature, kValue)) return feature.substr(kValue.size());
  return feature.substr(0, feature.rfind('.'));
}

// Whether the entry is of a field's or a value's feature such as this.
bool is_like(const FeatureEntry& entry, std::string_view feature) {
  const std::string_view name = entry.name;
  if (is_context(feature)) return name == std::string(kContext).append(kName);
  const std::size_t dot = feature.rfind('.');
  if (dot == std::string_view::npos) return false;
  if (begins(feature, kValue)) return name == std::string(kValue).append(kName);
  return begins(name, kField) && name.substr(kField.size()) == feature.substr(dot);
}

}  // namespace

const std::vector<FeatureEntry>& feature_glossary() {
  static const char* const kTextSlot = "text slot";
  static const char* const kByName = "by name";
  static const char* const kBehaviour = "with features from clicks";
  static const std::vector<FeatureEntry> entries{
      {"first_stage.score", "score of the site's own search", "the weight that your own search gave the document",
       "0 or more, in Xapian's units", "yes"},
      {"first_stage.log_rank", "rank in the site's own search", "logarithm of the rank in your own search",
       "0 at rank 1, 2.3 at rank 10, 4.6 at rank 100", kByName},
      {"generator.score", "score of the generator",
       "how well the document's vector fits the query's, by the generator over the whole collection", "any number",
       "with vectors"},
      {"query.length", "length of the query", "distinct words of the query; the same for all its documents",
       "a whole number", "yes"},
      {"context.NAME", "context NAME",
       "1 if the search has that value of the context, else 0; the same for all its documents, so it acts through the "
       "other features",
       "0 or 1", "with contexts"},
      {"value.NAME", "NAME",
       "the number in a value slot; log(1 + x) where values reach beyond 100 and are never negative",
       "as in your documents", "yes"},
      {"value.clicks", "clicks on the document",
       "how often the document was clicked, for whatever query: log(1 + x), x in times the mean of all clicked "
       "documents",
       "0 or more; 0.7 for the mean, 2.4 for ten times it", kBehaviour},
      {"FIELD.bm25", "query's words in FIELD, rare ones more",
       "sum over the query's words of idf 2 w / (w + .5 + .5 length / average length), where the field holds the word "
       "w times",
       "0 or more; 5 to 20 is usual where rare words are there", "yes"},
      {"FIELD.coverage", "share of the query's words in FIELD", "share of the query's words that the field holds",
       "0 to 1", "yes"},
      {"FIELD.idf_coverage", "share of the query's rare words in FIELD", "the same share, rare words counting more",
       "0 to 1", "yes"},
      {"FIELD.density", "how much of FIELD the query is",
       "occurrences of the query's words, over the words in the field", "0 or more, seldom above 1", "yes"},
      {"FIELD.length", "length of FIELD", "logarithm of 1 + the words in the field", "0 or more; 2.4 for 10 words",
       "yes"},
      {"FIELD.exact_match", "FIELD is the query", "1 if the field holds every word of the query and no more", "0 or 1",
       "yes"},
      {"FIELD.click_share", "clicks for this query",
       "share of the query's clicks that went to the document; missing if the log does not know the query", "0 to 1",
       kBehaviour},
      {"FIELD.word_share", "clicks for the query's words",
       "share of the clicks of queries with a word that went to the document, in the mean over the query's words that "
       "the log knows",
       "0 to 1", kBehaviour},
      {"FIELD.trigram_jaccard", "letters that query and FIELD share",
       "three-letter sequences that query and text share, of all that either has: forgives typing errors", "0 to 1",
       kTextSlot},
      {"FIELD.trigram_coverage", "query's letters in FIELD",
       "the query's three-letter sequences that the text holds, of all that the query has", "0 to 1", kTextSlot},
      {"FIELD.joined_match", "query in FIELD, spaces aside",
       "1 if the query without its spaces stands in the text without its spaces", "0 or 1", kTextSlot},
      {"FIELD.prefix_match", "FIELD begins with the query", "1 if the text begins with the query", "0 or 1", kTextSlot},
      {"FIELD.fuzzy_coverage", "query in FIELD, typing errors forgiven",
       "share of the query's words that the text holds, typing errors forgiven, rare words counting more", "0 to 1",
       kTextSlot},
      {"FIELD.fuzzy_share", "FIELD in the query, typing errors forgiven",
       "share of the text's words that the query holds, typing errors forgiven, rare words counting more", "0 to 1",
       kTextSlot},
      {"FIELD.part_share", "a part of FIELD in the query",
       "the same of the text's best part, by stems; parts end at colons and dashes", "0 to 1", kByName},
      {"FIELD.number_match", "a number of the query in FIELD",
       "1 if a number of the query stands in the text; missing if the query has none", "0 or 1", kByName},
      {"FIELD.number_surplus", "another number in FIELD", "1 if the text has a number that the query has not", "0 or 1",
       kByName},
      {"FIELD.dirichlet", "chance of the query in FIELD, smoothed by length",
       "how likely the field's words make the query, smoothed by Dirichlet's prior", "a logarithm, any number",
       kByName},
      {"FIELD.jelinek_mercer", "chance of the query in FIELD, smoothed evenly",
       "how likely the field's words make the query, smoothed after Jelinek and Mercer", "a logarithm, 0 or more",
       kByName},
      {"FIELD.tf_idf", "occurrences of the query's words in FIELD, rare ones more",
       "sum over the query's words of (1 + log w) idf", "0 or more", kByName},
      {"FIELD.log_wdf", "occurrences of the query's words in FIELD", "sum over the query's words of log(1 + w)",
       "0 or more", kByName},
      {"FIELD.idf_sum", "how rare the query's words in FIELD are",
       "sum of the idf of the query's words that the field holds", "0 or more", kByName},
      {"FIELD.min_wdf", "occurrences in FIELD of the query's least frequent word",
       "the smallest w of the query's words", "0 or more, a count", kByName},
  };
  return entries;
}

const FeatureEntry* entry_of(const std::string& feature) {
  const FeatureEntry* like = nullptr;
  for (const FeatureEntry& entry : feature_glossary()) {
    if (feature == entry.name) return &entry;
    if (is_like(entry, feature)) like = &entry;
  }
  return like;
}

std::string filled(const std::string& feature, std::string text) {
  for (const std::string_view mark : {kField, kName}) {
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) text.replace(at, mark.size(), name_in(feature));
  }
  return text;
}

std::string words_of(const std::string& feature) {
  if (feature == kMemoryReason) return "remembered clicks for the query";
  const FeatureEntry* const entry = entry_of(feature);
  return entry == nullptr ? feature : filled(feature, entry->words);
}

}  // namespace irgan
