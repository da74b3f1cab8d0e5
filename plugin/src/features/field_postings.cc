#include "plugin/src/features/field_postings.h"

#include <algorithm>
#include <string>

namespace irgan {
namespace {

// Xapian sets a colon between a prefix of several letters and a word that would run into it.
std::string prefixed(const std::string& prefix, const std::string& word) {
  const bool runs_in = prefix.size() > 1 && !word.empty() && ((word[0] >= 'A' && word[0] <= 'Z') || word[0] == ':');
  return runs_in ? prefix + ':' + word : prefix + word;
}

}  // namespace

std::vector<std::string> indexed_forms(const std::string& prefix, const ConceptWord& word) {
  std::vector<std::string> forms{"Z" + prefixed(prefix, word.stem)};
  if (!word.word.empty() && word.word != word.stem) forms.push_back(prefixed(prefix, word.word));
  forms.push_back(prefixed(prefix, word.stem));
  return forms;
}

FieldMatch read_field(const IndexReader& index, const TextField& field, const std::vector<QueryConcept>& concepts,
                      const std::vector<Xapian::docid>& docids, bool with_collection) {
  const auto num_documents = static_cast<double>(index.num_documents());
  const auto num_concepts = static_cast<Eigen::Index>(concepts.size());
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
      for (const std::string& form : indexed_forms(field.prefix, word)) {
        const Xapian::doccount frequency = index.add_wdfs(form, docids, match.wdf.col(j));
        if (frequency == 0) continue;  // no document has the word in this form
        term_frequency += static_cast<double>(frequency);
        if (with_collection) collection_frequency += static_cast<double>(index.collection_frequency(form));
        break;
      }
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

Xapian::doccount word_frequency(const IndexReader& index, const std::string& prefix, const ConceptWord& word) {
  for (const std::string& form : indexed_forms(prefix, word)) {
    const Xapian::doccount frequency = index.frequency(form);
    if (frequency > 0) return frequency;
  }
  return 0;
}

}  // namespace irgan
