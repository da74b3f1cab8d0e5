#include "plugin/src/features/known_words.h"

#include <utility>

#include "plugin/src/features/field_features.h"
#include "plugin/src/features/field_postings.h"
#include "plugin/src/features/index_state.h"
#include "plugin/src/features/remote_candidates.h"

namespace irgan {

KnownWords::KnownWords(Xapian::Database db, const std::string& stemmer, std::string prefix)
    : db_(std::move(db)), stem_(stemmer), prefix_(std::move(prefix)) {}

void KnownWords::begin(std::shared_ptr<ValueSnapshot> snapshot, RemoteCandidates* remote) {
  constexpr std::size_t kMostWords = 1 << 16;                                    // some 10 MB
  std::string now = snapshot ? snapshot->index_state() : index_state(db_).text;  // the application may have reopened it
  const bool is_outdated = now != state_ || by_letters_.size() > kMostWords;
  if (is_outdated || snapshot != snapshot_) by_number_.clear();
  if (is_outdated) by_letters_.clear();
  state_ = std::move(now);
  snapshot_ = std::move(snapshot);
  remote_ = remote;
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
  const auto known = by_letters_.find(word.letters);
  if (known != by_letters_.end()) return known->second;
  const ConceptWord forms = forms_of(word);
  const Xapian::doccount frequency =
      remote_ ? word_frequency(*remote_, prefix_, forms) : word_frequency(db_, prefix_, forms);
  WordFacts facts{forms.stem, inverse_document_frequency(db_.get_doccount(), frequency)};
  return by_letters_.emplace(word.letters, std::move(facts)).first->second;
}

void KnownWords::expect(const std::vector<const ComparableWord*>& words) {
  if (!remote_) return;
  std::vector<std::string> terms;
  for (const ComparableWord* word : words) {
    if (by_letters_.count(word->letters) > 0) continue;
    const std::vector<std::string> forms = indexed_forms(prefix_, forms_of(*word));
    terms.insert(terms.end(), forms.begin(), forms.end());
  }
  remote_->count_documents(terms);
}

}  // namespace irgan
