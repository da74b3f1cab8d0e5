#include "index_tools/commands/command.h"

#include <xapian.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string_view>

#include "index_tools/commands/commands.h"
#include "index_tools/options/training_options.h"
#include "plugin/src/process/printable.h"

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

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table{setup_command(),    index_command(),   annotate_command(), vectors_command(),
                                          simulate_command(), queries_command(), check_command(),    features_command(),
                                          train_command(),    search_command(),  rerank_command(),   score_command(),
                                          evaluate_command(), mine_command(),    distill_command(),  memory_command(),
                                          inspect_command(),  store_command(),   nightly_command()};
  return table;
}

std::vector<SiteOption> site_options(const std::string& command, const std::string& path) {
  KnownOptions known;
  for (const Command& each : commands()) known[each.name] = each.option_names();
  return read_site_file(path, command, known);
}

namespace {

int run_words(const std::vector<std::string>& words, const Console& console) {
  if (words.empty()) {
    print_overview(texts(), console.err, console.width);
    return kBadUsage;
  }
  const std::string& name = words[0];
  if (name == "--help" || name == "-h") {
    print_overview(texts(), console.out, console.width);
    return kDone;
  }
  if (name == "--version") {
    console.out << "xapian-irgan " << IRGAN_VERSION << " (Xapian " << Xapian::version_string() << ")\n";
    return kDone;
  }
  const auto& table = commands();
  const auto command = std::find_if(table.begin(), table.end(), [&](const Command& row) { return row.name == name; });
  if (command == table.end()) {
    console.err << "xapian-irgan: there is no command '" << name << "'\n\n";
    print_overview(texts(), console.err, console.width);
    return kBadUsage;
  }
  try {
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

}  // namespace

int run_command_line(const std::vector<std::string>& words, const Console& console) {
  const int code = run_words(words, console);
  console.out.flush();
  if (code != kDone || console.out) return code;
  return fail(console.err, words[0], "the output cannot be written", kFailed);
}

}  // namespace irgan
