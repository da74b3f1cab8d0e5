#include "plugin/src/model/safetensors.h"

#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "plugin/src/features/bounded_json.h"

namespace irgan {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kDigestBytes = 16;
constexpr const char* kDigestName = "digest";
constexpr std::size_t kMostTensors = 20'000;  // each is looked for among all

std::string canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  return std::string(reinterpret_cast<const char*>(bytes.digest), kDigestBytes);
}

std::string digest(std::string_view bytes) { return canonical(XXH3_128bits(bytes.data(), bytes.size())); }

std::size_t item_size(const std::string& dtype) {
  if (dtype == "F32" || dtype == "U32") return 4;
  if (dtype == "F64" || dtype == "I64") return 8;
  return dtype == "U8" || dtype == "I8" ? 1 : 0;
}

std::size_t size_of(const TensorShape& tensor) {
  std::size_t size = item_size(tensor.dtype);
  for (const std::int64_t extent : tensor.shape) size *= static_cast<std::size_t>(extent);
  return size;
}

// All that stands before the tensors' bytes, of which there are so many.
std::string head_of(const std::map<std::string, std::string>& metadata, const std::vector<TensorShape>& tensors,
                    const std::vector<std::size_t>& sizes) {
  json header;
  header["__metadata__"] = metadata;
  std::size_t offset = 0;
  const auto add = [&](const TensorShape& tensor, std::size_t size) {
    const std::size_t end = offset + size;
    header[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  };
  for (std::size_t i = 0; i < tensors.size(); ++i) add(tensors[i], sizes[i]);
  add({kDigestName, "U8", {static_cast<std::int64_t>(kDigestBytes)}}, kDigestBytes);

  std::string text = header.dump();
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');  // tensors start aligned
  std::string head;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    head += static_cast<char>(static_cast<std::uint64_t>(text.size()) >> (8 * i) & 0xFF);
  }
  return head + text;
}

template <class Number>
Tensor tensor_of(std::string name, const char* dtype, std::vector<std::int64_t> shape, const Number* numbers) {
  std::size_t count = 1;
  for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
  std::string bytes(count * sizeof(Number), '\0');
  if (count > 0) std::memcpy(bytes.data(), numbers, bytes.size());
  return {std::move(name), dtype, std::move(shape), std::move(bytes)};
}

template <class Number>
std::vector<Number> numbers_of(const Tensor& tensor) {
  std::vector<Number> numbers(tensor.bytes.size() / sizeof(Number));
  if (!numbers.empty()) std::memcpy(numbers.data(), tensor.bytes.data(), tensor.bytes.size());
  return numbers;
}

[[noreturn]] void refuse(const std::string& origin, std::size_t offset, const std::string& reason) {
  throw FormatError(origin + ": byte " + std::to_string(offset) + ": " + reason);
}

TensorView read_entry(const std::string& name, const json& entry, std::string_view data, std::size_t data_offset,
                      const std::string& origin) {
  TensorView tensor{name, entry.at("dtype").get<std::string>(), whole_numbers<std::int64_t>(entry.at("shape")), {}};
  const auto range = whole_numbers<std::uint64_t>(entry.at("data_offsets"));
  if (range.size() != 2 || range[0] > range[1] || range[1] > data.size()) {
    refuse(origin, data_offset, "tensor '" + name + "' lies outside the file");
  }
  std::uint64_t size = item_size(tensor.dtype);
  bool lies = size == 0;
  for (const std::int64_t extent : tensor.shape) {
    lies |= extent < 0;
    const bool too_large = extent > 0 && size > data.size() / static_cast<std::uint64_t>(extent);
    size = too_large ? data.size() + 1 : size * static_cast<std::uint64_t>(extent);
  }
  if (lies || size != range[1] - range[0]) {
    refuse(origin, data_offset + range[0], "tensor '" + name + "' has not the size that its type and shape say");
  }
  tensor.bytes = data.substr(range[0], range[1] - range[0]);
  return tensor;
}

}  // namespace

Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, const float* numbers) {
  return tensor_of(std::move(name), "F32", std::move(shape), numbers);
}
Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, const double* numbers) {
  return tensor_of(std::move(name), "F64", std::move(shape), numbers);
}
Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, const std::int64_t* numbers) {
  return tensor_of(std::move(name), "I64", std::move(shape), numbers);
}
Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, const std::uint32_t* numbers) {
  return tensor_of(std::move(name), "U32", std::move(shape), numbers);
}

const Tensor& TensorFile::tensor(const std::string& name, const std::string& dtype, std::size_t num_dimensions) const {
  for (const Tensor& tensor : tensors) {
    if (tensor.name != name) continue;
    if (tensor.dtype == dtype && tensor.shape.size() == num_dimensions) return tensor;
    throw FormatError(origin + ": tensor '" + name + "' must be " + dtype + " of dimension " +
                      std::to_string(num_dimensions));
  }
  throw FormatError(origin + ": tensor '" + name + "' is missing");
}

std::vector<float> TensorFile::floats(const std::string& name, std::size_t num_dimensions) const {
  return numbers_of<float>(tensor(name, "F32", num_dimensions));
}
std::vector<double> TensorFile::doubles(const std::string& name, std::size_t num_dimensions) const {
  return numbers_of<double>(tensor(name, "F64", num_dimensions));
}
std::vector<std::int64_t> TensorFile::integers(const std::string& name, std::size_t num_dimensions) const {
  return numbers_of<std::int64_t>(tensor(name, "I64", num_dimensions));
}

bool TensorFile::contains(const std::string& name) const {
  return std::any_of(tensors.begin(), tensors.end(), [&](const Tensor& tensor) { return tensor.name == name; });
}

const std::string& TensorFile::text(const std::string& key) const {
  const auto entry = metadata.find(key);
  if (entry == metadata.end()) throw FormatError(origin + ": metadata '" + key + "' is missing");
  return entry->second;
}

std::string encode_tensors(const TensorFile& file) {
  std::vector<TensorShape> shapes;
  std::vector<std::size_t> sizes;
  for (const Tensor& tensor : file.tensors) {
    shapes.push_back({tensor.name, tensor.dtype, tensor.shape});
    sizes.push_back(tensor.bytes.size());
  }
  std::string bytes = head_of(file.metadata, shapes, sizes);
  bytes.reserve(std::accumulate(sizes.begin(), sizes.end(), bytes.size() + kDigestBytes));
  for (const Tensor& tensor : file.tensors) bytes += tensor.bytes;
  bytes += digest(bytes);
  return bytes;
}

struct TensorWriter::State {
  std::ostream& out;
  std::size_t bytes_left = 0;
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> hash{XXH3_createState(), XXH3_freeState};

  explicit State(std::ostream& to) : out(to) {
    if (!hash) throw std::bad_alloc();
    XXH3_128bits_reset(hash.get());
  }

  void put(std::string_view bytes) {
    XXH3_128bits_update(hash.get(), bytes.data(), bytes.size());
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
};

TensorWriter::TensorWriter(const std::map<std::string, std::string>& metadata, const std::vector<TensorShape>& tensors,
                           std::ostream& out)
    : state_(std::make_unique<State>(out)) {
  std::vector<std::size_t> sizes;
  for (const TensorShape& tensor : tensors) sizes.push_back(size_of(tensor));
  state_->bytes_left = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  state_->put(head_of(metadata, tensors, sizes));
}

TensorWriter::~TensorWriter() = default;

void TensorWriter::write(std::string_view bytes) {
  assert(bytes.size() <= state_->bytes_left);
  state_->bytes_left -= bytes.size();
  state_->put(bytes);
}

void TensorWriter::finish() {
  assert(state_->bytes_left == 0);
  const std::string bytes = canonical(XXH3_128bits_digest(state_->hash.get()));
  state_->out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TensorViews view_tensors(std::string_view bytes, const std::string& origin) {
  if (bytes.size() < kLengthBytes + kDigestBytes)
    refuse(origin, bytes.size(), "the file ends too early to be one of ours");
  const std::size_t digest_offset = bytes.size() - kDigestBytes;
  if (bytes.substr(digest_offset) != digest(bytes.substr(0, digest_offset))) {
    refuse(origin, digest_offset, "the digest does not match: damaged, cut short, or not one of our files");
  }
  std::uint64_t head_size = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    head_size |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  if (head_size > digest_offset - kLengthBytes) refuse(origin, 0, "the header is longer than the file");
  const std::size_t data_offset = kLengthBytes + head_size;
  const std::string_view data = bytes.substr(data_offset);
  TensorViews file;
  const std::string_view head = bytes.substr(kLengthBytes, head_size);
  if (is_deep_json(head)) refuse(origin, kLengthBytes, "the header is not what it should be: it is nested too deep");
  try {
    const json header = json::parse(head);
    file.metadata = header.at("__metadata__").get<std::map<std::string, std::string>>();
    if (header.size() > kMostTensors) refuse(origin, kLengthBytes, "there are too many tensors");
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__" || name == kDigestName) continue;
      file.tensors.push_back(read_entry(name, entry, data, data_offset, origin));
    }
  } catch (const json::exception& error) {
    refuse(origin, kLengthBytes, std::string("the header is not what it should be: ") + error.what());
  }
  return file;
}

TensorFile decode_tensors(std::string_view bytes, const std::string& origin) {
  TensorViews views = view_tensors(bytes, origin);
  TensorFile file{std::move(views.metadata), {}, origin};
  for (TensorView& view : views.tensors) {
    file.tensors.push_back(
        {std::move(view.name), std::move(view.dtype), std::move(view.shape), std::string(view.bytes)});
  }
  return file;
}

bool all_finite(const std::vector<float>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](float x) { return std::isfinite(x); });
}

std::string hex_digest(std::string_view bytes) {
  static constexpr const char* kHex = "0123456789abcdef";
  std::string hex;
  for (const char c : digest(bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kHex[byte >> 4];
    hex += kHex[byte & 15];
  }
  return hex;
}

}  // namespace irgan
