#include "trainer/mining/mining_identity.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "plugin/src/features/index_state.h"
#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

using nlohmann::json;

// A file as far as another one would change the output.
std::string stamp(const std::string& path) {
  struct stat facts {};
  if (path.empty() || ::stat(path.c_str(), &facts) != 0) return path;
  return path + ' ' + std::to_string(facts.st_size) + ' ' + std::to_string(facts.st_mtim.tv_sec) + '.' +
         std::to_string(facts.st_mtim.tv_nsec);
}

}  // namespace

std::string mining_identity(const MiningTask& task, const Xapian::Database& db) {
  const MineOptions& options = task.options;
  json parts = json::array();
  const auto number = [](const std::optional<double>& value) { return value ? json(*value) : json(); };
  for (const std::string& path : options.database.paths) parts.push_back(path);
  parts.push_back({index_state(db).text, layout_to_json(task.layout), static_cast<int>(options.database.default_op)});
  for (const std::string* path :
       {&options.labels.queries, &options.labels.qrels, &options.run, &options.scores, &options.texts}) {
    parts.push_back(stamp(*path));
  }
  for (const std::string& path : options.labels.clicks) parts.push_back(stamp(path));
  for (const auto& column : options.labels.log_options.columns) parts.push_back({column.first, column.second});
  for (const SharedSource& shared : task.sources) parts.push_back({to_string(shared.source), shared.share});
  parts.push_back({task.model ? task.model->version() : "", task.depth, task.temperature.value,
                   to_string(task.score_by), options.labels.log_options.rank_base.value_or(1)});
  const GuardOptions& guards = task.guards;
  parts.push_back({number(guards.max_score), number(guards.min_score), number(guards.absolute_margin),
                   number(guards.relative_margin), guards.range_min, guards.range_max, guards.max_relevance,
                   options.min_relevance, options.max_resemblance});
  parts.push_back({options.num_negatives, static_cast<int>(options.picking), options.seed, options.per_positive,
                   options.include_positives, options.output_scores, static_cast<int>(options.padding),
                   static_cast<int>(options.form), static_cast<int>(options.content), options.ambiguous_sharpness,
                   options.ambiguous_offset, options.text_fields});
  return hex_digest(parts.dump());
}

}  // namespace irgan
