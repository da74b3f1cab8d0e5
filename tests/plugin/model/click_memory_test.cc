#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <set>

#include "irgan/memory_source.h"
#include "irgan/query_words.h"
#include "plugin/src/model/file_bytes.h"
#include "plugin/src/model/safetensors.h"
#include "tests/plugin/small_index.h"
#include "tests/plugin/small_memory.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::click_memory_test {

using Catch::Matchers::WithinAbs;
using Xapian::Query;

namespace {

using Words = std::vector<std::string>;

std::shared_ptr<const ClickMemory> shoes() {
  return memory_of({{"red shoes", {{"a", 4.0F}, {"b", 1.0F}}}, {"shoes", {{"c", 2.0F}}}, {"hats", {{"d", 3.0F}}}});
}

std::vector<std::string> ids(const std::vector<RememberedDocument>& documents) {
  std::vector<std::string> all;
  for (const RememberedDocument& document : documents) all.emplace_back(document.id);
  return all;
}

Words words(const std::string& text) { return QueryWords({}, "english").of_text(text); }

std::string rewritten(const std::function<void(TensorFile&)>& change) {
  const std::string bytes(shoes()->bytes());
  TensorFile file = decode_tensors(bytes, "memory");
  // In the order in which they stood: wide numbers first.
  std::stable_sort(file.tensors.begin(), file.tensors.end(), [](const Tensor& a, const Tensor& b) {
    const auto width = [](const Tensor& tensor) {
      return tensor.dtype == "U8" ? 1 : tensor.dtype == "I64" || tensor.dtype == "F64" ? 8 : 4;
    };
    return width(a) > width(b);
  });
  change(file);
  return encode_tensors(file);
}

Tensor& tensor(TensorFile& file, const std::string& name) {
  for (Tensor& one : file.tensors) {
    if (one.name == name) return one;
  }
  throw Error("no tensor " + name);
}

}  // namespace

TEST_CASE("a memory gives back the clicks of queries and the documents of words", "[plugin][click_memory]") {
  const auto memory = shoes();
  const RememberedQuery red = memory->query(words("shoes red"));
  CHECK(red.num_clicks == 5.0);
  CHECK(ids(red.documents) == Words{"a", "b"});
  CHECK(red.documents[0].clicks == 4.0);
  CHECK(memory->query(words("blue shoes")).documents.empty());
  CHECK(memory->query({}).documents.empty());

  CHECK(ids(memory->by_words(words("blue shoes"), 50)) == Words{"c", "a", "b"});
  CHECK(ids(memory->by_words(words("blue shoes"), 1)) == Words{"c"});
  CHECK(memory->by_words(words("blue"), 50).empty());
  CHECK(memory->by_words(words("shoes"), 0).empty());

  // "c" by hand: 4 documents, 3 of them with "shoe"; lengths 8, 2, 2, 3 (a, b have both words).
  const double idf = std::log(1.0 + 1.5 / 3.5);
  CHECK_THAT(memory->by_words({"shoe"}, 50)[0].clicks, WithinAbs(idf * 4.0 / (2.0 + 0.5 + 0.5 * 2.0 / 3.75), 1e-12));

  CHECK(memory->facts().num_queries == 3);
  CHECK(memory->facts().num_words == 3);
  CHECK(memory->facts().num_documents == 4);
  CHECK(memory->facts().half_life_days == 5.0);
  CHECK(memory->facts().stemmer == "english");
}

TEST_CASE("an entry keeps the documents with most clicks, and the clicks of all", "[plugin][click_memory]") {
  ClicksOfQueries clicks;
  for (int i = 1; i <= 1200; ++i) clicks["shoes"][std::to_string(i)] = static_cast<float>(i);
  const auto memory = memory_of(clicks);
  const RememberedQuery all = memory->query({"shoe"});
  REQUIRE(all.documents.size() == kMostOfQuery);
  CHECK(all.num_clicks == 1200.0 * 1201.0 / 2.0);
  CHECK(all.documents.front().id == "1200");
  CHECK(all.documents.back().id == "901");
  CHECK(memory->by_words({"shoe"}, 2000).size() == kMostOfWord);
}

TEST_CASE("a memory of nothing answers nothing", "[plugin][click_memory]") {
  const auto memory = memory_of({});
  CHECK(memory->query({"shoe"}).documents.empty());
  CHECK(memory->by_words({"shoe"}, 50).empty());
}

TEST_CASE("every flipped byte and every cut of a memory's file is refused", "[plugin][click_memory]") {
  const std::string bytes(shoes()->bytes());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CAPTURE(i);
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    CHECK_THROWS_AS(ClickMemory::from_bytes(damaged, "memory"), FormatError);
    CHECK_THROWS_AS(ClickMemory::from_bytes(bytes.substr(0, i), "memory"), FormatError);
  }
  CHECK_THROWS_WITH(ClickMemory::from_bytes(bytes.substr(0, 99), "some/path"),
                    Catch::Matchers::StartsWith("some/path: "));
}

TEST_CASE("a memory whose digest is right and whose tables lie is refused", "[plugin][click_memory]") {
  const auto refuses = [](const std::function<void(TensorFile&)>& change) {
    CHECK_THROWS_AS(ClickMemory::from_bytes(rewritten(change), "memory"), FormatError);
  };
  CHECK(ClickMemory::from_bytes(rewritten([](TensorFile&) {}), "memory")->facts().num_queries == 3);
  refuses([](TensorFile& file) { file.metadata["format_version"] = "2"; });
  refuses([](TensorFile& file) { file.metadata["format"] = "irgan.model"; });
  refuses([](TensorFile& file) { file.metadata.erase("stemmer"); });
  refuses([](TensorFile& file) { file.metadata["prior_clicks"] = "0"; });
  refuses([](TensorFile& file) { file.metadata["half_life_days"] = "nan"; });
  refuses([](TensorFile& file) { tensor(file, "queries.documents").bytes[0] = '\x7f'; });  // no such document
  refuses([](TensorFile& file) { tensor(file, "queries.ends").bytes[0] = '\x7f'; });
  refuses([](TensorFile& file) { tensor(file, "documents.id_ends").bytes[1] = '\x7f'; });
  refuses([](TensorFile& file) { tensor(file, "words.clicks").bytes[3] = '\xff'; });  // NaN or below 0
  refuses([](TensorFile& file) {
    std::swap(tensor(file, "queries.keys").bytes[7], tensor(file, "queries.keys").bytes[23]);
  });
  refuses([](TensorFile& file) { file.tensors.pop_back(); });
  refuses([](TensorFile& file) {
    Tensor& totals = tensor(file, "queries.totals");
    totals.bytes.resize(8);
    totals.shape = {1};
  });
}

TEST_CASE("neither queries nor words can be read in a memory's file", "[plugin][click_memory]") {
  const std::string bytes(shoes()->bytes());
  for (const char* word : {"red", "shoe", "hat"}) CHECK(bytes.find(word) == std::string::npos);
}

TEST_CASE("large files are mapped and small ones copied, with the same bytes", "[plugin][click_memory]") {
  const ScratchFolder folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, (std::size_t{16} << 20) + 5}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
    std::ofstream(folder.file("bytes"), std::ios::binary) << bytes;
    CHECK(FileBytes::of_file(folder.file("bytes")).view() == bytes);
  }
  CHECK_THROWS_AS(FileBytes::of_file(folder.file("nothing")), Error);
  CHECK_THROWS_AS(FileBytes::of_file(folder.file(".")), Error);
}

TEST_CASE("a memory file is followed: a good one replaces the one before, a bad one does not",
          "[plugin][click_memory]") {
  const ScratchFolder folder;
  const std::string path = folder.file("memory");
  const Xapian::Database db = index_of({});
  const auto write = [&](std::string_view bytes) {
    std::ofstream(path + ".new", std::ios::binary) << bytes;
    REQUIRE(std::rename((path + ".new").c_str(), path.c_str()) == 0);
  };
  CHECK_THROWS_AS(memory_file(path)->get(db), Error);
  write(shoes()->bytes());
  std::vector<std::string> problems;
  const auto source = memory_file(path, [&](const std::string& problem) { problems.push_back(problem); });
  CHECK(source->get(db)->version() == shoes()->version());
  write("damaged");
  CHECK(source->get(db)->version() == shoes()->version());
}

TEST_CASE("the score is the posterior of clicks under the model's softmax", "[plugin][click_memory]") {
  const Eigen::VectorXf scores = (Eigen::VectorXf(3) << 1.0F, 2.0F, 0.0F).finished();
  const Eigen::VectorXd clicks = (Eigen::VectorXd(3) << 0.0, 1.0, 3.0).finished();
  const Eigen::VectorXd mixed = scores_with_memory(scores, clicks, 4.5, 0.5);
  const double z = std::exp(1.0) + std::exp(2.0) + 1.0;
  CHECK_THAT(mixed[0], WithinAbs(0.5 * std::exp(1.0) / z / 5.0, 1e-12));
  CHECK_THAT(mixed[1], WithinAbs((1.0 + 0.5 * std::exp(2.0) / z) / 5.0, 1e-12));
  CHECK_THAT(mixed[2], WithinAbs((3.0 + 0.5 / z) / 5.0, 1e-12));
  // Scores that no exponential holds.
  const Eigen::VectorXf far = (Eigen::VectorXf(2) << 1e4F, -1e4F).finished();
  CHECK(scores_with_memory(far, Eigen::VectorXd::Zero(2), 0.0, 1.0).isApprox(Eigen::Vector2d(1.0, 0.0)));
}

TEST_CASE("what clicks add to a score is what they add to the chance", "[plugin][click_memory]") {
  const Eigen::VectorXf scores = (Eigen::VectorXf(4) << 1.0F, 2.0F, 0.0F, -400.0F).finished();
  const Eigen::VectorXd clicks = (Eigen::VectorXd(4) << 0.0, 1.0, 3.0, 2.0).finished();
  const Eigen::VectorXd chances = scores_with_memory(scores, clicks, 7.0, 0.5);
  const Eigen::VectorXd sums = scores.cast<double>() + gain_by_memory(scores, clicks, 0.5);
  for (int i = 1; i < 4; ++i) CHECK_THAT(sums[i] - sums[0], WithinAbs(std::log(chances[i] / chances[0]), 1e-9));
  CHECK(gain_by_memory(scores, Eigen::VectorXd::Zero(4), 0.5).isZero(0.0));
  CHECK(gain_by_memory(Eigen::VectorXf(0), Eigen::VectorXd(0), 0.5).size() == 0);
  // Scores that no exponential holds: the gain makes up for the distance.
  const Eigen::VectorXf far = (Eigen::VectorXf(2) << 1e4F, -1e4F).finished();
  CHECK_THAT(gain_by_memory(far, Eigen::Vector2d(0.0, 1.0), 1.0)[1], WithinAbs(2e4, 1e-6));
}

}  // namespace irgan::click_memory_test
