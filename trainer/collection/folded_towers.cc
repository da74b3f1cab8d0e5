#include "trainer/collection/folded_towers.h"

#include "trainer/machine/hash.h"

namespace irgan {
namespace {

constexpr std::size_t kFolds = 2;

}  // namespace

FoldedTowers learn_towers(const CollectionVectors& vectors, const TowerLessons& lessons, const TowerOptions& options,
                          unsigned num_threads) {
  ThreadPool threads(num_threads);
  const Towers start = untrained_towers(vectors);
  FoldedTowers towers;
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
  towers.whole = train_towers(vectors, all, options, start, threads);
  for (const std::vector<TowerExample>& examples : others) {
    towers.folds.push_back(train_towers(vectors, examples, options, start, threads));
  }
  return towers;
}

}  // namespace irgan
