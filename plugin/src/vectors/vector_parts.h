/// What CollectionVectors are made of: known to the trainer, which makes them.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "irgan/errors.h"
#include "irgan/vector_facts.h"

namespace irgan {

inline constexpr const char* kVectorFormat = "xapian-irgan vectors";
inline constexpr const char* kVectorFormatVersion = "3";
inline constexpr const char* kVectorFormatWithoutCells = "1";
inline constexpr const char* kVectorFormatByDocid = "2";  ///< cells, but documents lie by docid
inline constexpr std::size_t kFewestForCells = 10'000;    ///< documents; fewer are looked at one by one

struct VectorParts {
  VectorFacts facts;  ///< the basis is set when they are encoded
  Eigen::Index dimensions = 0;
  std::vector<std::string> terms;         ///< without their prefix, ascending, each once
  std::vector<std::int8_t> term_numbers;  ///< terms x dimensions: E
  std::vector<float> term_scales;
  std::vector<Xapian::docid> docids;  ///< ascending
  std::vector<std::int8_t> document_numbers;
  std::vector<float> document_scales;
  std::vector<std::string> id_terms{};  ///< of each document, empty if it has none; none where no slot holds them
  // Cells of documents near each other; none where documents are few.
  std::vector<std::int8_t> cell_numbers{};  ///< cells x dimensions: their centres
  std::vector<float> cell_scales{};
  std::vector<std::uint32_t> cell_ends{};  ///< of each cell's documents in cell_rows
  std::vector<std::uint32_t> cell_rows{};  ///< numbers of documents, ascending in each cell
};

/// Returns the bytes of a vector file.
///
/// Throws: Error if a cell holds a document that there is not, or terms or ids are too long together
IRGAN_API std::string encode_vectors(const VectorParts& parts);

/// Returns `vector` as bytes, its largest number as 127; zeros for zeros.
IRGAN_API ByteRow byte_row(const Eigen::Ref<const Eigen::VectorXf>& vector);

/// Adds up a document's vector, term by term in the order of the index.
class IRGAN_API DocumentVector {
 public:
  explicit DocumentVector(Eigen::Index dimensions) : sum_(Eigen::VectorXf::Zero(dimensions)) {}

  /// numbers, scale: E of the term
  void add(const std::int8_t* numbers, float scale, Xapian::termcount wdf);
  ByteRow row() const { return byte_row(sum_); }

 private:
  Eigen::VectorXf sum_;
};

/// Returns the part of an index term that the terms of vectors are named by, nothing if the term has no vector under
/// `prefix`: behind "Z" or no prefix the next letter must not be a capital, which would be another prefix's.
IRGAN_API std::string_view bare_term(std::string_view term, std::string_view prefix);

}  // namespace irgan
