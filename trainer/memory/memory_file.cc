#include "irgan/memory_file.h"

#include <random>
#include <utility>

#include "irgan/query_file.h"
#include "plugin/src/model/file_bytes.h"
#include "trainer/machine/output_file.h"
#include "trainer/memory/memory_state.h"

namespace irgan {
namespace {

constexpr const char* kAnew = "; make it anew from the logs to change that";

std::string carry_of(const std::string& memory) { return memory + ".carry"; }

std::uint64_t random_salt() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

MemoryBuilder first_memory(const StatedRules& stated) {
  MemoryState state;
  state.rules.salt = random_salt();
  if (stated.stemmer) state.rules.stemmer = *stated.stemmer;
  if (stated.half_life_days) state.rules.half_life_days = *stated.half_life_days;
  if (stated.min_sessions) state.rules.min_sessions = *stated.min_sessions;
  return MemoryBuilder(std::move(state));
}

MemoryBuilder carried_memory(const std::string& path, const StatedRules& stated) {
  const std::string carry = carry_of(path);
  MemoryState state = decode_state(read_file(carry), carry);
  MemoryRules& rules = state.rules;
  if (stated.half_life_days && *stated.half_life_days != rules.half_life_days) {
    throw ConfigError("half_life", "cannot change: " + path + " was made with another" + kAnew);
  }
  if (stated.stemmer && *stated.stemmer != rules.stemmer) {
    throw ConfigError("stemmer", "cannot change: the words of " + path + " have the stemmer " + rules.stemmer + kAnew);
  }
  if (!stated.min_sessions) return MemoryBuilder(std::move(state));
  if (*stated.min_sessions > rules.min_sessions) {
    throw ConfigError("min_sessions",
                      "cannot grow: " + path + " was made with " + std::to_string(rules.min_sessions) +
                          ", and what that let in cannot be told apart any more; make it anew from the logs to ask for "
                          "more");
  }
  rules.min_sessions = *stated.min_sessions;
  return MemoryBuilder(std::move(state));
}

MemoryFacts write_memory(const MemoryBuilder& memory, double prior_clicks, const std::string& path) {
  const std::string bytes = encode_memory(served_memory(memory.state(), prior_clicks));
  MemoryFacts facts = ClickMemory::from_bytes(bytes, path)->facts();
  replace_file(path, bytes);
  replace_file(carry_of(path), encode_state(memory.state()), Readers::owner);
  return facts;
}

RowTexts::RowTexts(const std::string& queries, const ProblemListener& on_problem) {
  if (queries.empty()) return;
  for (QueryRow& row : read_queries(queries, on_problem)) text_of_id_.emplace(std::move(row.id), std::move(row.text));
}

const std::string* RowTexts::of(const ClickRow& row) {
  if (!row.query.empty()) {
    own_.assign(row.query);
    return &own_;
  }
  const auto known = text_of_id_.find(std::string(row.query_id));
  if (known != text_of_id_.end()) return &known->second;
  ++num_unknown_;
  return nullptr;
}

void remember(const RowReader& read, RowTexts& texts, MemoryBuilder& builder) {
  read([&](const ClickRow& row) {
    const std::string* text = row.clicked ? texts.of(row) : nullptr;
    if (text != nullptr) builder.add(row, *text);
  });
}

void check_news(const MemoryReport& report, const std::string& from, bool force) {
  if (report.num_clicks == 0) throw Error("the log holds no click on a query with words: nothing to remember");
  if (report.num_not_newer == report.num_clicks && !force) {
    throw CountedAlready("no click is newer than those in " + from + ": this log was counted already");
  }
}

}  // namespace irgan
