#include "trainer/parallel/processor_quota.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/trainer/scratch_folder.h"

namespace irgan::processor_quota_test {

namespace {

namespace fs = std::filesystem;

struct Groups {
  ScratchFolder folder;

  void write(const std::string& name, const std::string& text) const {
    const fs::path path = folder.file(name);
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::optional<unsigned> quota() const { return processor_quota(folder.file("own"), folder.file("groups")); }
};

}  // namespace

TEST_CASE("the least quota of a process's group and of those around it counts, rounded up", "[trainer][thread_pool]") {
  const Groups groups;
  CHECK_FALSE(groups.quota());  // nothing can be read
  groups.write("own", "4:memory:/else\n0::/site/nightly\n");
  groups.write("groups/site/nightly/cpu.max", "max 100000\n");
  CHECK_FALSE(groups.quota());
  groups.write("groups/site/cpu.max", "400000 100000\n");
  CHECK(groups.quota() == 4U);
  groups.write("groups/site/nightly/cpu.max", "150000 100000\n");
  CHECK(groups.quota() == 2U);
  groups.write("groups/cpu.max", "50000 100000\n");
  CHECK(groups.quota() == 1U);
  groups.write("groups/cpu.max", "1e300 1\n");
  CHECK(groups.quota() == 2U);
}

TEST_CASE("a container that does not see its own group has the quota at its root", "[trainer][thread_pool]") {
  const Groups groups;
  groups.write("groups/cpu.max", "300000 100000\n");
  groups.write("elsewhere/cpu.max", "100000 100000\n");
  for (const char* const own : {"", "0::/\n", "0::/kubepods/unseen\n", "0::/../elsewhere\n", "1:cpu:/site\n"}) {
    CAPTURE(own);
    groups.write("own", own);
    CHECK(groups.quota() == 3U);
  }
}

TEST_CASE("what is no quota is none", "[trainer][thread_pool]") {
  const Groups groups;
  groups.write("own", "0::/\n");
  for (const char* const text : {"", "max", "100000", "-1 100000", "100000 0", "nan nan", "some words"}) {
    CAPTURE(text);
    groups.write("groups/cpu.max", text);
    CHECK_FALSE(groups.quota());
  }
}

}  // namespace irgan::processor_quota_test
