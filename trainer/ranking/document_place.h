/// Where a document stands in a search, and what keeps it out.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/index_layout.h"
#include "irgan/reranked_page.h"
#include "trainer/site/first_stage.h"

namespace irgan {

enum class Standing {
  candidate,  ///< it has a rank in the new order
  below,      ///< the search finds it behind the candidates
  filtered,   ///< the query's filters exclude it
  unmatched,  ///< the search does not find it
  unknown,    ///< no document has the id
};

struct DocumentPlace {
  std::string id;  ///< the site's own
  Standing standing = Standing::unknown;
  std::size_t rank = 0;              ///< 1-based, in the new order; 0 if it is no candidate
  std::size_t first_stage_rank = 0;  ///< 1-based; 0 if the search does not find it
  std::vector<std::string> has;      ///< words of the query that the document holds, by their stems where it has those
  std::vector<std::string> lacks;
};

/// Returns where the document with the site's own id stands.
///
/// hits: the candidates in their new order
/// Cost: a document that is no candidate costs one search for all hits
IRGAN_API DocumentPlace place_of(const std::string& id, const FirstStage& first_stage, const Xapian::Query& query,
                                 const IndexLayout& layout, const std::vector<RankedHit>& hits);

}  // namespace irgan
