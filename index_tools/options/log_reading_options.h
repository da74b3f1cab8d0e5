/// The flags that say how click logs are read.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "index_tools/options/option_table.h"
#include "irgan/click_row.h"

namespace irgan {

/// logs: the flags that name logs, without all of which these are refused
void add_log_options(ClickLogOptions& options, OptionTable& table, const std::vector<const char*>& logs);

/// The columns that are known, with commas between.
std::string known_columns();

/// Throws: ConfigError naming both flags if two of the inputs, each a flag and its path, are "-": standard input can be
///         read once
void check_stdin(const std::vector<std::pair<const char*, std::string>>& inputs);

}  // namespace irgan
