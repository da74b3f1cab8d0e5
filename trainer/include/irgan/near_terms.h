/// The terms that a generator over the whole collection puts near a query's words, for searches by a stock Xapian.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "irgan/collection_vectors.h"
#include "irgan/errors.h"
#include "irgan/towers.h"

namespace irgan {

/// How near terms join a query; none by default.
struct NearTermUse {
  std::size_t per_word = 0;  ///< how many terms a word brings
  double scale = 0.0;        ///< how much the nearest of all would weigh beside a word of the query, which weighs 1
};

/// g is linear in the query: what is near a query is what is near its words, added up. So a table of words and their
/// near terms is all that a program needs.
///
/// The nearness of a term to a word is the cosine of W^T E[word] and E[term] (Towers, CollectionVectors).
///
/// Threads: safe to share
class IRGAN_API NearTerms {
 public:
  struct Term {
    std::string name;  ///< without its prefix
    double nearness = 0.0;
  };

  /// Requires: the towers are of the vectors' basis
  NearTerms(std::shared_ptr<const CollectionVectors> vectors, const Towers& towers);

  /// Returns up to `count` terms with a nearness above 0, the nearest first, without the word itself; none if the word
  /// has no vector.
  ///
  /// Cost: terms x dimensions
  std::vector<Term> of(const std::string& word, std::size_t count) const;
  /// The same of each of `words`.
  std::vector<std::vector<Term>> of_each(const std::vector<std::string>& words, std::size_t count) const;

  /// Returns `query` with the nearest of each word joined to it by OR.
  ///
  /// near: as of_each() returns them, of at least use.per_word terms
  Xapian::Query joined(const Xapian::Query& query, const std::vector<std::vector<Term>>& near,
                       const NearTermUse& use) const;

  /// Writes a line for each word that has a vector and each term near it: WORD<TAB>TERM<TAB>WEIGHT, both as the index
  /// has them.
  ///
  /// Cost: terms x terms x dimensions
  void write(const NearTermUse& use, unsigned num_threads, std::ostream& out) const;

 private:
  std::vector<Term> near(std::size_t word, std::size_t count) const;

  const std::shared_ptr<const CollectionVectors> vectors_;
  const Towers towers_;
  std::vector<float> scales_;  // a term each: makes its bytes a vector of length 1
};

}  // namespace irgan
