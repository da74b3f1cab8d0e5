#include "trainer/mining/mining_options_json.h"

#include <optional>

namespace irgan {
namespace {

using nlohmann::json;

json number(const std::optional<double>& value) { return value ? json(*value) : json(); }

}  // namespace

// Names every member, so that this does not compile when one is added and not named here.
json record_of(const MiningOptions& options) {
  const auto& [sources, temperature, max_false_negatives, vectors, num_drawn, ambiguous_sharpness, ambiguous_offset,
               run, scores, depth, score_by, guards, min_relevance, max_resemblance, num_negatives, picking, seed,
               per_positive, include_positives, padding, form, content, output_scores, text_fields, text_file,
               model_name] = options;
  const auto& [max_score, min_score, absolute_margin, relative_margin, range_min, range_max, max_relevance] = guards;
  json shares = json::array();
  for (const SourceShare& one : sources) shares.push_back({to_string(one.source), one.share});
  return {{"sources", shares},
          {"temperature", temperature},
          {"max_false_negatives", max_false_negatives},
          {"vectors", vectors ? vectors->version() : ""},
          {"num_drawn", num_drawn},
          {"ambiguous_sharpness", ambiguous_sharpness},
          {"ambiguous_offset", ambiguous_offset},
          {"depth", depth},
          {"score_by", to_string(score_by)},
          {"max_score", number(max_score)},
          {"min_score", number(min_score)},
          {"absolute_margin", number(absolute_margin)},
          {"relative_margin", number(relative_margin)},
          {"range_min", range_min},
          {"range_max", range_max},
          {"max_relevance", number(max_relevance)},
          {"min_relevance", min_relevance},
          {"max_resemblance", max_resemblance},
          {"num_negatives", num_negatives},
          {"picking", picking},
          {"seed", seed},
          {"per_positive", per_positive},
          {"include_positives", include_positives},
          {"padding", padding},
          {"form", form},
          {"content", content},
          {"output_scores", output_scores},
          {"text_fields", text_fields}};
}

}  // namespace irgan
