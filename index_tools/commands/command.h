/// A command of xapian-irgan: its name, what it says of itself, and how it runs.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "index_tools/options/option_table.h"

namespace irgan {

struct Command {
  std::string name;
  std::string usage;    ///< what follows the name
  std::string summary;  ///< one line
  std::string guide;    ///< for newcomers: an example, and what comes next
  /// Binds the options, parses the words, and runs.
  std::function<void(const Command& self, const std::vector<std::string>& words, std::ostream& out)> execute;
};

/// Prints usage, summary, options and guide.
void print_help(const Command& command, const OptionTable& table, std::ostream& out);

/// A row of the table of commands. `Options` is the command's plain struct; add_options(Options&, OptionTable&) binds
/// it and run(const Options&, std::ostream&) does the work.
template <class Options>
Command make_command(std::string name, std::string usage, std::string summary, std::string guide) {
  return {std::move(name), std::move(usage), std::move(summary), std::move(guide),
          [](const Command& self, const std::vector<std::string>& words, std::ostream& out) {
            Options options;
            OptionTable table;
            add_options(options, table);
            if (table.parse(words)) {
              run(options, out);
            } else {
              print_help(self, table, out);
            }
          }};
}

/// All commands, in the order of their use.
const std::vector<Command>& commands();

/// Runs the command that words[0] names.
///
/// Returns: the process's exit code: 0 done, 1 the work failed, 2 bad usage; messages go to `err`
int run_command_line(const std::vector<std::string>& words, std::ostream& out, std::ostream& err);

}  // namespace irgan
