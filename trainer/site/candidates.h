/// The candidates of one query: what the first stage finds, with the features of each.
#pragma once

#include <xapian.h>

#include <memory>
#include <optional>
#include <vector>

#include "irgan/feature_extractor.h"
#include "irgan/index_layout.h"
#include "irgan/query_file.h"
#include "trainer/site/first_stage.h"

namespace irgan {

/// A query and its candidates before their ids and features are looked up.
struct CandidateList {
  Xapian::Query query;
  std::vector<Candidate> candidates;  ///< in first-stage order
};

/// Reads the pools of queries from one index.
///
/// Threads: one a thread, as its Database
class IRGAN_API CandidateReader {
 public:
  /// values: of the readers of all threads; remembers slots and ids
  /// clicks: as FeatureExtractor's
  /// Throws: FormatError if the schema names a feature that this build cannot extract
  CandidateReader(const Xapian::Database& db, const IndexLayout& layout, const FeatureSchema& schema,
                  Xapian::Query::op default_op, const std::shared_ptr<ValueCache>& values,
                  const std::optional<Xapian::Database>& clicks = std::nullopt);

  /// Returns the first `depth` hits of the first stage; none if it finds nothing.
  ///
  /// Throws: FormatError naming the query if it cannot be unserialised
  CandidateList find(const QueryRow& row, std::size_t depth);

  /// Returns the feature rows of `candidates`, which need not all be in the list.
  ///
  /// Shapes: a row a candidate
  FeatureMatrix features(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                         const SearchContext& context) const {
    return extractor_.extract(query, candidates, context);
  }

  /// The site's own ids. Those of many documents at once (ids_of) are remembered; a look-up from docid to id takes a
  /// termlist, some 10 us: for 100 candidates more than the search itself; the way back takes a tenth of that.
  const DocumentIds& ids() const { return ids_; }
  const Xapian::Database& database() const { return first_stage_.database(); }

 private:
  FirstStage first_stage_;
  FeatureExtractor extractor_;
  DocumentIds ids_;
};

}  // namespace irgan
