#include "index_tools/options/log_reading_options.h"

#include "trainer/log/click_fields.h"

namespace irgan {

void add_log_options(ClickLogOptions& options, OptionTable& table, const char* log) {
  table.group("The log");
  table.pairs("column", options.columns,
              "a column that has another name in the log, e.g. clicked=is_click; count= ignores a column count of "
              "another meaning; may be given again",
              "KNOWN=THEIRS");
  table.texts("click-action", options.click_actions,
              "in a log of several kinds of events, one that is a click; if not given, click and click_through; may be "
              "given again",
              "NAME");
  table.number("rank-base", options.rank_base, 0, 1,
               "rank of the first hit in the log; if not given, 1, and 0 in UBI; Omega's logs need no such flag");
  table.number("max-bad", options.max_bad, 0.0, 1.0, "a log with a greater share of unusable lines is refused");
  table.text("rejects", options.rejects_path, "write the unusable log lines to this file", "FILE");
  table.writes("rejects");
  for (const char* name : {"column", "click-action", "rank-base", "max-bad", "rejects"})
    table.needs(name, {log}, "it is of a log");
}

std::string known_columns() {
  std::string names;
  for (const std::string_view name : kClickColumnNames) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

void check_stdin(const std::vector<std::pair<const char*, std::string>>& inputs) {
  const char* first = nullptr;
  for (const auto& [flag, path] : inputs) {
    if (path != "-") continue;
    if (first != nullptr)
      throw ConfigError(std::string(first) + " - and " + flag +
                        " - exclude each other: standard input can be read once");
    first = flag;
  }
}

}  // namespace irgan
