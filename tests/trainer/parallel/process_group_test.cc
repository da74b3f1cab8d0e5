#include "trainer/parallel/process_group.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

namespace irgan::process_group_test {

TEST_CASE("work is dealt by halving, so that twice the processes cut each part in two", "[trainer][process_group]") {
  for (const std::size_t size : {0U, 1U, 2U, 3U, 7U, 8U, 33U}) {
    for (const std::size_t count : {1U, 2U, 4U, 8U}) {
      CAPTURE(size, count);
      std::size_t next = 0;
      for (std::size_t number = 0; number < count; ++number) {
        const Part part = part_of(size, number, count);
        CHECK(part.begin == next);
        next = part.end;
        const Part left = part_of(size, 2 * number, 2 * count), right = part_of(size, 2 * number + 1, 2 * count);
        CHECK(left.begin == part.begin);
        CHECK(left.end == middle_of(part));
        CHECK(right.begin == middle_of(part));
        CHECK(right.end == part.end);
      }
      CHECK(next == size);
    }
  }
  CHECK(part_of(5, 0, 2).holds(2));
  CHECK_FALSE(part_of(5, 1, 2).holds(2));
  CHECK(part_of(1, 1, 2).is_empty());
}

TEST_CASE("a process that mpirun did not start is a group of its own", "[trainer][process_group]") {
  ProcessGroup& own = ProcessGroup::own();
  own.check();
  CHECK(own.count() == 1);
  CHECK(own.is_first());
  CHECK(own.part_of(9).end == 9);
  std::vector<float> sums{1.0F, 2.0F};
  own.add_up(sums, 1);
  CHECK(sums == std::vector<float>{1.0F, 2.0F});
  std::vector<double> numbers{3.0, 4.0};
  own.share(numbers, 2, 1);
  CHECK(numbers == std::vector<double>{3.0, 4.0});
  CHECK(own.of_first(std::nullopt) == std::nullopt);
  CHECK(own.of_first(std::string("")) == std::string());
  own.require_same("this", "rows");
  own.end_others(1);  // returns
}

}  // namespace irgan::process_group_test
