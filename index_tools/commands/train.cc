#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/commands/outcomes.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/log_reading_options.h"
#include "index_tools/options/training_options.h"
#include "index_tools/reports/training_lines.h"
#include "index_tools/reports/trial_lines.h"
#include "index_tools/showing/console.h"
#include "index_tools/showing/index_remarks.h"
#include "index_tools/showing/log_reading.h"
#include "index_tools/showing/preparation_report.h"
#include "index_tools/showing/progress_bar.h"
#include "irgan/model.h"
#include "irgan/model_comparison.h"
#include "irgan/training.h"
#include "plugin/src/model/model_parts.h"
#include "trainer/judging/present_judge.h"
#include "trainer/machine/output_file.h"
#include "trainer/parallel/process_group.h"
#include "trainer/row_files/rows_files.h"
#include "trainer/rows/data_split.h"
#include "trainer/training/first_model.h"
#include "trainer/training/option_search.h"
#include "trainer/training/recipe.h"
#include "trainer/training/validation.h"
#include "trainer/training/warm_start.h"

namespace irgan {
namespace {

struct TrainOptions {
  EvidenceOptions evidence;
  std::vector<std::string> data;   ///< feature files instead of an index
  std::vector<std::string> valid;  ///< feature files for validation
  std::string labels;              ///< kind of labels in feature files that do not say
  std::string valid_queries;
  SplitOptions split;  ///< with the seed of `training`
  std::string from;    ///< a model to go on from
  std::string model;
  TrainingOptions training;
  int trials = 1;      ///< settings to choose from
  bool force = false;  ///< train on however few queries
  bool verbose = false;
};

// Fewer teach a model of some thousand weights little but themselves.
constexpr std::size_t kFewestQueries = 50;

constexpr int kEpochsFromModel = 8;

struct Split {
  TrainingData training;
  TrainingData validation;
};

/// The evidence of an index, and how rows are made of it: what rows for another model are made of, too.
struct IndexEvidence {
  Site site;
  Evidence known;
  PreparationOptions preparing;
};

// Counts queries held out of the same evidence too.
void check_amount(const std::vector<const TrainingData*>& parts, bool force) {
  std::set<std::string> teaching;
  for (const TrainingData* part : parts) {
    for (const Example& example : part->examples) {
      if ((example.labels.array() > 0.0).any()) teaching.insert(part->pools[example.pool].query_id);
    }
  }
  if (force || teaching.size() >= kFewestQueries) return;
  throw TooLittle("too little to learn from: " + std::to_string(teaching.size()) +
                  " queries have a click or positive judgment on a "
                  "candidate, and " +
                  std::to_string(kFewestQueries) + " are needed; --force trains anyway");
}

Split from_rows(const TrainOptions& options, const Console& console) {
  LetorOptions reading;
  reading.labels = options.labels;
  reading.on_remark = [&console](const std::string& remark) { console.err << remark << '\n'; };
  TrainingData all = read_rows(options.data, reading);
  check_amount({&all}, options.force);
  if (options.valid.empty()) {
    auto [training, validation] = split_by_query(std::move(all), options.split.share, options.training.seed);
    return {std::move(training), std::move(validation)};
  }
  TrainingData validation = read_rows(options.valid, reading);
  widen(all, validation);
  if (all.labels != validation.labels) {
    throw Error(options.valid.front() + ": its labels are " + to_string(validation.labels) + ", those of " +
                options.data.front() + " " + to_string(all.labels) + "; say with --labels what they are");
  }
  if (all.origin.split.empty()) all.origin.split = validation.origin.split = "files";
  return {std::move(all), std::move(validation)};
}

IndexEvidence evidence_of(const TrainOptions& options, const Console& console) {
  const EvidenceOptions& evidence = options.evidence;
  evidence.labels.check();
  evidence.say_unlearnt(console.err);
  Evidence known = evidence.labels.evidence(console.err);
  if (!options.valid_queries.empty()) known.valid_queries = read_queries(options.valid_queries, shown_on(console.err));
  SplitOptions split = options.split;
  split.seed = options.training.seed;
  return {evidence.database.site(console.err), std::move(known), evidence.preparing(split)};
}

Split from_index(const IndexEvidence& given, const TrainOptions& options, const Console& console) {
  const EvidenceOptions& evidence = options.evidence;
  const auto& [site, known, preparing] = given;
  auto [training, validation, report] =
      prepare(site, known, preparing, shown_preparation(evidence.preparation.half_life_days, console));
  show_account(*site.watch, console.err);
  if (known.valid_queries.empty()) {
    check_amount({&training, &validation}, options.force);
  } else {
    check_amount({&training}, options.force);
  }
  return {std::move(training), std::move(validation)};
}

std::string named_files(const std::string& flag, const std::vector<std::string>& paths) {
  std::string named;
  for (const std::string& path : paths) named.append(named.empty() ? "" : " ").append(flag).append(" ").append(path);
  return named;
}

void apply_click_model(const ClickModelSettings& settings, const TrainOptions& options, Split& split,
                       std::ostream& out) {
  if (!options.data.empty()) check_click_model(settings, split.training, named_files("--data", options.data));
  if (!options.valid.empty()) check_click_model(settings, split.validation, named_files("--valid", options.valid));
  const FittedClickModel fitted = learn_click_model(settings, split.training);
  irgan::apply_click_model(fitted, split.training);
  irgan::apply_click_model(fitted, split.validation);
  const std::string line = examination_line(fitted);
  if (!line.empty()) out << line << '\n';
}

// What the options are before the command line changes them: those of the model to go on from, if there is one.
TrainingOptions basis_of(const TrainingOptions& options) {
  TrainingOptions basis;
  if (!options.from) return basis;
  const ModelParts& parts = parts_of(*options.from);
  basis.from = options.from;
  basis.epochs = kEpochsFromModel;
  if (!parts.discriminators.empty()) basis.hidden_units = hidden_units_of(parts.discriminators.front());
  if (!parts.generators.empty()) basis.generator_hidden_units = hidden_units_of(parts.generators.front());
  basis.networks = static_cast<int>(parts.discriminators.size());
  basis.ranker = parts.ranker;
  basis.unseen_credit = parts.unseen_credit;
  basis.game.temperature = parts.temperature;
  return basis;
}

void go_on_from(const std::string& path, TrainOptions& options) {
  options.training.from = Model::from_file(path);
  options.training = basis_of(options.training);
  options.evidence.take_from(*options.training.from);
}

// What is the model's own cannot be changed.
void check_from(const TrainingOptions& options) {
  const TrainingOptions basis = basis_of(options);
  if (options.bins != basis.bins) throw ConfigError("--bins and --from exclude each other: bins are the model's");
  const char* const reason = " and --from exclude each other: the networks are the model's";
  if (options.hidden_units != basis.hidden_units) throw ConfigError(std::string("--hidden") + reason);
  if (options.generator_hidden_units != basis.generator_hidden_units)
    throw ConfigError(std::string("--generator-hidden") + reason);
}

std::vector<std::pair<const char*, std::string>> inputs_of(const TrainOptions& options) {
  auto inputs = options.evidence.labels.inputs();
  inputs.emplace_back("--valid-queries", options.valid_queries);
  for (const std::string& path : options.data) inputs.emplace_back("--data", path);
  for (const std::string& path : options.valid) inputs.emplace_back("--valid", path);
  return inputs;
}

// What one of the two ways of training would pass over in silence is refused.
void check(const TrainOptions& options) {
  if (!options.from.empty() && options.trials > 1)
    throw ConfigError("--trials and --from exclude each other: trials change the networks");
  if (options.training.from) check_from(options.training);
  if (options.split.by != LogSplit::query && !options.data.empty()) {
    throw ConfigError(std::string("--split ") + to_string(options.split.by) +
                      " needs a log: ready-made rows are split by query; 'features --split' parts a log");
  }
  if (options.model.empty()) throw ConfigError("--model is missing: name the file to write");
  check_stdin(inputs_of(options));
  if (!options.labels.empty() && options.labels != "grades" && options.labels != "clicks") {
    throw ConfigError("--labels " + options.labels + ": must be grades or clicks");
  }
}

// Of the two ways of training each has flags that the other would pass over.
void state_rules(OptionTable& table) {
  for (const char* name :
       {"db",        "stemmer",     "id-prefix", "prefix",    "value",          "default-op",       "queries",
        "clicks",    "qrels",       "features",  "behaviour", "behaviour-from", "behaviour-hidden", "valid-queries",
        "half-life", "add-clicked", "depth",     "vectors",   "column",         "context",          "action",
        "after",     "rank-base",   "max-bad",   "rejects"}) {
    table.exclude("data", name, "rows are ready-made or come from an index");
  }
  table.needs("valid", {"data"}, "with --db it is --valid-queries");
  table.needs("labels", {"data"}, "clicks and judgments say it themselves");
  table.needs("stemmer", {"db"});
  table.exclude("features", "from", "features are the model's");
  for (const char* name : {"split", "valid-share"}) {
    for (const char* part : {"valid", "valid-queries"}) table.exclude(name, part, "what is held out is named");
  }
}

// The best of several settings, which are printed as a table.
TrainingOptions chosen(const Split& split, const TrainingOptions& base, int trials, const std::string& model,
                       const Console& console) {
  std::vector<Trial> tried;
  {
    ProgressBar bar = console.progress("trials");
    double done = 0.0;
    tried = choose(split.training, split.validation, base, trials, model + ".trials", [&](const Trial& trial) {
      bar.say(trial_line(trial));
      bar.update((done += 1.0) / (1.5 * trials));  // a third of them goes on twice
    });
  }
  console.out << trial_table(tried);
  TrainingOptions best = tried.front().options;
  best.epochs = base.epochs;
  return best;
}

void add_options(TrainOptions& options, OptionTable& table) {
  table.everyday({"db", "queries", "clicks", "qrels", "model", "behaviour", "from", "prefix", "value"});
  state_rules(table);
  options.evidence.add_to(table);
  options.evidence.add_collection_to(table);
  table.group("What is held out");
  table.text("valid-queries", options.valid_queries,
             "queries held out for validation; their clicks or judgments stand in the same files", "FILE");
  add_split_options(options.split, table);
  table.group("Ready-made rows");
  table.texts("data", options.data, "feature rows from 'xapian-irgan features' or LETOR; may be given again", "FILE");
  table.texts("valid", options.valid, "feature rows for validation; may be given again", "FILE");
  table.text(
      "labels", options.labels,
      "what the labels of LETOR rows are: grades or clicks; if not given, grades where all are whole numbers up to 4",
      "KIND");
  table.group("Output");
  table.text("model", options.model, "the model file to write", "FILE");
  table.group("Networks and steps");
  table.text("from", options.from,
             "go on from this model with new evidence: what earlier logs taught is kept. Features, bins and hidden "
             "layers are the model's; --depth, --networks, --serve, --temperature and --unseen-credit are too if not "
             "given, and --epochs is " +
                 std::to_string(kEpochsFromModel),
             "MODEL");
  table.writes("model", "from");
  table.basis("from", [&options](const std::string& path) { go_on_from(path, options); });
  add_training_options(options.training, table);
  table.group("Networks and steps");
  table.number(
      "trials", options.trials, 1, 10000,
      "settings to try (rates, batch, lambda, hidden, bins: see the table that it prints) by successive halving on "
      "validation, before the best one is trained");
  table.group("Output");
  table.flag("verbose", options.verbose, "also print a line an epoch, and the check of the model with all figures");
  table.flag("force", options.force,
             "write the model even if it is measurably worse than the one that it replaces; train on fewer than " +
                 std::to_string(kFewestQueries) + " queries with clicks or positive judgments too");
}

// The model whose place the new one would take; null if there is none that could serve.
std::shared_ptr<const Model> present_model(const TrainOptions& options, const Console& console) {
  if (!std::filesystem::exists(options.model)) return nullptr;
  try {
    return Model::from_file(options.model);
  } catch (const FormatError& error) {
    console.err << "not compared with " << options.model << ", which is no model that can be read: " << error.what()
                << '\n';
    return nullptr;
  }
}

// Compares the new model with the present one; nothing where that cannot be done, for a reason that is printed.
std::optional<ModelComparison> compared_with(const Model& present, const Trained& trained, const Split& split,
                                             const std::optional<IndexEvidence>& evidence, const TrainOptions& options,
                                             const Console& console) {
  try {
    std::optional<JudgingEvidence> judging;
    if (evidence) judging.emplace(JudgingEvidence{evidence->site, evidence->known, evidence->preparing});
    return judge_beside(present, *trained.model, trained.record, split.validation, judging, options.training.seed);
  } catch (const Error& error) {
    console.err << "not compared with " << options.model << ": " << error.what() << '\n';
    return std::nullopt;
  }
}

std::string nothing_learnt(const TrainingOptions& training) {
  std::ostringstream text;
  text << "the model has learnt nothing: it gives all documents of a query the same score. Either no feature differs "
          "between them, or the steps were too large: --d-rate is "
       << training.discriminator_rate << ", by default " << TrainingOptions().discriminator_rate;
  return text.str();
}

// Indexes as flags: the first as it is, the others with --db.
std::string joined(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) text += (text.empty() ? "" : " --db ") + path;
  return text;
}

// Trains, writes the model, and prints validation epoch by epoch.
//
// Throws: Error with the number if fewer than 50 queries have a click or positive judgment, unless forced; what
//         preparing and training throw; the model file is untouched then
void run(const TrainOptions& options, const Console& console) {
  check(options);
  ProcessGroup& processes = ProcessGroup::own();
  processes.check();
  std::optional<OutputLock> lock;
  if (processes.is_first()) {
    lock.emplace(options.model);
    require_writable(options.model);
  }
  TrainingOptions training = options.training;
  // A bad file of propensities is told before the log is read.
  const ClickModelSettings settings =
      options.evidence.click_model.settings(options.training.seed, options.evidence.preparation.num_threads);
  std::optional<IndexEvidence> evidence;
  if (options.data.empty()) evidence.emplace(evidence_of(options, console));
  const std::shared_ptr<const Model> present = present_model(options, console);
  Split split = evidence ? from_index(*evidence, options, console) : from_rows(options, console);
  if (training.unseen_credit != basis_of(training).unseen_credit &&
      columns_from_clicks(split.training.schema).empty()) {
    throw ConfigError("--unseen-credit needs features from clicks, which these rows do not have: see --behaviour");
  }
  apply_click_model(settings, options, split, console.out);
  training.num_threads = options.evidence.preparation.num_threads;
  training.checkpoint_path = options.model + ".checkpoint";

  console.out << "training on " << split.training.examples.size() << " examples, validating on "
              << split.validation.examples.size() << " by the " << validation_measure(split.validation.labels) << '\n';
  if (options.trials > 1) training = chosen(split, training, options.trials, options.model, console);
  if (!processes.is_first()) {  // the first one judges the model and writes it
    train(split.training, split.validation, training);
    return processes.leave();
  }
  const std::string aside = options.model + ".refused";
  std::optional<ServingCheck> verdict;
  std::optional<ModelComparison> comparison;
  const auto is_worse_than_search = [&] { return verdict && verdict->refused(); };
  const auto is_step_back = [&] {
    return !options.force && comparison && comparison->verdict() == ModelComparison::Verdict::worse;
  };
  bool learnt_nothing = false;
  bool is_kept_aside = false;
  std::shared_ptr<const Model> model;
  {
    ProgressBar bar = console.progress("training");
    TrainingListener listener;
    listener.on_message = [&](const std::string& message) { bar.say(message); };
    listener.on_progress = [&](int network, int, double done) { bar.update((network + done) / training.networks); };
    if (options.verbose) listener.on_epoch = [&](const EpochReport& report) { bar.say(epoch_line(report)); };
    listener.on_finish = [&](const Trained& trained) {
      model = trained.model;
      verdict = trained.record.check;
      if (present && present->version() != model->version())
        comparison = compared_with(*present, trained, split, evidence, options, console);
      learnt_nothing = !tells_documents_apart(*model, split.validation);
      is_kept_aside = is_worse_than_search() || is_step_back() || (learnt_nothing && !options.force);
      save(*model, is_kept_aside ? aside : options.model);
    };
    train(split.training, split.validation, training, listener);
  }
  processes.leave();
  nlohmann::json result = json_of(*model, verdict, comparison);
  result["wrote"] = is_kept_aside ? nlohmann::json() : nlohmann::json(options.model);
  result["kept_aside"] = is_kept_aside ? nlohmann::json(aside) : nlohmann::json();
  result["examples"] = split.training.examples.size();
  result["validation_examples"] = split.validation.examples.size();
  console.result(result);
  const std::string verdict_line = verdict ? check_line(*verdict, split.validation.origin) : "";
  if (verdict && (options.verbose || is_worse_than_search() || verdict->is_worse()))
    console.out << verdict_line << '\n';
  if (is_worse_than_search()) {
    throw ModelKeptAside("the model ranks what was held out worse than the site's own search (" + verdict_line +
                         "): it is kept aside as " + aside +
                         " and must not serve; 'xapian-irgan inspect' shows its training");
  }
  if (learnt_nothing) {
    const std::string reason = nothing_learnt(training);
    if (!options.force) throw ModelKeptAside(reason + "; it is kept aside as " + aside);
    console.err << reason << '\n';
  }
  if (comparison) console.out << comparison_line(*comparison, options.model) << '\n';
  if (is_step_back()) {
    throw ModelKeptAside("the new model is worse than " + options.model + ", which is kept (" +
                         comparison_line(*comparison, options.model) + "): the new one is in " + aside +
                         "; --force replaces the old one anyway");
  }
  console.out << "wrote " << options.model << " (" << model->schema().features.size()
              << " features, served: " << to_string(model->ranker()) << ", version " << model->version().substr(0, 12)
              << ")\n"
              << training_summary(verdict, split.validation.origin, options.model,
                                  joined(options.evidence.database.paths));
}

}  // namespace

Command train_command() {
  return make_command<TrainOptions>(
      "train", "--db DB (--clicks C | --queries Q --qrels R) --model M", "learn a model from clicks or judgments",
      "  xapian-irgan train --db films --queries queries.tsv --clicks clicks.tsv --model films.model\n"
      "  xapian-irgan train --db films --queries queries.tsv --clicks today.tsv --from films.model --model "
      "films.new.model\n"
      "Feature rows of 'features' or of LETOR can stand in for an index:\n"
      "  xapian-irgan train --data S1.txt --data S2.txt --valid S3.txt --model letor.model\n"
      "A run that was stopped goes on where it was when you give the same command again.\n"
      "Next: 'search --model' tries the model. 'report' shows whether it is better, and why. 'rerank' and 'evaluate' "
      "measure it on queries that it has not seen "
      "('score' and 'evaluate' for ready-made rows). 'inspect' shows what it learnt. 'store' puts it to work.\n");
}

}  // namespace irgan
