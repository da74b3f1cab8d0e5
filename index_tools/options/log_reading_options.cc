#include "index_tools/options/log_reading_options.h"

#include <map>

#include "trainer/log/click_fields.h"
#include "trainer/unpacking/packed_bytes.h"

namespace irgan {

void add_log_options(ClickLogOptions& options, OptionTable& table, const std::vector<const char*>& logs) {
  table.group("The log");
  table.pairs("column", options.columns,
              "a column that has another name in the log, e.g. clicked=is_click; count= ignores a column count of "
              "another meaning; may be given again",
              "KNOWN=THEIRS");
  table.texts("context", options.contexts,
              "a column that says what the search was beside its words, such as device or segment: 'train' and "
              "'features' make a feature of each value that has clicks enough, 'check' counts the values; may be given "
              "again",
              "NAME");
  table.texts("click-action", options.click_actions,
              "in a log of several kinds of events, the name of one that is a click; if not given, click and "
              "click_through; may be given again",
              "NAME");
  table.weights("action", options.actions,
                "in such a log, an event that says more than a click, and as how many clicks it counts, e.g. "
                "purchase=5; may be given again",
                "NAME=N");
  table.number("rank-base", options.rank_base, 0, 1,
               "rank of the first hit in the log; if not given, 1, and 0 in UBI; Omega's logs need no such flag");
  table.time("after", options.after,
             "only rows later than this time count, for a log that has grown since it was read");
  table.number("max-bad", options.max_bad, 0.0, 1.0, "a log with a greater share of unusable lines is refused");
  table.text("rejects", options.rejects_path, "write the unusable log lines to this file", "FILE");
  table.writes("rejects");
  for (const char* name : {"column", "context", "click-action", "action", "after", "rank-base", "max-bad", "rejects"})
    table.needs(name, logs, "it is of a log");
}

std::string known_columns() {
  std::string names;
  for (const std::string_view name : kClickColumnNames) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

void check_stdin(const std::vector<std::pair<const char*, std::string>>& inputs) {
  std::map<std::string, const char*> flags;  // by what can be read once
  for (const auto& [flag, path] : inputs) {
    if (path.empty() || can_be_read_again(path)) continue;
    const auto [first, is_new] = flags.emplace(path, flag);
    if (is_new) continue;
    throw ConfigError(std::string(first->second) + ' ' + path + " and " + flag + ' ' + path +
                      " exclude each other: " + (path == "-" ? "standard input" : "a pipe") + " can be read once");
  }
}

}  // namespace irgan
