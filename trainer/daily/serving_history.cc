#include "irgan/serving_history.h"

#include <cstdio>

#include "irgan/training_record.h"
#include "trainer/machine/split.h"

namespace irgan {
namespace {

constexpr std::size_t kMostChanges = 100;
constexpr std::size_t kNumCells = 4;

std::string line_of(const ServingChange& change) {
  return change.when + '\t' + change.version + '\t' + change.how + '\t' + change.figures + '\n';
}

}  // namespace

std::vector<ServingChange> serving_history(const Xapian::Database& db) {
  std::vector<ServingChange> changes;
  const std::string text = db.get_metadata(kHistoryKey);
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> cells = split(line, '\t');
    if (cells.size() != kNumCells) continue;
    changes.push_back({std::string(cells[0]), std::string(cells[1]), std::string(cells[2]), std::string(cells[3])});
  }
  return changes;
}

void add_to_history(const ServingChange& change, Xapian::WritableDatabase& shard) {
  std::vector<ServingChange> changes = serving_history(shard);
  changes.push_back(change);
  std::string text;
  for (std::size_t i = changes.size() > kMostChanges ? changes.size() - kMostChanges : 0; i < changes.size(); ++i)
    text += line_of(changes[i]);
  shard.set_metadata(kHistoryKey, text);
}

std::string figures_of(const Model& model) {
  const TrainingRecord record = record_of(model);
  if (!record.check) return "";
  char text[160];
  std::snprintf(text, sizeof text, "nDCG@10 %.4f, search %.4f, p %.4f, %zu queries", record.check->served,
                record.check->first_stage, record.check->p, record.check->num_queries);
  return text;
}

}  // namespace irgan
