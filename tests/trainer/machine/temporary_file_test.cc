#include "trainer/machine/temporary_file.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/trainer/scratch_folder.h"

namespace irgan::temporary_file_test {

namespace fs = std::filesystem;

TEST_CASE("a temporary folder goes with all that is in it", "[trainer][temporary_file]") {
  const ScratchFolder folder;
  {
    const TemporaryFolder made(folder.file("work-"), true);
    std::ofstream(made.path() + "/file") << "text";
    fs::create_directory(made.path() + "/sub");
    CHECK((fs::status(made.path()).permissions() & fs::perms::all) == fs::perms::owner_all);
  }
  CHECK(folder.size() == 0);
}

TEST_CASE("folders of killed runs are removed by the next one, those in use and others are not",
          "[trainer][temporary_file]") {
  const ScratchFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const TemporaryFolder left(folder.file("work-"), false);
    std::ofstream(left.path() + "/file") << "text";
    ::_exit(0);
  }
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(folder.size() == 1);
  fs::create_directory(folder.path() / "work-of mine");
  fs::create_directory(folder.path() / "work-12.old");
  const TemporaryFolder first(folder.file("work-"), false);
  const TemporaryFolder second(folder.file("work-"), false);
  CHECK(first.path() != second.path());
  CHECK(fs::is_directory(first.path()));
  CHECK(folder.size() == 4);
}

TEST_CASE("a folder that cannot be made is named", "[trainer][temporary_file]") {
  const ScratchFolder folder;
  CHECK_THROWS_WITH(TemporaryFolder(folder.file("missing/work-"), true), Catch::Contains("missing/work-"));
}

}  // namespace irgan::temporary_file_test
