#include "plugin/src/model/memory_codec.h"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

constexpr const char* kMemoryFormat = "irgan.click_memory";
constexpr const char* kVersion = "1";

std::string text_of(double number) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

/// Columns of a table on their way into the file.
struct Columns {
  std::vector<std::int64_t> keys, ends;
  std::vector<double> totals;
  std::vector<std::uint32_t> documents;
  std::vector<float> clicks;
};

Columns columns_of(std::vector<MemoryEntry>& entries, std::size_t most) {
  std::sort(entries.begin(), entries.end(), [](const MemoryEntry& a, const MemoryEntry& b) { return a.key < b.key; });
  Columns columns;
  for (MemoryEntry& entry : entries) {
    std::sort(entry.clicks.begin(), entry.clicks.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    if (entry.clicks.size() > most) entry.clicks.resize(most);
    for (const auto& [document, clicks] : entry.clicks) {
      columns.documents.push_back(document);
      columns.clicks.push_back(clicks);
    }
    columns.keys.push_back(static_cast<std::int64_t>(entry.key));
    columns.totals.push_back(entry.num_clicks);
    columns.ends.push_back(static_cast<std::int64_t>(columns.documents.size()));
  }
  return columns;
}

template <class Number>
Tensor column(const std::string& name, const std::vector<Number>& numbers) {
  return make_tensor(name, {static_cast<std::int64_t>(numbers.size())}, numbers.data());
}

/// What the tensors of one file are found by.
struct Reader {
  const TensorViews& file;
  std::string_view bytes;
  const std::string& origin;

  [[noreturn]] void refuse(const std::string& reason) const { throw FormatError(origin + ": " + reason); }

  template <class Number>
  const Number* numbers(const std::string& name, const char* dtype, std::size_t& count) const {
    for (const TensorView& tensor : file.tensors) {
      if (tensor.name != name) continue;
      const auto offset = static_cast<std::size_t>(tensor.bytes.data() - bytes.data());
      if (tensor.dtype != dtype || tensor.shape.size() != 1) refuse("tensor '" + name + "' is no list of " + dtype);
      if (offset % alignof(Number) != 0)
        refuse("byte " + std::to_string(offset) + ": tensor '" + name + "' is not aligned");
      count = tensor.bytes.size() / sizeof(Number);
      return reinterpret_cast<const Number*>(tensor.bytes.data());
    }
    refuse("tensor '" + name + "' is missing");
  }

  template <class Number>
  const Number* numbers_of(const std::string& name, const char* dtype, std::size_t expected) const {
    std::size_t count = 0;
    const Number* found = numbers<Number>(name, dtype, count);
    if (count != expected) {
      refuse("tensor '" + name + "' has " + std::to_string(count) + " numbers and not " + std::to_string(expected));
    }
    return found;
  }

  const std::string& text(const std::string& key) const {
    const auto entry = file.metadata.find(key);
    if (entry == file.metadata.end()) refuse("metadata '" + key + "' is missing");
    return entry->second;
  }

  double number(const std::string& key, double low) const {
    const std::string& digits = text(key);
    double value = 0.0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || !(value >= low) || !std::isfinite(value)) {
      refuse("metadata '" + key + "' is '" + digits + "', which is no number from " + text_of(low) + " up");
    }
    return value;
  }

  void check_ends(const std::string& name, const std::uint64_t* ends, std::size_t count, std::size_t all) const {
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (ends[i] < last || ends[i] > all)
        refuse("entry " + std::to_string(i) + " of '" + name + "' ends out of its place");
      last = ends[i];
    }
    if (last != all) refuse("'" + name + "' does not end where its data do");
  }

  MemoryTable table(const std::string& name, std::size_t num_documents) const {
    MemoryTable table;
    table.keys = numbers<std::uint64_t>(name + ".keys", "I64", table.size);
    table.totals = numbers_of<double>(name + ".totals", "F64", table.size);
    table.ends = numbers_of<std::uint64_t>(name + ".ends", "I64", table.size);
    std::size_t count = 0;
    table.documents = numbers<std::uint32_t>(name + ".documents", "U32", count);
    table.clicks = numbers_of<float>(name + ".clicks", "F32", count);
    check_ends(name, table.ends, table.size, count);
    for (std::size_t i = 0; i < table.size; ++i) {
      if (i > 0 && table.keys[i] <= table.keys[i - 1]) refuse("the keys of '" + name + "' are not sorted");
      if (!(table.totals[i] >= 0.0) || !std::isfinite(table.totals[i]))
        refuse("a total of '" + name + "' is no number of clicks");
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (table.documents[i] >= num_documents) refuse("'" + name + "' names a document that the file does not have");
      if (!(table.clicks[i] >= 0.0F) || !std::isfinite(table.clicks[i]))
        refuse("'" + name + "' holds what is no number of clicks");
    }
    return table;
  }
};

}  // namespace

std::uint64_t query_key(const std::vector<std::string>& words) {
  std::string joined = "query";
  for (const std::string& word : words) joined += '\n' + word;
  return XXH3_64bits(joined.data(), joined.size());
}

std::uint64_t word_key(const std::string& word) {
  const std::string marked = "word\n" + word;
  return XXH3_64bits(marked.data(), marked.size());
}

std::string encode_memory(MemoryContents contents) {
  std::vector<double> lengths(contents.documents.size(), 0.0);
  for (const MemoryEntry& entry : contents.words) {
    for (const auto& [document, clicks] : entry.clicks) lengths[document] += clicks;
  }
  const Columns queries = columns_of(contents.queries, kMostOfQuery);
  const Columns words = columns_of(contents.words, kMostOfWord);
  std::string ids;
  std::vector<std::int64_t> id_ends;
  for (const std::string& id : contents.documents) {
    ids += id;
    id_ends.push_back(static_cast<std::int64_t>(ids.size()));
  }
  TensorFile file;
  file.metadata = {{"format", kMemoryFormat},
                   {"format_version", kVersion},
                   {"stemmer", contents.facts.stemmer},
                   {"half_life_days", text_of(contents.facts.half_life_days)},
                   {"newest_time", text_of(contents.facts.newest_time)},
                   {"prior_clicks", text_of(contents.facts.prior_clicks)},
                   {"min_sessions", std::to_string(contents.facts.min_sessions)}};
  // The widest numbers first, so that all are aligned.
  file.tensors = {column("queries.keys", queries.keys),
                  column("queries.totals", queries.totals),
                  column("queries.ends", queries.ends),
                  column("words.keys", words.keys),
                  column("words.totals", words.totals),
                  column("words.ends", words.ends),
                  column("documents.id_ends", id_ends),
                  column("queries.documents", queries.documents),
                  column("queries.clicks", queries.clicks),
                  column("words.documents", words.documents),
                  column("words.clicks", words.clicks),
                  column("documents.lengths", std::vector<float>(lengths.begin(), lengths.end())),
                  {"documents.ids", "U8", {static_cast<std::int64_t>(ids.size())}, ids}};
  return encode_tensors(file);
}

MemoryView view_memory(std::string_view bytes, const std::string& origin) {
  const TensorViews file = view_tensors(bytes, origin);
  const Reader reader{file, bytes, origin};
  if (reader.text("format") != kMemoryFormat) reader.refuse("is no click memory but '" + reader.text("format") + "'");
  if (reader.text("format_version") != kVersion) {
    reader.refuse("is a click memory of version " + reader.text("format_version") +
                  ", and this program reads version " + kVersion);
  }
  MemoryView view;
  view.facts.stemmer = reader.text("stemmer");
  view.facts.half_life_days = reader.number("half_life_days", 0.0);
  view.facts.newest_time = reader.number("newest_time", 0.0);
  view.facts.prior_clicks = reader.number("prior_clicks", std::numeric_limits<double>::min());
  view.facts.min_sessions = static_cast<std::uint32_t>(std::min(reader.number("min_sessions", 1.0), 1e9));
  std::size_t num_id_bytes = 0;
  view.id_ends = reader.numbers<std::uint64_t>("documents.id_ends", "I64", view.facts.num_documents);
  const char* const ids = reader.numbers<char>("documents.ids", "U8", num_id_bytes);
  view.ids = {ids, num_id_bytes};
  reader.check_ends("documents", view.id_ends, view.facts.num_documents, num_id_bytes);
  view.lengths = reader.numbers_of<float>("documents.lengths", "F32", view.facts.num_documents);
  for (std::size_t i = 0; i < view.facts.num_documents; ++i) {
    if (!(view.lengths[i] >= 0.0F) || !std::isfinite(view.lengths[i]))
      reader.refuse("a document's length is no number of clicks");
  }
  view.queries = reader.table("queries", view.facts.num_documents);
  view.words = reader.table("words", view.facts.num_documents);
  view.facts.num_queries = view.queries.size;
  view.facts.num_words = view.words.size;
  view.facts.num_bytes = bytes.size();
  return view;
}

}  // namespace irgan
