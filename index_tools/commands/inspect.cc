#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/reports/inspection_json.h"
#include "index_tools/reports/model_words.h"
#include "index_tools/showing/index_remarks.h"
#include "irgan/index_fit.h"
#include "irgan/index_layout.h"
#include "irgan/model_source.h"
#include "irgan/serving_history.h"
#include "irgan/training_record.h"
#include "plugin/src/model/model_parts.h"
#include "trainer/layout/term_survey.h"
#include "trainer/machine/timestamps.h"
#include "trainer/training/training_record_json.h"

namespace irgan {
namespace {

struct InspectOptions {
  std::string model;
  DatabaseOptions database;
  bool history = false;
  bool importance = false;
  bool features = false;
};

using nlohmann::json;

// A number of the record, or a dash where there is none.
std::string cell(double number) {
  if (std::isnan(number)) return "-";
  std::ostringstream text;
  text << std::fixed << std::setprecision(4) << number;
  return text.str();
}

// How many times as many hidden clicks as a uniform draw the generator's draws hit.
std::string false_negatives(const EpochReport& report) {
  const double multiple = report.hidden_hits / report.hidden_uniform_hits;
  if (std::isnan(multiple)) return "-";
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << multiple << 'x';
  return text.str();
}

void print_false_negatives(const FalseNegativeCurve& curve, std::ostream& out) {
  out << "false negatives among the generator's draws, as a multiple of uniform draws', by mining temperature:";
  for (std::size_t i = 0; i < curve.temperatures.size() && i < curve.multiples.size(); ++i) {
    out << "  " << curve.temperatures[i] << ": " << std::fixed << std::setprecision(2) << curve.multiples[i]
        << std::defaultfloat << std::setprecision(6);
  }
  out << '\n';
}

// A table of epochs, a number in each column of that width.
template <class Numbers>
void print_epochs(const NetworkRecord& network, const char* heading, int column, const Numbers& numbers,
                  std::ostream& out) {
  out << heading << '\n';
  for (const EpochReport& report : network.epochs) {
    out << "  " << std::setw(5) << report.epoch + 1;
    for (const std::string& number : numbers(report)) out << "  " << std::setw(column) << number;
    out << '\n';
  }
}

void print_network(const NetworkRecord& network, std::ostream& out) {
  print_epochs(
      network, "  epoch   D loss  D right D miscal   reward       KL  entropy   grad D   grad G", 7,
      [](const EpochReport& report) {
        const GameStatistics& game = report.statistics;
        return std::array<std::string, 8>{cell(game.discriminator_loss),     cell(game.discriminator_accuracy),
                                          cell(game.calibration_error),      cell(game.reward),
                                          cell(game.policy_divergence),      cell(game.policy_entropy),
                                          cell(game.discriminator_gradient), cell(game.generator_gradient)};
      },
      out);
  print_epochs(
      network, "  epoch   valid D   valid G  combined    G hits   uniform  false neg.", 8,
      [](const EpochReport& report) {
        return std::array<std::string, 6>{cell(report.validation[Ranker::discriminator]),
                                          cell(report.validation[Ranker::generator]),
                                          cell(report.validation[Ranker::combined]),
                                          cell(report.policy_hits),
                                          cell(report.uniform_hits),
                                          false_negatives(report)};
      },
      out);
  for (const std::string& trouble : network.troubles) out << "  trouble: " << trouble << '\n';
  for (const Ranker ranker : kRankers) {
    if (!network.best[ranker]) continue;
    out << "  best " << to_string(ranker) << ": epoch " << network.best[ranker]->epoch << ", validation "
        << cell(network.best[ranker]->validation) << '\n';
  }
  if (network.examination.empty()) return;
  out << "  examination by rank, as far as clicks tell (rank 1 = 1):";
  for (const double offset : network.examination) {
    out << ' ' << std::setprecision(2) << std::fixed << std::exp(offset);
  }
  out << '\n';
}

// `label` in a column of its own, and the JSON of what is known; nothing where nothing is.
template <class Value>
void print_json(const char* label, const std::optional<Value>& value, std::ostream& out) {
  if (value) out << std::left << std::setw(11) << label << std::right << json(*value).dump() << '\n';
}

void print_record(const TrainingRecord& record, std::ostream& out) {
  if (record.options) {
    json options(*record.options);
    if (!record.from.empty()) options["from"] = record.from;
    out << "options    " << options.dump() << '\n';
  }
  const int num_left_out = record.num_models_before - static_cast<int>(record.history.size());
  for (std::size_t i = 0; i < record.history.size(); ++i) {
    const PastModel& before = record.history[i];
    if (i == 1 && num_left_out > 0) out << "after      " << num_left_out << " more, which are not listed\n";
    out << "after      " << before.version.substr(0, 12) << ", trained on "
        << json(before.training.value_or(DataRecord())).dump() << '\n';
  }
  print_json("training", record.training, out);
  print_json("validation", record.validation, out);
  if (!record.validation_measure.empty()) out << "measure    " << record.validation_measure << '\n';
  if (record.check) out << "against    the first stage: " << json(*record.check).dump() << '\n';
  if (record.false_negatives) print_false_negatives(*record.false_negatives, out);
  for (const NetworkRecord& network : record.networks) print_network(network, out);
}

// When the file was written last; nothing if nobody knows.
std::string time_of_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? utc_text(static_cast<double>(status.st_mtime)) : "";
}

void print_model(const Model& model, const std::string& path, const Console& console) {
  std::ostream& out = console.out;
  out << "version    " << model.version() << "\nserves     " << to_string(model.ranker()) << "\ndepth      "
      << model.depth() << " candidates\n";
  if (parts_of(model).unseen_credit != 0.0)
    out << "unseen     get a credit of " << parts_of(model).unseen_credit << '\n';
  out << "trained on ";
  const IndexFacts& facts = model.index_facts();
  if (facts.num_documents > 0) {
    out << "an index of " << facts.num_documents << " documents, " << std::fixed << std::setprecision(1)
        << facts.average_length << " terms each, uuid " << facts.uuid << '\n';
  } else {
    out << "ready-made feature rows\n";
  }
  const TrainingRecord record = record_of(model);
  print_summary(model, record, time_of_file(path), console);
  out << "features   " << model.schema().features.size() << ", stemmer " << model.schema().stemmer << '\n';
  for (const std::string& feature : model.schema().features) out << "  " << feature << '\n';
  print_record(record, out);
}

std::string rounded_percent(double share) { return std::to_string(std::lround(100.0 * share)) + " %"; }

// What terms of some documents say of the stemmer.
std::string stem_evidence(const TermSurvey& survey, const std::string& stemmer) {
  if (survey.is_too_small()) return "too few words to tell";
  if (stemmer == "none" && !survey.has_stems()) return "no word has a Z form, a stem beside it";
  return rounded_percent(survey.stems_by(stemmer).share) +
         " of words have a Z form, a stem beside them, as it gives it";
}

void print_index(const Xapian::Database& db, const IndexLayout& layout, std::ostream& out) {
  const TermSurvey survey(db);
  const bool is_kept = !db.get_metadata(kLayoutKey).empty();
  out << "documents  " << db.get_doccount() << ", " << std::fixed << std::setprecision(1) << db.get_avlength()
      << " terms each, " << db.size() << (db.size() == 1 ? " shard" : " shards") << ", uuid " << db.get_uuid() << '\n'
      << "layout     " << (is_kept ? "kept in the index" : "not kept in the index; found by looking") << ", stemmer "
      << layout.stemmer << ", ids " << (layout.id_prefix.empty() ? "are docids" : "under " + layout.id_prefix)
      << (layout.has_ngrams ? ", Chinese and Japanese by n-grams" : "") << '\n'
      << "stems      " << layout.stemmer << ": " << stem_evidence(survey, layout.stemmer) << '\n';
  for (const TextField& field : layout.fields) {
    out << "field      " << field.name << ": " << (field.prefix.empty() ? "no prefix" : "prefix " + field.prefix)
        << (field.length_slot == Xapian::BAD_VALUENO ? ", no lengths: see annotate --field-lengths"
                                                     : ", lengths in slot " + std::to_string(field.length_slot))
        << (field.text_slot == Xapian::BAD_VALUENO ? "" : ", text in slot " + std::to_string(field.text_slot))
        << (field.from_clicks
                ? ", of clicked queries of at least " + std::to_string(layout.behaviour->min_sessions) + " sessions"
                : "")
        << '\n';
  }
  for (const auto& [prefix, share] : survey.text_prefixes()) {
    const bool is_field = std::any_of(layout.fields.begin(), layout.fields.end(),
                                      [&prefix = prefix](const TextField& field) { return field.prefix == prefix; });
    if (!is_field) {
      out << "no field   words under " << prefix << ", in " << rounded_percent(share)
          << " of the documents: --prefix NAME=" << prefix << " makes them one\n";
    }
  }
  for (const StoredValue& value : layout.values) {
    out << "value      " << value.name << ": slot " << value.slot << ", " << db.get_value_freq(value.slot)
        << " documents\n";
  }
  const std::string bytes = db.get_metadata(kModelKey);
  out << "model      " << (bytes.empty() ? "none: see store" : Model::from_bytes(bytes, kModelKey)->version());
  const std::vector<ServingChange> changes = serving_history(db);
  if (!bytes.empty() && !changes.empty()) out << ", since " << changes.back().when;
  out << '\n';
}

void print_drift(const Model& model, const Xapian::Database& db, std::ostream& out) {
  const std::shared_ptr<const IndexFit> fit = index_fit(db, model);
  for (const Drift& drift : fit->drifts) out << "drift      " << with_remedy(drift) << '\n';
  if (fit->drifts.empty()) out << "drift      none\n";
  if (!fit->fits()) {
    out << "fit        no: " << fit->why_not()
        << "; searches keep the index's own order, and commands refuse the model\n";
  }
}

void add_options(InspectOptions& options, OptionTable& table) {
  table.everyday({"model", "db", "importance", "features", "history", "prefix", "value"});
  table.group("The model");
  table.text("model", options.model, "the model file; the flag may be left out", "FILE");
  table.positional("model");
  table.flag("importance", options.importance,
             "only what each feature is worth to the model: the quality that is lost without it, on held-out queries");
  table.flag("features", options.features,
             "only what each feature measures, in words: of the model, or of all models if there is none");
  options.database.add_to(table);
  table.group("The index");
  table.flag("history", options.history, "only which model was served since when, with the figures of its training");
  table.needs("history", {"db"}, "an index keeps it");
  table.gives_way("model", "history");
  table.exclude("importance", "features", "each is shown alone");
  for (const char* name : {"importance", "features"}) table.exclude("history", name, "each is shown alone");
}

void print_history(const std::vector<ServingChange>& changes, std::ostream& out) {
  if (changes.empty()) out << "no model was stored in this index since it was made\n";
  for (const ServingChange& change : changes) {
    out << change.when << "  " << std::left << std::setw(12) << (change.version.empty() ? "none" : change.version)
        << "  " << std::setw(8) << change.how << std::right << "  " << change.figures << '\n';
  }
}

// The model of the command line, else the index's own; null if neither is named.
std::shared_ptr<const Model> named_model(const InspectOptions& options) {
  if (!options.model.empty()) return Model::from_file(options.model);
  if (options.database.paths.empty()) return nullptr;
  return model_in_index()->get(options.database.open());
}

// Prints a model's features, networks and training record, or an index's layout and its model; given both, also what
// of the index has changed since the model was trained.
void print_all(const InspectOptions& options, const Console& console, json& result) {
  std::shared_ptr<const Model> model;
  if (!options.model.empty()) {
    model = Model::from_file(options.model);
    print_model(*model, options.model, console);
    result["model"] = json_of(*model);
  }
  if (options.database.paths.empty()) return;
  const Xapian::Database db = options.database.open();
  const IndexLayout layout = options.database.layout(db, console.err);
  print_index(db, layout, console.out);
  result["index"] = json_of(db, layout);
  if (!model && !db.get_metadata(kModelKey).empty()) model = model_in_index()->get(db);
  if (!model) return;
  print_drift(*model, db, console.out);
  result["fit"] = json_of(*index_fit(db, *model));
}

void run(const InspectOptions& options, const Console& console) {
  json result{{"model", nullptr},      {"index", nullptr},   {"fit", nullptr},
              {"importance", nullptr}, {"history", nullptr}, {"features", nullptr}};
  if (options.features) {
    const std::shared_ptr<const Model> model = named_model(options);
    print_glossary(model.get(), console);
    result["features"] = glossary_json(model.get());
  } else if (options.model.empty() && options.database.paths.empty()) {
    throw ConfigError("name a model file or --db");
  } else if (options.importance) {
    const std::shared_ptr<const Model> model = named_model(options);
    const TrainingRecord record = record_of(*model);
    print_importance(*model, record, console);
    result["importance"] = json_of(*model, *record.importance);
  } else if (options.history) {
    const std::vector<ServingChange> history = serving_history(options.database.open());
    print_history(history, console.out);
    result["history"] = json_of(history);
  } else {
    print_all(options, console, result);
  }
  console.result(result);
}

}  // namespace

Command inspect_command() {
  return make_command<InspectOptions>(
      "inspect", "MODEL | --db DB | MODEL --db DB | --features", "show what a model or an index holds",
      "  xapian-irgan inspect films.model\n"
      "  xapian-irgan inspect films.model --importance\n"
      "  xapian-irgan inspect --db films\n"
      "Given both, it also says what has changed in the index since the model was trained.\n");
}

}  // namespace irgan
