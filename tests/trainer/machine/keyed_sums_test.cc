#include "trainer/machine/keyed_sums.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <utility>

#include "trainer/machine/hash.h"

namespace irgan::keyed_sums_test {

TEST_CASE("sums by key are the same however little memory there is", "[trainer][keyed_sums]") {
  const std::size_t max_bytes = GENERATE(std::size_t{1}, std::size_t{4000}, std::size_t{1} << 24);
  KeyedSums sums(max_bytes);
  std::map<std::uint64_t, std::pair<double, double>> expected;
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t key = random() % 10 == 0 ? random() % 3 : mix_hash(0, random() % 5000);
    const double second = static_cast<double>(random() % 2);
    sums.add(key, 1.0, second);
    expected[key].first += 1.0;
    expected[key].second += second;
  }
  std::uint64_t last = 0;
  std::size_t number = 0;
  sums.finish([&](const KeyedSums::Entry& entry) {
    if (number > 0 && entry.key <= last) FAIL_CHECK("out of order");
    last = entry.key;
    ++number;
    if (expected[entry.key] != std::pair(entry.first, entry.second)) FAIL_CHECK("a wrong sum");
  });
  CHECK(number == expected.size());
  sums.finish([](const KeyedSums::Entry&) { FAIL("something was left"); });
}

}  // namespace irgan::keyed_sums_test
