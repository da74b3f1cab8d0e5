#include "trainer/collection/folded_towers.h"

#include "trainer/machine/hash.h"

namespace irgan {
namespace {

constexpr std::size_t kFolds = 2;

}  // namespace

FoldedTowers learn_towers(const CollectionVectors& vectors, const TowerLessons& lessons, const TowerOptions& options,
                          const CollectionGenerator* start, unsigned num_threads) {
  ThreadPool threads(num_threads);
  const Towers untrained = untrained_towers(vectors);
  if (start != nullptr && start->towers.basis != untrained.basis) start = nullptr;
  FoldedTowers towers;
  if (options.epochs == 0) {
    towers.whole = start != nullptr ? start->towers : untrained;
    return towers;
  }
  std::vector<TowerExample> all;
  std::vector<std::vector<TowerExample>> others(kFolds);
  for (const auto& [id, example] : lessons) {
    const std::size_t fold = text_hash(id) % kFolds;
    towers.fold_of_query.emplace(id, fold);
    all.push_back(example);
    for (std::size_t other = 0; other < kFolds; ++other) {
      if (other != fold) others[other].push_back(example);
    }
  }
  towers.whole = train_towers(vectors, all, options, start != nullptr ? start->towers : untrained, threads);
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    const bool goes_on = start != nullptr && fold < start->folds.size();
    towers.folds.push_back(
        train_towers(vectors, others[fold], options, goes_on ? start->folds[fold] : untrained, threads));
  }
  return towers;
}

}  // namespace irgan
