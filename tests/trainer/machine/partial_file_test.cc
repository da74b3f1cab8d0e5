#include "trainer/machine/partial_file.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>

#include "tests/trainer/scratch_folder.h"
#include "trainer/machine/text_input.h"

namespace irgan::partial_file_test {

using Catch::Contains;

TEST_CASE("an output that is not interrupted replaces the file and leaves nothing beside it",
          "[trainer][partial_file]") {
  const ScratchFolder folder;
  folder.write("out", "before");
  PartialFile file(folder.file("out"), "run", false);
  CHECK(file.saved().is_null());
  file.append("one\n");
  file.save({{"next", 1}});
  CHECK(folder.read("out") == "before");
  file.append("two\n");
  file.commit();
  CHECK(folder.read("out") == "one\ntwo\n");
  CHECK(folder.size() == 1);
}

TEST_CASE("a resumed output goes on where it was saved, not where it was killed", "[trainer][partial_file]") {
  const ScratchFolder folder;
  const std::string path = folder.file("out.gz");
  {
    PartialFile killed(path, "run", false);
    killed.append("one\n");
    killed.save({{"next", 1}});
    killed.append("two, cut off");
  }
  PartialFile file(path, "run", false);
  CHECK(file.saved() == nlohmann::json{{"next", 1}});
  file.append("two\n");
  file.commit();
  TextInput input(path);
  std::string text;
  for (std::string_view line; input.next(line);) text.append(line).append("|");
  CHECK(text == "one|two|");
  CHECK(folder.size() == 1);
}

TEST_CASE("an output that failed before it saved anything leaves nothing", "[trainer][partial_file]") {
  const ScratchFolder folder;
  {
    PartialFile file(folder.file("out"), "run", false);
    file.append("one\n");
  }
  CHECK(folder.size() == 0);
}

TEST_CASE("another run's partial output is refused until a restart is asked for", "[trainer][partial_file]") {
  const ScratchFolder folder;
  {
    PartialFile file(folder.file("out"), "run", false);
    file.append("one\n");
    file.save(1);
  }
  CHECK_THROWS_WITH(PartialFile(folder.file("out"), "other", false),
                    Contains("restart is needed: the interrupted run that left "));
  CHECK(folder.read("out.partial") == "one\n");
  PartialFile file(folder.file("out"), "other", true);
  CHECK(file.saved().is_null());
  file.commit();
  CHECK(folder.read("out").empty());
  CHECK(folder.size() == 1);
}

TEST_CASE("damaged state and a missing folder are told", "[trainer][partial_file]") {
  const ScratchFolder folder;
  folder.write("out.partial", "one\n");
  folder.write("out.partial.state", "{\"run\": \"run\", \"bytes\": 400, \"state\": 1}");
  CHECK_THROWS_WITH(PartialFile(folder.file("out"), "run", false), Contains("shorter than its state says"));
  folder.write("out.partial", "one\n");
  folder.write("out.partial.state", "{\"run");
  CHECK_THROWS_AS(PartialFile(folder.file("out"), "run", false), FormatError);
  CHECK_THROWS_AS(PartialFile(folder.file("nowhere/out"), "run", false), Error);
}

TEST_CASE("an output that another run writes is refused and left as it is", "[trainer][partial_file]") {
  const ScratchFolder folder;
  const std::string path = folder.file("out");
  {
    PartialFile first(path, "run", false);
    first.append("one\n");
    first.save(1);
    first.append("two\n");
    for (const bool restart : {false, true})
      CHECK_THROWS_WITH(PartialFile(path, "run", restart), Contains("another run writes it"));
    CHECK(folder.read("out.partial") == "one\ntwo\n");
    first.append("three\n");
    first.commit();
    CHECK(folder.read("out") == "one\ntwo\nthree\n");
    PartialFile second(path, "run", false);  // the first is done, though it lives
    CHECK(second.saved().is_null());
    second.append("again\n");
    second.commit();
  }
  CHECK(folder.read("out") == "again\n");
  CHECK(folder.size() == 1);
}

TEST_CASE("a partial output is its owner's alone, and no link is written through", "[trainer][partial_file]") {
  const ScratchFolder folder;
  {
    PartialFile file(folder.file("out"), "run", false);
    file.append("one\n");
    file.save({{"next", 1}});
    namespace fs = std::filesystem;
    const auto for_others = fs::perms::group_all | fs::perms::others_all;
    for (const char* name : {"out.partial", "out.partial.state"}) {
      CHECK((fs::status(folder.file(name)).permissions() & for_others) == fs::perms::none);
    }
  }
  folder.write("victim", "precious");
  std::filesystem::create_symlink("victim", folder.path() / "other.partial");
  CHECK_THROWS_WITH(PartialFile(folder.file("other"), "run", true), Contains("symbolic link"));
  std::filesystem::create_hard_link(folder.path() / "victim", folder.path() / "third.partial");
  CHECK_THROWS_WITH(PartialFile(folder.file("third"), "run", true), Contains("remove it"));
  CHECK(folder.read("victim") == "precious");
}

}  // namespace irgan::partial_file_test
