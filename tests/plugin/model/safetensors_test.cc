#include "plugin/src/model/safetensors.h"

#include <catch2/catch.hpp>
#include <cstring>

namespace irgan::safetensors_test {

using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;

namespace {

TensorFile small_file() {
  const float weights[] = {1.5F, -2, 0, 3.25F, -0.0F, 1e-40F};
  const double values[] = {0.1, -1e300};
  const std::int64_t counts[] = {-1, 0, std::int64_t{1} << 62};
  TensorFile file;
  file.metadata = {{"format", "test"}, {"ünï", "{\"a\": \"\n\\\"\"}"}};
  file.tensors = {make_tensor("weights", {2, 3}, weights),
                  make_tensor("values", {2}, values),
                  make_tensor("counts", {3, 1}, counts),
                  make_tensor("nothing", {100, 0}, weights),
                  {"letters", "U8", {5}, std::string("ab\0yz", 5)}};
  return file;
}

std::string little_endian(std::uint64_t number) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
  return bytes;
}

// `bytes` with the digest that makes them a whole file.
std::string sealed(const std::string& bytes) {
  const std::string hex = hex_digest(bytes);
  std::string file = bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) file += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return file;
}

std::string file_of(const std::string& header, const std::string& data = std::string(16, '\0')) {
  return sealed(little_endian(header.size()) + header + data);
}

// A file of one F32 tensor "t" with 16 bytes of data behind the header, whose entry is `entry`.
std::string file_with_entry(const std::string& entry) { return file_of(R"({"__metadata__":{},"t":)" + entry + "}"); }

// What decoding says after "origin: byte "; empty if it says nothing.
std::string complaint(const std::string& bytes) {
  try {
    decode_tensors(bytes, "origin");
  } catch (const FormatError& error) {
    const std::string what = error.what();
    REQUIRE_THAT(what, StartsWith("origin: byte "));
    return what.substr(std::strlen("origin: byte "));
  }
  return "";
}

}  // namespace

TEST_CASE("hex_digest is XXH3-128 in canonical order", "[plugin][safetensors]") {
  CHECK(hex_digest("") == "99aa06d3014798d86001c324468d497f");  // of xxHash's own specification
  CHECK(hex_digest("a") != hex_digest("b"));
}

TEST_CASE("a file of tensors is read back as it was written", "[plugin][safetensors]") {
  const TensorFile written = small_file();
  const TensorFile read = decode_tensors(encode_tensors(written), "origin");

  CHECK(read.origin == "origin");
  CHECK(read.metadata == written.metadata);
  REQUIRE(read.tensors.size() == written.tensors.size());
  for (const Tensor& tensor : written.tensors) {
    const Tensor& same = read.tensor(tensor.name, tensor.dtype, tensor.shape.size());
    CHECK(same.shape == tensor.shape);
    CHECK(same.bytes == tensor.bytes);
  }
  CHECK(read.doubles("values", 1) == std::vector<double>{0.1, -1e300});
  CHECK(read.integers("counts", 2) == std::vector<std::int64_t>{-1, 0, std::int64_t{1} << 62});
  CHECK(read.floats("weights", 2) == std::vector<float>{1.5F, -2, 0, 3.25F, 0, 1e-40F});
  CHECK(read.floats("nothing", 2).empty());
}

TEST_CASE("the bytes are those of the safetensors format", "[plugin][safetensors]") {
  const float number[] = {1.0F};
  TensorFile file;
  file.tensors = {make_tensor("t", {1}, number)};
  const std::string bytes = encode_tensors(file);

  std::string header = R"({"__metadata__":{},"digest":{"data_offsets":[4,20],"dtype":"U8","shape":[16]},)"
                       R"("t":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');  // the tensors begin at a multiple of 8
  CHECK((bytes == sealed(little_endian(header.size()) + header + std::string("\0\0\x80\x3F", 4))));
}

TEST_CASE("equal files have equal bytes", "[plugin][safetensors]") {
  CHECK((encode_tensors(small_file()) == encode_tensors(small_file())));
}

TEST_CASE("a file without tensors is a file", "[plugin][safetensors]") {
  CHECK(decode_tensors(encode_tensors({}), "origin").tensors.empty());
}

TEST_CASE("every truncation is refused", "[plugin][safetensors]") {
  const std::string bytes = encode_tensors(small_file());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(complaint(bytes.substr(0, size)).empty());
  }
  CHECK_FALSE(complaint(bytes + '\0').empty());
  CHECK_FALSE(complaint(bytes + bytes).empty());
}

TEST_CASE("every flipped bit is refused", "[plugin][safetensors]") {
  std::string bytes = encode_tensors(small_file());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      if (complaint(bytes).empty()) FAIL_CHECK("byte " << i << " bit " << bit);
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
    }
  }
  CHECK(complaint(bytes).empty());
}

TEST_CASE("a header that lies is refused, even under a right digest", "[plugin][safetensors]") {
  CHECK_THAT(complaint(sealed(little_endian(17) + std::string(16, ' '))),
             Equals("0: the header is longer than the file"));
  CHECK_THAT(complaint(sealed(little_endian(~std::uint64_t{0}) + "{}")),
             Equals("0: the header is longer than the file"));
  for (const char* header : {"", "{", "[]", "7", "null", "{}", R"({"__metadata__":7})", R"({"__metadata__":{"a":1}})",
                             "{\"__metadata__\":{\"a\":\"\xFF\"}}"}) {
    CAPTURE(header);
    CHECK_THAT(complaint(file_of(header)), StartsWith("8: the header is not what it should be: "));
  }
  CHECK_THAT(complaint(file_of(std::string(100000, '['))), StartsWith("8: the header is not what it should be: "));
}

TEST_CASE("a tensor that lies is refused, even under a right digest", "[plugin][safetensors]") {
  REQUIRE(complaint(file_with_entry(R"({"dtype":"F32","shape":[2,2],"data_offsets":[0,16]})")).empty());
  const std::string size = "tensor 't' has not the size that its type and shape say";
  const std::string outside = "tensor 't' lies outside the file";
  const std::string form = "the header is not what it should be";
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"dtype":"F32","shape":[2,2],"data_offsets":[0,15]})", size},
      {R"({"dtype":"F32","shape":[2,3],"data_offsets":[0,16]})", size},
      {R"({"dtype":"F64","shape":[2,2],"data_offsets":[0,16]})", size},
      {R"({"dtype":"BF16","shape":[0],"data_offsets":[0,0]})", size},
      {R"({"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]})", size},
      {R"({"dtype":"F32","shape":[-1],"data_offsets":[0,0]})", size},
      // products that overflow, or are beyond the file, are not the empty tensor's 0
      {R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})", size},
      {R"({"dtype":"F32","shape":[64,46],"data_offsets":[0,0]})", size},
      {R"({"dtype":"F32","shape":[4611686018427387904,4,2],"data_offsets":[0,16]})", size},
      {R"({"dtype":"F32","shape":[2,2],"data_offsets":[24,40]})", outside},
      {R"({"dtype":"F32","shape":[2,2],"data_offsets":[16,0]})", outside},
      {R"({"dtype":"F32","shape":[2,2],"data_offsets":[-16,0]})", form},
      {R"({"dtype":"F32","shape":[1e300],"data_offsets":[0,0]})", form},
      {R"({"dtype":"F32","shape":[2,2],"data_offsets":[0,1.6e1]})", form},
      {R"({"dtype":"F32","shape":[2,2],"data_offsets":[0]})", outside},
      {R"({"dtype":"F32","shape":[2,2],"data_offsets":"all"})", form},
      {R"({"dtype":4,"shape":[2,2],"data_offsets":[0,16]})", form},
      {R"({"dtype":"F32","shape":["2"],"data_offsets":[0,16]})", form},
      {R"({"dtype":"F32","shape":[2,2]})", form},
      {R"([])", form},
  };
  for (const auto& [entry, reason] : cases) {
    CAPTURE(entry);
    CHECK_THAT(complaint(file_with_entry(entry)), Catch::Matchers::Contains(reason));
  }
}

TEST_CASE("asking for what is not there names it and the file", "[plugin][safetensors]") {
  const TensorFile file = decode_tensors(encode_tensors(small_file()), "m.bin");
  const auto fails_with = [](const char* message) { return Catch::Matchers::Message(message); };
  CHECK_THROWS_MATCHES(file.floats("bias", 1), FormatError, fails_with("m.bin: tensor 'bias' is missing"));
  CHECK_THROWS_MATCHES(file.floats("weights", 1), FormatError,
                       fails_with("m.bin: tensor 'weights' must be F32 of dimension 1"));
  CHECK_THROWS_MATCHES(file.doubles("weights", 2), FormatError,
                       fails_with("m.bin: tensor 'weights' must be F64 of dimension 2"));
  CHECK_THROWS_MATCHES(file.text("colour"), FormatError, fails_with("m.bin: metadata 'colour' is missing"));
  CHECK(file.text("format") == "test");
  CHECK(file.contains("weights"));
  CHECK_FALSE(file.contains("digest"));
}

}  // namespace irgan::safetensors_test
