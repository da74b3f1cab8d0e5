#include "index_tools/showing/console.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <optional>
#include <sstream>

namespace irgan::console_test {

namespace {

/// Gives COLUMNS a value for a while.
class Columns {
 public:
  explicit Columns(const char* value) {
    if (const char* const before = std::getenv("COLUMNS")) before_ = before;
    setenv("COLUMNS", value, 1);
  }
  ~Columns() { before_ ? setenv("COLUMNS", before_->c_str(), 1) : unsetenv("COLUMNS"); }

 private:
  std::optional<std::string> before_;
};

std::size_t width_at(const char* columns) {
  const Columns given(columns);
  return Console::of_process().width;
}

}  // namespace

TEST_CASE("the console is as wide as COLUMNS says, within what people can read", "[index_tools][console]") {
  CHECK(width_at("72") == 72);
  CHECK(width_at("10") == 40);
  CHECK(width_at("500") == 100);
  const std::size_t otherwise = width_at("");  // the terminal's, where a person runs this test
  CHECK(width_at("many") == otherwise);
  CHECK(width_at("0") == otherwise);
  CHECK(width_at("72 ") == otherwise);
}

TEST_CASE("progress is drawn on err where that is a terminal, and lines are printed everywhere",
          "[index_tools][console]") {
  std::ostringstream out, err;
  {
    ProgressBar bar = Console(out, err, 80, true).progress("work");
    bar.update(0.5);
    bar.say("half");
  }
  CHECK_THAT(err.str(), Catch::Contains("work [####################....................] 50 %") &&
                            Catch::EndsWith("\r\x1b[Khalf\n"));
  std::ostringstream plain;
  {
    ProgressBar bar = Console(out, plain).progress("work");
    bar.update(0.5);
    bar.say("half");
  }
  CHECK(plain.str() == "half\n");
  CHECK(out.str().empty());
}

TEST_CASE("a bar says how fast the work goes and how long the rest takes, once that is known",
          "[index_tools][console]") {
  const auto line = [](double share, double done, double seconds, std::size_t width = 80) {
    return progress_line("searching", {share, done, "queries", seconds}, width);
  };
  CHECK(line(0.5, 100, 1.0) == "searching [####################....................] 50 %");
  CHECK(line(0.5, 100, 10.0) == "searching [##################...................] 50 %  10 queries/s  10 s left");
  CHECK(line(0.25, 5, 50.0) == "searching [#######.......................] 25 %  0.1 queries/s  2 min 30 s left");
  CHECK(line(0.01, 5, 100.0) == "searching [...............................] 1 %  0.1 queries/s  2 h 45 min left");
  CHECK(line(std::nan(""), 70, 1.0) == "searching 70 queries");
  CHECK(line(std::nan(""), 70, 7.0) == "searching 70 queries  10 queries/s");
  CHECK(line(0.5, 100, 10.0, 40) == "searching 50 %  10 queries/s  10 s left");
  for (const std::size_t width : {40U, 60U, 80U, 100U}) CHECK(line(0.5, 1e6, 1e6, width).size() < width);
}

TEST_CASE("a quiet console keeps errors' stream apart from what is not wanted", "[index_tools][console]") {
  std::ostringstream out, err;
  const Console console(out, err, 80, true);
  console.quiet(false).err << "a remark";
  console.quiet(false).progress("work").update(0.5);
  console.quiet(true).out << "an account";
  CHECK(out.str().empty());
  CHECK(err.str().empty());
  console.quiet(false).out << "a result";
  CHECK(out.str() == "a result");
}

}  // namespace irgan::console_test
