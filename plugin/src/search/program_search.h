/// One search of the program, as its own Enquire makes it.
#pragma once

#include <xapian.h>

#include <cstddef>

#include "irgan/reranked_page.h"
#include "plugin/src/search/time_limit.h"

namespace irgan {

/// One call of Reranker::search, and how far it has come.
class ProgramSearch {
 public:
  ProgramSearch(Xapian::Enquire& enquire, const SearchRequest& request) : enquire_(enquire), request_(request) {}

  const SearchRequest& request() const { return request_; }
  Xapian::Query query() const { return enquire_.get_query(); }

  /// Returns the page that the program would get without us. After first_pass() the Enquire's match spies, which have
  /// counted, are cleared first.
  Xapian::MSet original();

  /// Returns all hits that the model may see, the first `depth`, and that the page may show. What it takes is left out
  /// of `limit`.
  Xapian::MSet first_pass(std::size_t depth, TimeLimit& limit);

  /// Whether what was thrown last is the program's own: it would be thrown without a model, too.
  bool is_programs_own() const { return is_programs_own_; }

 private:
  Xapian::Enquire& enquire_;
  const SearchRequest& request_;
  bool is_programs_own_ = false;
  bool spies_have_counted_ = false;
};

/// Returns whether hits come by falling relevance: an Enquire has no getters for its sort order.
bool is_relevance_order(const Xapian::MSet& mset);

/// Returns whether results are collapsed, as far as the first `size` hits tell: those of the pool, so that the answer
/// is the same on every page.
bool has_collapse_keys(const Xapian::MSet& mset, std::size_t size);

}  // namespace irgan
