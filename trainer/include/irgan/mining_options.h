/// What mining is told: where negatives come from, what keeps false ones out, how many there are, how rows are written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/collection_vectors.h"
#include "irgan/errors.h"
#include "irgan/negative_guards.h"
#include "irgan/negative_source.h"
#include "irgan/run_file.h"
#include "irgan/text_file.h"

namespace irgan {

/// The forms of append_rows().
enum class NegativeForm { triplet, n_tuple, labeled_pair, labeled_list, flagembedding, tevatron, ids };
/// What stands for a document in a row.
enum class RowContent { text, id, both };
/// Which of the documents that pass the guards a ranked source gives: the first, or any.
enum class Picking { top, random };
enum class Padding { none, uniform };

/// Which score the guards look at and rows show; the networks' is a log probability over the candidates.
enum class GuardScore { discriminator, generator, first_stage, run, teacher };
IRGAN_API const char* to_string(GuardScore score);

/// A source and its share of the negatives, relative to the other sources' shares.
struct SourceShare {
  NegativeSource source = NegativeSource::discriminator;
  double share = 1.0;
};

struct MiningOptions {
  // Where negatives come from.
  std::vector<SourceShare> sources = std::vector<SourceShare>(1);  ///< the first one fills up what others lack
  double temperature = 0.0;          ///< of the generator's draws; 0: by the model's record
  double max_false_negatives = 2.0;  ///< where the record decides: a multiple of uniform draws'
  /// Of the collection, for a model whose generator picks from all of it: the source `generator` then draws there.
  std::shared_ptr<const CollectionVectors> vectors;
  std::size_t num_drawn = 200;       ///< documents a list that are drawn there, among which the guards choose
  double ambiguous_sharpness = 1.0;  ///< a and b of weights exp(-a (s - s+ - b)^2)
  double ambiguous_offset = 0.0;
  std::shared_ptr<const Run> run;     ///< of the source and the score `run`
  std::shared_ptr<const Run> scores;  ///< another model's, of the source and the score `teacher`
  std::size_t depth = 0;              ///< candidates a query; 0: as the model was trained, else kDefaultDepth

  // What keeps false negatives out.
  GuardScore score_by = GuardScore::discriminator;
  GuardOptions guards;
  double min_relevance = 0.0;    ///< chance from which a document clicked where it was shown is a positive
  double max_resemblance = 0.9;  ///< of a negative and a positive, or another negative; 1: no matter

  // Which negatives are taken, and how many.
  std::size_t num_negatives = 5;  ///< a query, or a positive
  Picking picking = Picking::top;
  std::uint64_t seed = 1;
  bool per_positive = false;       ///< pick anew for each positive
  bool include_positives = false;  ///< positives may stand among the negatives
  Padding padding = Padding::none;

  // How rows are written.
  NegativeForm form = NegativeForm::triplet;
  RowContent content = RowContent::text;
  bool output_scores = false;
  std::vector<std::string> text_fields;       ///< as DocumentTexts takes them
  std::shared_ptr<const TextFile> text_file;  ///< null: texts come from the index

  std::string model_name = {};  ///< what errors call the model; changes no row
};

/// Whether `source` is one of the options' sources.
IRGAN_API bool uses(const MiningOptions& options, NegativeSource source);

/// Whether a source or the guards' score comes out of a model.
IRGAN_API bool needs_model(const MiningOptions& options);

/// Throws: ConfigError naming the member if options contradict each other or one is missing
IRGAN_API void check(const MiningOptions& options);

}  // namespace irgan
