/// From evidence and an index to the data that training learns from.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/behaviour_options.h"
#include "irgan/click_counting.h"
#include "irgan/collection_generator.h"
#include "irgan/collection_vectors.h"
#include "irgan/context_count.h"
#include "irgan/evidence.h"
#include "irgan/judgment_reading.h"
#include "irgan/log_reading.h"
#include "irgan/pool_losses.h"
#include "irgan/site.h"
#include "irgan/split_options.h"
#include "irgan/tower_options.h"
#include "irgan/training_data.h"

namespace irgan {

/// How rows are made of evidence.
struct PreparationOptions {
  /// What is held out for validation, where the evidence does not name it (Evidence::valid_queries); not set: nothing.
  std::optional<SplitOptions> split = SplitOptions();
  /// Days after which a click counts half, its age taken from the newest one; 0: never. Not set: as ClickModelOptions
  /// says.
  std::optional<double> half_life_days;
  /// Leaves training's rows out: what is held out is to judge a model that is there. A generator picks as it is.
  bool only_validation = false;

  /// Rows for this one; not set: made for the index, `features` and `behaviour`, with a feature for each value of the
  /// evidence's contexts (ClickLogOptions::contexts) that the log has often enough (ContextCensus).
  std::optional<FeatureSchema> schema;
  std::vector<std::string> features;  ///< by name; "all": every one; empty: the lean default
  /// Features "context.NAME=VALUE": searches of a query that differ in these have examples of their own, as those do
  /// that differ in a context of the schema. So two models can be judged by the same examples.
  std::vector<std::string> told_apart;
  bool behaviour = false;  ///< with the features from clicks
  BehaviourSource behaviour_from = BehaviourSource::held_out;
  double behaviour_hidden = 0.5;  ///< share of the documents whose clicks are left out of them, others in each part

  /// Of the queries, which are cut into `count` runs of about equal length in their order: those whose rows are made
  /// here. Rows are then those that a run over all queries makes of them.
  struct Shard {
    std::size_t number = 0;  ///< from 0
    std::size_t count = 1;
  };
  Shard shard;

  std::size_t depth = 100;   ///< candidates a query: the first hits of the first stage
  bool add_clicked = false;  ///< documents that were clicked for a query earlier join its candidates (EarlierClicks)

  /// Of the collection that a generator is to pick from: it learns from the evidence, and its picks join the
  /// candidates. Nothing: candidates are the first stage's alone.
  std::shared_ptr<const CollectionVectors> vectors;
  TowerOptions towers;  ///< how it learns; without epochs it picks as it is
  /// What it goes on from, where that was learnt on vectors of this basis; nothing: the vectors alone.
  std::optional<CollectionGenerator> generator;
  /// Whose discriminator judges what the generator draws (TowerOptions::teacher_share); nothing: it learns from the
  /// evidence alone.
  std::shared_ptr<const Model> teacher;
  std::size_t num_picks = 100;  ///< documents a query that it may add
  /// Documents a query drawn from the whole collection, against which its clicks teach the discriminator.
  std::size_t num_random = 60;

  unsigned num_threads = 0;  ///< 0: one a processor
  /// What is counted in memory of the log, of training and validation together; beyond it temporary files serve.
  std::size_t max_click_bytes = ClickModelOptions().max_bytes;
};

/// Which part of the data.
enum class DataPart {
  all,  ///< nothing is held out, or it is parted afterwards
  training,
  validation,
};

/// What became of one part of the evidence.
struct PartReport {
  DataPart part = DataPart::all;
  LabelKind labels = LabelKind::grades;
  double half_life_days = 0.0;    ///< by which clicks were decayed; 0: they count in full
  std::size_t num_with_pool = 0;  ///< queries with candidates and evidence
  std::size_t num_examples = 0;
  PoolLosses losses;
};

/// What became of the evidence.
struct PreparationReport {
  LogReading log;  ///< without files where judgments were read
  std::optional<JudgmentReading> judgments;
  std::size_t num_left_out = 0;        ///< queries that are among the valid_queries too, and so are not trained on
  std::vector<std::string> absent;     ///< a sentence on each thing of the layout that no document has, and so no row
  std::vector<ContextCount> contexts;  ///< that became features
  std::string split;                   ///< what parted the log's rows, as LabelOrigin has it; empty: nothing did
  std::vector<PartReport> parts;       ///< one, or training's and validation's
};

/// What is heard on the way; what is not set is not called.
struct PreparationListener {
  std::function<void(const PreparationReport&)> on_read;  ///< the evidence has been read; there are no parts yet
  std::function<void(double share_done)> on_progress;     ///< of the features of a part
  std::function<void(const PartReport&)> on_part;         ///< a part is done
};

struct PreparedData {
  TrainingData training;
  TrainingData validation;  ///< without pools where nothing was held out
  PreparationReport report;
};

/// Reads clicks or judgments, parts them into training and validation, and looks up the feature rows of their queries.
///
/// Clicks are parted row by row as the log is read, so that neither part's counts, ages and pages know of the other; by
/// time or session a query can then have rows in both. The log is read once; once before that for a split by time, and
/// once for features from clicks, and once for contexts. Those of training know of training's clicks alone, those of
/// validation of all that its rows may know.
///
/// Throws: ConfigError if an input is missing, two exclude each other, the evidence does not have what it is to be
/// split
///         by, or standard input would be read twice; Error if a part would be empty; what reading a log, judgments and
///         the index throw
/// Cost:   memory for the result, options.max_click_bytes, and with behaviour or add_clicked the clicks of the log
/// Threads: shared out over options.num_threads; the result does not depend on their number
PreparedData prepare(const Site& site, const Evidence& evidence, const PreparationOptions& options = {},
                     const PreparationListener& listener = {});

}  // namespace irgan
