/// Puts together the candidates that a model orders: the first stage's, its generator's picks, what the memory adds.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <optional>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/rerank_options.h"
#include "irgan/reranked_page.h"
#include "plugin/src/candidates/remembering.h"
#include "plugin/src/features/remote_index.h"
#include "plugin/src/search/rescored_page.h"
#include "plugin/src/search/served_model.h"
#include "plugin/src/search/time_limit.h"

namespace irgan {

/// A search whose first stage has answered.
struct FoundSearch {
  const Xapian::Query& query;
  const SearchRequest& request;
  const Xapian::MSet& mset;       ///< from the first hit on
  std::size_t depth;              ///< how many of its hits are candidates
  bool may_pick;                  ///< whether the generator's picks can be looked up
  RemoteIndex* remote = nullptr;  ///< what reads an index behind a server, picks among it; null: the index is here
};

struct Gathered {
  std::vector<Candidate> candidates;
  std::size_t num_found = 0;  ///< how many the first stage brought; they come first
  std::size_t pool_size = 0;  ///< how many it and the generator brought; these come next
  std::optional<Recalled> recalled;
};

/// Threads: one
class Gathering {
 public:
  Gathering(const Xapian::Database& db, const RerankOptions& options);

  /// Returns the candidates of a model, with its generator's scores where it has one over the collection. Nothing is
  /// added where the hits are collapsed.
  ///
  /// Requires: as ServedModel::model
  /// Throws:   TimeOver, Xapian::Error; as ServedModel::picker
  Gathered gather(ServedModel& served, const FoundSearch& search, const TimeLimit& limit);

  /// Returns how many of the candidates the query itself does not find: exactly where the number of hits is known
  /// exactly, too.
  ///
  /// Throws:   Xapian::Error;  Cost: then a search, where something was added
  NewDocuments num_new(const Gathered& gathered, const FoundSearch& search) const;

 private:
  const Xapian::Database db_;
  std::optional<Remembering> remembering_;
};

/// Sets the scores of a model's generator over the collection, if it has one, in the place of another model's.
///
/// Requires: as ServedModel::model
/// Throws:   as ServedModel::picker
void set_generator_scores(ServedModel& served, const FoundSearch& search, std::vector<Candidate>& candidates);

}  // namespace irgan
