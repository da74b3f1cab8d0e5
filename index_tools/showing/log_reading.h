/// Shows what was unusable in click logs.
#pragma once

#include <ostream>

#include "irgan/click_row.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {

/// Which lines of one file were counted apart or ignored, and why.
void show_lines(const ClickLogSummary& file, std::ostream& out);

/// The same of all files, and how many rows count for a query by their words.
void show_reading(const LogReading& reading, std::ostream& out);

}  // namespace irgan
