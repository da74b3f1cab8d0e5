/// The safetensors file format: an 8-byte little-endian header length, a JSON header, the tensors' bytes.
///
/// The last tensor of our files, "digest", is XXH3-128 over every byte before it, so that any damage is refused.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// A named array of little-endian numbers, row-major.
struct Tensor {
  std::string name;
  std::string dtype;  ///< "F32", "F64", "I8", "U8", "U32", "I64"
  std::vector<std::int64_t> shape;
  std::string bytes;
};

/// A tensor whose bytes stay where they are.
struct TensorView {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::string_view bytes;
};

/// A file whose tensors stay where they are.
struct TensorViews {
  std::map<std::string, std::string> metadata;
  std::vector<TensorView> tensors;  ///< without the digest
};

/// Builds a tensor out of `count` numbers.
IRGAN_API Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, const float* numbers);
IRGAN_API Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, const double* numbers);
IRGAN_API Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, const std::int64_t* numbers);
IRGAN_API Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, const std::uint32_t* numbers);

struct IRGAN_API TensorFile {
  std::map<std::string, std::string> metadata;
  std::vector<Tensor> tensors;  ///< without the digest
  std::string origin;           ///< path or key, for messages

  /// Throws: FormatError if there is no such tensor or its type or number of dimensions differs.
  const Tensor& tensor(const std::string& name, const std::string& dtype, std::size_t num_dimensions) const;
  std::vector<float> floats(const std::string& name, std::size_t num_dimensions) const;
  std::vector<double> doubles(const std::string& name, std::size_t num_dimensions) const;
  std::vector<std::int64_t> integers(const std::string& name, std::size_t num_dimensions) const;
  bool contains(const std::string& name) const;
  /// Throws: FormatError if there is no such entry.
  const std::string& text(const std::string& key) const;
};

IRGAN_API std::string encode_tensors(const TensorFile& file);

/// What a file says of a tensor before its bytes.
struct TensorShape {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
};

/// Writes a file piece by piece, for tensors that are larger than memory.
class IRGAN_API TensorWriter {
 public:
  TensorWriter(const std::map<std::string, std::string>& metadata, const std::vector<TensorShape>& tensors,
               std::ostream& out);
  ~TensorWriter();

  /// Takes the next bytes of the tensors, which follow each other in the order of the constructor.
  void write(std::string_view bytes);
  template <class Number>
  void write(const Number* numbers, std::size_t count) {
    write({reinterpret_cast<const char*>(numbers), count * sizeof(Number)});
  }

  /// Writes the digest. Requires: all bytes of all tensors were written
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Throws: FormatError beginning with `origin`, with the offset at which the bytes stop being what they should.
IRGAN_API TensorFile decode_tensors(std::string_view bytes, const std::string& origin);

/// The same without copying; the views live as long as what `bytes` views.
IRGAN_API TensorViews view_tensors(std::string_view bytes, const std::string& origin);

/// Whether no number is infinite or NaN.
IRGAN_API bool all_finite(const std::vector<float>& numbers);

/// Returns XXH3-128 of `bytes` in hexadecimal.
IRGAN_API std::string hex_digest(std::string_view bytes);

}  // namespace irgan
