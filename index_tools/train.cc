#include "index_tools/train.h"

#include <cmath>
#include <iomanip>
#include <sstream>
#include <utility>

#include "index_tools/progress_bar.h"
#include "index_tools/training_options.h"
#include "irgan/model.h"
#include "trainer/data_split.h"
#include "trainer/letor_file.h"
#include "trainer/output_file.h"

namespace irgan {
namespace {

struct Split {
  TrainingData training;
  TrainingData validation;
};

Split from_rows(const TrainOptions& options) {
  if (!options.evidence.queries.empty()) throw ConfigError("--data holds ready-made rows: --queries does not go with it");
  TrainingData all = read_letor(options.data, {options.labels});
  if (options.valid.empty()) {
    auto [training, validation] = split_by_query(std::move(all), options.valid_share, options.training.seed);
    return {std::move(training), std::move(validation)};
  }
  TrainingData validation = read_letor(options.valid, {options.labels});
  widen(all, validation);
  return {std::move(all), std::move(validation)};
}

Split from_index(const TrainOptions& options) {
  TrainingData all = options.evidence.prepare_data(options.evidence.queries);
  if (!options.valid_queries.empty()) return {std::move(all), options.evidence.prepare_data(options.valid_queries)};
  auto [training, validation] = split_by_query(std::move(all), options.valid_share, options.training.seed);
  return {std::move(training), std::move(validation)};
}

std::string shown(double score) {
  if (std::isnan(score)) return "     -";
  std::ostringstream text;
  text << std::fixed << std::setprecision(4) << std::setw(7) << score;
  return text.str();
}

std::string epoch_line(const EpochReport& report) {
  std::ostringstream line;
  if (report.epoch == 0) line << "epoch  discriminator  generator  combined   KL(clicks|generator)\n";
  line << std::setw(5) << report.epoch + 1 << "  " << std::setw(13) << shown(report.validation[0]) << "  " << std::setw(9)
       << shown(report.validation[1]) << "  " << std::setw(8) << shown(report.validation[2]) << "   " << std::fixed
       << std::setprecision(3) << report.statistics.policy_divergence;
  return line.str();
}

}  // namespace

void add_options(TrainOptions& options, OptionTable& table) {
  table.texts("data", options.data, "feature rows from 'xapian-irgan features' or LETOR; may be given again");
  table.texts("valid", options.valid, "feature rows for validation");
  table.text("labels", options.labels, "what the labels of LETOR rows are: grades or clicks; else grades if all are whole numbers up to 4");
  options.evidence.add_to(table);
  table.text("valid-queries", options.valid_queries, "queries held out for validation, in the same clicks or judgments");
  table.number("valid-share", options.valid_share, 0.01, 0.9, "share of queries held out for validation where none are named");
  table.text("model", options.model, "the model file to write");
  add_training_options(options.training, table);
}

void run(const TrainOptions& options, std::ostream& out) {
  if (options.model.empty()) throw ConfigError("--model is missing: name the file to write");
  if (!options.data.empty() && !options.evidence.database.paths.empty()) {
    throw ConfigError("--data and --db exclude each other: rows are ready-made or come from the index");
  }
  const Split split = options.data.empty() ? from_index(options) : from_rows(options);
  TrainingOptions training = options.training;
  training.num_threads = options.evidence.num_threads;
  training.checkpoint_path = options.model + ".checkpoint";

  out << "training on " << split.training.examples.size() << " examples, validating on "
      << split.validation.examples.size() << " by the " << validation_measure(split.validation.labels) << '\n';
  ModelParts parts;
  {
    ProgressBar bar("training");
    TrainingListener listener;
    listener.on_message = [&](const std::string& message) { bar.say(message); };
    listener.on_progress = [&](int network, int, double done) {
      bar.update((network + done) / training.networks);
    };
    listener.on_epoch = [&](const EpochReport& report) { bar.say(epoch_line(report)); };
    parts = train(split.training, split.validation, training, listener);
  }
  const Model model(std::move(parts));
  replace_file(options.model, model.to_bytes());
  out << "wrote " << options.model << " (" << model.schema().features.size() << " features, served: "
      << to_string(model.ranker()) << ", version " << model.version().substr(0, 12) << ")\n";
}

}  // namespace irgan
