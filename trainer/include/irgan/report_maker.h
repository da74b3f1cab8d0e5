/// Measures a model for a report.
#pragma once

#include "irgan/report.h"

namespace irgan {

/// Ranks the queries in all orders and measures them.
///
/// Throws: ConfigError without a model or queries; Error if a model does not fit the index, or no query is judged
/// though
///         there are judgments; FormatError as reading clicks does
/// Cost:   a search and a reranking a query and order; the same report at any number of threads
IRGAN_API Report make_report(const Site& site, const ReportOptions& options);

}  // namespace irgan
