#include "plugin/src/field_postings.h"

#include <algorithm>
#include <string>

#include "plugin/src/postings.h"

namespace irgan {
namespace {

// Xapian sets a colon between a prefix of several letters and a word that would run into it.
std::string prefixed(const std::string& prefix, const std::string& word) {
  const bool runs_in = prefix.size() > 1 && !word.empty() && ((word[0] >= 'A' && word[0] <= 'Z') || word[0] == ':');
  return runs_in ? prefix + ':' + word : prefix + word;
}

// The form in which the index holds a word: Z and the stem, else the word itself (capitalised words, digits, n-grams,
// and every word of an index made without a stemmer), else the bare stem. `exists` is asked of each in turn until one does.
template <class Exists>
std::string indexed_term(const std::string& prefix, const ConceptWord& word, Exists exists) {
  std::string term = "Z" + prefixed(prefix, word.stem);
  if (exists(term)) return term;
  if (!word.word.empty() && word.word != word.stem) {
    term = prefixed(prefix, word.word);
    if (exists(term)) return term;
  }
  term = prefixed(prefix, word.stem);
  exists(term);
  return term;
}

}  // namespace

FieldMatch read_field(const Xapian::Database& db, const TextField& field, const std::vector<QueryConcept>& concepts,
                      const std::vector<Xapian::docid>& docids, bool with_collection) {
  const auto num_concepts = static_cast<Eigen::Index>(concepts.size());
  const auto num_documents = static_cast<double>(db.get_doccount());
  FieldMatch match;
  match.wdf = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(docids.size()), num_concepts);
  match.term_frequency.resize(num_concepts);
  match.idf.resize(num_concepts);
  match.collection_probability = Eigen::VectorXd::Ones(num_concepts);
  match.average_length = std::max(field.average_length, 1e-9);
  for (Eigen::Index j = 0; j < num_concepts; ++j) {
    double term_frequency = 0.0;
    double collection_frequency = 0.0;
    for (const ConceptWord& word : concepts[static_cast<std::size_t>(j)].words) {
      const std::string term = indexed_term(
          field.prefix, word, [&](const std::string& form) { return add_wdfs(db, form, docids, match.wdf.col(j)); });
      term_frequency += static_cast<double>(db.get_termfreq(term));
      if (with_collection) collection_frequency += static_cast<double>(db.get_collection_freq(term));
    }
    match.term_frequency[j] = std::min(term_frequency, num_documents);
    match.idf[j] = inverse_document_frequency(num_documents, match.term_frequency[j]);
    if (with_collection) {  // a word that the field never holds counts as half a word
      match.collection_probability[j] =
          std::max(collection_frequency, 0.5) / std::max(match.average_length * num_documents, 1.0);
    }
  }
  return match;
}

Xapian::doccount word_frequency(const Xapian::Database& db, const std::string& prefix, const ConceptWord& word) {
  return db.get_termfreq(indexed_term(prefix, word, [&](const std::string& form) { return db.term_exists(form); }));
}

}  // namespace irgan
