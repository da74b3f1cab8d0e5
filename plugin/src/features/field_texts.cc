#include "plugin/src/features/field_texts.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "plugin/src/features/field_features.h"
#include "plugin/src/process/prefetch.h"

namespace irgan {

FieldTexts::FieldTexts(const ComparableText& query, ComparableTexts texts, KnownWords* words)
    : query_(query), texts_(std::move(texts)), words_(words) {
  fetch();
}

Eigen::VectorXd FieldTexts::column(FieldFeature feature) {
  assert(compares_text(feature));
  assert(words_ || !needs_word_idf(feature));
  const bool counts_trigrams = feature == FieldFeature::trigram_jaccard || feature == FieldFeature::trigram_coverage;
  if (counts_trigrams && num_shared_trigrams_.empty()) find_shared_trigrams();
  if (needs_word_idf(feature) && first_word_.empty()) weigh_words();
  if (needs_word_idf(feature) && feature != FieldFeature::part_share && fuzzy_.empty()) find_fuzzy_matches();
  Eigen::VectorXd values(static_cast<Eigen::Index>(texts_.all.size()));
  for (std::size_t i = 0; i < texts_.all.size(); ++i) {
    values[static_cast<Eigen::Index>(i)] =
        texts_.all[i]->trigrams.empty() ? std::numeric_limits<double>::quiet_NaN() : value(feature, i);
  }
  return values;
}

double FieldTexts::value(FieldFeature feature, std::size_t i) {
  const ComparableText& text = *texts_.all[i];
  switch (feature) {
    case FieldFeature::trigram_jaccard:
      return trigram_jaccard(query_, text, num_shared_trigrams_[i]);
    case FieldFeature::trigram_coverage:
      return trigram_coverage(query_, num_shared_trigrams_[i]);
    case FieldFeature::fuzzy_coverage:
      return fuzzy_[i].query_covered;
    case FieldFeature::fuzzy_share:
      return fuzzy_[i].text_covered;
    case FieldFeature::part_share:
      return part_share(weighed_query(), weighed_text(i));
    case FieldFeature::number_match:
      return number_match(query_.words, text.words);
    case FieldFeature::number_surplus:
      return number_surplus(query_.words, text.words) ? 1.0 : 0.0;
    case FieldFeature::joined_match:
      return joined_match(query_, text) ? 1.0 : 0.0;
    default:
      return prefix_match(query_, text) ? 1.0 : 0.0;
  }
}

// Texts lie far apart in memory: asked for together they arrive while others are compared.
void FieldTexts::fetch() const {
  constexpr std::size_t kMost = 256;
  for (const ComparableText* text : texts_.all) prefetch(text->bytes.get(), std::min(text->num_bytes, kMost));
}

void FieldTexts::find_shared_trigrams() {
  const TrigramSet trigrams(query_);
  num_shared_trigrams_.reserve(texts_.all.size());
  for (const ComparableText* text : texts_.all) num_shared_trigrams_.push_back(trigrams.num_shared(*text));
}

void FieldTexts::weigh_words() {
  words_->expect([this] {
    std::vector<const ComparableWord*> words;
    for (const ComparableText* text : texts_.all) {
      for (const ComparableWord& word : text->words) words.push_back(&word);
    }
    for (const ComparableWord& word : query_.words) words.push_back(&word);
    return words;
  });
  std::size_t num_words = query_.words.size();
  for (const ComparableText* text : texts_.all) num_words += text->words.size();
  facts_.reserve(num_words);
  first_word_.reserve(texts_.all.size());
  for (const ComparableText* text : texts_.all) {
    first_word_.push_back(facts_.size());
    for (const ComparableWord& word : text->words) {
      facts_.push_back(&words_->facts_of(word));
      prefetch(&facts_.back()->idf, sizeof(double));  // as fetch()
    }
  }
  query_facts_ = facts_.data() + facts_.size();
  for (const ComparableWord& word : query_.words) facts_.push_back(&words_->facts_of(word));
}

void FieldTexts::find_fuzzy_matches() {
  std::vector<double> room;
  fuzzy_.reserve(texts_.all.size());
  for (std::size_t i = 0; i < texts_.all.size(); ++i) {
    fuzzy_.push_back(fuzzy_match(weighed_query(), weighed_text(i), room));
  }
}

}  // namespace irgan
