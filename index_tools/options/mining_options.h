/// What `mine` is told on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/option_table.h"
#include "trainer/mining/negative_draws.h"
#include "trainer/mining/negative_guards.h"

namespace irgan {

enum class NegativeForm { triplet, n_tuple, labeled_pair, labeled_list, flagembedding, tevatron, ids };
enum class RowContent { text, id, both };
enum class Picking { top, random };
enum class Padding { none, uniform };
/// Which score the guards look at and the output shows.
enum class GuardScore { automatic, discriminator, generator, first_stage, run, teacher };

struct MineOptions {
  DatabaseOptions database;
  LabelOptions labels;
  std::string model;
  std::string out;
  std::string report_json;
  std::size_t depth = 0;  ///< 0: as the model was trained, else 100
  unsigned num_threads = 0;
  bool restart = false;

  std::vector<std::string> sources;  ///< NAME or NAME=SHARE
  double temperature = 0.0;          ///< 0: by the model's record
  double max_false_negatives = 2.0;
  double ambiguous_sharpness = 1.0;
  double ambiguous_offset = 0.0;
  std::string run;
  std::string scores;

  GuardScore score_by = GuardScore::automatic;
  GuardOptions guards;
  std::optional<double> max_relevance;  ///< none: .1 where there are impressions and a model that knows examination
  double min_relevance = 0.0;
  double max_resemblance = 0.9;

  std::size_t num_negatives = 5;
  Picking picking = Picking::top;
  std::uint64_t seed = 1;
  bool per_positive = false;
  bool include_positives = false;
  bool output_scores = false;
  Padding padding = Padding::none;

  NegativeForm form = NegativeForm::triplet;
  RowContent content = RowContent::text;
  std::vector<std::string> text_fields;
  std::string texts;  ///< JSON Lines
};

void add_options(MineOptions& options, OptionTable& table);

/// A source with its share of the negatives.
struct SharedSource {
  NegativeSource source;
  double share;
};

/// Returns the sources with their shares; the discriminator alone if none is named.
///
/// Throws: ConfigError naming --source
std::vector<SharedSource> parse_sources(const std::vector<std::string>& given);

bool uses(const std::vector<SharedSource>& sources, NegativeSource source);

/// Returns the score that guards look at: the teacher's if there is one, else the discriminator's if there is a model,
/// else the first stage's.
GuardScore guard_score(const MineOptions& options, const std::vector<SharedSource>& sources);

/// Whether mining needs a model, from --model or the index.
bool needs_model(const MineOptions& options, const std::vector<SharedSource>& sources);

/// Throws: ConfigError if options contradict each other or one is missing
void check(const MineOptions& options, const std::vector<SharedSource>& sources);

const char* to_string(GuardScore score);

}  // namespace irgan
