/// The words by which a query is known again, whoever parsed it.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/query_concepts.h"

namespace irgan {

/// The words by which a query is remembered: its distinct stems, sorted. "Red shoes", "shoes, red", and what a parser
/// makes of either are one query.
///
/// Threads: one, as a Xapian::Stem and a Xapian::QueryParser belong to one
class IRGAN_API QueryWords {
 public:
  /// As QueryConceptFinder's.
  QueryWords(const std::vector<std::string>& prefixes, const std::string& stemmer);

  /// Returns the words that `query` asks for in text fields, as QueryConceptFinder finds them; of synonyms the first.
  /// None if it holds a wildcard, since the tree does not tell what that stands for.
  std::vector<std::string> of(const Xapian::Query& query) const;

  /// Returns the words of a text as typed: the same as of the query that Xapian's parser makes of
  /// without_phrases(text). Other parsers may differ in acronyms ("U.S.A."), in words that end in + or #, and in
  /// Chinese or Japanese.
  std::vector<std::string> of_text(const std::string& text);

 private:
  QueryConceptFinder finder_;
  Xapian::QueryParser parser_;
};

/// Returns `text` with what would make Xapian's parser look for a phrase (. - / : \ @), but for decimal points,
/// replaced by spaces.
IRGAN_API std::string without_phrases(const std::string& text);

}  // namespace irgan
