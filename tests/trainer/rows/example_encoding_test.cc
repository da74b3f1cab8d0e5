#include "trainer/rows/example_encoding.h"

#include <catch2/catch.hpp>
#include <cstddef>
#include <set>

#include "plugin/src/encoding/encoding.h"
#include "tests/trainer/synthetic_training_data.h"
#include "trainer/game/encoding_fit.h"

namespace irgan::example_encoding_test {

TEST_CASE("binned examples are the same whether they are kept or not", "[trainer][example_encoding]") {
  const TrainingData data = graded_queries(11, 5, 3, 1);
  const Encoding encoding = fit_encoding(data.pools, 4);
  const BinLayout layout(encoding);
  std::set<std::size_t> numbers_kept;
  for (const std::size_t most_bytes : {std::size_t{0}, std::size_t{2000}, std::size_t{1} << 20U}) {
    CAPTURE(most_bytes);
    BinnedExamples binned(data, layout, most_bytes);
    std::size_t num_kept = 0;
    for (int time = 0; time < 2; ++time) {
      for (std::size_t i = 0; i < data.examples.size(); ++i) {
        BinnedRows expected;
        bin_example(data, data.examples[i], layout, expected);
        BinnedRows room;
        const BinnedRows& rows = binned.rows(i, room);
        CHECK(rows.layout == &layout);
        CHECK(rows.num_rows == 5);
        CHECK(rows.rows == expected.rows);
        CHECK(rows.coordinates == expected.coordinates);
        CHECK(rows.end_runs == expected.end_runs);
        if (time == 1 && &rows != &room) ++num_kept;
      }
    }
    numbers_kept.insert(num_kept);
    if (most_bytes == 0) CHECK(num_kept == 0);
    if (most_bytes == std::size_t{1} << 20U) CHECK(num_kept == data.examples.size());
  }
  CHECK(numbers_kept.size() == 3);  // of 2000 bytes some
}

}  // namespace irgan::example_encoding_test
