/// What an index knows of the words of texts.
#pragma once

#include <xapian.h>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/query_concepts.h"
#include "plugin/src/features/index_reader.h"
#include "plugin/src/features/word_similarity.h"

namespace irgan {

/// Looks each word up once: anew for every text that cost a quarter of the time of all features.
///
/// Threads: one
class KnownWords {
 public:
  /// prefix: of the terms that tell how rare a word is
  KnownWords(const std::string& stemmer, std::string prefix);

  /// Begins a search of `index`, which lives until the search's end: forgets what was found in another state of it.
  void begin(IndexReader& index);

  /// Says which words will be asked for, if the index wants to know (IndexReader::prepare_frequencies).
  void expect(const std::function<std::vector<const ComparableWord*>()>& words);

  /// Valid until begin() is called again.
  ///
  /// Requires: a numbered word comes from the reader that begin() was given
  const WordFacts& facts_of(const ComparableWord& word);

 private:
  const WordFacts& looked_up(const ComparableWord& word);
  ConceptWord forms_of(const ComparableWord& word);

  Xapian::Stem stem_;
  std::string prefix_;
  std::unordered_map<std::u32string, WordFacts> by_letters_;
  std::string state_;                        // of the index when they were looked up
  IndexReader* index_ = nullptr;             // of the present search
  std::shared_ptr<const void> numbers_;      // IndexReader::word_numbers(), which the numbers below are of
  std::vector<const WordFacts*> by_number_;  // into by_letters_
};

}  // namespace irgan
