#include <cmath>
#include <iomanip>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "irgan/feature_extractor.h"
#include "irgan/model_source.h"
#include "plugin/src/model/model_parts.h"
#include "trainer/site/index_layout.h"

namespace irgan {
namespace {

struct InspectOptions {
  std::string model;
  DatabaseOptions database;
};

using nlohmann::json;

constexpr double kNoticeableDrift = 0.2;  // share by which a document count or length may move unremarked

// A number of the record, or a dash where there is none.
std::string cell(const json& row, const char* key) {
  const auto value = row.find(key);
  if (value == row.end() || !value->is_number()) return "-";
  std::ostringstream text;
  text << std::fixed << std::setprecision(4) << value->get<double>();
  return text.str();
}

// How many times as many hidden clicks as a uniform draw the generator's draws hit.
std::string false_negatives(const json& row) {
  const auto policy = row.find("hidden_hits");
  const auto uniform = row.find("hidden_uniform_hits");
  if (policy == row.end() || !policy->is_number() || uniform == row.end() || !uniform->is_number()) return "-";
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << policy->get<double>() / uniform->get<double>() << 'x';
  return text.str();
}

void print_false_negatives(const json& record, std::ostream& out) {
  if (!record.contains("false_negatives")) return;
  const json& curve = record["false_negatives"];
  out << "false negatives among the generator's draws, as a multiple of uniform draws', by mining temperature:";
  for (std::size_t i = 0; i < curve["temperature"].size() && i < curve["multiple"].size(); ++i) {
    out << "  " << curve["temperature"][i].get<double>() << ": " << std::fixed << std::setprecision(2)
        << curve["multiple"][i].get<double>() << std::defaultfloat << std::setprecision(6);
  }
  out << '\n';
}

void print_epochs(const json& network, std::ostream& out) {
  out << "  epoch  D loss    D right   D miscal. reward    KL        entropy   valid D   valid G   combined  G hits    "
         "uniform   false neg.  |grad D|  |grad G|\n";
  for (const json& row : network.value("epochs", json::array())) {
    out << "  " << std::setw(5) << row.value("epoch", 0) << std::left;
    for (const char* key : {"discriminator_loss", "discriminator_accuracy", "calibration_error", "reward",
                            "policy_divergence", "policy_entropy"}) {
      out << "  " << std::setw(8) << cell(row, key);
    }
    for (const Ranker ranker : {Ranker::discriminator, Ranker::generator, Ranker::combined}) {
      out << "  " << std::setw(8) << cell(row.value("validation", json::object()), to_string(ranker));
    }
    for (const char* key : {"policy_hits", "uniform_hits"}) out << "  " << std::setw(8) << cell(row, key);
    out << "  " << std::setw(10) << false_negatives(row);
    for (const char* key : {"discriminator_gradient", "generator_gradient"})
      out << "  " << std::setw(8) << cell(row, key);
    out << std::right << '\n';
  }
  for (const json& trouble : network.value("troubles", json::array()))
    out << "  trouble: " << trouble.get<std::string>() << '\n';
  const json best_epochs = network.value("best", json::object());  // items() refers to it
  for (const auto& [ranker, best] : best_epochs.items()) {
    out << "  best " << ranker << ": epoch " << best.value("epoch", 0) << ", validation " << cell(best, "validation")
        << '\n';
  }
  if (network.contains("examination_offset")) {
    out << "  examination by rank, as far as clicks tell (rank 1 = 1):";
    for (const json& offset : network["examination_offset"]) {
      out << ' ' << std::setprecision(2) << std::fixed << std::exp(offset.get<double>());
    }
    out << '\n';
  }
}

void print_model(const Model& model, std::ostream& out) {
  out << "version    " << model.version() << "\nserves     " << to_string(model.ranker()) << "\ndepth      "
      << model.depth() << " candidates\n";
  if (model.parts().unseen_credit != 0.0) out << "unseen     get a credit of " << model.parts().unseen_credit << '\n';
  out << "trained on ";
  const IndexFacts& facts = model.index_facts();
  if (facts.num_documents > 0) {
    out << "an index of " << facts.num_documents << " documents, " << std::fixed << std::setprecision(1)
        << facts.average_length << " terms each, uuid " << facts.uuid << '\n';
  } else {
    out << "ready-made feature rows\n";
  }
  out << "features   " << model.schema().features.size() << ", stemmer " << model.schema().stemmer << '\n';
  for (const std::string& feature : model.schema().features) out << "  " << feature << '\n';
  const json record = json::parse(model.training_record());
  if (record.contains("options")) out << "options    " << record["options"].dump() << '\n';
  const json history = record.value("history", json::array());
  const int num_left_out =
      record.value("num_models_before", static_cast<int>(history.size())) - static_cast<int>(history.size());
  for (std::size_t i = 0; i < history.size(); ++i) {
    const json& before = history[i];
    if (i == 1 && num_left_out > 0) out << "after      " << num_left_out << " more that are not told of\n";
    out << "after      " << before.value("version", "").substr(0, 12) << ", trained on "
        << before.value("training", json::object()).dump() << '\n';
  }
  for (const char* part : {"training", "validation"}) {
    if (record.contains(part)) out << std::left << std::setw(11) << part << std::right << record[part].dump() << '\n';
  }
  if (record.contains("validation_measure"))
    out << "measure    " << record["validation_measure"].get<std::string>() << '\n';
  if (record.contains("first_stage_check"))
    out << "against the first stage " << record["first_stage_check"].dump() << '\n';
  print_false_negatives(record, out);
  for (const json& network : record.value("networks", json::array())) print_epochs(network, out);
}

void print_index(const Xapian::Database& db, const IndexLayout& layout, std::ostream& out) {
  out << "documents  " << db.get_doccount() << ", " << std::fixed << std::setprecision(1) << db.get_avlength()
      << " terms each, " << db.size() << (db.size() == 1 ? " shard" : " shards") << ", uuid " << db.get_uuid() << '\n'
      << "layout     "
      << (db.get_metadata(kLayoutKey).empty() ? "not kept in the index; found by looking" : "kept in the index")
      << ", stemmer " << layout.stemmer << ", ids "
      << (layout.id_prefix.empty() ? "are docids" : "under " + layout.id_prefix) << '\n';
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
  for (const StoredValue& value : layout.values) {
    out << "value      " << value.name << ": slot " << value.slot << ", " << db.get_value_freq(value.slot)
        << " documents\n";
  }
  const std::string bytes = db.get_metadata(kModelKey);
  out << "model      " << (bytes.empty() ? "none: see store" : Model::from_bytes(bytes, kModelKey)->version()) << '\n';
}

void print_drift(const Model& model, const Xapian::Database& db, std::ostream& out) {
  const IndexFacts& facts = model.index_facts();
  bool any = false;
  const auto drift = [&](const std::string& message) {
    out << "drift      " << message << '\n';
    any = true;
  };
  if (facts.uuid != db.get_uuid()) drift("the model was trained on another index or before it was rebuilt");
  const auto moved = [](double then, double now) {
    return std::abs(now - then) > kNoticeableDrift * std::max(then, 1.0);
  };
  if (moved(static_cast<double>(facts.num_documents), static_cast<double>(db.get_doccount()))) {
    drift("documents: " + std::to_string(facts.num_documents) + " then, " + std::to_string(db.get_doccount()) + " now");
  }
  if (moved(facts.average_length, db.get_avlength())) {
    drift("terms a document: " + std::to_string(std::lround(facts.average_length)) + " then, " +
          std::to_string(std::lround(db.get_avlength())) + " now");
  }
  const FeatureExtractor extractor(db, model.schema(), drift);
  if (!any) out << "drift      none\n";
}

void add_options(InspectOptions& options, OptionTable& table) {
  table.everyday({"model", "db", "prefix", "value"});
  table.group("The model");
  table.text("model", options.model, "the model file; may stand without the flag", "FILE");
  table.positional("model");
  options.database.add_to(table);
}

// Prints a model's features, networks and training record, or an index's layout and its model; given both, also what
// of the index has changed since the model was trained.
void run(const InspectOptions& options, std::ostream& out) {
  if (options.model.empty() && options.database.paths.empty()) throw ConfigError("name a model file or --db");
  std::shared_ptr<const Model> model;
  if (!options.model.empty()) {
    model = Model::from_file(options.model);
    print_model(*model, out);
  }
  if (options.database.paths.empty()) return;
  const Xapian::Database db = options.database.open();
  print_index(db, options.database.layout(db), out);
  if (!model && !db.get_metadata(kModelKey).empty()) model = model_in_index()->get(db);
  if (model) print_drift(*model, db, out);
}

}  // namespace

Command inspect_command() {
  return make_command<InspectOptions>(
      "inspect", "MODEL | --db DB | MODEL --db DB", "show what a model or an index holds",
      "  xapian-irgan inspect films.model\n"
      "  xapian-irgan inspect --db films\n"
      "Given both, it also says what has changed in the index since the model was trained.\n");
}

}  // namespace irgan
