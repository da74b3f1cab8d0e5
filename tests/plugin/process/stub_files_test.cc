#include "plugin/src/process/stub_files.h"

#include <xapian.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/trainer/scratch_folder.h"

namespace irgan::stub_files_test {

TEST_CASE("a stub's databases are found, and what is no stub is itself", "[plugin][stub_files]") {
  const ScratchFolder folder;
  const std::string a = folder.file("a");
  const std::string b = folder.file("b");
  for (const std::string& path : {a, b}) Xapian::WritableDatabase(path, Xapian::DB_CREATE).commit();
  const std::string single = folder.file("single");
  Xapian::Database(a).compact(single, Xapian::DBCOMPACT_SINGLE_FILE);
  CHECK(shard_paths(a) == std::vector<std::string>{a});
  CHECK(shard_paths(single) == std::vector<std::string>{single});
  CHECK(shard_paths("tcp:host:1") == std::vector<std::string>{"tcp:host:1"});
  const std::string inner = folder.write("inner", "glass b\n");
  const std::string stub = folder.write("stub", "# two\nauto " + a + "\nauto inner\nremote host:7\n");
  CHECK(shard_paths(stub) == std::vector<std::string>{a, b, "tcp:host:7"});
  const std::string loop = folder.write("loop", "auto loop\n");
  CHECK(shard_paths(loop) == std::vector<std::string>{loop});
  CHECK_THROWS_WITH(check_stubs(loop),
                    "index " + loop + ": its stub file names itself, or stub files are nested too deep");
  CHECK_NOTHROW(check_stubs(stub));
  const std::string memory = folder.write("memory", "inmemory\n");
  CHECK(shard_paths(memory) == std::vector<std::string>{memory});
}

}  // namespace irgan::stub_files_test
