#include "index_tools/showing/console.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <optional>
#include <sstream>

using namespace irgan;

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
