/// An index on disk for tests of weighting: words of very different frequency, short, long and empty documents, two
/// fields.
#pragma once

#include <xapian.h>

#include <random>
#include <string>
#include <vector>

namespace irgan {

inline constexpr unsigned kNumWords = 60;

inline std::string word_of(std::size_t i) { return "w" + std::to_string(i); }

/// Zipf's law over the words, nearly: the k-th is drawn 1/(k+1) as often as the first.
inline std::string random_word(std::mt19937_64& random) {
  std::vector<double> shares;
  for (unsigned k = 0; k < kNumWords; ++k) shares.push_back(1.0 / (k + 1.0));
  return word_of(std::discrete_distribution<std::size_t>(shares.begin(), shares.end())(random));
}

/// Writes `num_documents` documents: some words under S and again without prefix, most with a body of up to 80 words,
/// some that say one word over and over, some empty but for a boolean term; all have the boolean term Kall, half Khalf.
inline Xapian::Database weighed_index(const std::string& path, unsigned num_documents, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Xapian::WritableDatabase db(path, Xapian::DB_CREATE_OR_OVERWRITE);
  for (unsigned i = 0; i < num_documents; ++i) {
    Xapian::Document document;
    document.add_boolean_term("Kall");
    if (i % 2 == 0) document.add_boolean_term("Khalf");
    const bool empty = i % 50 == 7;
    for (std::size_t k = random() % 4; !empty && k > 0; --k) {
      const std::string word = random_word(random);
      document.add_term("S" + word);
      document.add_term(word);
    }
    Xapian::termpos position = 0;
    for (std::size_t k = random() % 80; !empty && k > 0; --k) document.add_posting(random_word(random), ++position);
    if (i % 40 == 3) document.add_term(random_word(random), 100);
    db.add_document(document);
  }
  db.commit();
  return Xapian::Database(path);
}

/// A query of one to four words in the shapes that parsers make: fields scaled, AND, filters, synonyms, NEAR, negation.
inline Xapian::Query random_query(std::mt19937_64& random) {
  using Xapian::Query;
  std::vector<Query> words, titles;
  for (std::size_t k = 1 + random() % 4; k > 0; --k) {
    const std::string word = random_word(random);
    words.emplace_back(word, 1 + random() % 2);
    titles.emplace_back("S" + word);
  }
  const auto joined = [](Query::op op, const std::vector<Query>& parts) {
    return Query(op, parts.begin(), parts.end());
  };
  const auto others = [&](std::size_t count) {
    std::vector<Query> result;
    while (result.size() < count) result.emplace_back(random_word(random));
    return result;
  };
  const Query body = joined(random() % 3 == 0 ? Query::OP_AND : Query::OP_OR, words);
  const Query title(Query::OP_SCALE_WEIGHT, joined(Query::OP_OR, titles), static_cast<double>(random() % 50) / 10.0);
  const Query both(random() % 2 == 0 ? Query::OP_OR : Query::OP_AND_MAYBE, body, title);
  switch (random() % 6) {
    case 0:
      return Query(Query::OP_FILTER, both, Query("Khalf"));
    case 1:
      return Query(Query::OP_OR, both, joined(Query::OP_SYNONYM, others(3)));
    case 2:
      return Query(Query::OP_AND_NOT, both, Query(random_word(random)));
    // A phrase in an OR gets other weights from Xapian 1.4.22 when it prunes than when it does not, under BM25Weight
    // too.
    case 3:
      return Query(Query::OP_FILTER, both, joined(Query::OP_NEAR, others(2)));
    case 4:
      return Query(Query::OP_AND_MAYBE, Query("Kall"), both);
    default:
      return both;
  }
}

}  // namespace irgan
