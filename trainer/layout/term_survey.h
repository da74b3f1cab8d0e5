/// What the terms of some documents say of how an index was made.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// The words of documents that stand evenly over an index, and which of them have a stem beside them (Zword).
class IRGAN_API TermSurvey {
 public:
  /// Cost: the terms of some 200 documents
  explicit TermSurvey(const Xapian::Database& db);

  struct Stems {
    std::string stemmer;
    double share = 0.0;  ///< of words that stand beside their stem by that stemmer
  };

  /// How many words there are to judge by.
  std::size_t num_words() const { return num_words_; }
  /// Whether any term is a stem.
  bool has_stems() const { return has_stems_; }
  /// Returns the share for one stemmer.
  Stems stems_by(const std::string& stemmer) const;
  /// Returns the stemmer with the largest share: english if no other is better, none if no term is a stem.
  Stems best_stems() const;
  /// Returns the share of words that are their own stems in English: nearly all where words are stemmed in place.
  double share_of_stems() const;
  /// Whether so few words are there that they say nothing.
  bool is_too_small() const { return num_words_ < kFewestWords; }

  /// Returns, by prefix, the share of the documents that have words under it: of prefixes that have stems.
  const std::map<std::string, double>& text_prefixes() const { return text_prefixes_; }

  /// Whether Chinese and Japanese stand in the index as single characters and pairs of them.
  bool has_ngrams() const { return num_cjk_terms_ >= kFewestNgrams && !has_cjk_words_; }

 private:
  static constexpr std::size_t kFewestWords = 20;
  static constexpr std::size_t kFewestNgrams = 40;

  struct Word {
    std::string prefix;
    std::string word;
  };
  struct Sampled {
    std::vector<Word> words;
    std::vector<std::string> stems;  ///< with Z and prefix, ascending
  };

  Sampled read(const Xapian::Database& db, Xapian::docid docid);
  void look_at(const std::string& word);

  std::vector<Sampled> documents_;
  std::size_t num_words_ = 0;
  bool has_stems_ = false;
  std::map<std::string, double> text_prefixes_;
  std::size_t num_cjk_terms_ = 0;
  bool has_cjk_words_ = false;
};

}  // namespace irgan
