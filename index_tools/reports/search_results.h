/// What a search found, for people and as JSON.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "index_tools/showing/console.h"
#include "irgan/index_layout.h"
#include "irgan/reranked_page.h"
#include "trainer/ranking/document_place.h"

namespace irgan {

/// Hits in the order in which they are shown, and what was asked about them.
struct SearchResults {
  const Xapian::Database& db;
  const IndexLayout& layout;
  DocumentIds ids;
  std::vector<RankedHit> hits;        ///< all candidates
  std::size_t top = 10;               ///< how many are shown
  std::vector<std::string> features;  ///< of the hits' contributions; empty: Xapian's own order
  std::vector<DocumentPlace> places;  ///< of the documents asked for
};

/// A line a hit; `explains`: with its reasons.
void print_hits(const SearchResults& results, bool explains, const Console& console);

/// Xapian's order beside the model's; `explains`: with the reasons of the first three.
void print_comparison(const SearchResults& results, bool explains, const Console& console);

/// Where each document asked for stands and why; of two, why one stands above the other.
void print_places(const SearchResults& results, const Console& console);

nlohmann::json json_of(const SearchResults& results);

}  // namespace irgan
