#include "trainer/machine/sorted_runs.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace irgan::sorted_runs_test {

TEST_CASE("records come back by key, equal keys in the order of coming, however little memory there is",
          "[trainer][sorted_runs]") {
  const std::size_t max_bytes = GENERATE(std::size_t{1}, std::size_t{3000}, std::size_t{1} << 30);
  SortedRuns runs(max_bytes);
  std::mt19937 random(3);
  std::vector<std::pair<std::string, std::string>> expected;
  const int num_records = max_bytes == 1 ? 300 : 5000;
  for (int i = 0; i < num_records; ++i) {
    std::string key = std::to_string(random() % 50);
    if (i % 10 == 0) key += std::string("\0\xFF", 2);
    expected.emplace_back(key, std::string(random() % 40, 'v') + std::to_string(i));
    runs.add(expected.back().first, expected.back().second);
  }
  CHECK((runs.num_spilled() > 1) == (max_bytes < 10'000));
  std::stable_sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::pair<std::string, std::string>> found;
  runs.finish([&](std::string_view key, std::string_view value) { found.emplace_back(key, value); });
  CHECK(found == expected);
  runs.finish([](std::string_view, std::string_view) { FAIL("a record was left"); });
}

TEST_CASE("empty keys and values are records like others", "[trainer][sorted_runs]") {
  SortedRuns runs(1);
  runs.add("", "");
  runs.add("a", "");
  runs.add("", "x");
  std::vector<std::string> found;
  runs.finish([&](std::string_view key, std::string_view value) {
    found.push_back(std::string(key) + "=" + std::string(value));
  });
  CHECK(found == std::vector<std::string>{"=", "=x", "a="});
}

}  // namespace irgan::sorted_runs_test
