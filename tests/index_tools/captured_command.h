/// Runs the whole program in process, for tests of what it prints and how it ends.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "index_tools/commands/command.h"

namespace irgan {

struct CommandResult {
  int exit_code = 0;
  std::string out;
  std::string err;  ///< progress and diagnostics too
};

/// Runs `xapian-irgan WORDS...`.
inline CommandResult run_words(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = run_command_line(words, Console(out, err));
  return {exit_code, out.str(), err.str()};
}

/// The same, words parted at spaces.
inline CommandResult run_line(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream parts(line);
  for (std::string word; parts >> word;) words.push_back(word);
  return run_words(words);
}

}  // namespace irgan
