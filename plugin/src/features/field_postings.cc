#include "plugin/src/features/field_postings.h"

#include <algorithm>
#include <string>

#include "plugin/src/features/postings.h"

namespace irgan {
namespace {

// Xapian sets a colon between a prefix of several letters and a word that would run into it.
std::string prefixed(const std::string& prefix, const std::string& word) {
  const bool runs_in = prefix.size() > 1 && !word.empty() && ((word[0] >= 'A' && word[0] <= 'Z') || word[0] == ':');
  return runs_in ? prefix + ':' + word : prefix + word;
}

// The first of the word's forms that `exists`, which is asked of each in turn; else the last.
template <class Exists>
std::string indexed_term(const std::string& prefix, const ConceptWord& word, Exists exists) {
  const std::vector<std::string> forms = indexed_forms(prefix, word);
  const auto known = std::find_if(forms.begin(), forms.end(), exists);
  return known == forms.end() ? forms.back() : *known;
}

class LocalTerms : public TermReader {
 public:
  explicit LocalTerms(const Xapian::Database& db) : db_(db) {}
  bool add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                Eigen::Ref<Eigen::VectorXd> wdfs) const override {
    return irgan::add_wdfs(db_, term, docids, wdfs);
  }
  Xapian::doccount frequency(const std::string& term) const override { return db_.get_termfreq(term); }
  Xapian::termcount collection_frequency(const std::string& term) const override {
    return db_.get_collection_freq(term);
  }

 private:
  const Xapian::Database& db_;
};

}  // namespace

std::vector<std::string> indexed_forms(const std::string& prefix, const ConceptWord& word) {
  std::vector<std::string> forms{"Z" + prefixed(prefix, word.stem)};
  if (!word.word.empty() && word.word != word.stem) forms.push_back(prefixed(prefix, word.word));
  forms.push_back(prefixed(prefix, word.stem));
  return forms;
}

FieldMatch read_field(const Xapian::Database& db, const TextField& field, const std::vector<QueryConcept>& concepts,
                      const std::vector<Xapian::docid>& docids, bool with_collection) {
  return read_field(LocalTerms(db), static_cast<double>(db.get_doccount()), field, concepts, docids, with_collection);
}

FieldMatch read_field(const TermReader& terms, double num_documents, const TextField& field,
                      const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids,
                      bool with_collection) {
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
      const std::string term = indexed_term(
          field.prefix, word, [&](const std::string& form) { return terms.add_wdfs(form, docids, match.wdf.col(j)); });
      term_frequency += static_cast<double>(terms.frequency(term));
      if (with_collection) collection_frequency += static_cast<double>(terms.collection_frequency(term));
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

Xapian::doccount word_frequency(const TermReader& terms, const std::string& prefix, const ConceptWord& word) {
  return terms.frequency(
      indexed_term(prefix, word, [&](const std::string& form) { return terms.frequency(form) > 0; }));
}

}  // namespace irgan
