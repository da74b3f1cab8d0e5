/// The arrays in the bytes of a file of tensors, where they lie.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "plugin/src/model/safetensors.h"

namespace irgan {

/// Numbers that lie elsewhere.
template <class Number>
struct Array {
  const Number* first = nullptr;
  std::size_t size = 0;

  const Number& operator[](std::size_t i) const { return first[i]; }
};

/// What safetensors call a type of numbers.
template <class Number>
constexpr const char* tensor_dtype() {
  if constexpr (std::is_same_v<Number, float>) return "F32";
  if constexpr (std::is_same_v<Number, double>) return "F64";
  if constexpr (std::is_same_v<Number, std::int64_t>) return "I64";
  if constexpr (std::is_same_v<Number, std::uint32_t>) return "U32";
  if constexpr (std::is_same_v<Number, std::int8_t>) return "I8";
  if constexpr (std::is_same_v<Number, char>) return "U8";
}

/// Looks into a file that outlives it, and refuses it with FormatError at `origin`.
struct TensorReader {
  const TensorViews& file;
  const std::string& origin;

  [[noreturn]] void refuse(const std::string& reason) const { throw FormatError(origin + ": " + reason); }

  bool has(const std::string& name) const { return find(name) != file.tensors.end(); }

  const TensorView& tensor(const std::string& name) const {
    const auto found = find(name);
    if (found == file.tensors.end()) refuse("there is no tensor '" + name + "'");
    return *found;
  }

  template <class Number>
  Array<Number> array(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const TensorView& found = tensor(name);
    if (found.dtype != tensor_dtype<Number>() || found.shape != shape) {
      refuse("tensor '" + name + "' does not fit its neighbours");
    }
    if (reinterpret_cast<std::uintptr_t>(found.bytes.data()) % alignof(Number) != 0) {
      refuse("tensor '" + name + "' does not begin where its numbers can be read");
    }
    return {reinterpret_cast<const Number*>(found.bytes.data()), found.bytes.size() / sizeof(Number)};
  }

  const std::string& text(const std::string& key) const {
    const auto found = file.metadata.find(key);
    if (found == file.metadata.end()) refuse("the metadata have no '" + key + "'");
    return found->second;
  }

 private:
  std::vector<TensorView>::const_iterator find(const std::string& name) const {
    return std::find_if(file.tensors.begin(), file.tensors.end(),
                        [&](const TensorView& one) { return one.name == name; });
  }
};

}  // namespace irgan
