#include "plugin/src/clicked_field.h"

#include <algorithm>
#include <cassert>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <limits>

#include <xxhash.h>

#include "plugin/src/postings.h"

namespace irgan {
namespace {

constexpr double kLevelsPerHalving = 4.0;
constexpr int kNumLevels = 32;  // down to 2^-7.75
constexpr char kFirstLevel = 'A';

// Words are in lower case, so that no word begins like this.
std::string query_prefix(const std::string& prefix, const std::vector<std::string>& stems) {
  std::string joined;
  for (const std::string& stem : stems) joined += stem + ' ';
  char digest[17];
  std::snprintf(digest, sizeof digest, "%016" PRIx64, static_cast<std::uint64_t>(XXH3_64bits(joined.data(), joined.size())));
  return prefix + 'Q' + digest;
}

double share_of_level(int level) { return std::exp2(-level / kLevelsPerHalving); }

}  // namespace

std::vector<std::string> query_stems(const std::vector<QueryConcept>& concepts) {
  std::vector<std::string> stems;
  for (const QueryConcept& one : concepts) stems.push_back(one.words.front().stem);
  std::sort(stems.begin(), stems.end());
  stems.erase(std::unique(stems.begin(), stems.end()), stems.end());
  return stems;
}

std::string clicked_word_term(const std::string& prefix, const std::string& stem) { return prefix + stem; }

std::string clicked_query_term(const std::string& prefix, const std::vector<std::string>& stems, double share) {
  assert(share >= 0.0 && share <= 1.0);
  const double level = std::round(-kLevelsPerHalving * std::log2(share));
  if (!(level < kNumLevels)) return {};
  return query_prefix(prefix, stems) + static_cast<char>(kFirstLevel + static_cast<int>(level));
}

FieldMatch read_clicked_words(const Xapian::Database& db, const TextField& field, const std::vector<QueryConcept>& concepts,
                              const std::vector<Xapian::docid>& docids, Xapian::doccount num_documents) {
  const auto num_concepts = static_cast<Eigen::Index>(concepts.size());
  FieldMatch match;
  match.wdf = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(docids.size()), num_concepts);
  match.term_frequency = Eigen::VectorXd::Zero(num_concepts);
  match.idf.resize(num_concepts);
  match.collection_probability = Eigen::VectorXd::Ones(num_concepts);
  match.average_length = std::max(field.average_length, 1e-9);
  for (Eigen::Index j = 0; j < num_concepts; ++j) {
    for (const ConceptWord& word : concepts[static_cast<std::size_t>(j)].words) {
      const std::string term = clicked_word_term(field.prefix, word.stem);
      mark_documents(db, term, docids, 1.0, match.wdf.col(j));
      match.term_frequency[j] += static_cast<double>(db.get_termfreq(term));
    }
    match.term_frequency[j] = std::min(match.term_frequency[j], static_cast<double>(num_documents));
    match.idf[j] = inverse_document_frequency(num_documents, match.term_frequency[j]);
  }
  return match;
}

Eigen::VectorXd click_shares(const Xapian::Database& db, const TextField& field, const std::vector<QueryConcept>& concepts,
                             const std::vector<Xapian::docid>& docids) {
  const auto n = static_cast<Eigen::Index>(docids.size());
  Eigen::VectorXd shares = Eigen::VectorXd::Constant(n, std::numeric_limits<double>::quiet_NaN());
  if (concepts.empty()) return shares;
  const std::string prefix = query_prefix(field.prefix, query_stems(concepts));
  bool is_known = false;
  for (auto term = db.allterms_begin(prefix); term != db.allterms_end(prefix); ++term) {
    if (!is_known) shares.setZero();
    is_known = true;
    mark_documents(db, *term, docids, share_of_level((*term).back() - kFirstLevel), shares);
  }
  return shares;
}

}  // namespace irgan
