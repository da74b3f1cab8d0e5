/// One screen on a click log.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "irgan/context_count.h"
#include "irgan/log_reading.h"
#include "trainer/evidence/log_census.h"
#include "trainer/site/clicked_documents.h"

namespace irgan {

/// Everything that `check` found out.
struct CheckFindings {
  LogCensusResult census;
  std::uint64_t num_lines = 0;  ///< usable or not
  std::uint64_t num_rejected = 0;
  std::uint64_t num_against = 0;                    ///< of them, those that count against the log
  std::vector<ContextCount> contexts;               ///< that were asked for
  LogReading reading;                               ///< what became of the rows
  double max_bad = 0.01;                            ///< share of unusable lines that training takes
  std::optional<ClickedDocumentsResult> documents;  ///< where there is an index
  std::size_t depth = 100;
  bool are_ids_docids = false;           ///< of the index
  std::vector<std::string> index_notes;  ///< what does not fit the model
};

/// Prints the counts, then in plain words what will limit the result.
void print_check(const CheckFindings& findings, std::ostream& out);

/// Returns those words, a sentence or two each, the weightiest first; none if nothing stands out.
std::vector<std::string> limits_of(const CheckFindings& findings);

/// Returns "12,345".
std::string grouped(double number);

}  // namespace irgan
