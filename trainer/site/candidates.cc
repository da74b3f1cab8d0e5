#include "trainer/site/candidates.h"

#include <utility>

namespace irgan {

CandidateReader::CandidateReader(const Xapian::Database& db, const IndexLayout& layout, const FeatureSchema& schema,
                                 Xapian::Query::op default_op, const std::shared_ptr<ValueCache>& values,
                                 const std::optional<Xapian::Database>& clicks)
    : first_stage_(db, layout, default_op),
      extractor_(db, schema, values, clicks),
      ids_(db, layout.id_prefix, values) {}

CandidateList CandidateReader::find(const QueryRow& row, std::size_t depth) {
  CandidateList list;
  list.query = first_stage_.query_of(row);
  const Xapian::MSet hits = first_stage_.search(list.query, static_cast<Xapian::doccount>(depth));
  list.candidates = candidates_of(hits, depth);
  return list;
}

}  // namespace irgan
