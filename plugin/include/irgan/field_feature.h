/// The features of a text field, by what they compare.
#pragma once

#include "irgan/errors.h"

namespace irgan {

/// What a text field offers: the part of a feature's name behind "<field>.".
///
/// w is how often the field holds a concept, idf = log(1 + (N - n + .5) / (n + .5)) with N documents of which n hold
/// it. The glossary (`xapian-irgan inspect --features`) says the same for people, with ranges.
///
/// Units: as each says; a value that a document does not have is NaN
enum class FieldFeature {
  bm25,          ///< sum over concepts of idf 2 w / (w + .5 + .5 length / average length)
  coverage,      ///< share of the query's concepts that the field holds
  idf_coverage,  ///< the same, each concept weighing its idf
  density,       ///< sum of w / field length
  length,        ///< log(1 + field length in words)
  exact_match,   ///< 1 if every concept is covered and the field is as long as the query
  click_share,   ///< share of the query's clicks that went to the document; missing if the log does not know the query
  word_share,    ///< share of the clicks of queries with a word, in the mean over the query's words that the log knows
  trigram_jaccard,   ///< shared character trigrams of query and text / all of both; needs text_slot
  trigram_coverage,  ///< share of the query's trigrams that the text holds; needs text_slot
  joined_match,      ///< 1 if the query without its spaces stands in the text without its spaces; needs text_slot
  prefix_match,      ///< 1 if the text begins with the query; needs text_slot
  fuzzy_coverage,    ///< share of the query's words in the text, typing errors forgiven, words weighing idf; needs
                     ///< text_slot
  fuzzy_share,       ///< share of the text's words in the query, likewise; needs text_slot
  part_share,        ///< the same by stems, of the text's best part; parts end at colons and dashes; needs text_slot
  number_match,      ///< 1 if a number of the query stands in the text; missing if the query has none; needs text_slot
  number_surplus,    ///< 1 if the text has a number that the query has not; needs text_slot
  dirichlet,         ///< Dirichlet-smoothed query likelihood, mu = 2 average length + 1
  jelinek_mercer,    ///< Jelinek-Mercer-smoothed query likelihood, lambda .7
  tf_idf,            ///< sum of (1 + log w) idf
  log_wdf,           ///< sum of log(1 + w)
  idf_sum,           ///< sum of the idf of the concepts that the field holds
  min_wdf,           ///< smallest w of a concept
};

/// Returns whether the feature compares the text's characters or words, and so needs a text_slot, rather than terms.
///
/// Threads: pure
IRGAN_API bool compares_text(FieldFeature feature);

/// Returns whether the feature asks how often terms occur in the whole index: a query likelihood.
///
/// Threads: pure
IRGAN_API bool needs_collection_probability(FieldFeature feature);

/// Returns whether the feature asks how rare the words of texts are.
///
/// Threads: pure
IRGAN_API bool needs_word_idf(FieldFeature feature);

}  // namespace irgan
