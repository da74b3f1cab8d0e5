/// How click logs are read: the flags of every command that reads one.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/options/option_table.h"
#include "trainer/log/click_log.h"

namespace irgan {

struct LogReadingOptions {
  std::vector<std::pair<std::string, std::string>> columns;
  std::optional<int> rank_base;
  double max_bad = 0.01;
  std::string rejects;

  /// log: the flag that names the logs, without which these are refused
  void add_to(OptionTable& table, const char* log);

  ClickLogOptions log_options() const;
};

/// The columns that are known, with commas between.
std::string known_columns();

/// Throws: ConfigError naming both flags if two of the inputs, each a flag and its path, are "-": stdin can be read
/// once
void check_stdin(const std::vector<std::pair<const char*, std::string>>& inputs);

/// Tells stderr which lines of the log at `path` were counted apart or passed over, and why.
void report_lines(const ClickLogSummary& summary, const std::string& path);

}  // namespace irgan
