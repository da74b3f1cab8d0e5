/// What `setup` found, for people, and as the site's file.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "irgan/site.h"
#include "trainer/daily/column_guess.h"
#include "trainer/daily/index_findings.h"

namespace irgan {

/// All that goes into a site's file.
struct SetupFindings {
  std::vector<std::string> databases;
  std::vector<std::string> clicks;  ///< paths, or patterns that later logs will match too
  std::string stem;                 ///< of the names of model and memory
  const Site* site = nullptr;
  IndexFindings index;
  LogSample::Form form = LogSample::Form::columns;
  std::string log_path;       ///< of the file that was looked at
  std::string searches_path;  ///< the module's log of searches beside it; empty: none
  std::size_t num_lines = 0;  ///< of the log, that were looked at
  ColumnGuesses log;
};

/// One line a thing found, with its evidence; at the end what is in doubt.
void print_findings(const SetupFindings& findings, std::ostream& out);

/// The same for programs.
nlohmann::json json_of(const SetupFindings& findings);

/// Writes the site's file, every line with a comment that says why.
void write_site_file(const SetupFindings& findings, std::ostream& out);

}  // namespace irgan
