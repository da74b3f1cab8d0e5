/// Shows what was unusable in click logs and files of queries.
#pragma once

#include <map>
#include <ostream>
#include <string>

#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "irgan/judgment_reading.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {

/// Which lines of one file were counted apart or ignored, and why.
void show_lines(const ClickLogSummary& file, std::ostream& out);

/// One line of account: what was read, what was left out and why.
std::string account_of(const LogReading& reading);

/// Why so many clicks have queries that are not in the query file, as far as one can see, and what mends it; empty
/// where they are few.
std::string likeliest_cause(const LogReading& reading);

/// Returns what prints each problem as a line.
ProblemListener shown_on(std::ostream& out);

/// The lines of all files, how many rows count for a query by their words, and at the end the account.
void show_reading(const LogReading& reading, std::ostream& out);

/// The account of judgments, and why so many are of no query, as far as one can see.
void show_judgments(const JudgmentReading& reading, std::ostream& out);

/// The difference that most have, such as "quotation marks"; empty where there is none.
std::string likeliest_difference(const std::map<std::string, double>& by_difference);

}  // namespace irgan
