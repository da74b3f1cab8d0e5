#include "index_tools/commands/memory.h"

#include <algorithm>
#include <functional>
#include <iomanip>
#include <iostream>
#include <optional>
#include <random>
#include <unordered_map>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "irgan/click_memory.h"
#include "plugin/src/model/file_bytes.h"
#include "trainer/log/query_file.h"
#include "trainer/machine/output_file.h"
#include "trainer/memory/memory_builder.h"
#include "trainer/memory/memory_tuning.h"

namespace irgan {
namespace {

constexpr double kManyDays = 36500.0;
constexpr std::size_t kTrialsShown = 5;

std::string carry_of(const std::string& memory) { return memory + ".carry"; }

/// The words of a row's query: its own, else those that the query file has for its id.
class RowTexts {
 public:
  explicit RowTexts(const std::string& queries) {
    if (queries.empty()) return;
    for (const QueryRow& row : read_queries(queries)) text_of_id_.emplace(row.id, row.text);
  }

  /// Returns nothing for an id that is not known.
  const std::string* of(const ClickRow& row) {
    if (!row.query.empty()) {
      own_.assign(row.query);
      return &own_;
    }
    const auto known = text_of_id_.find(std::string(row.query_id));
    if (known != text_of_id_.end()) return &known->second;
    ++num_unknown;
    return nullptr;
  }

  std::size_t num_unknown = 0;

 private:
  std::unordered_map<std::string, std::string> text_of_id_;
  std::string own_;
};

std::uint64_t random_salt() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::string stemmer_of(const MemoryOptions& options) {
  if (!options.database.paths.empty()) return options.database.layout(options.database.open()).stemmer;
  check_stemmer(options.database.stemmer);
  return options.database.stemmer.empty() ? MemoryRules().stemmer : options.database.stemmer;
}

MemoryState state_before(const MemoryOptions& options) {
  MemoryState state;
  if (options.from.empty()) {
    state.rules.stemmer = stemmer_of(options);
    state.rules.salt = random_salt();
    if (options.half_life_days) state.rules.half_life_days = *options.half_life_days;
    if (options.min_sessions) state.rules.min_sessions = static_cast<std::uint32_t>(*options.min_sessions);
    return state;
  }
  const std::string path = carry_of(options.from);
  state = decode_state(read_file(path), path);
  if (options.half_life_days && *options.half_life_days != state.rules.half_life_days) {
    throw ConfigError("--half-life: " + options.from +
                      " was made with another; make it anew from the logs to change that");
  }
  const bool names_stemmer = !options.database.paths.empty() || !options.database.stemmer.empty();
  if (names_stemmer && stemmer_of(options) != state.rules.stemmer) {
    throw ConfigError("--stemmer: the words of " + options.from + " have the stemmer " + state.rules.stemmer +
                      "; make it anew from the logs to change that");
  }
  if (!options.min_sessions) return state;
  if (*options.min_sessions > state.rules.min_sessions) {
    throw ConfigError(
        "--min-sessions: " + options.from + " was made with " + std::to_string(state.rules.min_sessions) +
        ", and what that let in cannot be told apart any more; make it anew from the logs to ask for more");
  }
  state.rules.min_sessions = static_cast<std::uint32_t>(*options.min_sessions);
  return state;
}

void check(const MemoryOptions& options) {
  if (options.log.clicks.empty()) throw ConfigError("--clicks is missing: name the click log");
  if (options.out.empty()) throw ConfigError("--out is missing: name the memory to write");
  if (options.out == "-") throw ConfigError("--out -: must be a file, since another is written beside it");
  auto inputs = options.log.inputs();
  inputs.emplace_back("--tune", options.tune);
  check_stdin(inputs);
  if (options.tune.empty()) return;
  const std::vector<std::string>& clicks = options.log.clicks;
  if (std::find(clicks.begin(), clicks.end(), options.tune) != clicks.end()) {
    throw ConfigError("--tune and --clicks name the same file: " + options.tune + "; tuning needs a later log");
  }
  if (!options.from.empty())
    throw ConfigError("--tune and --from exclude each other: what is carried on keeps its half-life");
  if (options.half_life_days || options.prior_clicks)
    throw ConfigError("--tune chooses --half-life and --prior-clicks: give either");
  if (options.database.paths.empty() || options.model.empty())
    throw ConfigError("--tune needs --db and --model, to rank candidates");
}

void report(const MemoryBuilder& builder, const RowTexts& texts, const MemoryOptions& options) {
  const MemoryReport& rows = builder.report();
  const auto say = [](std::uint64_t count, const std::string& what) {
    if (count > 0) std::cerr << count << ' ' << what << '\n';
  };
  say(texts.num_unknown, "rows passed over: the log has no text for their query, and --queries does not know their id");
  say(rows.num_wordless, "clicks passed over: their query has no words");
  say(rows.num_undated, "clicks without a time: taken to be as old as the last dated one before");
  say(rows.num_sessionless, "clicks without a session: taken for one session's");
  if (rows.num_clicks == 0) throw Error("the log holds no click on a query with words: nothing to remember");
  if (rows.num_not_newer == 0) return;
  if (rows.num_not_newer == rows.num_clicks && !options.force) {
    throw Error("no click is newer than those in " + options.from +
                ": this log was counted already? --force counts it all the same");
  }
  say(rows.num_not_newer,
      "clicks are not newer than those in " + options.from + ": parts of the log may be counted twice");
}

void take_newer(const ClickRow& row, std::optional<double>& newest) {
  if (row.time && (!newest || *row.time > *newest)) newest = *row.time;
}

// Later clicks by text; `newest` becomes the time of the newest one.
LaterClicks later_clicks(const MemoryOptions& options, std::optional<double>& newest) {
  LabelOptions log = options.log;
  log.clicks = {options.tune};
  log.log_options.rejects_path.clear();
  RowTexts texts(options.log.queries);
  LaterClicks later;
  show_reading(read_rows(log.clicks, log.log_options, [&](const ClickRow& row) {
    const std::string* text = row.clicked ? texts.of(row) : nullptr;
    if (!text) return;
    later[*text][std::string(row.document_id)] += row.count;
    take_newer(row, newest);
  }));
  if (later.empty()) throw Error(options.tune + ": there are no clicks in it to tune by");
  return later;
}

// Builds a memory a half-life, and returns the builder of the best one and its prior.
std::pair<MemoryBuilder, double> tuned(const MemoryOptions& options, RowTexts& texts, std::ostream& out) {
  const auto model = Model::from_file(options.model);
  std::optional<double> newest_later;
  const LaterClicks later = later_clicks(options, newest_later);
  std::optional<double> newest;
  std::vector<MemoryBuilder> builders;
  MemoryState state = state_before(options);
  for (const double half_life : kHalfLives) {
    state.rules.half_life_days = half_life;
    builders.emplace_back(state);
  }
  show_reading(read_rows(options.log.clicks, options.log.log_options, [&](const ClickRow& row) {
    const std::string* text = row.clicked ? texts.of(row) : nullptr;
    if (!text) return;
    take_newer(row, newest);
    for (MemoryBuilder& builder : builders) builder.add(row, *text);
  }));
  if (newest && newest_later && *newest_later <= *newest) {
    throw ConfigError(
        "--tune " + options.tune +
        ": its newest click is not newer than that of --clicks; what a memory holds cannot tell how it fares later");
  }
  std::vector<std::shared_ptr<const ClickMemory>> memories;
  for (const MemoryBuilder& builder : builders) {
    memories.push_back(ClickMemory::from_bytes(encode_memory(served_memory(builder.state(), 1.0)), options.out));
  }
  const MemoryTuning tuning = tune_memory(options.database.site(), model, options.depth, memories, later);
  out << std::fixed << std::setprecision(4) << "MRR of the clicks in " << options.tune << ": model alone "
      << tuning.model_alone << '\n'
      << std::defaultfloat << "half-life  prior  MRR\n";
  for (std::size_t i = 0; i < kTrialsShown; ++i) {
    const MemoryTrial& trial = tuning.trials[i];
    out << std::defaultfloat << std::setw(9) << trial.half_life_days << std::setw(7) << trial.prior_clicks << "  "
        << std::fixed << std::setprecision(4) << trial.mrr << '\n';
  }
  out << std::defaultfloat;
  const MemoryTrial& best = tuning.trials.front();
  for (MemoryBuilder& builder : builders) {
    if (builder.state().rules.half_life_days == best.half_life_days) return {std::move(builder), best.prior_clicks};
  }
  throw Error("no half-life was tried");
}

}  // namespace

void add_options(MemoryOptions& options, OptionTable& table) {
  table.everyday({"clicks", "out", "from", "tune", "db", "model", "queries", "column", "half-life", "min-sessions"});
  options.log.add_log_to(table);
  options.database.add_to(table);
  table.group("The memory");
  table.text("from", options.from,
             "the memory so far, to which the log is added; what it goes on from stands beside it, in FILE.carry",
             "FILE");
  table.text("out", options.out, "the memory to write; may be that of --from", "FILE");
  table.number("half-life", options.half_life_days, 0.0, kManyDays,
               "days after which a click counts half, its age taken from the newest one; 0: never; if not given, that "
               "of --from, or 5, "
               "which was best on bestbuy");
  table.number("prior-clicks", options.prior_clicks, 1e-6, 1e6,
               "how many clicks the model's opinion counts for; if not given, that of --from, or 1");
  table.number("min-sessions", options.min_sessions, 1.0, 1e6,
               "sessions that must have clicked for a query, or for queries with a word, before it is remembered, so "
               "that nobody "
               "reads in the memory what few people asked; if not given, that of --from, or 10");
  table.group("Tuning");
  table.text("tune", options.tune,
             "a later click log, by which half-life and prior are chosen (MRR of its clicks); needs --db and --model",
             "FILE");
  table.text("model", options.model,
             "for --tune: the model that is served, best one that did not learn from the later log", "FILE");
  table.number("depth", options.depth, std::size_t{0}, std::size_t{100000},
               "for --tune: candidates a query; 0: as the model was trained");
  table.group("The memory");
  table.flag("force", options.force, "add a log that has no click newer than those of --from");
  for (const char* name : {"model", "depth"}) table.needs(name, {"tune"}, "a memory itself needs no model");
  table.needs("force", {"from"});
}

void run(const MemoryOptions& options, std::ostream& out) {
  check(options);
  OutputFile(options.out);  // throws before the work if it cannot be written
  RowTexts texts(options.log.queries);
  double prior = options.prior_clicks.value_or(1.0);
  std::optional<MemoryBuilder> builder;
  if (!options.tune.empty()) {
    auto [best, best_prior] = tuned(options, texts, out);
    builder.emplace(std::move(best));
    prior = best_prior;
  } else {
    if (!options.from.empty() && !options.prior_clicks)
      prior = ClickMemory::from_file(options.from)->facts().prior_clicks;
    builder.emplace(state_before(options));
    show_reading(read_rows(options.log.clicks, options.log.log_options, [&](const ClickRow& row) {
      const std::string* text = row.clicked ? texts.of(row) : nullptr;
      if (text) builder->add(row, *text);
    }));
  }
  report(*builder, texts, options);
  const std::string bytes = encode_memory(served_memory(builder->state(), prior));
  const MemoryFacts facts = ClickMemory::from_bytes(bytes, options.out)->facts();
  // In this order: a run that is killed in between goes on from what the last one left, and counts the log once.
  replace_file(options.out, bytes);
  replace_file(carry_of(options.out), encode_state(builder->state()));
  const std::uint32_t least = facts.min_sessions;
  out << "wrote " << options.out << ": " << facts.num_queries << " queries and " << facts.num_words
      << " words of at least " << least << (least == 1 ? " session" : " sessions") << ", " << facts.num_documents
      << " documents, " << facts.num_bytes << " bytes; " << builder->state().queries.keys.size() - facts.num_queries
      << " queries are held back\n";
}

Command memory_command() {
  return make_command<MemoryOptions>(
      "memory", "--clicks C [--from MEMORY] --out MEMORY", "remember what was clicked, from each day's log",
      "  xapian-irgan memory --clicks may.tsv.gz --tune june.tsv.gz --db films --model films.model --out films.memory\n"
      "and then every night:\n"
      "  xapian-irgan memory --from films.memory --clicks today.tsv --out films.memory\n"
      "Beside it stands films.memory.carry, from which the next night goes on. Keep it as you keep the log.\n"
      "Next: 'search --memory' and 'rerank --memory' rank with it. 'store --memory' puts it into the index, where live "
      "searches find it.\n");
}

}  // namespace irgan
