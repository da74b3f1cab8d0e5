#include "trainer/machine/text_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/trainer/scratch_folder.h"
#include "trainer/machine/output_file.h"

namespace irgan::text_input_test {

using Catch::Matchers::Message;

namespace {

std::vector<std::string> lines_of(const std::string& path) {
  TextInput input(path);
  std::vector<std::string> lines;
  std::string_view line;
  while (input.next(line)) {
    lines.emplace_back(line);
    if (input.line_number() != lines.size()) FAIL_CHECK("a line has the number " << input.line_number());
  }
  CHECK_FALSE(input.next(line));
  return lines;
}

// Reads `path` to its end; returns the number of lines.
std::size_t drain(const std::string& path) {
  TextInput input(path);
  std::string_view line;
  std::size_t num_lines = 0;
  while (input.next(line)) ++num_lines;
  return num_lines;
}

std::string packed(const ScratchFolder& folder, const std::string& name, const std::string& content) {
  OutputFile out(folder.file(name));
  out.stream() << content;
  out.commit();
  return folder.read(name);
}

// Text that packs badly, so that the packed form has many places to break off.
std::string noisy_text(std::size_t num_lines) {
  std::mt19937 random(20240501);
  std::string text;
  for (std::size_t i = 0; i < num_lines; ++i) {
    text += "line " + std::to_string(i) + " " + std::to_string(random()) + std::to_string(random()) + "\n";
  }
  return text;
}

// Standard input reads `path` while this lives.
class StandardInputFrom {
 public:
  explicit StandardInputFrom(const std::string& path) : saved_(::dup(STDIN_FILENO)) {
    const int fd = ::open(path.c_str(), O_RDONLY);
    ::dup2(fd, STDIN_FILENO);
    ::close(fd);
  }
  ~StandardInputFrom() {
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }

 private:
  int saved_;
};

}  // namespace

TEST_CASE("lines come without their ends, in whichever way they end", "[trainer][text_input]") {
  const ScratchFolder folder;
  CHECK(lines_of(folder.write("unix", "a\nb\n\nc\n")) == std::vector<std::string>{"a", "b", "", "c"});
  CHECK(lines_of(folder.write("windows", "a\r\nb\r\n\r\n")) == std::vector<std::string>{"a", "b", ""});
  CHECK(lines_of(folder.write("no newline at the end", "a\nb")) == std::vector<std::string>{"a", "b"});
  CHECK(lines_of(folder.write("carriage returns inside", "a\rb\n\r\r\n")) == std::vector<std::string>{"a\rb", "\r"});
  CHECK(lines_of(folder.write("empty", "")).empty());
  CHECK(lines_of(folder.write("NUL", std::string("a\0b\n", 4))) == std::vector<std::string>{std::string("a\0b", 3)});
}

TEST_CASE("a byte order mark is passed over before the first line only", "[trainer][text_input]") {
  const ScratchFolder folder;
  CHECK(lines_of(folder.write("mark",
                              "\xEF\xBB\xBF"
                              "a\n\xEF\xBB\xBF"
                              "b\n")) == std::vector<std::string>{"a",
                                                                  "\xEF\xBB\xBF"
                                                                  "b"});
  CHECK(lines_of(folder.write("mark and newline", "\xEF\xBB\xBF\n")) == std::vector<std::string>{""});
  CHECK(lines_of(folder.write("mark alone", "\xEF\xBB\xBF")).empty());
  CHECK(lines_of(folder.write("half a mark", "\xEF\xBB")) == std::vector<std::string>{"\xEF\xBB"});
}

TEST_CASE("lines longer than the buffer come whole", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string long_line(5'000'000, 'x');
  const std::string longer_line(7'000'001, 'y');
  const std::string text = "a\n" + long_line + "\nb\n" + longer_line;
  const std::vector<std::string> expected{"a", long_line, "b", longer_line};
  CHECK(lines_of(folder.write("plain", text)) == expected);
  packed(folder, "packed.gz", text);
  CHECK(lines_of(folder.file("packed.gz")) == expected);
  packed(folder, "packed.zst", text);
  CHECK(lines_of(folder.file("packed.zst")) == expected);
}

TEST_CASE("compression is recognised by content, not by name", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string text = noisy_text(50'000);
  const std::string name = GENERATE("a.gz", "a.zst");
  folder.write("really.tsv", packed(folder, name, text));
  folder.write("plain.gz", text);
  const std::vector<std::string> expected = lines_of(folder.file("plain.gz"));
  CHECK(expected.size() == 50'000);
  CHECK(lines_of(folder.file("really.tsv")) == expected);
}

TEST_CASE("concatenated members and frames are read through", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("a.gz", "a.zst");
  const std::string one = packed(folder, name, "a\nhalf of ");
  const std::string two = packed(folder, name, "");
  const std::string three = packed(folder, name, "b\n" + noisy_text(20'000));
  const std::vector<std::string> lines = lines_of(folder.write("together", one + two + three + one));
  REQUIRE(lines.size() == 20'004);
  CHECK(lines[1] == "half of b");
  CHECK(lines[20'003] == "half of ");
}

TEST_CASE("zeros behind gzip data are padding, as gzip -d takes them; other bytes are damage",
          "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string member = packed(folder, "a.gz", "a\nb\n");
  const std::string zeros = std::string(GENERATE(1, 511, 300'000), '\0');
  CHECK(drain(folder.write("padded", member + zeros)) == 2);
  CHECK(drain(folder.write("padded between", member + zeros + member)) == 4);
  CHECK_THROWS_AS(drain(folder.write("more", member + zeros + "x")), FormatError);
}

TEST_CASE("what lies in a packed file is looked at, too", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("a.gz", "a.zst");
  const std::string utf16 = packed(folder, name, std::string("\xFF\xFEq\0u\0", 6));
  CHECK_THROWS_MATCHES(
      drain(folder.write("16", utf16)), FormatError,
      Message(folder.file("16") +
              ": is UTF-16, and what is read is text in UTF-8, as it is or packed by gzip or zstd (iconv -f "
              "UTF-16 -t UTF-8 converts it)"));
  const std::string twice = packed(folder, name, packed(folder, name, "a\n"));
  CHECK_THROWS_MATCHES(drain(folder.write("twice", twice)), FormatError,
                       Message(folder.file("twice") + ": is packed twice; unpack it once"));
}

TEST_CASE("zstd frames that are skipped may stand anywhere", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string skipped = std::string("\x5A\x2A\x4D\x18\x03\x00\x00\x00", 8) + "xyz";
  const std::string empty = std::string("\x50\x2A\x4D\x18\x00\x00\x00\x00", 8);
  const std::string frame = packed(folder, "a.zst", "a\nb\n");
  CHECK(drain(folder.write("together", skipped + frame + empty + skipped + frame + empty)) == 4);
  CHECK_THROWS_AS(drain(folder.write("broken off", frame + skipped.substr(0, 9))), FormatError);
}

TEST_CASE("packed data that break off anywhere are refused", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("a.gz", "a.zst");
  std::string bytes = packed(folder, name, noisy_text(10'000));
  // Boost now and then puts an empty frame of nine bytes behind the last one; a cut before it breaks nothing off.
  if (bytes.substr(bytes.size() - 9, 4) == "\x28\xB5\x2F\xFD") bytes.resize(bytes.size() - 9);
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 4; cut < 64; ++cut) cuts.push_back(cut);
  for (std::size_t cut = 64; cut < bytes.size() - 64; cut += 100) cuts.push_back(cut);
  for (std::size_t cut = bytes.size() - 64; cut < bytes.size(); ++cut) cuts.push_back(cut);
  std::size_t num_refused = 0;
  for (const std::size_t cut : cuts) {
    const std::string path = folder.write("cut", std::string_view(bytes).substr(0, cut));
    try {
      drain(path);
      FAIL_CHECK("cut at byte " << cut << " was read as if it were whole");
    } catch (const FormatError& error) {
      ++num_refused;
      if (std::string_view(error.what()).substr(0, path.size()) != path) FAIL_CHECK(error.what());
    }
  }
  CHECK(num_refused == cuts.size());
  CHECK_THROWS_MATCHES(drain(folder.file("cut")), FormatError,
                       Message(folder.file("cut") + ": the compressed data end early") ||
                           Message(folder.file("cut") + ": the compressed data are damaged or end early"));
}

TEST_CASE("large packed files, which another thread unpacks, give the same lines and errors", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("a.gz", "a.zst");
  const std::string text = noisy_text(400'000);
  const std::string bytes = packed(folder, name, text);
  REQUIRE(bytes.size() > (1 << 20));
  folder.write("plain", text);
  CHECK(lines_of(folder.file(name)) == lines_of(folder.file("plain")));
  CHECK_THROWS_AS(drain(folder.write("cut", bytes.substr(0, bytes.size() - 20))), FormatError);
  TextInput left_early(folder.file(name));
  std::string_view line;
  CHECK(left_early.next(line));
}

TEST_CASE("a second member or frame that breaks off is refused as well", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("a.gz", "a.zst");
  const std::string bytes = packed(folder, name, noisy_text(100));
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const std::string path = folder.write("cut", bytes + bytes.substr(0, cut));
    INFO("cut at " << cut);
    CHECK_THROWS_AS(drain(path), FormatError);
  }
}

TEST_CASE("damaged packed data are an error of form or read to an end, never a crash", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("a.gz", "a.zst");
  const std::string bytes = packed(folder, name, noisy_text(2'000));
  std::mt19937 random(7);
  for (int i = 0; i < 500; ++i) {
    std::string damaged = bytes;
    damaged[4 + random() % (bytes.size() - 4)] ^= static_cast<char>(1 << (random() % 8));
    const std::string path = folder.write("damaged", damaged);
    try {
      drain(path);
    } catch (const FormatError& error) {
      if (std::string_view(error.what()).substr(0, path.size()) != path) FAIL_CHECK(error.what());
    }
  }
}

TEST_CASE("standard input is unpacked by its first bytes too", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("a.tsv", "a.gz", "a.zst");
  packed(folder, name, "one\ntwo\n");
  const StandardInputFrom standard_input(folder.file(name));
  TextInput input("-");
  std::string_view line;
  REQUIRE(input.next(line));
  CHECK(line == "one");
  REQUIRE(input.next(line));
  CHECK(line == "two");
  CHECK(input.place() == "(standard input):2");
  CHECK(input.path() == "-");
  CHECK_FALSE(input.next(line));
}

TEST_CASE("a file shorter than any magic number is read", "[trainer][text_input]") {
  const ScratchFolder folder;
  CHECK(lines_of(folder.write("short", "a\n")) == std::vector<std::string>{"a"});
  CHECK(lines_of(folder.write("looks like gzip at first", "\x1F\n")) == std::vector<std::string>{"\x1F"});
  CHECK_THROWS_AS(drain(folder.write("gzip's magic alone", "\x1F\x8B")), FormatError);
}

TEST_CASE("what cannot be opened or read is named with the reason", "[trainer][text_input]") {
  const ScratchFolder folder;
  CHECK_THROWS_MATCHES(TextInput(folder.file("missing")), Error,
                       Message(folder.file("missing") + ": cannot be opened: No such file or directory"));
  CHECK_THROWS_MATCHES(TextInput(folder.path().string()), Error,
                       Message(folder.path().string() + ": cannot be read: Is a directory"));
}

TEST_CASE("a place is path and line", "[trainer][text_input]") {
  const ScratchFolder folder;
  const std::string path = folder.write("log", "a\nb\n");
  TextInput input(path);
  std::string_view line;
  input.next(line);
  input.next(line);
  CHECK(input.place() == path + ":2");
  CHECK(input.path() == path);
}

}  // namespace irgan::text_input_test
