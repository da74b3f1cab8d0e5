/// What an index knows of the words of texts.
#pragma once

#include <xapian.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/query_concepts.h"
#include "plugin/src/features/value_snapshot.h"
#include "plugin/src/features/word_similarity.h"

namespace irgan {

class RemoteCandidates;

/// Looks each word up once: anew for every text that cost a quarter of the time of all features.
///
/// Threads: one, as its Database
class KnownWords {
 public:
  /// prefix: of the terms that tell how rare a word is
  KnownWords(Xapian::Database db, const std::string& stemmer, std::string prefix);

  /// Begins a search: forgets what was found in another state of the index.
  ///
  /// snapshot: whose texts may be asked for; nothing where slots are read from the index
  /// remote:   counts documents of words behind a server; null where the index is asked itself
  void begin(std::shared_ptr<ValueSnapshot> snapshot, RemoteCandidates* remote = nullptr);

  /// Says which words will be asked for, so that a server is asked for all of them at once.
  void expect(const std::vector<const ComparableWord*>& words);

  /// Valid until begin() is called again.
  ///
  /// Requires: a numbered word comes from the snapshot that begin() was given
  const WordFacts& facts_of(const ComparableWord& word);

 private:
  const WordFacts& looked_up(const ComparableWord& word);
  ConceptWord forms_of(const ComparableWord& word);

  Xapian::Database db_;
  Xapian::Stem stem_;
  std::string prefix_;
  std::unordered_map<std::u32string, WordFacts> by_letters_;
  std::string state_;  // of the index when they were looked up
  RemoteCandidates* remote_ = nullptr;
  std::shared_ptr<ValueSnapshot> snapshot_;  // that gave the numbers below
  std::vector<const WordFacts*> by_number_;  // into by_letters_
};

}  // namespace irgan
