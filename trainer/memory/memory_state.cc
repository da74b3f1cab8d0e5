#include "trainer/memory/memory_state.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "plugin/src/model/safetensors.h"
#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

constexpr const char* kFormat = "irgan.click_memory.carry";
constexpr const char* kVersion = "1";
constexpr double kForgotten = 0x1p-20;  // clicks

/// A click sum of a table, to be put in order.
struct Sum {
  std::uint64_t key = 0;
  std::uint32_t place = 0;
  std::uint32_t document = 0;
  DecayedSum clicks;
};

// By key, then document; without what is forgotten.
std::vector<Sum> sums_of(const ClickTable& table, const MemoryState& state, bool kept_only) {
  const Decay decay(state.rules.half_life_days);
  std::vector<Sum> sums;
  for (const auto& [pair, clicks] : table.clicks) {
    const auto place = static_cast<std::uint32_t>(pair >> 32);
    if (kept_only && !table.keys[place].is_kept) continue;
    if (clicks.at(state.newest_time, decay) < kForgotten) continue;
    sums.push_back({table.keys[place].key, place, static_cast<std::uint32_t>(pair & 0xFFFFFFFF), clicks});
  }
  std::sort(sums.begin(), sums.end(),
            [](const Sum& a, const Sum& b) { return a.key != b.key ? a.key < b.key : a.document < b.document; });
  return sums;
}

/// Gives the documents that are left new numbers, in the old order.
class Renumbering {
 public:
  Renumbering(const MemoryState& state, const std::vector<const std::vector<Sum>*>& used)
      : new_numbers_(state.documents.size(), kNone) {
    for (const std::vector<Sum>* sums : used) {
      for (const Sum& sum : *sums) new_numbers_[sum.document] = 0;
    }
    for (std::size_t i = 0; i < new_numbers_.size(); ++i) {
      if (new_numbers_[i] == kNone) continue;
      new_numbers_[i] = static_cast<std::uint32_t>(documents_.size());
      documents_.push_back(state.documents[i]);
    }
  }

  std::uint32_t of(std::uint32_t document) const { return new_numbers_[document]; }
  const std::vector<std::string>& documents() const { return documents_; }

 private:
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);
  std::vector<std::uint32_t> new_numbers_;
  std::vector<std::string> documents_;
};

std::vector<MemoryEntry> entries_of(const std::vector<Sum>& sums, const Renumbering& renumbering,
                                    const MemoryState& state) {
  const Decay decay(state.rules.half_life_days);
  std::vector<MemoryEntry> entries;
  for (const Sum& sum : sums) {
    if (entries.empty() || entries.back().key != sum.key) entries.push_back({sum.key, 0.0, {}});
    const double clicks = sum.clicks.at(state.newest_time, decay);
    entries.back().num_clicks += clicks;
    entries.back().clicks.emplace_back(renumbering.of(sum.document), static_cast<float>(clicks));
  }
  return entries;
}

template <class Number>
Tensor column(const std::string& name, const std::vector<Number>& numbers) {
  return make_tensor(name, {static_cast<std::int64_t>(numbers.size())}, numbers.data());
}

template <class Number>
std::int64_t count_of(const std::vector<Number>& numbers) {
  return static_cast<std::int64_t>(numbers.size());
}

void append_table(const std::string& name, const ClickTable& table, const std::vector<Sum>& sums,
                  const Renumbering& renumbering, TensorFile& file) {
  std::vector<std::int64_t> keys, session_ends, ends;
  std::vector<std::uint32_t> sessions, documents;
  std::vector<double> clicks, times;
  std::string kept;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const Sum& sum = sums[i];
    if (i == 0 || sums[i - 1].key != sum.key) {
      const ClickTable::Key& key = table.keys[sum.place];
      keys.push_back(static_cast<std::int64_t>(sum.key));
      kept += static_cast<char>(key.is_kept ? 1 : 0);
      sessions.insert(sessions.end(), key.sessions.begin(), key.sessions.end());
      session_ends.push_back(count_of(sessions));
      ends.push_back(0);
    }
    documents.push_back(renumbering.of(sum.document));
    clicks.push_back(sum.clicks.value);
    times.push_back(sum.clicks.time);
    ends.back() = count_of(documents);
  }
  for (Tensor& tensor : std::vector<Tensor>{
           column(name + ".keys", keys), column(name + ".session_ends", session_ends), column(name + ".ends", ends),
           column(name + ".clicks", clicks), column(name + ".times", times), column(name + ".sessions", sessions),
           column(name + ".documents", documents),
           Tensor{name + ".kept", "U8", {static_cast<std::int64_t>(kept.size())}, kept}}) {
    file.tensors.push_back(std::move(tensor));
  }
}

std::vector<std::uint32_t> numbers_of(const TensorFile& file, const std::string& name) {
  const std::string& bytes = file.tensor(name, "U32", 1).bytes;
  std::vector<std::uint32_t> numbers(bytes.size() / sizeof(std::uint32_t));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(numbers.data()));
  return numbers;
}

// Throws unless the ranges that end at `ends` make up 0 .. count.
void check_ends(const std::vector<std::int64_t>& ends, std::size_t num_entries, std::size_t count,
                const TensorFile& file, const std::string& name) {
  bool lies = ends.size() != num_entries || (ends.empty() ? 0 : ends.back()) != static_cast<std::int64_t>(count);
  for (std::size_t i = 0; i < ends.size(); ++i) lies |= ends[i] < (i == 0 ? 0 : ends[i - 1]);
  if (lies) throw FormatError(file.origin + ": the tables of '" + name + "' do not fit together");
}

ClickTable table_of(const TensorFile& file, const std::string& name, std::size_t num_documents) {
  const std::vector<std::int64_t> keys = file.integers(name + ".keys", 1);
  const std::vector<std::int64_t> ends = file.integers(name + ".ends", 1);
  const std::vector<std::int64_t> session_ends = file.integers(name + ".session_ends", 1);
  const std::vector<std::uint32_t> sessions = numbers_of(file, name + ".sessions");
  const std::vector<std::uint32_t> documents = numbers_of(file, name + ".documents");
  const std::vector<double> clicks = file.doubles(name + ".clicks", 1);
  const std::vector<double> times = file.doubles(name + ".times", 1);
  const std::string& kept = file.tensor(name + ".kept", "U8", 1).bytes;
  check_ends(ends, keys.size(), documents.size(), file, name);
  check_ends(session_ends, keys.size(), sessions.size(), file, name);
  bool lies = kept.size() != keys.size() || clicks.size() != documents.size() || times.size() != documents.size();
  for (std::size_t i = 0; i < documents.size() && !lies; ++i) {
    lies = documents[i] >= num_documents || !std::isfinite(clicks[i]) || !std::isfinite(times[i]);
  }
  if (lies) throw FormatError(file.origin + ": the tables of '" + name + "' do not fit together");
  ClickTable table;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::uint32_t place = table.place_of(static_cast<std::uint64_t>(keys[i]));
    table.keys[place].is_kept = kept[i] != 0;
    table.keys[place].sessions.assign(sessions.begin() + (i == 0 ? 0 : session_ends[i - 1]),
                                      sessions.begin() + session_ends[i]);
    for (std::int64_t k = i == 0 ? 0 : ends[i - 1]; k < ends[i]; ++k) {
      const auto at = static_cast<std::size_t>(k);
      table.clicks[(std::uint64_t{place} << 32) | documents[at]] = {clicks[at], times[at]};
    }
  }
  return table;
}

template <class Number>
std::string text_of(Number number) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

template <class Number>
Number number_of(const TensorFile& file, const std::string& key) {
  const std::string& digits = file.text(key);
  Number value{};
  if (!parse_number(digits, value)) {
    throw FormatError(file.origin + ": metadata '" + key + "' is '" + digits + "', which is no number");
  }
  return value;
}

}  // namespace

std::uint32_t ClickTable::place_of(std::uint64_t key) {
  const auto [place, is_new] = places.emplace(key, static_cast<std::uint32_t>(keys.size()));
  if (is_new) keys.push_back({key, false, {}});
  return place->second;
}

MemoryContents served_memory(const MemoryState& state, double prior_clicks) {
  const std::vector<Sum> queries = sums_of(state.queries, state, true);
  const std::vector<Sum> words = sums_of(state.words, state, true);
  const Renumbering renumbering(state, {&queries, &words});
  MemoryContents contents;
  contents.facts.stemmer = state.rules.stemmer;
  contents.facts.half_life_days = state.rules.half_life_days;
  contents.facts.newest_time = state.newest_time;
  contents.facts.prior_clicks = prior_clicks;
  contents.facts.min_sessions = state.rules.min_sessions;
  contents.documents = renumbering.documents();
  contents.queries = entries_of(queries, renumbering, state);
  contents.words = entries_of(words, renumbering, state);
  return contents;
}

std::string encode_state(const MemoryState& state) {
  const std::vector<Sum> queries = sums_of(state.queries, state, false);
  const std::vector<Sum> words = sums_of(state.words, state, false);
  const Renumbering renumbering(state, {&queries, &words});
  TensorFile file;
  file.metadata = {{"format", kFormat},
                   {"format_version", kVersion},
                   {"stemmer", state.rules.stemmer},
                   {"half_life_days", text_of(state.rules.half_life_days)},
                   {"min_sessions", text_of(state.rules.min_sessions)},
                   {"salt", text_of(state.rules.salt)},
                   {"has_time", state.has_time ? "1" : "0"},
                   {"newest_time", text_of(state.newest_time)},
                   {"last_time", text_of(state.last_time)}};
  append_table("queries", state.queries, queries, renumbering, file);
  append_table("words", state.words, words, renumbering, file);
  std::string ids;
  std::vector<std::int64_t> id_ends;
  for (const std::string& id : renumbering.documents()) {
    ids += id;
    id_ends.push_back(static_cast<std::int64_t>(ids.size()));
  }
  file.tensors.push_back(column("documents.id_ends", id_ends));
  file.tensors.push_back({"documents.ids", "U8", {static_cast<std::int64_t>(ids.size())}, ids});
  return encode_tensors(file);
}

MemoryState decode_state(std::string_view bytes, const std::string& origin) {
  const TensorFile file = decode_tensors(bytes, origin);
  if (file.text("format") != kFormat) throw FormatError(origin + ": is no .carry file of 'xapian-irgan memory'");
  if (file.text("format_version") != kVersion) {
    throw FormatError(origin + ": is of version " + file.text("format_version") + ", and this program reads version " +
                      kVersion);
  }
  MemoryState state;
  state.rules.stemmer = file.text("stemmer");
  state.rules.half_life_days = number_of<double>(file, "half_life_days");
  state.rules.min_sessions = number_of<std::uint32_t>(file, "min_sessions");
  state.rules.salt = number_of<std::uint64_t>(file, "salt");
  state.has_time = file.text("has_time") == "1";
  state.newest_time = number_of<double>(file, "newest_time");
  state.last_time = number_of<double>(file, "last_time");
  const std::string& ids = file.tensor("documents.ids", "U8", 1).bytes;
  const std::vector<std::int64_t> id_ends = file.integers("documents.id_ends", 1);
  check_ends(id_ends, id_ends.size(), ids.size(), file, "documents");
  for (std::size_t i = 0; i < id_ends.size(); ++i) {
    const std::int64_t begin = i == 0 ? 0 : id_ends[i - 1];
    state.documents.push_back(
        ids.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(id_ends[i] - begin)));
  }
  state.queries = table_of(file, "queries", state.documents.size());
  state.words = table_of(file, "words", state.documents.size());
  return state;
}

}  // namespace irgan
