/// Outputs that lead to inputs, by whatever name.

#include "trainer/machine/input_guard.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/trainer/scratch_folder.h"
#include "trainer/machine/output_file.h"
#include "trainer/machine/partial_file.h"

namespace irgan::input_guard_test {

using Catch::Contains;

namespace fs = std::filesystem;

TEST_CASE("an output that is an input is refused by whatever name, and the input stays", "[trainer][input_guard]") {
  const ScratchFolder folder;
  folder.write("log", "clicks");
  fs::create_symlink("log", folder.path() / "link");
  fs::create_symlink(folder.path() / "link", folder.path() / "link to a link");
  fs::create_hard_link(folder.path() / "log", folder.path() / "hard");
  fs::create_directory(folder.path() / "sub");
  const InputGuard guard({{"--clicks", folder.file("log")}});
  for (const char* name : {"log", "link", "link to a link", "hard", "sub/../log", "./log"}) {
    INFO(name);
    CHECK_THROWS_AS(OutputFile(folder.file(name)), ConfigError);
    CHECK_THROWS_AS(replace_file(folder.file(name), "new"), ConfigError);
    CHECK_THROWS_AS(require_writable(folder.file(name)), ConfigError);
    CHECK_THROWS_AS(PartialFile(folder.file(name), "run", false), ConfigError);
  }
  CHECK_THROWS_WITH(OutputFile(folder.file("link")),
                    Contains("is the same file as " + folder.file("log") + ", an input of this run (--clicks)"));
  CHECK(folder.read("log") == "clicks");
  CHECK_NOTHROW(replace_file(folder.file("log2"), "new"));
}

TEST_CASE("what stands beside an output may be an input, too", "[trainer][input_guard]") {
  const ScratchFolder folder;
  const InputGuard guard({{"--clicks", folder.write("out.partial", "clicks")}});
  CHECK_THROWS_AS(PartialFile(folder.file("out"), "run", true), ConfigError);
  CHECK(folder.read("out.partial") == "clicks");
}

TEST_CASE("an input may be replaced in place by the output that is named for it, and by no other",
          "[trainer][input_guard]") {
  const ScratchFolder folder;
  const std::string path = folder.write("memory", "old");
  fs::create_hard_link(path, folder.path() / "other name");
  const InputGuard guard({{"--from", path, path}});
  CHECK_THROWS_AS(replace_file(folder.file("other name"), "new"), ConfigError);
  CHECK_NOTHROW(replace_file(path, "new"));
  CHECK(folder.read("memory") == "new");
}

TEST_CASE("the files of an index are inputs, and a folder that holds an input is not replaced",
          "[trainer][input_guard]") {
  const ScratchFolder folder;
  fs::create_directory(folder.path() / "db");
  folder.write("db/postlist.glass", "terms");
  const InputGuard guard({{"--db", folder.file("db")}});
  CHECK_THROWS_AS(OutputFile(folder.file("db/postlist.glass")), ConfigError);
  CHECK_THROWS_AS(require_no_input_inside(folder.file("db")), ConfigError);
  CHECK_THROWS_AS(require_no_input_inside(folder.path().string()), ConfigError);
  CHECK_NOTHROW(require_no_input_inside(folder.file("another")));
}

TEST_CASE("standard output is no input, pipes and devices are never one", "[trainer][input_guard]") {
  const ScratchFolder folder;
  const InputGuard guard({{"--clicks", folder.write("log", "clicks")}, {"--qrels", "/dev/null"}, {"--data", ""}});
  const int saved = ::dup(STDOUT_FILENO);
  const int fd = ::open(folder.file("log").c_str(), O_WRONLY | O_APPEND);
  ::dup2(fd, STDOUT_FILENO);
  std::string refusal;
  try {
    require_no_input("-");
  } catch (const ConfigError& error) {
    refusal = error.what();
  }
  ::dup2(saved, STDOUT_FILENO);
  ::close(fd);
  ::close(saved);
  CHECK_THAT(refusal, Contains("standard output is the same file as "));
  CHECK_NOTHROW(require_no_input("/dev/null"));
}

TEST_CASE("a guard holds while it lives", "[trainer][input_guard]") {
  const ScratchFolder folder;
  const std::string path = folder.write("log", "clicks");
  { const InputGuard guard({{"--clicks", path}}); }
  CHECK_NOTHROW(require_no_input(path));
}

TEST_CASE("what another run puts in an input's place does not make new files inputs", "[trainer][input_guard]") {
  const ScratchFolder folder;
  const std::string input = folder.write("input", "old");
  const InputGuard guard({{"--from", input}});
  for (int i = 0; i < 50; ++i) {
    fs::rename(folder.write("fresh", "new"), input);  // the old file is gone, and its inode free
    const std::string output = folder.write("output" + std::to_string(i), "");
    CHECK_NOTHROW(require_no_input(output));
  }
}

}  // namespace irgan::input_guard_test
