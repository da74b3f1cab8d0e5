#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/commands/outcomes.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/option_table.h"
#include "irgan/collection_vectors.h"
#include "irgan/memory_file.h"
#include "irgan/model.h"
#include "irgan/model_source.h"
#include "irgan/training.h"
#include "trainer/daily/nightly_state.h"
#include "trainer/machine/output_file.h"
#include "trainer/memory/memory_state.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {
namespace {

struct NightlyOptions {
  std::string site;
  DatabaseOptions database;
  LabelOptions log;
  std::string model;
  std::string memory;
  std::string vectors;
  std::string state;
  int days = 0;
  bool no_annotate = false;
  bool no_store = false;
  bool verbose = false;
};

using Words = std::vector<std::string>;

constexpr std::uint64_t kNoClicks = 0;
constexpr std::string_view kNothingTo = "nothing to ";  // how commands begin that found everything as it should be
constexpr int kMostDays = 3650;
constexpr double kSecondsADay = 86400.0;

void add_options(NightlyOptions& options, OptionTable& table) {
  table.everyday({"db", "clicks", "model", "memory", "vectors", "state", "days", "no-annotate", "no-store", "verbose"});
  table.site_path(options.site);
  options.database.add_to(table);
  options.log.add_log_to(table);
  table.group("What is learnt");
  table.text("model", options.model, "the model that training goes on from and replaces", "FILE");
  table.text("memory", options.memory,
             "the click memory; if neither this flag nor the site's file names one, there is none", "FILE");
  table.text("vectors", options.vectors,
             "the vectors of the collection: new documents get theirs every night, and the generator picks from the "
             "whole index",
             "FILE");
  table.text("state", options.state, "what the nights so far have read; if not given, MODEL.nightly", "FILE");
  table.number("days", options.days, 0, kMostDays,
               "learn anew each night from so many days of the log, up to its newest row; 0: go on from yesterday's "
               "model with what is new");
  for (const char* name : {"db", "model", "memory", "vectors", "state"}) table.writes(name);
  table.group("What is done");
  table.flag("no-annotate", options.no_annotate, "do not write lengths of new documents' fields into the index");
  table.flag("no-store", options.no_store, "do not put model and memory into the index: searches read the files");
  table.flag("verbose", options.verbose, "print what the single commands print, to stderr");
}

void check(NightlyOptions& options) {
  if (options.site.empty())
    throw ConfigError("--site is missing: name the site's file; 'xapian-irgan setup' writes one");
  if (options.log.clicks.empty()) throw ConfigError("--clicks is missing: the site's file has no line for it");
  if (options.model.empty()) throw ConfigError("--model is missing: the site's file has no line for it");
  if (options.database.paths.empty()) throw ConfigError("--db is missing: the site's file has no line for it");
  if (options.state.empty()) options.state = options.model + ".nightly";
  for (const std::string& path : options.log.clicks) {
    if (path == "-") throw ConfigError("--clicks -: the log is read several times, so it must be a file");
  }
}

/// What a command printed.
struct Said {
  std::string out;
  std::string err;

  /// The last line that says something of the result.
  std::string last_line() const {
    std::string last;
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) last = line;
    }
    return last;
  }
  /// The line that begins with `head`; empty: none.
  std::string line_with(const std::string& head) const {
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) {
      if (line.compare(0, head.size(), head) == 0) return line;
    }
    return "";
  }
};

/// One night: each step says in a line what it came to, and a step that fails does not keep others from their work.
class Night {
 public:
  Night(const NightlyOptions& options, const Console& console)
      : options_(options), console_(console), state_(state_of(options, console)) {}

  /// Returns how many steps failed.
  int run() {
    if (!options_.no_annotate) step("annotate", [this] { return annotate(); });
    if (!options_.vectors.empty()) step("vectors", [this] { return make_vectors(); });
    if (!options_.memory.empty()) step("memory", [this] { return remember(); });
    step("train", [this] { return train(); });
    if (!options_.no_store) step("store", [this] { return store(); });
    return num_failed_;
  }

 private:
  // A damaged file is put aside: the memory says itself how far it has come, and training may read a log again.
  static NightlyState state_of(const NightlyOptions& options, const Console& console) {
    try {
      return read_nightly_state(options.state);
    } catch (const FormatError& error) {
      std::filesystem::rename(options.state, options.state + ".broken");
      console.out << "state: " << options.state << " is damaged, and now " << options.state
                  << ".broken: all logs are new to training" << std::endl;
      return {};
    }
  }

  struct Outcome {
    const char* what = "failed";  ///< done, left or failed
    std::string text;
  };

  void step(const char* name, const std::function<Outcome()>& work) {
    Outcome outcome;
    try {
      outcome = work();
    } catch (const Xapian::Error& error) {
      outcome.text = error.get_msg();
    } catch (const std::exception& error) {
      outcome.text = error.what();
    }
    if (std::string(outcome.what) == "failed") ++num_failed_;
    console_.out << name << ": " << outcome.what << ": " << outcome.text << std::endl;
    result_["steps"].push_back({{"step", name}, {"outcome", outcome.what}, {"text", outcome.text}});
    result_["failed"] = num_failed_;
    console_.result(result_);
  }

  // Throws: what the command throws
  Said said_by(const Words& words) const {
    std::ostringstream out;
    std::ostringstream err;
    const auto show = [&] {
      if (options_.verbose) console_.err << out.str() << err.str();
    };
    try {
      run_command(words, Console(out, err));
    } catch (...) {
      show();
      throw;
    }
    show();
    return {out.str(), err.str()};
  }

  Outcome done_by(const Words& words) const {
    const std::string said = said_by(words).last_line();
    return {said.compare(0, kNothingTo.size(), kNothingTo) == 0 ? "left" : "done", said};
  }

  Words command(const char* name) const { return {name, "--site", options_.site}; }

  static void add_log(const NewLogs& logs, Words& words) {
    for (const std::string& path : logs.files) words.insert(words.end(), {"--clicks", path});
    if (logs.after) words.insert(words.end(), {"--after", exact(*logs.after)});
  }

  // To the microsecond: later rows of the same second are new.
  static std::string exact(double time) {
    std::ostringstream text;
    text << static_cast<long long>(std::llround(time * 1e6));
    return text.str();
  }

  NewLogs new_logs(const LogProgress& before) const {
    return new_in_logs(options_.log.clicks, options_.log.log_options, before);
  }

  Outcome annotate() const {
    Words words = command("annotate");
    words.emplace_back("--field-lengths");
    return done_by(words);
  }

  // Of new documents, by the words' vectors that are there, so that yesterday's model still fits. A damaged file is put
  // aside: what words mean is then learnt anew, and training begins anew.
  Outcome make_vectors() const {
    try {
      if (std::filesystem::exists(options_.vectors)) CollectionVectors::from_file(options_.vectors);
    } catch (const FormatError& error) {
      std::filesystem::rename(options_.vectors, options_.vectors + ".broken");
      console_.out << "vectors: " << options_.vectors << " is damaged, and now " << options_.vectors
                   << ".broken: " << error.what() << std::endl;
    }
    return done_by(command("vectors"));
  }

  Outcome remember() {
    LogProgress before = state_.memory;
    if (const std::optional<double> newest =
            newest_in_memory())  // a night may have been killed before it wrote that down
      before.until = std::max(before.until.value_or(*newest), *newest);
    const NewLogs logs = new_logs(before);
    if (logs.num_clicks == kNoClicks) return nothing_new(logs, state_.memory);
    Words words = command("memory");
    add_log(logs, words);
    Outcome outcome{"done", "the log was counted already"};
    try {
      outcome = done_by(words);
    } catch (const CountedAlready&) {  // by a night that was killed before it wrote that down
    }
    state_.memory = logs.progress;
    save();
    return outcome;
  }

  std::optional<double> newest_in_memory() const {
    if (!std::filesystem::exists(options_.memory)) return std::nullopt;
    const MemoryBuilder memory = carried_memory(options_.memory, StatedRules());
    if (!memory.state().has_time) return std::nullopt;
    return memory.state().newest_time;
  }

  Outcome nothing_new(const NewLogs& logs, LogProgress& progress) {
    progress = logs.progress;
    save();
    return {"left", logs.num_rows == 0 ? "the log has nothing new" : "the log has no new clicks"};
  }

  Outcome train() {
    const bool takes_days = options_.days > 0;
    const bool is_known = has_good_model() && (takes_days || !can_learn_more_anew());
    const NewLogs logs = new_logs(is_known ? state_.training : LogProgress());
    if (logs.num_clicks == kNoClicks) return nothing_new(logs, state_.training);
    Words words = command("train");
    add_log(takes_days ? last_days(logs) : logs, words);
    words.insert(words.end(), {"--model", options_.model});
    if (is_known && !takes_days) words.insert(words.end(), {"--from", options_.model});
    Outcome outcome;
    try {
      outcome = {"done", result_of(trained(words))};
    } catch (const TooLittle& error) {
      return {"left", std::string("too few clicks so far; they wait for those of the next nights: ") + error.what()};
    } catch (const ModelKeptAside& error) {
      outcome = {"left", error.what()};
    }
    state_.training = logs.progress;
    save();
    return outcome;
  }

  // What is new, and the days before it.
  NewLogs last_days(const NewLogs& fresh) const {
    if (!fresh.until) throw ConfigError("--days " + std::to_string(options_.days) + ": the log has no times");
    NewLogs all;
    all.files = options_.log.clicks;
    all.after = *fresh.until - options_.days * kSecondsADay;
    return all;
  }

  // Whether the log has a context that the model has not learnt from, with clicks enough to.
  bool can_learn_more_anew() const {
    const std::vector<std::string> learnt = context_names(Model::from_file(options_.model)->schema());
    const std::vector<std::string>& asked = options_.log.log_options.contexts;
    const auto is_new = [&](const std::string& name) {
      return std::find(learnt.begin(), learnt.end(), name) == learnt.end();
    };
    if (std::none_of(asked.begin(), asked.end(), is_new)) return false;
    for (const ContextCount& count : count_contexts(options_.log.clicks, options_.log.log_options)) {
      if (!is_new(count.name) || count.values.empty()) continue;
      console_.out << "train: begins anew, since " << options_.model << " has not learnt from the context '"
                   << count.name << "'" << std::endl;
      return true;
    }
    return false;
  }

  // What another night's run left behind when it was killed in the middle is gone on with, or else given up.
  Said trained(Words words) const {
    try {
      return said_by(words);
    } catch (const ConfigError& error) {
      if (error.member() != "restart") throw;
    } catch (const FormatError& error) {
      const std::string checkpoint = options_.model + ".checkpoint";
      if (std::string(error.what()).compare(0, checkpoint.size(), checkpoint) != 0) throw;
    }
    words.emplace_back("--restart");
    return said_by(words);
  }

  static std::string result_of(const Said& said) {
    const std::string against = said.line_with("against ");
    if (!against.empty()) return against;
    constexpr std::string_view kSure = "how sure:";
    const std::string sure = said.line_with(std::string(kSure));
    const std::size_t begin = sure.empty() ? sure.size() : sure.find_first_not_of(' ', kSure.size());
    return said.line_with("how much better: ") + (begin < sure.size() ? "; " + sure.substr(begin) : "");
  }

  // A model file that is damaged is replaced by the one that the index serves, or put aside.
  bool has_good_model() const {
    if (!std::filesystem::exists(options_.model)) return false;
    try {
      Model::from_file(options_.model);
      return true;
    } catch (const FormatError& error) {
      std::filesystem::rename(options_.model, options_.model + ".broken");
      console_.out << "train: " << options_.model << " is damaged, and now " << options_.model
                   << ".broken: " << error.what() << std::endl;
    }
    const std::string bytes = open_database(options_.database.paths).get_metadata(kModelKey);
    if (bytes.empty()) return false;
    irgan::save(*Model::from_bytes(bytes, kModelKey), options_.model);
    console_.out << "train: goes on from the model in the index" << std::endl;
    return true;
  }

  Outcome store() const {
    Words words{"store"};
    for (const std::string& path : options_.database.paths) words.insert(words.end(), {"--db", path});
    const std::size_t num_words = words.size();
    if (std::filesystem::exists(options_.model)) words.insert(words.end(), {"--model", options_.model});
    if (!options_.memory.empty() && std::filesystem::exists(options_.memory))
      words.insert(words.end(), {"--memory", options_.memory});
    if (words.size() == num_words) return {"left", "there is no model yet: searches keep the index's own order"};
    return done_by(words);
  }

  void save() const { write_nightly_state(state_, options_.state); }

  const NightlyOptions& options_;
  const Console& console_;
  NightlyState state_;
  int num_failed_ = 0;
  nlohmann::json result_{{"steps", nlohmann::json::array()}, {"failed", 0}};
};

// Throws: Error if a step failed, after all have had their turn; or if another night is at work
void run(const NightlyOptions& given, const Console& console) {
  NightlyOptions options = given;
  check(options);
  const OutputLock lock(options.state);
  const int num_failed = Night(options, console).run();
  if (num_failed > 0)
    throw Error(std::to_string(num_failed) + (num_failed == 1 ? " step" : " steps") +
                " failed; searches go on with what they had");
}

}  // namespace

Command nightly_command() {
  return make_command<NightlyOptions>(
      "nightly", "--site SITE", "annotate, remember, train, judge and store, once a night",
      "Reads what is new in the log since the last night: files that are new or have grown, and in them the rows with "
      "later times. Training goes on from the model of yesterday, or begins anew with the last --days of the log; the "
      "new "
      "one takes its place unless it is measurably "
      "worse.\n  xapian-irgan nightly --site shop.conf\nA line a step says what was done, left or failed. After a "
      "night that was killed, give the same command again: it does what is missing. Where nothing is new it changes "
      "nothing. Exit code 1: a step failed, and searches go on with what they had.\nNext: 'inspect --history --site "
      "shop.conf' shows what was served when.\n");
}

}  // namespace irgan
