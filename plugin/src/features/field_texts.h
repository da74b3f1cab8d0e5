/// Features that compare a query with the texts of one field, character by character and word by word.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "irgan/feature_schema.h"
#include "plugin/src/features/known_words.h"
#include "plugin/src/features/text_similarity.h"

namespace irgan {

/// The text features of one search's candidates; what several features need is computed once.
///
/// Threads: one
class FieldTexts {
 public:
  /// words: may be null where no feature that needs_word_idf is asked for
  /// Requires: query and words outlive this object
  FieldTexts(const ComparableText& query, ComparableTexts texts, KnownWords* words);

  /// Returns `feature` of each text; NaN for a text without trigrams, and where number_match is.
  ///
  /// Requires: compares_text(feature)
  Eigen::VectorXd column(FieldFeature feature);

 private:
  void fetch() const;
  double value(FieldFeature feature, std::size_t i);
  void find_shared_trigrams();
  void weigh_words();
  void find_fuzzy_matches();
  WeighedWords weighed_query() const { return {query_.words, query_facts_}; }
  WeighedWords weighed_text(std::size_t i) const { return {texts_.all[i]->words, facts_.data() + first_word_[i]}; }

  const ComparableText& query_;
  ComparableTexts texts_;
  KnownWords* const words_;
  std::vector<std::size_t> num_shared_trigrams_;   // a text each, once asked for; so are the others
  std::vector<const WordFacts*> facts_;            // of the words of all texts, and of the query
  const WordFacts* const* query_facts_ = nullptr;  // among them
  std::vector<std::size_t> first_word_;            // of each text among them
  std::vector<FuzzyMatch> fuzzy_;
};

}  // namespace irgan
