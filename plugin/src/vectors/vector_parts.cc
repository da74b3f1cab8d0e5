#include "plugin/src/vectors/vector_parts.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

using Eigen::Index;
using nlohmann::json;

constexpr float kLargestByte = 127.0F;

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

template <class Number>
void add_tensor(std::string name, const char* dtype, std::vector<std::int64_t> shape, const std::vector<Number>& all,
                TensorFile& file) {
  file.tensors.push_back({std::move(name), dtype, std::move(shape),
                          std::string(reinterpret_cast<const char*>(all.data()), all.size() * sizeof(Number))});
}

// Throws: Error if the ends do not fit into their numbers
std::string joined(const std::vector<std::string>& terms, std::vector<std::uint32_t>& ends) {
  std::string all;
  for (const std::string& term : terms) {
    all += term;
    if (all.size() > std::numeric_limits<std::uint32_t>::max())
      throw Error("the terms or ids of all documents are longer than 4 GiB together");
    ends.push_back(static_cast<std::uint32_t>(all.size()));
  }
  return all;
}

// In the order of the cells, so that the documents of a cell lie side by side.
// Throws: Error if a cell holds a document that there is not
template <class Number>
std::vector<Number> by_cell(const std::vector<Number>& numbers, const VectorParts& parts, std::size_t size) {
  if (parts.cell_rows.empty()) return numbers;
  std::vector<Number> all;
  all.reserve(numbers.size());
  for (const std::uint32_t row : parts.cell_rows) {
    if (row >= numbers.size() / size) throw Error("a cell holds a document that there is not");
    const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(row * size);
    all.insert(all.end(), first, first + static_cast<std::ptrdiff_t>(size));
  }
  return all;
}

}  // namespace

std::string encode_vectors(const VectorParts& parts) {
  const auto num_terms = static_cast<std::int64_t>(parts.terms.size());
  const auto num_documents = static_cast<std::int64_t>(parts.docids.size());
  const std::int64_t dimensions = parts.dimensions;
  TensorFile file;
  std::vector<std::uint32_t> ends;
  const std::string letters = joined(parts.terms, ends);
  const std::string_view numbers(reinterpret_cast<const char*>(parts.term_numbers.data()), parts.term_numbers.size());
  const std::string_view scales(reinterpret_cast<const char*>(parts.term_scales.data()),
                                parts.term_scales.size() * sizeof(float));
  const json index{
      {"uuid", parts.facts.index_uuid}, {"stemmer", parts.facts.stemmer}, {"term_prefixes", parts.facts.term_prefixes}};
  file.metadata = {{"format", kVectorFormat},
                   {"format_version", kVectorFormatVersion},
                   {"basis", hex_digest(letters + std::string(numbers) + std::string(scales))},
                   {"index", index.dump(-1, ' ', false, json::error_handler_t::replace)}};
  // By falling size of their numbers, so that each begins where it can be read in place.
  add_tensor("documents.docids", "U32", {num_documents}, parts.docids, file);
  add_tensor("documents.scales", "F32", {num_documents}, by_cell(parts.document_scales, parts, 1), file);
  add_tensor("terms.scales", "F32", {num_terms}, parts.term_scales, file);
  add_tensor("terms.ends", "U32", {num_terms}, ends, file);
  const auto num_cells = static_cast<std::int64_t>(parts.cell_scales.size());
  if (num_cells > 0) {
    add_tensor("cells.scales", "F32", {num_cells}, parts.cell_scales, file);
    add_tensor("cells.ends", "U32", {num_cells}, parts.cell_ends, file);
    add_tensor("cells.rows", "U32", {num_documents}, parts.cell_rows, file);
    add_tensor("cells.numbers", "I8", {num_cells, dimensions}, parts.cell_numbers, file);
  }
  std::vector<std::uint32_t> id_ends;
  const std::string ids = joined(parts.id_terms, id_ends);
  if (!parts.id_terms.empty()) add_tensor("documents.id_ends", "U32", {num_documents}, id_ends, file);
  add_tensor("documents.numbers", "I8", {num_documents, dimensions},
             by_cell(parts.document_numbers, parts, static_cast<std::size_t>(dimensions)), file);
  add_tensor("terms.numbers", "I8", {num_terms, dimensions}, parts.term_numbers, file);
  file.tensors.push_back({"terms.letters", "U8", {static_cast<std::int64_t>(letters.size())}, letters});
  if (!parts.id_terms.empty())
    file.tensors.push_back({"documents.ids", "U8", {static_cast<std::int64_t>(ids.size())}, ids});
  return encode_tensors(file);
}

ByteRow byte_row(const Eigen::Ref<const Eigen::VectorXf>& vector) {
  ByteRow row{std::vector<std::int8_t>(static_cast<std::size_t>(vector.size())), 0.0F};
  const float length = vector.norm();
  const float largest = vector.cwiseAbs().maxCoeff();
  if (!(largest > 0.0F) || !std::isfinite(length)) return row;
  for (Index i = 0; i < vector.size(); ++i) {
    row.numbers[static_cast<std::size_t>(i)] =
        static_cast<std::int8_t>(std::lround(vector[i] / largest * kLargestByte));
  }
  std::int32_t squares = 0;
  for (const std::int8_t number : row.numbers) squares += number * number;
  row.scale =
      1.0F / std::sqrt(static_cast<float>(squares));  // the bytes, not the numbers that they stand for, are 1 long
  return row;
}

void DocumentVector::add(const std::int8_t* numbers, float scale, Xapian::termcount wdf) {
  const float weight = scale * std::log1p(static_cast<float>(wdf));
  for (Index i = 0; i < sum_.size(); ++i) sum_[i] += weight * static_cast<float>(numbers[i]);
}

std::string_view bare_term(std::string_view term, std::string_view prefix) {
  if (term.size() <= prefix.size() || term.substr(0, prefix.size()) != prefix) return {};
  const std::string_view bare = term.substr(prefix.size());
  return is_capital(bare.front()) ? std::string_view() : bare;
}

}  // namespace irgan
