/// From a query and its reranked candidates to what a distillation compares.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/query_concepts.h"
#include "irgan/reranker.h"
#include "trainer/distillation/distillation.h"

namespace irgan {

/// Reads the statistics that Xapian's matcher weighs by, in the way in which features are read.
///
/// Threads: one a thread, as its Database
class DistillationReader {
 public:
  /// prefixes: of the text fields, in the order of DistillationPool::fields
  DistillationReader(Xapian::Database db, const std::vector<std::string>& prefixes, const std::string& stemmer);

  /// Requires: hits not empty, with the model's scores
  DistillationPool read(const Xapian::Query& query, const std::vector<RankedHit>& hits) const;

 private:
  Xapian::Database db_;
  std::vector<std::string> prefixes_;
  QueryConceptFinder concept_finder_;
};

}  // namespace irgan
