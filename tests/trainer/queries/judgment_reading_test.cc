#include "irgan/judgment_reading.h"

#include <catch2/catch.hpp>

#include "tests/trainer/scratch_folder.h"

namespace irgan::judgment_reading_test {

TEST_CASE("a reading of judgments counts repeated lines and queries that nobody knows", "[trainer][judgment_reading]") {
  const ScratchFolder folder;
  const std::string path = folder.write("qrels",
                                        "1 0 a 1\n1 0 b 0\n1 0 a 1\n"
                                        "\"2\" 0 a 1\n\"2\" 0 b 1\n"
                                        "3.0 0 a 1\n"
                                        "elsewhere 0 a 1\n");
  const JudgmentReading reading =
      judgment_reading(read_qrels(path), {{"1", "one", "", ""}, {"2", "two", "", ""}, {"3", "three", "", ""}});

  CHECK(reading.num_lines == 7);
  CHECK(reading.num_repeated == 1);
  CHECK(reading.num_judgments == 6);
  CHECK(reading.num_queries == 4);
  CHECK(reading.num_unknown_queries == 3);
  CHECK(reading.num_unknown_judgments == 4);
  CHECK(reading.unknown_by_difference ==
        std::map<std::string, double>{{"quotation marks", 2.0}, {"a .0 behind their ids", 1.0}});
}

TEST_CASE("differences_of says what keeps ids apart", "[trainer][judgment_reading]") {
  CHECK(differences_of({"007", "x"}, {"7"}) == std::map<std::string, double>{{"zeros before their ids", 1.0}});
  CHECK(differences_of({"x"}, {"7"}).empty());
}

}  // namespace irgan::judgment_reading_test
