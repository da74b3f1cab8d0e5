/// One Enquire of the program that we run in: what we know of it, and how its searches are answered.
#pragma once

#include <xapian.h>

#include <memory>
#include <optional>
#include <vector>

#include "irgan/reranker.h"
#include "plugin/src/metrics/search_figures.h"

namespace irgan {

/// Keeps the Database that the Enquire keeps, for as long as it does.
///
/// Threads: as the Enquire, one
class LiveSearch {
 public:
  explicit LiveSearch(Xapian::Database db);
  ~LiveSearch();

  /// Returns the LiveSearch that answers on this thread at present, whose own calls of Xapian go through; or nothing.
  static LiveSearch* answering();

  /// Returns the page in the model's order, or in the original order if there is no model for the database or it fails.
  ///
  /// Throws: what Xapian throws at the same search without this module, and nothing else
  Xapian::MSet answer(const Xapian::Enquire& enquire, SearchRequest request);

  void set_sorted_by_relevance(bool by_relevance) { sorted_by_relevance_ = by_relevance; }
  void add_spy(Xapian::MatchSpy* spy) { spies_.push_back(spy); }
  /// The program's own wish if nothing answers; else the Reranker's, whose first pass has counted: they come back.
  void clear_spies();

 private:
  std::optional<Outcome> ready_for(const Xapian::Query& query);
  void log(const Xapian::Enquire& enquire, const RerankedPage& page, const SearchContext& context) const;

  Xapian::Database db_;
  bool sorted_by_relevance_ = true;
  std::vector<Xapian::Internal::opt_intrusive_ptr<Xapian::MatchSpy>> spies_;
  bool spies_to_restore_ = false;
  std::shared_ptr<ModelSource> models_;
  std::unique_ptr<Reranker> reranker_;
};

}  // namespace irgan
