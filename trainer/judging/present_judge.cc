#include "trainer/judging/present_judge.h"

#include <algorithm>
#include <string>
#include <vector>

#include "trainer/training/recipe.h"

namespace irgan {
namespace {

constexpr std::size_t kFewestJudging = 20;  // queries

// Whether the searches that `other` tells apart by their contexts are told apart by `schema`, too.
bool has_all_contexts_of(const FeatureSchema& schema, const FeatureSchema& other) {
  const std::vector<std::string>& own = schema.features;
  const std::vector<FeatureColumn> columns = parse_features(other);
  return std::all_of(columns.begin(), columns.end(), [&](const FeatureColumn& column) {
    if (column.source != FeatureSource::context) return true;
    return std::find(own.begin(), own.end(), context_feature(column.context, column.context_value)) != own.end();
  });
}

bool can_be_read_again(const std::optional<JudgingEvidence>& evidence) {
  if (!evidence) return false;
  const std::vector<std::string>& clicks = evidence->known.clicks;
  return std::find(clicks.begin(), clicks.end(), "-") == clicks.end();
}

// Until when the present model has learnt, where some of what is held out is newer and some is not. Rows that are split
// by time would be split elsewhere.
std::optional<double> parting_time(const Model& present, const TrainingData& validation,
                                   const std::optional<JudgingEvidence>& evidence) {
  if (!can_be_read_again(evidence) || evidence->known.clicks.empty()) return std::nullopt;
  const std::optional<SplitOptions>& split = evidence->preparing.split;
  const bool is_by_name = !evidence->known.valid_queries.empty();
  if (!is_by_name && (!split || split->by == LogSplit::time)) return std::nullopt;
  const std::optional<double> until = learnt_until(record_of(present));
  const std::optional<double> first = validation.origin.first_time, last = validation.origin.last_time;
  return until && first && last && *first <= *until && *until < *last ? until : std::nullopt;
}

// What is held out as `model` sees it, told apart as by `other`, too.
TrainingData rows_of(const Model& model, const Model& other, const JudgingEvidence& evidence,
                     std::optional<double> after) {
  PreparationOptions preparing = evidence.preparing;
  preparing.behaviour = false;
  preparing.only_validation = true;
  preparing.schema = model.schema();
  preparing.told_apart = other.schema().features;
  preparing.vectors = model.collection() != nullptr ? evidence.preparing.vectors : nullptr;
  preparing.generator.reset();
  if (model.collection() != nullptr) {
    preparing.generator = *model.collection();
    preparing.num_picks = model.collection()->num_picks;
  }
  Evidence known = evidence.known;
  if (after) known.log_options.after = std::max(*after, known.log_options.after.value_or(*after));
  return prepare(evidence.site, known, preparing).validation;
}

}  // namespace

ModelComparison judge_beside(const Model& present, const Model& candidate, const TrainingRecord& candidate_record,
                             const TrainingData& validation, const std::optional<JudgingEvidence>& evidence,
                             std::uint64_t seed) {
  const auto compared = [&](const TrainingData& own, const TrainingData& of_present) {
    return compare_models(candidate, candidate_record, own, present, of_present, seed);
  };
  if (const std::optional<double> after = parting_time(present, validation, evidence)) {
    try {
      const ModelComparison fair =
          compared(rows_of(candidate, present, *evidence, after), rows_of(present, candidate, *evidence, after));
      if (fair.num_queries >= kFewestJudging) return fair;
    } catch (const Error&) {  // too few rows are newer
    }
  }
  // Else the present model's generator would be judged by the candidate's picks.
  const bool is_like = schema_to_json(present.schema()) == schema_to_json(validation.schema);
  if (is_like && present.collection() == nullptr) return compared(validation, validation);
  if (!can_be_read_again(evidence)) throw Error("rows for it cannot be made from feature rows or standard input");
  const TrainingData rows = rows_of(present, candidate, *evidence, std::nullopt);
  if (has_all_contexts_of(validation.schema, present.schema())) return compared(validation, rows);
  return compared(rows_of(candidate, present, *evidence, std::nullopt), rows);
}

}  // namespace irgan
