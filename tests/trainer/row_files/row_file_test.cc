#include "trainer/row_files/row_file.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "plugin/src/model/safetensors.h"
#include "tests/trainer/changed_rows.h"
#include "tests/trainer/row_files/letor_data.h"
#include "tests/trainer/row_files/same_data.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::row_file_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string mapped(const TrainingData& data) {
  std::ostringstream out;
  write_row_file(data, out);
  return out.str();
}

// The message with which a file of these bytes is refused.
std::string refusal(const std::string& bytes) {
  const ScratchFolder folder;
  const std::string path = folder.write("bad.rows", bytes);
  try {
    read_row_file(path, true);
  } catch (const FormatError& error) {
    REQUIRE_THAT(error.what(), StartsWith(path));
    return std::string(error.what()).substr(path.size());
  }
  return "(taken)";
}

// The bytes with one number of a tensor changed, and a digest that fits.
template <class Number>
std::string changed(const std::string& bytes, const std::string& name, std::size_t place, Number number) {
  std::string other = bytes.substr(0, bytes.size() - 16);
  for (const TensorView& tensor : view_tensors(bytes, "rows").tensors) {
    if (tensor.name != name) continue;
    const auto offset = static_cast<std::size_t>(tensor.bytes.data() - bytes.data());
    std::memcpy(other.data() + offset + place * sizeof number, &number, sizeof number);
  }
  const std::string digest = hex_digest(other);
  for (std::size_t i = 0; i < digest.size(); i += 2) {
    other += static_cast<char>(std::stoi(digest.substr(i, 2), nullptr, 16));
  }
  return other;
}

}  // namespace

TEST_CASE("mapped rows read back to the same bits", "[trainer][row_file]") {
  const ScratchFolder folder;
  TrainingData data = GENERATE(clicked_data(), shown_data(), corrected_data());
  data.pools[0].num_added = 1;
  data.pools[0].range = pool_range(data.pools[0].found_rows());
  const std::string path = folder.write("some.rows", mapped(data));
  CHECK(is_row_file(path));
  const TrainingData read = read_row_file(path, true);
  check_same(read, data);
  CHECK(read.pools[0].num_added == 1);
  CHECK(mapped(read) == mapped(data));
  CHECK(fingerprint(read) == fingerprint(data));
}

TEST_CASE("an example beside pages has no ranks in the mapped form", "[trainer][row_file]") {
  const ScratchFolder folder;
  TrainingData data = shown_data();
  data.examples.push_back(example_of(1, {0, 1}, {}, {1.0, 0.0}));
  const TrainingData read = read_row_file(folder.write("some.rows", mapped(data)), true);
  check_same(read, data);
  CHECK_FALSE(read.examples.back().is_of_page());
}

TEST_CASE("rows live as long as the data that were read", "[trainer][row_file]") {
  FeatureRows rows;
  {
    const ScratchFolder folder;
    rows = read_row_file(folder.write("some.rows", mapped(clicked_data())), false).pools[0].rows;
  }
  CHECK(same_bits(rows, clicked_data().pools[0].rows));
}

TEST_CASE("ids of documents are left out where nobody asks for them", "[trainer][row_file]") {
  const ScratchFolder folder;
  const TrainingData read = read_row_file(folder.write("some.rows", mapped(clicked_data())), false);
  for (const Pool& pool : read.pools) CHECK(pool.document_ids.empty());
  CHECK(read.pools[1].query_id == "q2");
}

TEST_CASE("no rows at all are written and read", "[trainer][row_file]") {
  const ScratchFolder folder;
  TrainingData data = indexed_data(LabelKind::grades);
  data.pools.clear();
  CHECK(read_row_file(folder.write("none.rows", mapped(data)), true).pools.empty());
}

TEST_CASE("text, models and what is not there are no mapped rows", "[trainer][row_file]") {
  const ScratchFolder folder;
  CHECK_FALSE(is_row_file(folder.write("rows.txt", written(clicked_data()))));
  CHECK_FALSE(is_row_file(folder.write("short", "1 qid")));
  CHECK_FALSE(is_row_file(folder.file("nothing")));
  CHECK_FALSE(is_row_file(folder.path().string()));
  const std::string other = encode_tensors({{{"format", "xapian-irgan model"}, {"format_version", "4"}}, {}, ""});
  CHECK_THAT(refusal(other), Contains("format 'xapian-irgan model' version 4, but feature rows are"));
}

TEST_CASE("every truncation and every flipped byte is refused", "[trainer][row_file]") {
  const std::string bytes = mapped(clicked_data());
  for (std::size_t size = 0; size < bytes.size(); size += 7) CHECK(refusal(bytes.substr(0, size)) != "(taken)");
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x20);
    CHECK(refusal(flipped) != "(taken)");
  }
}

TEST_CASE("numbers that do not fit each other are refused by name", "[trainer][row_file]") {
  const std::string bytes = mapped(shown_data());
  CHECK_THAT(refusal(changed<std::int64_t>(bytes, "pools.ends", 1, 5)), Contains("'pools.ends'"));
  CHECK_THAT(refusal(changed<std::int64_t>(bytes, "pools.ends", 0, 0)), Contains("a pool has no rows"));
  CHECK_THAT(refusal(changed<std::int64_t>(bytes, "pools.added", 0, 5)), Contains("'pools.added'"));
  CHECK_THAT(refusal(changed<std::int64_t>(bytes, "query_ids.ends", 0, -1)), Contains("'query_ids.ends'"));
  CHECK_THAT(refusal(changed<std::int64_t>(bytes, "document_ids.ends", 5, 1)), Contains("'document_ids.ends'"));
  CHECK_THAT(refusal(changed<std::int64_t>(bytes, "examples.pools", 0, 2)), Contains("an example is of no pool"));
  CHECK_THAT(refusal(changed<std::uint32_t>(bytes, "examples.rows", 0, 4)), Contains("query 'q1'"));
  CHECK_THAT(refusal(changed<std::uint32_t>(bytes, "examples.ranks", 1, 0)), Contains("query 'q1'"));
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(refusal(changed<double>(bytes, "examples.labels", 5, kNan)), Contains("query 'q2'"));
  CHECK_THAT(refusal(changed<float>(bytes, "rows", 4, std::numeric_limits<float>::infinity())),
             Contains("a feature is not finite, near row 1"));
}

}  // namespace irgan::row_file_test
