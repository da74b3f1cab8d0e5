/// Commands that must fail: each with a message that says what, where and what to do, an exit code, and nothing written
/// or lost.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

#include "tests/index_tools/made_site.h"

namespace irgan {

/// Every file's bytes, by its path in the folder.
inline std::map<std::string, std::string> contents(const ScratchFolder& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    const std::string name = std::filesystem::relative(entry.path(), folder.path()).string();
    all[name] = entry.is_regular_file() ? folder.read(name) : "";
  }
  return all;
}

/// The site with an index, a log, rows, and a model, made once and copied for each test.
struct SiteOfBadInput {
  static const MadeSite& original() {
    static const MadeSite made;
    static const bool done = [] {
      made.index();
      for (const char* line :
           {"simulate --db @db --queries @learn.tsv --qrels @learn.qrels --sessions 10 --out @clicks",
            "features --db @db --queries @learn.tsv --qrels @learn.qrels --out @rows",
            "train --force --data @rows --epochs 2 --valid-share .3 --model @model",
            "train --force --data @rows --epochs 2 --valid-share .3 --objective softmax --model @softmax.model"}) {
        const CommandResult result = made.run(line);
        if (result.exit_code != 0) throw std::runtime_error(line + result.err);
      }
      made.folder.write("out", "what was here before");
      return true;
    }();
    (void)done;
    return made;
  }

  SiteOfBadInput() {
    std::filesystem::copy(original().folder.path(), folder.path(), std::filesystem::copy_options::recursive);
  }

  /// Runs a command line in which @NAME stands for the file NAME, expects it to fail and to change no file.
  ///
  /// Returns: its message
  std::string failing(int exit_code, const std::string& line) const {
    const auto before = contents(folder);
    std::string filled;
    for (const char c : line) filled += c == '@' ? folder.path().string() + '/' : std::string(1, c);
    const CommandResult result = run_line(filled);
    INFO(line << '\n' << result.err);
    CHECK(result.exit_code == exit_code);
    CHECK((contents(folder) == before));
    return result.err;
  }
  std::string failed(const std::string& line) const { return failing(1, line); }
  std::string refused(const std::string& line) const { return failing(2, line); }

  std::string file(const std::string& name) const { return folder.file(name); }

  ScratchFolder folder;
};

/// Part of many command lines.
inline const std::string kLearnQueries = " --queries @learn.tsv ";

}  // namespace irgan
