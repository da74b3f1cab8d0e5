/// Vectors of an index's terms and documents: what the generator over the whole collection picks by.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/errors.h"
#include "irgan/towers.h"
#include "irgan/vector_facts.h"

namespace irgan {

/// A document and g(q, d) of it, a logit.
struct ScoredDocument {
  Xapian::docid docid = 0;
  float score = 0.0F;
};

/// Immutable. A term t has E[t], its row of the index's tf-idf matrix in few dimensions, times its idf; a document has
///
///   v_d = sum over its terms of log(1 + wdf) E[t], of length 1
///
/// and a query the sum over its words of E[t], of length 1. Terms that are too rare or too frequent have none.
///
/// Documents are rows of bytes, and scores are sums of whole numbers: the same bits in every build.
///
/// Threads: safe to share
class IRGAN_API CollectionVectors {
 public:
  ~CollectionVectors();

  /// Throws: FormatError beginning with `origin`, with the offset at which the bytes stop being what they should
  static std::shared_ptr<const CollectionVectors> from_bytes(std::string_view bytes, const std::string& origin);
  /// Large files are mapped and not copied.
  ///
  /// Throws: as from_bytes; Error if the file cannot be read
  static std::shared_ptr<const CollectionVectors> from_file(const std::string& path);

  const VectorFacts& facts() const;
  Eigen::Index dimensions() const;
  std::size_t num_documents() const;
  std::size_t num_terms() const;
  /// By number, in the order of their names.
  std::string_view term(std::size_t number) const;
  std::pair<const std::int8_t*, float> term_row(std::size_t number) const;
  /// Returns num_terms() if there is no such term.
  std::size_t number_of_term(std::string_view name) const;
  /// Of the bytes that these were read from.
  const std::string& version() const;

  /// Returns the vector of a query of these words (stems, where the index has stems): of length 1, or zeros if no word
  /// has a vector.
  ///
  /// Shapes: result: dimensions()
  Eigen::VectorXf query_vector(const std::vector<std::string>& words) const;

  /// Returns a document's vector out of its terms in `db`, as it was or would be made.
  ///
  /// Throws: Xapian::DocNotFoundError
  /// Cost:   a termlist
  ByteRow row_of_terms(const Xapian::Database& db, Xapian::docid docid) const;

  /// Returns the numbers of a row, dimensions() of them, and their scale; nothing if the document has no row.
  std::pair<const std::int8_t*, float> row_of(Xapian::docid docid) const;
  /// The same by the row's number, from 0 to num_documents() - 1, by docid.
  std::pair<const std::int8_t*, float> row(std::size_t number) const;
  Xapian::docid docid(std::size_t number) const;
  /// Returns num_documents() if there is no such row.
  std::size_t number_of(Xapian::docid docid) const;

  /// Whether the file holds the documents' unique-id terms, by which documents behind a server are found.
  bool has_ids() const;
  /// Returns a document's unique-id term; nothing if it is not known.
  std::string_view id_term(Xapian::docid docid) const;

  /// Cells of documents near each other; none where documents are few, or the file is of before there were cells.
  std::size_t num_cells() const;
  /// Returns the numbers of a cell's centre, dimensions() of them, and their scale.
  std::pair<const std::int8_t*, float> cell_centre(std::size_t cell) const;

  /// Returns the `count` documents with the highest scores, the best first, of equals the lower docid: of all where
  /// there are no cells, else of those in the cells whose centres score highest, until kCellsLookedAt times as many
  /// documents were looked at as a cell has in the mean.
  ///
  /// Cost: a pass over the rows of the documents that are looked at, dimensions() bytes each
  std::vector<ScoredDocument> best(const VectorQuery& query, std::size_t count) const;

 private:
  struct State;
  explicit CollectionVectors(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

/// In how many cells of the mean size CollectionVectors::best() looks for the best. There are about as many cells as
/// twice the root of the number of documents. Of 64,000 documents it looks at a seventh, of a million at a thirtieth,
/// and finds 94 and 89 % of the best 100 (tests/bench/README.md).
inline constexpr std::size_t kCellsLookedAt = 70;

/// Returns the score of a document's row.
///
/// Requires: as many numbers as the query has; a query that says something
IRGAN_API float vector_score(const VectorQuery& query, const std::int8_t* numbers, float scale);

/// Returns towers that have learnt nothing: W is the identity.
IRGAN_API Towers untrained_towers(const CollectionVectors& vectors);

}  // namespace irgan
