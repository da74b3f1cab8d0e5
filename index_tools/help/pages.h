/// Pages that are made of all commands' options: man pages, and completion for shells.
#pragma once

#include <string>
#include <vector>

#include "index_tools/help/help.h"
#include "index_tools/options/option_table.h"

namespace irgan {

/// A command's text with its options.
struct DescribedCommand : CommandText {
  std::vector<Option> options;
};

/// The man page of the program, and that of a command, in roff.
std::string program_page(const std::vector<DescribedCommand>& commands, const std::string& version);
std::string command_page(const DescribedCommand& command, const std::string& version);

/// What completes commands, flags, files and named values in a shell.
std::string bash_completion(const std::vector<DescribedCommand>& commands);
std::string zsh_completion(const std::vector<DescribedCommand>& commands);
std::string fish_completion(const std::vector<DescribedCommand>& commands);

/// Writes all pages under `folder`, by the paths that they have under share/ of an installed tree; makes the folders.
///
/// Throws: Error if a file cannot be written
void write_pages(const std::string& folder, const std::vector<DescribedCommand>& commands, const std::string& version);

}  // namespace irgan
