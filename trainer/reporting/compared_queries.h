/// Queries in several orders: how good each is, and which queries changed most.
#pragma once

#include <functional>

#include "irgan/report.h"

namespace irgan {

/// Fills the report's rankings, gains, winners, losers and findings.
///
/// on_progress: gets the share done
/// Throws:      as make_report()
void compare_queries(const Site& site, const ReportOptions& options, const std::function<void(double)>& on_progress,
                     Report& report);

}  // namespace irgan
