#include "plugin/src/features/clicked_field.h"

#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <limits>

#include "plugin/src/features/postings.h"

namespace irgan {
namespace {

constexpr double kLevelsPerHalving = 4.0;
constexpr int kNumLevels = 32;  // down to 2^-7.75
constexpr char kFirstLevel = 'A';

// Stems are in lower case: none begins like this.
constexpr char kQueryMark = 'Q';
constexpr char kWordMark = 'W';

std::string share_prefix(const std::string& prefix, char mark, const std::string& key) {
  char digest[17];
  std::snprintf(digest, sizeof digest, "%016" PRIx64, static_cast<std::uint64_t>(XXH3_64bits(key.data(), key.size())));
  return prefix + mark + digest;
}

std::string query_prefix(const std::string& prefix, const std::vector<std::string>& stems) {
  std::string joined;
  for (const std::string& stem : stems) joined += stem + ' ';
  return share_prefix(prefix, kQueryMark, joined);
}

std::string with_level(const std::string& prefix, double share) {
  assert(share >= 0.0 && share <= 1.0);
  const double level = std::round(-kLevelsPerHalving * std::log2(share));
  if (!(level < kNumLevels)) return {};
  return prefix + static_cast<char>(kFirstLevel + static_cast<int>(level));
}

// Reads the shares behind `prefix` into `shares`, which are 0 so far; false if there are none.
bool read_shares(const Xapian::Database& db, const std::string& prefix, const std::vector<Xapian::docid>& docids,
                 Eigen::VectorXd& shares) {
  bool any = false;
  for (auto term = db.allterms_begin(prefix); term != db.allterms_end(prefix); ++term) {
    any = true;
    mark_documents(db, *term, docids, std::exp2(-((*term).back() - kFirstLevel) / kLevelsPerHalving), shares);
  }
  return any;
}

Eigen::VectorXd missing(Eigen::Index size) {
  return Eigen::VectorXd::Constant(size, std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

std::vector<std::string> query_stems(const std::vector<QueryConcept>& concepts) {
  std::vector<std::string> stems;
  stems.reserve(concepts.size());
  for (const QueryConcept& one : concepts) stems.push_back(one.words.front().stem);
  std::sort(stems.begin(), stems.end());
  stems.erase(std::unique(stems.begin(), stems.end()), stems.end());
  return stems;
}

std::string clicked_word_term(const std::string& prefix, const std::string& stem) { return prefix + stem; }

std::string query_share_term(const std::string& prefix, const std::vector<std::string>& stems, double share) {
  return with_level(query_prefix(prefix, stems), share);
}

std::string word_share_term(const std::string& prefix, const std::string& stem, double share) {
  return with_level(share_prefix(prefix, kWordMark, stem), share);
}

bool is_query_share_term(const std::string& prefix, const std::string& term) {
  return term.size() > prefix.size() && term[prefix.size()] == kQueryMark;
}

FieldMatch read_clicked_words(const Xapian::Database& db, const TextField& field,
                              const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids,
                              Xapian::doccount num_documents) {
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

Eigen::VectorXd query_shares(const Xapian::Database& db, const TextField& field,
                             const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids) {
  const auto n = static_cast<Eigen::Index>(docids.size());
  Eigen::VectorXd shares = Eigen::VectorXd::Zero(n);
  if (concepts.empty() || !read_shares(db, query_prefix(field.prefix, query_stems(concepts)), docids, shares))
    return missing(n);
  return shares;
}

Eigen::VectorXd word_shares(const Xapian::Database& db, const TextField& field,
                            const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids) {
  const auto n = static_cast<Eigen::Index>(docids.size());
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(n);
  double num_known = 0.0;
  for (const std::string& stem : query_stems(concepts)) {
    Eigen::VectorXd shares = Eigen::VectorXd::Zero(n);
    if (!read_shares(db, share_prefix(field.prefix, kWordMark, stem), docids, shares)) continue;
    sums += shares;
    num_known += 1.0;
  }
  return num_known > 0.0 ? Eigen::VectorXd(sums / num_known) : missing(n);
}

}  // namespace irgan
