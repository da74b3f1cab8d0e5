/// What a log says of training or of validation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "irgan/click_row.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/evidence/earlier_clicks.h"
#include "trainer/rows/context_groups.h"
#include "trainer/rows/history_parts.h"

namespace irgan {

using QueryIds = std::unordered_set<std::string>;

/// What the log says of one part of the data.
struct LogPart {
  /// own_queries:   of the part; must outlive this object
  /// other_queries: those of the other part, where these are named
  LogPart(std::optional<double> half_life_days, std::size_t max_bytes, const QueryIds& own_queries,
          QueryIds other_queries)
      : own(own_queries),
        others(std::move(other_queries)),
        clicks({half_life_days, max_bytes}),
        earlier(half_life_days.value_or(kHalfLifeOfClicksAlone)) {}

  /// part: of the history, if there is one
  /// group: of the contexts, if searches are told apart by them
  void add(const ClickRow& row, const std::string& query_id, std::optional<std::size_t> part,
           std::optional<std::size_t> group, bool add_clicked) {
    if (own.count(query_id) == 0) {
      others.count(query_id) > 0 ? clicks.add_other(row) : clicks.add_unknown(row, query_id);
      if (add_clicked) earlier.add_unknown(row);
      return;
    }
    if (row.time) {
      first_time = std::min(first_time.value_or(*row.time), *row.time);
      last_time = std::max(last_time.value_or(*row.time), *row.time);
    }
    const std::string id = group ? in_group(query_id, *group) : query_id;
    clicks.add(row, part ? in_part(id, *part) : id);
    if (add_clicked) earlier.add(row, id, part.value_or(0));
  }

  const QueryIds& own;
  QueryIds others;
  ClickAggregator clicks;
  std::optional<double> first_time;  ///< of the part's rows
  std::optional<double> last_time;
  EarlierClicks earlier;  ///< without rows unless clicked documents join the candidates
};

}  // namespace irgan
