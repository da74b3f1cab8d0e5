/// What a later log, and the index's own history, say in a report.
#pragma once

#include <string>

#include "irgan/report.h"

namespace irgan {

/// Judges the model and its rivals by the later log, and reads which model the index served when.
///
/// Throws: as judge_by_later_log(); nothing is done where no log is named
void judge_by_log(const Site& site, const ReportOptions& options, Report& report);

/// The later log's verdict on the model in a sentence or two; empty where the log says nothing.
std::string later_verdict(const Report& report);

/// Tables with intervals; empty where the report has nothing for them.
std::string later_log_table(const Report& report);
std::string served_when(const Report& report);

}  // namespace irgan
