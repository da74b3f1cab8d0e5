/// A command of xapian-irgan: what it says of itself, and how it runs.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/help/help.h"
#include "index_tools/options/option_table.h"
#include "index_tools/showing/console.h"

namespace irgan {

struct Command : CommandText {
  /// Binds the options, parses the words, and runs.
  std::function<void(const CommandText& self, const std::vector<std::string>& words, const Console& console)> execute;
  /// Returns all options.
  std::function<std::vector<Option>()> options;
};

/// What every command has.
struct GeneralOptions {
  bool is_quiet = false;
  bool json = false;

  void add_to(OptionTable& table);
};

/// Lets `work` print to `console` as the general options say. With --json what it gives Console::result() is printed
/// alone, also if it fails after that.
///
/// Throws: ConfigError if another output goes to stdout, too; what `work` throws
void run_shown(const GeneralOptions& general, const OptionTable& table, const Console& console,
               const std::function<void(const Console&)>& work);

/// Returns what the site's file at `path` says for a command.
std::vector<SiteOption> site_options(const std::string& command, const std::string& path);

/// A command's options, bound to its flags.
template <class Options>
struct BoundOptions {
  BoundOptions() {
    add_options(options, table);
    general.add_to(table);
    table.show_site();
  }
  BoundOptions(const BoundOptions&) = delete;

  Options options;
  OptionTable table;
  GeneralOptions general;
};

/// `Options` is the command's plain struct; add_options(Options&, OptionTable&) binds it and run(const Options&,
/// const Console&) does the work.
template <class Options>
Command make_command(std::string name, std::string usage, std::string summary, std::string guide) {
  return {{std::move(name), std::move(usage), std::move(summary), std::move(guide)},
          [](const CommandText& self, const std::vector<std::string>& words, const Console& console) {
            BoundOptions<Options> bound;
            const Request request =
                bound.table.parse(words, [&](const std::string& path) { return site_options(self.name, path); });
            if (request == Request::work) {
              const auto guard = bound.table.guard();
              run_shown(bound.general, bound.table, console, [&](const Console& shown) { run(bound.options, shown); });
            } else {
              print_help(self, bound.table, request == Request::help_all, console);
            }
          },
          [] { return BoundOptions<Options>().table.options(); }};
}

/// All commands, in the order of their use.
const std::vector<Command>& commands();

/// Runs the command that words[0] names, as part of another one.
///
/// Throws: what the command throws, among it what outcomes.h names; ConfigError if there is no such command
void run_command(const std::vector<std::string>& words, const Console& console);

/// Runs the command that words[0] names, and prints what it throws. Beside commands() there are "help [COMMAND]", and
/// "pages FOLDER", which writes man pages and completion for the build.
///
/// Returns: the process's exit code: 0 done, 1 the work failed, 2 bad usage
int run_command_line(const std::vector<std::string>& words, const Console& console);

}  // namespace irgan
