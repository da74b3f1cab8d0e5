#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/log_reading_options.h"
#include "index_tools/options/option_table.h"
#include "index_tools/showing/console.h"
#include "index_tools/showing/index_remarks.h"
#include "index_tools/showing/log_reading.h"
#include "irgan/click_memory.h"
#include "irgan/memory_tuning.h"
#include "trainer/machine/output_file.h"
#include "trainer/memory/forgetting.h"
#include "trainer/memory/memory_state.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {
namespace {

struct MemoryOptions {
  LabelOptions log;  // without judgments
  DatabaseOptions database;
  std::string from;
  std::string out;
  std::optional<double> half_life_days;
  std::optional<double> prior_clicks;
  std::optional<double> min_sessions;
  std::string tune;
  std::string model;
  std::size_t depth = 0;
  bool force = false;
  std::vector<std::pair<std::string, std::string>> forget;  ///< query= or session=, and which
};

constexpr std::size_t kTrialsShown = 5;

std::optional<std::string> stated_stemmer(const DatabaseOptions& database, const Console& console) {
  if (!database.paths.empty()) return database.layout(database.open(), console.err).stemmer;
  if (database.stemmer.empty()) return std::nullopt;
  check_stemmer(database.stemmer);
  return database.stemmer;
}

MemoryBuilder memory_before(const MemoryOptions& options, const Console& console) {
  StatedRules stated;
  stated.stemmer = stated_stemmer(options.database, console);
  stated.half_life_days = options.half_life_days;
  if (options.min_sessions) stated.min_sessions = static_cast<std::uint32_t>(*options.min_sessions);
  return options.from.empty() ? first_memory(stated) : carried_memory(options.from, stated);
}

// What is to be forgotten goes from what is known so far; what a log says later is counted again.
MemoryBuilder without_forgotten(const MemoryOptions& options, const Console& console) {
  MemoryBuilder before = memory_before(options, console);
  if (options.forget.empty()) return before;
  ForgetRequest request;
  for (const auto& [kind, what] : options.forget)
    (kind == "query" ? request.queries : request.sessions).push_back(what);
  MemoryState state = before.state();
  const Forgotten forgotten = forget(request, state);
  console.err << "forgotten: " << forgotten.num_queries << " queries, and " << forgotten.num_words
              << " words that were held back\n";
  return MemoryBuilder(std::move(state));
}

void check(const MemoryOptions& options) {
  if (options.log.clicks.empty() && options.forget.empty())
    throw ConfigError("--clicks is missing: name the click log");
  for (const auto& [kind, what] : options.forget) {
    if (kind != "query" && kind != "session")
      throw ConfigError("--forget " + kind + "=" + what + ": must be query=WORDS or session=ID");
  }
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

void report(const MemoryReport& rows, const RowTexts& texts, const MemoryOptions& options, std::ostream& err) {
  const auto say = [&err](std::uint64_t count, const std::string& what) {
    if (count > 0) err << count << ' ' << what << '\n';
  };
  say(texts.num_unknown(), "rows ignored: the log has no text for their query, and --queries does not know their id");
  say(rows.num_wordless, "clicks ignored: their query has no words");
  say(rows.num_undated, "clicks without a time: taken to be as old as the last dated one before");
  say(rows.num_sessionless, "clicks without a session: taken for one session's");
  try {
    check_news(rows, options.from, options.force);
  } catch (const CountedAlready& error) {
    throw CountedAlready(error.what() + std::string("; --force counts it all the same"));
  }
  say(rows.num_not_newer,
      "clicks are not newer than those in " + options.from + ": parts of the log may be counted twice");
}

// Documents with clicks that searches of the index cannot find; nothing where no index is named.
std::optional<std::size_t> num_unknown(const std::vector<std::string>& documents, const DatabaseOptions& database) {
  if (database.paths.empty()) return std::nullopt;
  std::ostringstream shown_before;  // with the memory's stemmer
  const Site site = database.site(shown_before);
  const DocumentIds ids(site.open(), site.layout.id_prefix);
  return std::count_if(documents.begin(), documents.end(), [&](const auto& id) { return ids.docid_of(id) == 0; });
}

void write_trials(const MemoryTuning& tuning, const std::string& log, std::ostream& out) {
  out << std::fixed << std::setprecision(4) << "MRR of the clicks in " << log << ": model alone " << tuning.model_alone
      << '\n'
      << std::defaultfloat << "half-life  prior  MRR\n";
  for (std::size_t i = 0; i < kTrialsShown; ++i) {
    const MemoryTrial& trial = tuning.trials[i];
    out << std::defaultfloat << std::setw(9) << trial.half_life_days << std::setw(7) << trial.prior_clicks << "  "
        << std::fixed << std::setprecision(4) << trial.mrr << '\n';
  }
  out << std::defaultfloat;
}

// Reads the log once, and shows what was unusable in it.
std::function<void(const EachRow&)> shown_rows(const std::vector<std::string>& clicks, const ClickLogOptions& options,
                                               const Console& console) {
  return [clicks, options, &console](const EachRow& each) {
    ProgressBar bar = console.progress("reading", "rows");
    double num_rows = 0.0;
    const LogReading reading = read_rows(clicks, options, [&](const ClickRow& row) {
      each(row);
      bar.update(std::nan(""), ++num_rows);
    });
    bar.erase();
    show_reading(reading, console.err);
  };
}

// Returns the best memory and its prior.
std::pair<MemoryBuilder, double> tuned(const MemoryOptions& options, RowTexts& texts, const Console& console) {
  ClickLogOptions later = options.log.log_options;
  later.rejects_path.clear();
  ProgressBar bar = console.progress("tuning");
  MemoryTuningOptions tuning;
  tuning.depth = options.depth;
  tuning.on_progress = [&](double share_done) { bar.update(share_done); };
  std::ostringstream shown_before;  // with the memory's stemmer
  const Site site = options.database.site(shown_before);
  TunedMemory best = tuned_memory(site, Model::from_file(options.model), memory_before(options, console),
                                  shown_rows(options.log.clicks, options.log.log_options, console),
                                  {shown_rows({options.tune}, later, console), options.tune}, texts, tuning);
  bar.erase();
  show_account(*site.watch, console.err);
  write_trials(best.tuning, options.tune, console.out);
  return {std::move(best.builder), best.prior_clicks};
}

std::pair<MemoryBuilder, double> remembered(const MemoryOptions& options, RowTexts& texts, const Console& console) {
  double prior = options.prior_clicks.value_or(1.0);
  if (!options.from.empty() && !options.prior_clicks)
    prior = ClickMemory::from_file(options.from)->facts().prior_clicks;
  MemoryBuilder builder = without_forgotten(options, console);
  if (!options.log.clicks.empty())
    remember(shown_rows(options.log.clicks, options.log.log_options, console), texts, builder);
  return {std::move(builder), prior};
}

void add_options(MemoryOptions& options, OptionTable& table) {
  table.everyday({"clicks", "out", "from", "tune", "db", "model", "queries", "half-life", "min-sessions"});
  options.log.add_log_to(table);
  options.database.add_to(table);
  table.group("The memory");
  table.text("from", options.from, "the memory so far, to which the log is added; FILE.carry must stand beside it",
             "FILE");
  table.text("out", options.out, "the memory to write; may be the file of --from", "FILE");
  table.number("half-life", options.half_life_days, 0.0, kManyDays,
               "a click this many days older than the newest one counts half; 0: all count in full; if not given, as "
               "in --from, or 5, which was best on bestbuy");
  table.number("prior-clicks", options.prior_clicks, 1e-6, 1e6,
               "the model's opinion counts as much as so many clicks; if not given, as in --from, or 1");
  table.number("min-sessions", options.min_sessions, 1.0, 1e6,
               "a query or word is remembered only when so many sessions have clicked for it, so that nobody can read "
               "in the memory what few people asked; if not given, as in --from, or 10");
  table.group("Tuning");
  table.text("tune", options.tune,
             "a later click log, which chooses half-life and prior by the MRR of its clicks; needs --db and --model",
             "FILE");
  table.text("model", options.model,
             "for --tune: the model that searches use; it should not have learnt from the later log", "FILE");
  table.number("depth", options.depth, std::size_t{0}, std::size_t{100000},
               "for --tune: candidates a query; 0: as many as in the model's training");
  table.group("The memory");
  table.flag("force", options.force, "add the log even if no click in it is newer than those of --from");
  table.pairs("forget", options.forget,
              "take a visitor's session or a query out of --from; without --clicks nothing else is done; may be given "
              "again",
              "session=ID|query=WORDS");
  table.needs("forget", {"from"}, "it is taken out of a memory");
  table.exclude("forget", "tune");
  table.gives_way("clicks", "forget");
  for (const char* name : {"model", "depth"}) table.needs(name, {"tune"}, "a memory itself needs no model");
  table.needs("force", {"from"});
  table.writes("out", "from");
  for (const char* name : {"out", "from"}) table.site_key(name, "memory");
  table.gives_way("from", "tune");
  table.gives_way("from", "out");
}

// Writes the memory to `out`, and what the next day's run goes on from to `out`.carry.
//
// Throws: ConfigError for options that contradict each other or what `from` was made with; Error if the log says
// nothing, or
//         was counted before
void run(const MemoryOptions& options, const Console& console) {
  check(options);
  const OutputLock lock(options.out);
  require_writable(options.out);
  RowTexts texts(options.log.queries, shown_on(console.err));
  const auto [builder, prior] =
      options.tune.empty() ? remembered(options, texts, console) : tuned(options, texts, console);
  if (!options.log.clicks.empty()) report(builder.report(), texts, options, console.err);
  const std::vector<std::string>& documents = builder.state().documents;
  const std::optional<std::size_t> unknown = num_unknown(documents, options.database);
  if (unknown.value_or(0) > 0) {
    console.err << *unknown << " of " << documents.size()
                << " documents with clicks are not in the index: they are remembered, but no search finds them\n";
  }
  const MemoryFacts facts = write_memory(builder, prior, options.out);
  const std::uint32_t least = facts.min_sessions;
  console.out << "wrote " << options.out << ": " << facts.num_queries << " queries and " << facts.num_words
              << " words of at least " << least << (least == 1 ? " session" : " sessions") << ", "
              << facts.num_documents << " documents, " << facts.num_bytes << " bytes; "
              << builder.state().queries.keys.size() - facts.num_queries << " queries are held back\n";
  console.result({{"wrote", options.out},
                  {"queries", facts.num_queries},
                  {"words", facts.num_words},
                  {"documents", facts.num_documents},
                  {"unknown_documents", unknown ? nlohmann::json(*unknown) : nlohmann::json()},
                  {"bytes", facts.num_bytes},
                  {"min_sessions", facts.min_sessions},
                  {"half_life_days", facts.half_life_days},
                  {"prior_clicks", facts.prior_clicks},
                  {"queries_held_back", builder.state().queries.keys.size() - facts.num_queries}});
}

}  // namespace

Command memory_command() {
  return make_command<MemoryOptions>(
      "memory", "--clicks C [--from MEMORY] --out MEMORY", "remember what was clicked, from each day's log",
      "  xapian-irgan memory --clicks may.tsv.gz --tune june.tsv.gz --db films --model films.model --out films.memory\n"
      "and then every night:\n"
      "  xapian-irgan memory --from films.memory --clicks today.tsv --out films.memory\n"
      "The next night also needs films.memory.carry, which is written beside it. Keep it as you keep the log.\n"
      "Next: 'search --memory' and 'rerank --memory' rank with it. 'store --memory' puts it into the index, where live "
      "searches find it.\n");
}

}  // namespace irgan
