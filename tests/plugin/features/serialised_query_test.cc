#include "plugin/src/features/serialised_query.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan::serialised_query_test {

using Catch::Contains;

namespace {

// An operator OR that says that it has `count` operands, eight or more, as Xapian writes it.
std::string operator_of(std::uint64_t count) {
  std::string bytes = "\x88";
  count -= 8;
  if (count < 255) return bytes + static_cast<char>(count);
  bytes += '\xff';
  for (count -= 255; count >= 0x80; count >>= 7) bytes += static_cast<char>(count & 0x7F);
  return bytes + static_cast<char>(count | 0x80);
}

}  // namespace

TEST_CASE("queries of many operands are read as they were written", "[plugin][serialised_query]") {
  for (const std::size_t count : {2, 7, 8, 9, 262, 263, 264, 3000, 20'000}) {
    std::vector<Xapian::Query> operands;
    for (std::size_t i = 0; i < count; ++i) operands.emplace_back("t" + std::to_string(i));
    const Xapian::Query query(Xapian::Query::OP_OR, operands.begin(), operands.end());
    const std::string bytes = query.serialise();
    CAPTURE(count);
    if (count >= 8) CHECK(bytes.compare(0, operator_of(count).size(), operator_of(count)) == 0);
    CHECK(query_of_bytes(bytes, "query").get_description() == query.get_description());
  }
}

TEST_CASE("a number of operands that nobody means is refused before there is room for them",
          "[plugin][serialised_query]") {
  for (const std::uint64_t count : {std::uint64_t{2'000'000}, std::uint64_t{1} << 31, (std::uint64_t{1} << 32) - 1}) {
    CHECK_THROWS_WITH(query_of_bytes(operator_of(count) + "A" + "t", "query"), Contains("too many operands"));
  }
  // Xapian reads lengths with idle groups, and up to 64 bits.
  CHECK_THROWS_WITH(query_of_bytes(std::string("\xa0\xff\0\0\0\0\0\0\0\xa0", 10) + "rA", "query"),
                    Contains("too many operands"));
  // In each other: none alone is too large.
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += operator_of(500'000);
  CHECK_THROWS_WITH(query_of_bytes(nested, "query"), Contains("too many operands"));
}

}  // namespace irgan::serialised_query_test
