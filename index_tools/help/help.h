/// What the program and its commands say of themselves, in lines that fit the terminal.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "index_tools/options/option_table.h"
#include "index_tools/showing/console.h"

namespace irgan {

/// What a command says of itself.
struct CommandText {
  std::string name;
  std::string usage;    ///< what follows the name
  std::string summary;  ///< one line
  std::string guide;    ///< for newcomers, in lines: an example, which begins with two spaces, or a paragraph
};

/// Prints all commands, and in which order they are used.
void print_overview(const std::vector<CommandText>& commands, std::ostream& out, std::size_t width);

/// Prints usage, summary, options and guide: the everyday options and how many more there are, or all by group.
void print_help(const CommandText& command, const OptionTable& table, bool all_options, const Console& console);

}  // namespace irgan
