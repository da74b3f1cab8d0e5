#include "index_tools/commands/command.h"

#include <xapian.h>

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <sstream>
#include <string_view>

#include "index_tools/commands/commands.h"
#include "index_tools/help/pages.h"
#include "index_tools/options/training_options.h"
#include "index_tools/reports/json_output.h"
#include "plugin/src/process/printable.h"
#include "trainer/parallel/process_group.h"
#include "trainer/text/near_name.h"

namespace irgan {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kBadUsage = 2;

std::vector<CommandText> texts() { return {commands().begin(), commands().end()}; }

// A library names the member of a struct; here it is a flag.
std::string with_flag(const ConfigError& error) {
  if (error.member().empty()) return error.what();
  return flag_of(error.member()) + (error.what() + error.member().size());
}

// A message may quote what a file holds.
std::string printable_lines(std::string_view message) {
  std::string text;
  for (;;) {
    const std::string_view line = message.substr(0, message.find('\n'));
    text += printable(line);
    if (line.size() == message.size()) return text;
    text += '\n';
    message.remove_prefix(line.size() + 1);
  }
}

// "index PATH: ", as far as the words of a command name it.
std::string of_index(const std::vector<std::string>& words) {
  const auto flag = std::find(words.begin(), words.end(), "--db");
  return flag == words.end() || flag + 1 == words.end() ? "" : "index " + *(flag + 1) + ": ";
}

std::string description(const Xapian::Error& error) {
  std::string text = std::string(error.get_type()) + ": " + error.get_msg();
  if (error.get_error_string() != nullptr) text += std::string(": ") + error.get_error_string();
  return error.get_context().empty() ? text : text + " (" + error.get_context() + ")";
}

int fail(std::ostream& err, const std::string& command, const std::string& message, int code) {
  err << "xapian-irgan " << command << ": " << printable_lines(message) << '\n';
  if (code == kBadUsage) err << "'xapian-irgan " << command << " --help' lists the options.\n";
  return code;
}

std::vector<std::string> names() {
  std::vector<std::string> all{"help"};
  for (const Command& command : commands()) all.push_back(command.name);
  return all;
}

const Command* find_command(const std::string& name) {
  const auto& table = commands();
  const auto found = std::find_if(table.begin(), table.end(), [&](const Command& row) { return row.name == name; });
  return found == table.end() ? nullptr : &*found;
}

int refuse_command(const std::string& name, const Console& console) {
  const std::string near = meant(name, names());
  console.err << "xapian-irgan: there is no command '" << printable(name) << "'" << near << "\n\n";
  if (near.empty()) {
    print_overview(texts(), console.err, console.width);
  } else {
    console.err << "'xapian-irgan help' lists all commands.\n";
  }
  return kBadUsage;
}

// What stands in a command's place and is none.
//
// Returns: no value if words[0] is not such a word
std::optional<int> run_other(const std::vector<std::string>& words, const Console& console) {
  const std::string& name = words[0];
  if (name == "--help" || name == "-h" || (name == "help" && words.size() == 1)) {
    print_overview(texts(), console.out, console.width);
    return kDone;
  }
  if (name == "--version") {
    console.out << "xapian-irgan " << IRGAN_VERSION << " (Xapian " << Xapian::version_string() << ")\n";
    return kDone;
  }
  if (name == "help") {
    const Command* const command = find_command(words[1]);
    if (command == nullptr) return refuse_command(words[1], console);
    command->execute(*command, {"--help"}, console);
    return kDone;
  }
  if (name == "pages" && words.size() == 2) {
    std::vector<DescribedCommand> described;
    for (const Command& command : commands()) described.push_back({command, command.options()});
    write_pages(words[1], described, IRGAN_VERSION);
    return kDone;
  }
  return std::nullopt;
}

}  // namespace

void GeneralOptions::add_to(OptionTable& table) {
  table.group("Of every command");
  table.flag("quiet", is_quiet, "print the result and errors, but no progress and no remarks");
  table.flag("json", json, "print the result as one JSON object, and nothing else on stdout");
}

void run_shown(const GeneralOptions& general, const OptionTable& table, const Console& console,
               const std::function<void(const Console&)>& work) {
  if (!general.json) return work(general.is_quiet ? console.quiet(table.writes_file()) : console);
  if (table.writes_stdout()) throw ConfigError("--json prints to stdout: name a file to write in place of -");
  nlohmann::json result;
  const Console keeping = console.keeping(result);
  try {
    work(general.is_quiet ? keeping.quiet(true) : keeping);
  } catch (...) {
    if (!result.is_null()) print_json(result, console.out);
    throw;
  }
  print_json(result, console.out);
}

const std::vector<Command>& commands() {
  static const std::vector<Command> table{setup_command(),    index_command(),   annotate_command(), vectors_command(),
                                          simulate_command(), queries_command(), check_command(),    features_command(),
                                          train_command(),    search_command(),  rerank_command(),   score_command(),
                                          evaluate_command(), mine_command(),    distill_command(),  memory_command(),
                                          report_command(),   inspect_command(), store_command(),    nightly_command()};
  return table;
}

std::vector<SiteOption> site_options(const std::string& command, const std::string& path) {
  KnownOptions known;
  for (const Command& each : commands()) {
    for (const Option& option : each.options()) {
      if (option.name != "site" && option.name != "quiet" && option.name != "json")
        known[each.name].insert(option.name);
    }
  }
  return read_site_file(path, command, known);
}

void run_command(const std::vector<std::string>& words, const Console& console) {
  const Command* const command = words.empty() ? nullptr : find_command(words[0]);
  if (command == nullptr) throw ConfigError("there is no such command");
  command->execute(*command, {words.begin() + 1, words.end()}, console);
}

namespace {

int run_words(const std::vector<std::string>& words, const Console& console) {
  if (words.empty()) {
    print_overview(texts(), console.err, console.width);
    return kBadUsage;
  }
  const std::string& name = words[0];
  try {
    if (const std::optional<int> code = run_other(words, console)) return *code;
    const Command* const command = find_command(name);
    if (command == nullptr) return refuse_command(name, console);
    command->execute(*command, {words.begin() + 1, words.end()}, console);
    return kDone;
  } catch (const ConfigError& error) {
    return fail(console.err, name, with_flag(error), kBadUsage);
  } catch (const Xapian::DatabaseModifiedError&) {
    return fail(console.err, name,
                "another program commits to the index while it is read: give the command again when that program has "
                "ended, or copy the index (xapian-compact) and read the copy",
                kFailed);
  } catch (const Xapian::Error& error) {
    return fail(console.err, name, of_index(words) + description(error), kFailed);
  } catch (const std::bad_alloc&) {
    return fail(console.err, name, "there is not enough memory", kFailed);
  } catch (const std::exception& error) {
    return fail(console.err, name, error.what(), kFailed);
  }
}

// Does what mpirun shares out among processes, of which only the first one speaks, but for errors.
int run_shared(const std::vector<std::string>& words, const Console& console) {
  ProcessGroup::join();
  ProcessGroup& processes = ProcessGroup::own();
  std::ostringstream unsaid, said;
  const int code = run_words(words, processes.is_first() ? console : Console(unsaid, said));
  if (code == kDone) return code;
  if (!processes.is_first()) {
    console.err << "process " << processes.number() + 1 << " of " << processes.count() << ": " << said.str();
  }
  console.err.flush();
  processes.end_others(code);  // who would wait for this one
  return code;
}

}  // namespace

int run_command_line(const std::vector<std::string>& words, const Console& console) {
  const bool is_shared = !words.empty() && words[0] == "train";
  const int code = is_shared ? run_shared(words, console) : run_words(words, console);
  console.out.flush();
  if (code != kDone || console.out) return code;
  return fail(console.err, words[0], "the output cannot be written", kFailed);
}

}  // namespace irgan
