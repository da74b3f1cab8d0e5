#include "trainer/log/ubi_record.h"

#include <cstring>

namespace irgan {
namespace {

void append_text(std::string& bytes, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  bytes.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
}

std::string take_text(std::string_view& bytes) {
  std::uint32_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  std::string text(bytes.substr(sizeof size, size));
  bytes.remove_prefix(sizeof size + size);
  return text;
}

struct FixedPart {
  UbiRecord::Kind kind;
  int rank;
  std::uint32_t num_hits;
  std::uint32_t num_log_probabilities;
  std::uint32_t num_contexts;
  std::uint64_t file;
  std::uint64_t line_number;
  double time;
};

}  // namespace

std::string packed(const UbiRecord& record) {
  FixedPart fixed;
  std::memset(&fixed, 0, sizeof fixed);
  fixed.kind = record.kind;
  fixed.rank = record.rank;
  fixed.num_hits = static_cast<std::uint32_t>(record.hits.size());
  fixed.num_log_probabilities = static_cast<std::uint32_t>(record.log_probabilities.size());
  fixed.num_contexts = static_cast<std::uint32_t>(record.contexts.size());
  fixed.file = record.file;
  fixed.line_number = record.line_number;
  fixed.time = record.time;
  std::string bytes(reinterpret_cast<const char*>(&fixed), sizeof fixed);
  append_text(bytes, record.session);
  append_text(bytes, record.words);
  append_text(bytes, record.document_id);
  append_text(bytes, record.serialised_query);
  for (const std::string& hit : record.hits) append_text(bytes, hit);
  for (const std::string& value : record.contexts) append_text(bytes, value);
  bytes.append(reinterpret_cast<const char*>(record.log_probabilities.data()),
               record.log_probabilities.size() * sizeof(double));
  return bytes;
}

UbiRecord unpacked(std::string_view bytes) {
  FixedPart fixed;
  std::memcpy(&fixed, bytes.data(), sizeof fixed);
  bytes.remove_prefix(sizeof fixed);
  UbiRecord record;
  record.kind = fixed.kind;
  record.rank = fixed.rank;
  record.file = fixed.file;
  record.line_number = fixed.line_number;
  record.time = fixed.time;
  record.session = take_text(bytes);
  record.words = take_text(bytes);
  record.document_id = take_text(bytes);
  record.serialised_query = take_text(bytes);
  for (std::uint32_t i = 0; i < fixed.num_hits; ++i) record.hits.push_back(take_text(bytes));
  for (std::uint32_t i = 0; i < fixed.num_contexts; ++i) record.contexts.push_back(take_text(bytes));
  record.log_probabilities.resize(fixed.num_log_probabilities);
  if (!record.log_probabilities.empty())  // memcpy does not take what an empty vector points to
    std::memcpy(record.log_probabilities.data(), bytes.data(), record.log_probabilities.size() * sizeof(double));
  return record;
}

}  // namespace irgan
