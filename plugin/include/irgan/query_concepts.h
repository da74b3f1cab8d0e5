/// What a query is about: the words behind a Xapian::Query, whatever operators and prefixes they stand under.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// One word of a concept, as the query tree gave it.
struct ConceptWord {
  std::string word;  ///< unstemmed; empty if the query holds only the stem
  std::string stem;
};

/// One thing that the query asks for; several words if the query calls them synonyms.
struct QueryConcept {
  std::vector<ConceptWord> words;
};

/// Finds the concepts of queries against one index.
///
/// Threads: none shared, since a Xapian::Stem and a Xapian::Query belong to one thread; give each thread its own.
class IRGAN_API QueryConceptFinder {
 public:
  /// `prefixes`: the term prefixes of the index's text fields; the empty one may be left out.
  QueryConceptFinder(const std::vector<std::string>& prefixes, const std::string& stemmer);

  /// Returns the query's distinct concepts, in the order in which the tree holds them.
  ///
  /// The right side of AND_NOT and of FILTER, value ranges, wildcards and posting sources say nothing about words
  /// and are passed over; so are terms under a prefix that is no text field's (boolean terms). Two concepts with the
  /// same stems are one.
  std::vector<QueryConcept> find(const Xapian::Query& query) const;

 private:
  void walk(const Xapian::Query& query, std::vector<QueryConcept>& found) const;
  bool parse_term(const std::string& term, ConceptWord& word) const;

  std::vector<std::string> prefixes_;  // longest first
  Xapian::Stem stem_;
};

}  // namespace irgan
