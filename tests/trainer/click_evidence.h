/// All that a ClickAggregator gives, for tests to look at.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "trainer/evidence/click_pages.h"

namespace irgan {

struct ClickEvidence : ClickTotals {
  std::vector<Page> pages;                                      ///< by query, then as they are given
  std::map<std::string, std::map<std::string, double>> clicks;  ///< by query and document
};

inline ClickEvidence all_of(ClickAggregator& aggregator) {
  ClickEvidence all;
  static_cast<ClickTotals&>(all) = aggregator.finish([&](QueryEvidence&& query) {
    for (Page& page : query.pages) all.pages.push_back(std::move(page));
    if (!query.clicks.empty()) all.clicks[query.query_id] = std::move(query.clicks);
  });
  return all;
}

}  // namespace irgan
