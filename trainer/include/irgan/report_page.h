/// Shows a report.
#pragma once

#include <string>

#include "irgan/report.h"

namespace irgan {

/// Returns in a few sentences whether the new order is better, by how much, and how sure that is.
IRGAN_API std::string verdict_of(const Report& report);

/// Returns the report as one HTML page that needs nothing outside it.
///
/// chart_script: the text of Chart.js (version 3 or 4), which is set into the page; empty: tables stand for the charts
///
/// Texts of documents and queries are escaped, and the page forbids itself to load anything.
IRGAN_API std::string report_page(const Report& report, const std::string& chart_script);

}  // namespace irgan
