#include "trainer/collection/tower_training.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <unordered_map>

#include "trainer/collection/adam.h"

namespace irgan {
namespace {

using Eigen::Index;

constexpr Index kDocumentsAtOnce = 256;  // whose vectors stay in the processor's second cache

/// The documents of a batch: those that examples name, then uniform draws.
struct BatchDocuments {
  FeatureMatrix vectors;                                    // a row each
  std::vector<float> log_count;                             // of how many documents each stands for
  std::unordered_map<std::uint32_t, Index> place_of_named;  // by row of the collection

  BatchDocuments(const CollectionVectors& all, const std::vector<const TowerExample*>& examples,
                 const TowerOptions& options, std::mt19937_64& random) {
    const bool is_judged = options.teacher_share > 0.0 || options.reward_weight > 0.0;
    std::vector<std::uint32_t> rows;
    const auto name = [&](std::uint32_t row) {
      if (place_of_named.emplace(row, static_cast<Index>(rows.size())).second) rows.push_back(row);
    };
    for (const TowerExample* example : examples) {
      for (const RowNumber& one : example->target) name(one.row);
      if (!is_judged) continue;
      for (const RowNumber& one : example->opinion) name(one.row);
    }
    log_count.assign(rows.size(), 0.0F);
    const std::size_t num_others = all.num_documents() - rows.size();
    std::vector<std::uint32_t> drawn;
    std::uniform_int_distribution<std::uint32_t> uniform(0, static_cast<std::uint32_t>(all.num_documents() - 1));
    if (num_others > 0) {
      for (int k = 0; k < options.uniform_draws; ++k) {
        const std::uint32_t row = uniform(random);
        if (place_of_named.count(row) == 0) drawn.push_back(row);
      }
    }
    rows.insert(rows.end(), drawn.begin(), drawn.end());
    if (!drawn.empty()) {
      log_count.resize(rows.size(),
                       std::log(static_cast<float>(num_others)) - std::log(static_cast<float>(drawn.size())));
    }
    vectors.resize(static_cast<Index>(rows.size()), all.dimensions());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto [numbers, scale] = all.row(rows[i]);
      std::transform(numbers, numbers + all.dimensions(), &vectors(static_cast<Index>(i), 0),
                     [scale = scale](std::int8_t number) { return scale * static_cast<float>(number); });
    }
  }
};

struct Gradient {
  FeatureMatrix weight;
  double scale = 0.0;
};

/// dL/dg of each document of the batch, for one query.
class ScoreGradient {
 public:
  ScoreGradient(const TowerExample& example, const BatchDocuments& documents, const Eigen::VectorXf& scores)
      : example_(example), documents_(documents), scores_(scores) {
    const Eigen::Map<const Eigen::VectorXf> log_count(documents.log_count.data(), scores.size());
    const Eigen::VectorXf logits = scores + log_count;
    delta_ = (logits.array() - logits.maxCoeff()).exp();
    delta_ /= delta_.sum();
  }

  // p_theta - p_true, or what the teacher's share makes of it.
  void follow(double teacher_share) {
    const auto share = static_cast<float>(example_.opinion.empty() ? 0.0 : teacher_share);
    for (const RowNumber& one : example_.target) at(one.row) -= (1.0F - share) * one.number;
    if (share == 0.0F) return;
    for (const RowNumber& one : example_.opinion) at(one.row) -= share * std::exp(one.number);
  }

  // The policy gradient over the judged documents: p_theta (reward - mean reward).
  void reward(double weight) {
    const auto n = static_cast<Index>(example_.opinion.size());
    if (n == 0 || weight == 0.0) return;
    Eigen::VectorXd log_policy(n);
    for (Index k = 0; k < n; ++k) log_policy[k] = scores_[place(opinion(k).row)];
    log_policy.array() -= log_policy.maxCoeff();
    log_policy.array() -= std::log(log_policy.array().exp().sum());
    const Eigen::VectorXd policy = log_policy.array().exp();
    Eigen::VectorXd rewards(n);
    for (Index k = 0; k < n; ++k) {
      const double log_ratio = opinion(k).number - log_policy[k];
      rewards[k] = std::max(log_ratio, 0.0) + std::log1p(std::exp(-std::abs(log_ratio)));
    }
    const double mean = policy.dot(rewards);
    for (Index k = 0; k < n; ++k) at(opinion(k).row) -= static_cast<float>(weight * policy[k] * (rewards[k] - mean));
  }

  const Eigen::VectorXf& result() const { return delta_; }

 private:
  const RowNumber& opinion(Index k) const { return example_.opinion[static_cast<std::size_t>(k)]; }
  Index place(std::uint32_t row) const { return documents_.place_of_named.at(row); }
  float& at(std::uint32_t row) { return delta_[place(row)]; }

  const TowerExample& example_;
  const BatchDocuments& documents_;
  const Eigen::VectorXf& scores_;
  Eigen::VectorXf delta_;
};

class TowerTraining {
 public:
  TowerTraining(const CollectionVectors& vectors, const TowerOptions& options, Towers start, ThreadPool& threads)
      : vectors_(vectors), options_(options), threads_(threads), start_(start.weight), towers(std::move(start)) {
    first_ = second_ = FeatureMatrix::Zero(towers.weight.rows(), towers.weight.cols());
  }

  void step(const std::vector<const TowerExample*>& batch, double rate) {
    const BatchDocuments documents(vectors_, batch, options_, random_);
    Gradient gradient = gradient_of(batch, documents);
    const float share = 1.0F / static_cast<float>(batch.size());
    gradient.weight *= share;
    gradient.weight += static_cast<float>(2.0 * options_.pull) * (towers.weight - start_);
    gradient.scale *= share;
    if (!gradient.weight.allFinite() || !std::isfinite(gradient.scale))
      throw Error("the towers' gradient is not finite");
    descend(gradient, rate);
  }

  std::mt19937_64 random_;

 private:
  // The documents are shared out among threads, and what they add to the gradient is added up in their order.
  Gradient gradient_of(const std::vector<const TowerExample*>& batch, const BatchDocuments& documents) const {
    FeatureMatrix queries(static_cast<Index>(batch.size()), vectors_.dimensions());
    for (std::size_t i = 0; i < batch.size(); ++i) queries.row(static_cast<Index>(i)) = batch[i]->query;
    const FeatureMatrix turned = queries * towers.weight;
    FeatureMatrix products(queries.rows(), documents.vectors.rows());
    for_documents(documents, [&](std::size_t, Index begin, Index count) {
      products.middleCols(begin, count).noalias() = turned * documents.vectors.middleRows(begin, count).transpose();
    });
    const FeatureMatrix delta = score_gradients(batch, documents, products);
    std::vector<FeatureMatrix> pulls(num_parts(documents));  // of the queries, towards documents
    for_documents(documents, [&](std::size_t part, Index begin, Index count) {
      pulls[part].noalias() = delta.middleCols(begin, count) * documents.vectors.middleRows(begin, count);
    });
    for (std::size_t part = 1; part < pulls.size(); ++part) pulls.front() += pulls[part];
    Gradient gradient;
    gradient.weight.noalias() = towers.scale * (queries.transpose() * pulls.front());
    gradient.scale = static_cast<double>((delta.array() * products.array()).sum());
    return gradient;
  }

  // dL/dg of each query and document.
  FeatureMatrix score_gradients(const std::vector<const TowerExample*>& batch, const BatchDocuments& documents,
                                const FeatureMatrix& products) const {
    FeatureMatrix delta(products.rows(), products.cols());
    threads_.for_each(batch.size(), [&](std::size_t i, unsigned) {
      const auto row = static_cast<Index>(i);
      const Eigen::VectorXf scores = towers.scale * products.row(row).transpose();
      ScoreGradient of_query(*batch[i], documents, scores);
      of_query.follow(options_.teacher_share);
      of_query.reward(options_.reward_weight);
      delta.row(row) = of_query.result();
    });
    return delta;
  }

  static std::size_t num_parts(const BatchDocuments& documents) {
    return static_cast<std::size_t>((documents.vectors.rows() + kDocumentsAtOnce - 1) / kDocumentsAtOnce);
  }

  // Calls work(part, first document, their number).
  template <class Work>
  void for_documents(const BatchDocuments& documents, const Work& work) const {
    threads_.for_each(num_parts(documents), [&](std::size_t part, unsigned) {
      const Index begin = static_cast<Index>(part) * kDocumentsAtOnce;
      work(part, begin, std::min(kDocumentsAtOnce, documents.vectors.rows() - begin));
    });
  }

  void descend(const Gradient& gradient, double rate) {
    const AdamCorrection correction(++num_steps_);
    adam_step(towers.weight.array(), gradient.weight.array(), first_.array(), second_.array(), rate, correction);
    first_scale_ = AdamConstants::kBeta1 * first_scale_ + (1.0 - AdamConstants::kBeta1) * gradient.scale;
    second_scale_ =
        AdamConstants::kBeta2 * second_scale_ + (1.0 - AdamConstants::kBeta2) * gradient.scale * gradient.scale;
    // In the logarithm, so that it stays above 0 and moves by shares.
    const double step = rate * (first_scale_ / correction.first) /
                        (std::sqrt(second_scale_ / correction.second) + AdamConstants::kEpsilon);
    towers.scale = static_cast<float>(std::clamp(towers.scale * std::exp(-step), 1.0, 100.0));
  }

  const CollectionVectors& vectors_;
  const TowerOptions& options_;
  ThreadPool& threads_;
  const FeatureMatrix start_;
  FeatureMatrix first_;
  FeatureMatrix second_;
  double first_scale_ = 0.0;
  double second_scale_ = 0.0;
  int num_steps_ = 0;

 public:
  Towers towers;
};

}  // namespace

Towers train_towers(const CollectionVectors& vectors, const std::vector<TowerExample>& examples,
                    const TowerOptions& options, const Towers& start, ThreadPool& threads) {
  TowerTraining training(vectors, options, start, threads);
  training.random_.seed(options.seed);
  std::vector<const TowerExample*> order;
  for (const TowerExample& example : examples) {
    if (!example.target.empty() && example.query.squaredNorm() > 0.0F) order.push_back(&example);
  }
  const auto batch_size = static_cast<std::size_t>(options.batch_size);
  const std::size_t steps = (order.size() + batch_size - 1) / batch_size;
  const double total = static_cast<double>(steps) * options.epochs;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    std::shuffle(order.begin(), order.end(), training.random_);
    for (std::size_t step = 0; step < steps; ++step) {
      const auto begin = order.begin() + static_cast<std::ptrdiff_t>(step * batch_size);
      const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), (step + 1) * batch_size));
      const double done = (static_cast<double>(steps) * epoch + static_cast<double>(step)) / total;
      training.step({begin, end}, options.rate * (0.5 * (1.0 + std::cos(M_PI * done)) + 0.02));
    }
  }
  return training.towers;
}

}  // namespace irgan
