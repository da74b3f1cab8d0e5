/// What the program and its commands say of themselves, in lines that fit the terminal.
#pragma once

#include <ostream>

#include "index_tools/options/option_table.h"
#include "index_tools/showing/console.h"

namespace irgan {

struct Command;

/// Prints all commands, and in which order they are used.
void print_overview(std::ostream& out, std::size_t width);

/// Prints usage, summary, options and guide: the everyday options and how many more there are, or all by group.
void print_help(const Command& command, const OptionTable& table, bool all_options, const Console& console);

}  // namespace irgan
