/// The site's own search: how a text becomes a Xapian query, and which candidates it finds.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/index_layout.h"
#include "irgan/query_file.h"
#include "irgan/scaled_field.h"

namespace irgan {

/// Candidates a query where neither a caller nor a model says how many.
inline constexpr std::size_t kDefaultDepth = 100;

/// Searches an index as a plain Xapian application would.
///
/// Threads: one a thread, as its Database
class IRGAN_API FirstStage {
 public:
  /// default_op: what joins the words of a text, OP_OR or OP_AND
  FirstStage(Xapian::Database db, const IndexLayout& layout, Xapian::Query::op default_op = Xapian::Query::OP_OR);

  /// Returns OR(words under the title's prefix, words without a prefix), stems for words in lower case (STEM_SOME).
  /// The words as typed ride along without weight or cost, for features that compare characters: AND_MAYBE(OR, 0 *
  /// words). Punctuation that would make Xapian look for a phrase (. - / : \ @) parts words instead.
  Xapian::Query parse(const std::string& text);

  /// Returns the words of `text` in each of `fields`, weighing as much as its scale says: joined by OR where they find
  /// documents, by AND_MAYBE where they do not.
  ///
  /// Requires: fields that find before those that do not, at least one
  Xapian::Query parse_scaled(const std::string& text, const std::vector<ScaledField>& fields);

  /// Whether parse() looks in the field under `prefix`.
  bool looks_in(const std::string& prefix) const { return prefix.empty() || prefix == title_prefix_; }

  /// Returns the row's own serialised query, or its text parsed, under its boolean filter.
  ///
  /// Throws: FormatError naming the query if it cannot be unserialised
  Xapian::Query query_of(const QueryRow& row);

  /// Returns `query` under the boolean filter of `row`, if there is one.
  static Xapian::Query filtered(Xapian::Query query, const QueryRow& row);

  /// Returns the first `depth` hits by Xapian's default weighting, BM25.
  Xapian::MSet search(const Xapian::Query& query, Xapian::doccount depth) const;

  const Xapian::Database& database() const { return db_; }

 private:
  Xapian::Database db_;
  Xapian::QueryParser parser_;
  unsigned flags_;  // of the parser
  std::string title_prefix_;
};

}  // namespace irgan
