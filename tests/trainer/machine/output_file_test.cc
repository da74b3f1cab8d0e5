#include "trainer/machine/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "plugin/src/model/file_bytes.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/machine/text_input.h"

namespace irgan::output_file_test {

using Catch::Matchers::Contains;
using Catch::Matchers::Message;
using Catch::Matchers::StartsWith;

namespace {

namespace fs = std::filesystem;

void save(const std::string& path, const std::string& text) {
  OutputFile out(path);
  out.stream() << text;
  out.commit();
}

unsigned mode_of(const std::string& path) {
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777;
}

}  // namespace

TEST_CASE("a file appears with its content when it is committed, and not before", "[trainer][output_file]") {
  const ScratchFolder folder;
  folder.write("model", "old");
  {
    OutputFile out(folder.file("model"));
    out.stream() << std::string(1'000'000, 'n');
    out.stream().flush();
    CHECK(folder.read("model") == "old");
    out.commit();
    CHECK(folder.read("model") == std::string(1'000'000, 'n'));
  }
  CHECK(folder.size() == 1);
}

TEST_CASE("without commit the old file stays and nothing is left behind", "[trainer][output_file]") {
  const ScratchFolder folder;
  folder.write("model", "old");
  const std::string name = GENERATE("model", "new.gz", "new.zst");
  {
    OutputFile out(folder.file(name));
    out.stream() << std::string(1'000'000, 'n');
  }
  CHECK(folder.read("model") == "old");
  CHECK(folder.size() == 1);
}

TEST_CASE("an exception between opening and commit leaves nothing behind", "[trainer][output_file]") {
  const ScratchFolder folder;
  try {
    OutputFile out(folder.file("model"));
    out.stream() << "half";
    throw Error("the work failed");
  } catch (const Error&) {
  }
  CHECK(folder.size() == 0);
}

TEST_CASE("a killed process leaves the old file whole", "[trainer][output_file]") {
  const ScratchFolder folder;
  folder.write("model", "old");
  const pid_t child = ::fork();
  if (child == 0) {
    OutputFile out(folder.file("model"));
    out.stream() << std::string(1'000'000, 'n') << std::flush;
    ::_exit(0);
  }
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(folder.read("model") == "old");
}

TEST_CASE("a name in .gz or .zst is compressed and reads back", "[trainer][output_file]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("a.gz", "a.zst");
  std::mt19937 random(1);
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += std::to_string(random() % 1000) + "\n";
  save(folder.file(name), text);
  CHECK(folder.read(name).size() < text.size());
  TextInput input(folder.file(name));
  std::string unpacked;
  for (std::string_view line; input.next(line);) unpacked.append(line).push_back('\n');
  CHECK(unpacked == text);
}

TEST_CASE("an empty file is written too, packed or not", "[trainer][output_file]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("a", "a.gz", "a.zst");
  save(folder.file(name), "");
  REQUIRE(fs::exists(folder.file(name)));
  TextInput input(folder.file(name));
  std::string_view line;
  CHECK_FALSE(input.next(line));
}

TEST_CASE("a symbolic link stays, and what it points to is replaced", "[trainer][output_file]") {
  const ScratchFolder folder;
  fs::create_directory(folder.path() / "far");
  folder.write("far/model", "old");
  fs::create_symlink("far/model", folder.path() / "relative");
  fs::create_symlink(folder.path() / "relative", folder.path() / "link to a link");
  save(folder.file("link to a link"), "new");
  CHECK(folder.read("far/model") == "new");
  CHECK(fs::is_symlink(folder.path() / "relative"));
  CHECK(fs::is_symlink(folder.path() / "link to a link"));
  CHECK(folder.size() == 3);

  fs::create_symlink("far/not yet", folder.path() / "dangling");
  save(folder.file("dangling"), "made");
  CHECK(folder.read("far/not yet") == "made");
}

TEST_CASE("the mode of an existing file is kept, a new one follows the umask", "[trainer][output_file]") {
  const ScratchFolder folder;
  folder.write("model", "old");
  REQUIRE(::chmod(folder.file("model").c_str(), 0640) == 0);
  save(folder.file("model"), "new");
  CHECK(mode_of(folder.file("model")) == 0640);

  const mode_t old_mask = ::umask(027);
  save(folder.file("fresh"), "new");
  ::umask(old_mask);
  CHECK(mode_of(folder.file("fresh")) == 0640);
}

TEST_CASE("a name without a folder is written in the current one", "[trainer][output_file]") {
  const ScratchFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  save("model", "new");
  fs::current_path(before);
  CHECK(folder.read("model") == "new");
}

TEST_CASE("a folder that cannot be written to is named with the reason", "[trainer][output_file]") {
  const ScratchFolder folder;
  const std::string path = folder.file("missing/model");
  CHECK_THROWS_MATCHES(OutputFile(path), Error,
                       Message(path + ": no file can be made in its folder: No such file or directory"));
  CHECK_THROWS_MATCHES(OutputFile(folder.path().string()), Error,
                       Message(folder.path().string() + ": cannot be written: Is a directory"));
  CHECK(folder.size() == 0);
}

TEST_CASE("a full disk is reported at commit, and a device is never replaced", "[trainer][output_file]") {
  const std::string text = GENERATE(std::string("little"), std::string(1'000'000, 'x'));
  OutputFile out("/dev/full");
  out.stream() << text;
  CHECK_THROWS_MATCHES(out.commit(), Error, Message("/dev/full: cannot be written: No space left on device"));
  CHECK(fs::is_character_file("/dev/full"));
  CHECK_THROWS_AS(replace_file("/dev/full", text), Error);
}

TEST_CASE("a full disk is seen on the stream early, and through compression", "[trainer][output_file]") {
  const ScratchFolder folder;
  fs::create_symlink("/dev/full", folder.path() / "out.gz");
  OutputFile out(folder.file("out.gz"));
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) out.stream() << random();
  CHECK_FALSE(out.stream().good());
  CHECK_THROWS_MATCHES(out.commit(), Error,
                       Message(folder.file("out.gz") + ": cannot be written: No space left on device"));
}

TEST_CASE("a target that became a folder meanwhile is an error, and nothing is left behind", "[trainer][output_file]") {
  const ScratchFolder folder;
  {
    OutputFile out(folder.file("model"));
    out.stream() << "new";
    fs::create_directory(folder.path() / "model");
    CHECK_THROWS_WITH(out.commit(), StartsWith(folder.file("model") + ": cannot be replaced: "));
  }
  CHECK(folder.size() == 1);
}

TEST_CASE("a dash is standard output", "[trainer][output_file]") {
  const ScratchFolder folder;
  const int saved = ::dup(STDOUT_FILENO);
  const int fd = ::open(folder.file("captured").c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(fd, STDOUT_FILENO);
  save("-", "to the screen\n");
  save("-", "again\n");
  ::dup2(saved, STDOUT_FILENO);
  ::close(fd);
  ::close(saved);
  CHECK(folder.read("captured") == "to the screen\nagain\n");
}

TEST_CASE("many writers of one file do not disturb each other", "[trainer][output_file]") {
  const ScratchFolder folder;
  OutputFile first(folder.file("model"));
  OutputFile second(folder.file("model"));
  first.stream() << "first";
  second.stream() << "second";
  second.commit();
  first.commit();
  CHECK(folder.read("model") == "first");
  CHECK(folder.size() == 1);
}

TEST_CASE("replace_file and read_file take bytes as they are", "[trainer][output_file]") {
  const ScratchFolder folder;
  const std::string bytes = std::string("\0\r\n\xFF", 4) + std::string(300'000, 'z');
  replace_file(folder.file("model.gz"), bytes);
  CHECK(folder.read("model.gz") == bytes);
  CHECK(read_file(folder.file("model.gz")) == bytes);
  replace_file(folder.file("model.gz"), "");
  CHECK(read_file(folder.file("model.gz")).empty());
  CHECK_THROWS_MATCHES(read_file(folder.file("missing")), Error,
                       Message(folder.file("missing") + ": cannot be read: No such file or directory"));
  CHECK_THROWS_MATCHES(read_file(folder.path().string()), Error,
                       Message(folder.path().string() + ": cannot be read: Is a directory"));
}

TEST_CASE("a link that another user laid into a shared folder is not followed", "[trainer][output_file]") {
  if (::geteuid() != 0) return;  // nobody else can make another user's link
  const ScratchFolder folder;
  folder.write("victim", "old");
  const fs::path shared = folder.path() / "shared";
  fs::create_directory(shared);
  REQUIRE(::chmod(shared.c_str(), 01777) == 0);
  for (const char* name : {"out", "out.partial"}) {
    fs::create_symlink(folder.path() / "victim", shared / name);
    REQUIRE(::lchown((shared / name).c_str(), 12345, 12345) == 0);
  }
  const std::string path = (shared / "out").string();
  CHECK_THROWS_AS(OutputFile(path), Error);
  CHECK_THROWS_AS(replace_file(path, "new"), Error);
  CHECK_THROWS_AS(OutputLock(path), Error);
  CHECK(folder.read("victim") == "old");
  // One's own link, and anybody's in a folder that is not shared, are meant.
  REQUIRE(::lchown(path.c_str(), 0, 0) == 0);
  save(path, "new");
  CHECK(folder.read("victim") == "new");
  REQUIRE(::chmod(shared.c_str(), 0755) == 0);
  REQUIRE(::lchown(path.c_str(), 12345, 12345) == 0);
  save(path, "newer");
  CHECK(folder.read("victim") == "newer");
}

TEST_CASE("links in a circle are an error", "[trainer][output_file]") {
  const ScratchFolder folder;
  fs::create_symlink("b", folder.path() / "a");
  fs::create_symlink("a", folder.path() / "b");
  CHECK_THROWS_WITH(OutputFile(folder.file("a")), StartsWith(folder.file("a") + ": cannot be written: "));
}

TEST_CASE("what a killed run left is removed by the next one, what runs keep is not", "[trainer][output_file]") {
  const ScratchFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    OutputFile out(folder.file("model"));
    ::_exit(0);
  }
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(folder.size() == 1);
  folder.write(".xapian-irgan.notes", "mine");
  OutputFile first(folder.file("first"));
  CHECK(folder.size() == 2);
  OutputFile second(folder.file("second"));
  CHECK(folder.size() == 3);
  first.commit();
  CHECK(fs::exists(folder.file("first")));
}

TEST_CASE("a private output is its owner's alone if it is new", "[trainer][output_file]") {
  const ScratchFolder folder;
  const mode_t old_mask = ::umask(022);
  replace_file(folder.file("carry"), "", Readers::owner);
  replace_file(folder.file("memory"), "");
  REQUIRE(::chmod(folder.write("shared", "").c_str(), 0644) == 0);
  replace_file(folder.file("shared"), "", Readers::owner);
  ::umask(old_mask);
  CHECK(mode_of(folder.file("carry")) == 0600);
  CHECK(mode_of(folder.file("memory")) == 0644);
  CHECK(mode_of(folder.file("shared")) == 0644);  // whoever gave it this mode meant it
}

TEST_CASE("one run at a time holds the lock of an output, under any of its names", "[trainer][output_file]") {
  const ScratchFolder folder;
  folder.write("memory", "old");
  fs::create_symlink("memory", folder.path() / "link");
  {
    const OutputLock lock(folder.file("memory"));
    CHECK_THROWS_WITH(OutputLock(folder.file("link")), Contains("another run writes it; let that end first"));
    replace_file(folder.file("memory"), "new");
    CHECK_THROWS_AS(OutputLock(folder.file("memory")), Error);
    CHECK_NOTHROW(OutputLock(folder.file("another")));
    CHECK_NOTHROW(OutputLock("-"));
    CHECK_NOTHROW(OutputLock("/dev/null"));
  }
  CHECK_NOTHROW(OutputLock(folder.file("memory")));
  folder.write("memory.lock", "");  // of a run that was killed
  CHECK_NOTHROW(OutputLock(folder.file("memory")));
  CHECK(folder.size() == 2);
}

TEST_CASE("two outputs are one file by folder and name, too, if they are not there yet", "[trainer][output_file]") {
  const ScratchFolder folder;
  fs::create_directory(folder.path() / "sub");
  fs::create_symlink("sub", folder.path() / "same");
  fs::create_symlink("sub/new", folder.path() / "dangling");
  CHECK(is_same_output(folder.file("sub/new"), folder.file("same/new")));
  CHECK(is_same_output(folder.file("dangling"), folder.file("same/new")));
  CHECK_FALSE(is_same_output(folder.file("sub/new"), folder.file("new")));
  folder.write("sub/new", "");
  CHECK(is_same_output(folder.file("dangling"), folder.file("same/new")));
  CHECK(is_same_output("-", "-"));
  CHECK_FALSE(is_same_output("/dev/null", "/dev/null"));
}

}  // namespace irgan::output_file_test
