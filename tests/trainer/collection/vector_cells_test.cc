#include "trainer/collection/vector_cells.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "irgan/collection_vectors.h"
#include "plugin/src/model/safetensors.h"
#include "plugin/src/vectors/vector_parts.h"

namespace irgan::vector_cells_test {

using Catch::Matchers::Contains;
using Eigen::Index;
using Eigen::VectorXf;

namespace {

constexpr Index kDimensions = 16;

VectorXf random_vector(std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  return VectorXf::NullaryExpr(kDimensions, [&] { return normal(random); });
}

// Documents around topics, as texts are.
VectorParts made_parts(std::size_t num_documents) {
  std::mt19937_64 random(7);
  std::vector<VectorXf> topics;
  for (int topic = 0; topic < 40; ++topic) topics.push_back(random_vector(random));
  VectorParts parts;
  parts.facts = {"uuid", "none", {""}, ""};
  parts.dimensions = kDimensions;
  parts.terms = {"word"};
  parts.term_numbers.assign(kDimensions, 1);
  parts.term_scales = {0.25F};
  for (std::size_t i = 0; i < num_documents; ++i) {
    const ByteRow row = byte_row(topics[random() % topics.size()] + 0.7F * random_vector(random));
    parts.docids.push_back(static_cast<Xapian::docid>(i + 1));
    parts.document_numbers.insert(parts.document_numbers.end(), row.numbers.begin(), row.numbers.end());
    parts.document_scales.push_back(row.scale);
  }
  return parts;
}

std::shared_ptr<const CollectionVectors> vectors_of(const VectorParts& parts) {
  return CollectionVectors::from_bytes(encode_vectors(parts), "v");
}

VectorParts with_cells(VectorParts parts, unsigned num_threads, const CollectionVectors* from = nullptr) {
  ThreadPool threads(num_threads);
  make_cells(from, threads, parts);
  return parts;
}

// The message with which vectors are refused; nothing if they are taken.
std::string refusal(const VectorParts& parts) {
  try {
    vectors_of(parts);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("few documents get no cells", "[trainer][collection]") {
  CHECK(with_cells(made_parts(kFewestForCells - 1), 1).cell_scales.empty());
}

TEST_CASE("the best documents are found in the nearest cells", "[trainer][collection]") {
  const VectorParts parts = made_parts(kFewestForCells);
  const auto exact = vectors_of(parts);
  const auto cells = vectors_of(with_cells(parts, 2));
  CHECK(exact->num_cells() == 0);
  CHECK(cells->num_cells() == 200);
  CHECK(cells->facts().basis == exact->facts().basis);
  std::mt19937_64 random(3);
  const Towers towers = untrained_towers(*exact);
  std::size_t num_found = 0;
  constexpr std::size_t kCount = 50;
  constexpr int kQueries = 40;
  for (int query = 0; query < kQueries; ++query) {
    const VectorQuery wanted = towers.query(random_vector(random).normalized());
    const std::vector<ScoredDocument> all = exact->best(wanted, kCount);
    const std::vector<ScoredDocument> near = cells->best(wanted, kCount);
    REQUIRE(near.size() == kCount);
    std::set<Xapian::docid> found;
    for (std::size_t i = 0; i < near.size(); ++i) {
      found.insert(near[i].docid);
      // Scores are the same, and fall.
      const auto [numbers, scale] = exact->row_of(near[i].docid);
      CHECK(near[i].score == vector_score(wanted, numbers, scale));
      if (i > 0) CHECK(near[i - 1].score >= near[i].score);
    }
    for (const ScoredDocument& one : all) num_found += found.count(one.docid);
  }
  CHECK(num_found > 9 * kCount * kQueries / 10);
  // As many as there are, in all cells.
  const VectorQuery wanted = towers.query(random_vector(random).normalized());
  CHECK(cells->best(wanted, kFewestForCells + 5).size() == kFewestForCells);
}

TEST_CASE("a document's row is found by its docid, whatever docids there are not", "[trainer][collection]") {
  for (const bool has_cells : {false, true}) {
    VectorParts parts = made_parts(kFewestForCells);
    Xapian::docid docid = 2;
    for (std::size_t i = 0; i < parts.docids.size(); ++i) parts.docids[i] = docid += i % 100 == 7 ? 3 : 1;
    if (has_cells) parts = with_cells(parts, 2);
    const auto vectors = vectors_of(parts);
    std::size_t number = 0;
    for (Xapian::docid one = 0; one < parts.docids.back() + 3; ++one) {
      const bool is_there = number < parts.docids.size() && parts.docids[number] == one;
      CHECK(vectors->number_of(one) == (is_there ? number : parts.docids.size()));
      if (!is_there) {
        CHECK(vectors->row_of(one).first == nullptr);
        continue;
      }
      CHECK(std::memcmp(vectors->row_of(one).first, &parts.document_numbers[number * kDimensions], kDimensions) == 0);
      CHECK(vectors->row_of(one).second == parts.document_scales[number]);
      ++number;
    }
    CHECK(number == parts.docids.size());
  }
}

TEST_CASE("cells are the same at any number of threads, and centres are kept", "[trainer][collection]") {
  const VectorParts parts = made_parts(kFewestForCells + 100);
  const VectorParts one = with_cells(parts, 1);
  CHECK(encode_vectors(with_cells(parts, 5)) == encode_vectors(one));
  VectorParts others = made_parts(kFewestForCells);
  std::rotate(others.document_numbers.begin(), others.document_numbers.begin() + 50 * kDimensions,
              others.document_numbers.end());
  CHECK(with_cells(others, 2, vectors_of(one).get()).cell_numbers == one.cell_numbers);
  CHECK(with_cells(others, 2).cell_numbers != one.cell_numbers);
  CHECK(refusal(with_cells(others, 2, vectors_of(one).get())).empty());
}

TEST_CASE("cells that do not hold every document once are refused", "[trainer][collection]") {
  const VectorParts parts = with_cells(made_parts(kFewestForCells), 2);
  VectorParts twice = parts;
  twice.cell_rows[0] = twice.cell_rows[1];
  CHECK_THAT(refusal(twice), Contains("the cells do not fit the documents"));
  VectorParts beyond = parts;
  beyond.cell_rows[5] = static_cast<std::uint32_t>(kFewestForCells);
  CHECK_THROWS_WITH(encode_vectors(beyond), Contains("a document that there is not"));
  TensorFile file = decode_tensors(encode_vectors(parts), "v");
  for (Tensor& tensor : file.tensors) {
    if (tensor.name == "cells.rows") std::memcpy(tensor.bytes.data(), &beyond.cell_rows[5], sizeof beyond.cell_rows[5]);
  }
  CHECK_THROWS_WITH(CollectionVectors::from_bytes(encode_tensors(file), "v"),
                    Contains("the cells do not fit the documents"));
  VectorParts falling = parts;
  std::swap(falling.cell_ends[0], falling.cell_ends[50]);
  CHECK_THAT(refusal(falling), Contains("the cells do not fit the documents"));
  VectorParts too_few = parts;
  --too_few.cell_ends.back();
  CHECK_THAT(refusal(too_few), Contains("the cells do not fit the documents"));
  VectorParts infinite = parts;
  infinite.cell_scales[3] = std::numeric_limits<float>::infinity();
  CHECK_THAT(refusal(infinite), Contains("a vector's scale is not a number"));
}

}  // namespace irgan::vector_cells_test
