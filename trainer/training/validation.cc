#include "trainer/training/validation.h"

#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "irgan/measures.h"
#include "plugin/src/encoding/first_layer.h"
#include "trainer/game/softmax.h"
#include "trainer/parallel/process_group.h"
#include "trainer/rows/example_weights.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int kValidationCutoff = 10;

// Gives all processes the scores of all examples, of which each has those of its own part.
void share(ProcessGroup& processes, std::vector<EpochReport>& each) {
  if (processes.count() == 1) return;
  const std::size_t width = std::size(kRankers) + 2;
  std::vector<double> numbers;
  for (const EpochReport& one : each) {
    for (const Ranker ranker : kRankers) numbers.push_back(one.validation[ranker]);
    numbers.push_back(one.policy_hits);
    numbers.push_back(one.uniform_hits);
  }
  processes.share(numbers, each.size(), width);
  const double* next = numbers.data();
  for (EpochReport& one : each) {
    for (const Ranker ranker : kRankers) one.validation[ranker] = *next++;
    one.policy_hits = *next++;
    one.uniform_hits = *next++;
  }
}

VectorXd scores_of(const Network& network, const FeatureMatrix& bases, const BinnedRows& rows) {
  Network::Activations activations;
  return network.forward(rows, bases, activations).cast<double>();
}

}  // namespace

std::string validation_measure(LabelKind kind) {
  switch (kind) {
    case LabelKind::impressions:
      return "log-likelihood of a held-out click (nats)";
    case LabelKind::shown:
      return "log-likelihood of a held-out click, as the click model weighs it (nats)";
    case LabelKind::clicks:
      return "nDCG@10 of held-out clicks";
    default:
      return "nDCG@10 of held-out queries";
  }
}

double validation_score(const Example& example, LabelKind kind, const Eigen::Ref<const VectorXd>& scores,
                        const VectorXd& offsets) {
  const VectorXd truth = true_distribution(example, kind);
  if (!is_of_pages(kind)) return ndcg_of_gains(scores, truth, kValidationCutoff);
  VectorXd logits = scores;
  for (std::size_t i = 0; i < example.ranks.size() && kind == LabelKind::impressions; ++i) {
    // A rank that training never saw is looked at like the last one that it did.
    const Index rank = std::min<Index>(example.ranks[i], offsets.size());
    if (rank > 0) logits[static_cast<Index>(i)] += offsets[rank - 1];
  }
  return truth.dot(log_softmax(logits));
}

Validation::Validation(const TrainingData& data, const BinLayout& layout, ThreadPool& threads, QueryWeight weight)
    : data_(data), layout_(layout), threads_(threads), binned_(data, layout, std::size_t{16} << 20U) {
  std::vector<const Example*> kept;
  for (std::size_t i = 0; i < data.examples.size(); ++i) {
    if (!is_informative(data.examples[i])) continue;
    examples_.push_back(i);
    kept.push_back(&data.examples[i]);
  }
  weights_ = weights_of(kept, data.labels, weight, data.pools);
}

void Validation::score(const Network& discriminator, const Network* generator, double temperature,
                       const VectorXd& offsets, EpochReport& report) {
  std::vector<EpochReport> each(examples_.size());
  std::vector<BinnedRows> rooms(threads_.num_threads());
  const FeatureMatrix discriminator_bases = first_bases(layout_, discriminator.layers.front().weight);
  FeatureMatrix generator_bases;
  if (generator != nullptr) generator_bases = first_bases(layout_, generator->layers.front().weight);
  ProcessGroup& processes = ProcessGroup::own();
  const Part mine = processes.part_of(examples_.size());
  threads_.for_each(mine.end - mine.begin, [&](std::size_t of_mine, unsigned thread) {
    const std::size_t i = mine.begin + of_mine;
    const Example& example = data_.examples[examples_[i]];
    const BinnedRows& rows = binned_.rows(examples_[i], rooms[thread]);
    const VectorXd s = scores_of(discriminator, discriminator_bases, rows);
    EpochReport& own = each[i];
    own.validation = no_scores();
    own.policy_hits = std::numeric_limits<double>::quiet_NaN();
    const Eigen::ArrayXd positive = (example.labels.array() > 0.0).cast<double>();
    own.uniform_hits = positive.mean();
    const auto set = [&](Ranker ranker, const VectorXd& scores) {
      own.validation[ranker] = validation_score(example, data_.labels, scores, offsets);
    };
    set(Ranker::discriminator, s);
    if (generator == nullptr) return;
    const VectorXd g = scores_of(*generator, generator_bases, rows) / temperature;
    set(Ranker::generator, g);
    set(Ranker::combined, 0.5 * (s + g));
    own.policy_hits = (softmax(g).array() * positive).sum();
  });
  share(processes, each);
  report.validation = {};
  report.policy_hits = report.uniform_hits = 0.0;
  const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (std::size_t i = 0; i < each.size(); ++i) {
    const double share = weights_[i] / total;
    for (const Ranker ranker : kRankers) report.validation[ranker] += share * each[i].validation[ranker];
    report.policy_hits += share * each[i].policy_hits;
    report.uniform_hits += share * each[i].uniform_hits;
  }
}

}  // namespace irgan
