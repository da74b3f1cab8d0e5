#include "plugin/src/features/known_words.h"

#include <utility>

#include "plugin/src/features/field_features.h"
#include "plugin/src/features/field_postings.h"

namespace irgan {

KnownWords::KnownWords(const std::string& stemmer, std::string prefix) : stem_(stemmer), prefix_(std::move(prefix)) {}

void KnownWords::begin(IndexReader& index) {
  constexpr std::size_t kMostWords = 1 << 16;  // some 10 MB
  std::string now = index.state();             // the application may have reopened it
  std::shared_ptr<const void> numbers = index.word_numbers();
  const bool is_outdated = now != state_ || by_letters_.size() > kMostWords;
  if (is_outdated || numbers != numbers_) by_number_.clear();
  if (is_outdated) by_letters_.clear();
  state_ = std::move(now);
  numbers_ = std::move(numbers);
  index_ = &index;
}

const WordFacts& KnownWords::facts_of(const ComparableWord& word) {
  if (word.number == 0) return looked_up(word);
  if (word.number >= by_number_.size()) by_number_.resize(word.number + 1, nullptr);
  if (!by_number_[word.number]) by_number_[word.number] = &looked_up(word);
  return *by_number_[word.number];
}

ConceptWord KnownWords::forms_of(const ComparableWord& word) {
  std::string text;
  for (const char32_t letter : word.letters) Xapian::Unicode::append_utf8(text, letter);
  std::string stem = stem_(text);
  return {std::move(text), std::move(stem)};
}

// Kept only once complete: the index may throw.
const WordFacts& KnownWords::looked_up(const ComparableWord& word) {
  std::u32string letters(word.letters);
  const auto known = by_letters_.find(letters);
  if (known != by_letters_.end()) return known->second;
  const ConceptWord forms = forms_of(word);
  const Xapian::doccount frequency = word_frequency(*index_, prefix_, forms);
  WordFacts facts{forms.stem, inverse_document_frequency(index_->num_documents(), frequency)};
  return by_letters_.emplace(std::move(letters), std::move(facts)).first->second;
}

void KnownWords::expect(const std::function<std::vector<const ComparableWord*>()>& words) {
  index_->prepare_frequencies([&] {
    std::vector<std::string> terms;
    for (const ComparableWord* word : words()) {
      if (by_letters_.count(std::u32string(word->letters)) > 0) continue;
      const std::vector<std::string> forms = indexed_forms(prefix_, forms_of(*word));
      terms.insert(terms.end(), forms.begin(), forms.end());
    }
    return terms;
  });
}

}  // namespace irgan
