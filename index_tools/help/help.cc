#include "index_tools/help/help.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <sstream>

#include "index_tools/showing/wrapped_text.h"

namespace irgan {
namespace {

// An example goes on over the line's end as in a shell, so that it can be pasted; a flag stays with its value.
std::string wrapped_example(const std::string& line, std::size_t width) {
  constexpr char kTie = '\x1f';
  std::string tied = std::regex_replace(line, std::regex("(--[a-z-]+) (?!-)"), std::string("$1") + kTie);
  tied = wrapped(tied, {width, 2, 6, " \\"});
  std::replace(tied.begin(), tied.end(), kTie, ' ');
  return "  " + tied;
}

std::string wrapped_guide(const std::string& guide, std::size_t width) {
  std::string text;
  std::istringstream lines(guide);
  for (std::string line; std::getline(lines, line);) {
    const bool is_example = line.rfind("  ", 0) == 0;
    text += (is_example ? wrapped_example(line, width) : wrapped(line, {width})) + '\n';
  }
  return text;
}

}  // namespace

void print_overview(const std::vector<CommandText>& commands, std::ostream& out, std::size_t width) {
  constexpr std::size_t kSummaryColumn = 12;
  const auto say = [&](const std::string& text) { out << wrapped(text, {width}) << '\n'; };
  say("Usage: xapian-irgan COMMAND [OPTIONS]\n\nLearns from clicks to rank the results of Xapian "
      "searches.\n\nCommands:");
  for (const CommandText& command : commands) {
    out << "  " << command.name << std::string(kSummaryColumn - 2 - command.name.size(), ' ')
        << wrapped(command.summary, {width, kSummaryColumn, kSummaryColumn}) << '\n';
  }
  say("\nThe usual way, from documents and a click log to better searches:");
  out << "  "
      << wrapped("index (or annotate, for an existing index) -> train -> rerank -> evaluate -> store -> search",
                 {width, 2, 2})
      << '\n';
  say("\n'xapian-irgan COMMAND --help' explains a command and names the next. 'xapian-irgan --version' names the "
      "version.");
}

void print_help(const CommandText& command, const OptionTable& table, bool all_options, const Console& console) {
  const std::size_t width = console.width;
  const std::string name = "xapian-irgan " + command.name;
  std::string sentence = command.summary + '.';
  sentence[0] = static_cast<char>(std::toupper(sentence[0]));
  console.out << wrapped("Usage: " + name + ' ' + command.usage, {width, 0, 4}) << "\n\n"
              << wrapped(sentence, {width}) << "\n\n"
              << (all_options ? table.help_all(width) : table.help(width)) << '\n'
              << wrapped_guide(command.guide, width);
  if (all_options || table.num_hidden() == 0) return;
  const std::string more =
      std::to_string(table.num_hidden()) + (table.num_hidden() == 1 ? " more option" : " more options");
  console.out << '\n' << wrapped("'" + name + " --help-all' shows " + more + ".", {width}) << '\n';
}

}  // namespace irgan
