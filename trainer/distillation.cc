#include "trainer/distillation.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>

#include "plugin/src/term_weighting.h"
#include "trainer/nonnegative_softmax.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Wide enough that what is found was inside, on the sets that were tried; 0 is presence alone.
constexpr std::array<double, 9> kGridOfK1 = {0.0, 0.2, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0};
constexpr std::array<double, 5> kGridOfB = {0.0, 0.25, 0.5, 0.75, 1.0};
constexpr int kMaxSweeps = 4;
constexpr int kMaxAlternations = 8;
constexpr double kLeastGain = 1e-5;  // nats

enum TermFunction { kBm25, kPresence, kIdf, kLogWdf, kNumTermFunctions };
constexpr Index kNumDocumentFunctions = 2;  // brevity, length

using FieldSums = std::array<MatrixXd, kNumTermFunctions>;  // documents x fields

// A pool with each term function summed over the words, for one k1 and b.
struct SummedPool {
  FieldSums sums;
  MatrixXd document_functions;  // documents x kNumDocumentFunctions
  VectorXd target;
};

// What is fitted at a point of the grid: coefficients of the term functions x scales of the fields, and of documents.
struct Fit {
  VectorXd terms = VectorXd::Unit(kNumTermFunctions, kBm25);
  VectorXd scales;
  VectorXd document = VectorXd::Zero(kNumDocumentFunctions);
  double loss = 0.0;  // on the learning pools
};

struct Point {
  double k1 = 1.0;
  double b = 0.5;
};

MatrixXd field_sums(const DistillationPool& pool, const std::vector<bool>& used,
                    const std::function<double(double wdf, double idf, double length)>& function) {
  MatrixXd sums = MatrixXd::Zero(pool.target.size(), static_cast<Index>(pool.fields.size()));
  for (std::size_t f = 0; f < pool.fields.size(); ++f) {
    if (!used[f]) continue;
    const FieldOccurrences& field = pool.fields[f];
    for (Index word = 0; word < field.wdf.cols(); ++word) {
      for (Index row = 0; row < field.wdf.rows(); ++row) {
        const double wdf = field.wdf(row, word);
        if (wdf > 0.0) sums(row, static_cast<Index>(f)) += function(wdf, field.idf[word], pool.normalised_length[row]);
      }
    }
  }
  return sums;
}

MatrixXd bm25_sums(const DistillationPool& pool, const std::vector<bool>& used, const Point& point) {
  return field_sums(pool, used, [&](double wdf, double idf, double length) {
    return idf * saturation(wdf, length, point.k1, point.b);
  });
}

// All but bm25, which the grid changes.
std::vector<SummedPool> summed(const std::vector<DistillationPool>& pools, const std::vector<bool>& used) {
  std::vector<SummedPool> all;
  for (const DistillationPool& pool : pools) {
    SummedPool& result = all.emplace_back();
    result.sums[kPresence] = field_sums(pool, used, [](double, double, double) { return 1.0; });
    result.sums[kIdf] = field_sums(pool, used, [](double, double idf, double) { return idf; });
    result.sums[kLogWdf] = field_sums(pool, used, [](double wdf, double idf, double) { return idf * std::log1p(wdf); });
    const auto num_words = static_cast<double>(pool.fields.front().wdf.cols());
    const auto num_used = static_cast<double>(std::count(used.begin(), used.end(), true));
    result.document_functions.resize(pool.target.size(), kNumDocumentFunctions);
    for (Index row = 0; row < pool.target.size(); ++row) {
      const double length = pool.normalised_length[row];
      result.document_functions.row(row) << brevity(length), lengthiness(length);
    }
    result.document_functions *= num_words * num_used;  // the length of the query that Xapian will see
    result.target = pool.target;
  }
  return all;
}

class Search {
 public:
  Search(DistilledKind kind, const std::vector<DistillationPool>& learning,
         const std::vector<DistillationPool>& held_out, const std::vector<bool>& used)
      : kind_(kind), used_(used), learning_{learning, summed(learning, used)}, held_out_{held_out, summed(held_out, used)} {}

  // Moves `point` and `fit` along the grid, from where they stand, until no neighbour is better on the held-out pools.
  double improve(Point& point, Fit& fit) {
    double best = judge(point, fit);
    for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
      const double before = best;
      for (const double k1 : kGridOfK1) best = consider({k1, point.b}, point, fit, best);
      for (const double b : kGridOfB) best = consider({point.k1, b}, point, fit, best);
      if (best > before - kLeastGain) break;
    }
    return best;
  }

  Fit start() const {
    Fit fit;
    fit.scales = VectorXd::Zero(static_cast<Index>(used_.size()));
    for (std::size_t f = 0; f < used_.size(); ++f) fit.scales[static_cast<Index>(f)] = used_[f] ? 0.5 : 0.0;
    return fit;
  }

 private:
  struct Part {
    const std::vector<DistillationPool>& pools;
    std::vector<SummedPool> summed;
  };

  double consider(const Point& candidate, Point& point, Fit& fit, double best) {
    if (candidate.k1 == point.k1 && candidate.b == point.b) return best;
    Fit fitted = fit;
    const double loss = judge(candidate, fitted);
    if (loss >= best) return best;
    point = candidate;
    fit = fitted;
    return loss;
  }

  // Fits at `point` from `fit` on; returns the loss on the held-out pools.
  double judge(const Point& point, Fit& fit) {
    move_to(point, learning_);
    move_to(point, held_out_);
    fit_scales(fit);
    if (kind_ == DistilledKind::mixture) {
      for (int round = 0; round < kMaxAlternations; ++round) {
        const double before = fit.loss;
        fit_terms(fit);
        fit_scales(fit);
        if (fit.loss > before - kLeastGain) break;
      }
    }
    VectorXd coefficients(fit.scales.size() + kNumDocumentFunctions);
    coefficients << fit.scales, fit.document;
    return cross_entropy(by_field(held_out_, fit), coefficients);
  }

  void move_to(const Point& point, Part& part) const {
    for (std::size_t i = 0; i < part.pools.size(); ++i) part.summed[i].sums[kBm25] = bm25_sums(part.pools[i], used_, point);
  }

  // A column a field and a document function, the term functions mixed as they are now.
  std::vector<SoftmaxPool> by_field(const Part& part, const Fit& fit) const {
    std::vector<SoftmaxPool> pools;
    for (const SummedPool& pool : part.summed) {
      MatrixXd mixed = MatrixXd::Zero(pool.target.size(), fit.scales.size());
      for (int m = 0; m < kNumTermFunctions; ++m) {
        if (fit.terms[m] > 0.0) mixed += fit.terms[m] * pool.sums[static_cast<std::size_t>(m)];
      }
      pools.push_back(with_document_functions(std::move(mixed), pool));
    }
    return pools;
  }

  // A column a term and a document function, the fields scaled as they are now.
  std::vector<SoftmaxPool> by_term(const Part& part, const Fit& fit) const {
    std::vector<SoftmaxPool> pools;
    for (const SummedPool& pool : part.summed) {
      MatrixXd scaled(pool.target.size(), static_cast<Index>(kNumTermFunctions));
      for (int m = 0; m < kNumTermFunctions; ++m) scaled.col(m) = pool.sums[static_cast<std::size_t>(m)] * fit.scales;
      pools.push_back(with_document_functions(std::move(scaled), pool));
    }
    return pools;
  }

  SoftmaxPool with_document_functions(MatrixXd columns, const SummedPool& pool) const {
    SoftmaxPool result;
    result.columns.resize(columns.rows(), columns.cols() + kNumDocumentFunctions);
    result.columns << columns, pool.document_functions;
    if (kind_ == DistilledKind::stock) result.columns.rightCols(1).setZero();  // BM25Weight knows brevity only
    result.target = pool.target;
    return result;
  }

  void fit_scales(Fit& fit) const { fit_part(by_field(learning_, fit), fit.scales, fit); }
  void fit_terms(Fit& fit) const { fit_part(by_term(learning_, fit), fit.terms, fit); }

  static void fit_part(const std::vector<SoftmaxPool>& pools, VectorXd& part, Fit& fit) {
    VectorXd coefficients(part.size() + kNumDocumentFunctions);
    coefficients << part, fit.document;
    coefficients = fit_nonnegative_softmax(pools, coefficients);
    fit.loss = cross_entropy(pools, coefficients);
    part = coefficients.head(part.size());
    fit.document = coefficients.tail(kNumDocumentFunctions);
  }

  const DistilledKind kind_;
  const std::vector<bool> used_;
  Part learning_;
  Part held_out_;
};

// Scales and coefficients such that the largest of each is 1, which changes no order.
DistilledForm form_of(const Point& point, const Fit& fit, double loss) {
  const double scale = fit.scales.maxCoeff() > 0.0 ? fit.scales.maxCoeff() : 1.0;
  const double terms = fit.terms.maxCoeff() > 0.0 ? fit.terms.maxCoeff() : 1.0;
  DistilledForm form;
  form.mixture.k1 = point.k1;
  form.mixture.b = point.b;
  form.mixture.bm25 = fit.terms[kBm25] / terms;
  form.mixture.presence = fit.terms[kPresence] / terms;
  form.mixture.idf = fit.terms[kIdf] / terms;
  form.mixture.log_wdf = fit.terms[kLogWdf] / terms;
  form.mixture.brevity = fit.document[0] / (scale * terms);
  form.mixture.length = fit.document[1] / (scale * terms);
  for (const double field_scale : fit.scales) form.field_scales.push_back(field_scale / scale);
  form.held_out_loss = loss;
  return form;
}

}  // namespace

DistilledForm distil(DistilledKind kind, const std::vector<DistillationPool>& learning,
                     const std::vector<DistillationPool>& held_out, const std::vector<bool>& used) {
  assert(!learning.empty() && !held_out.empty());
  Point point;
  Search stock(DistilledKind::stock, learning, held_out, used);
  Fit fit = stock.start();
  double loss = stock.improve(point, fit);
  if (kind == DistilledKind::mixture) loss = Search(kind, learning, held_out, used).improve(point, fit);
  return form_of(point, fit, loss);
}

}  // namespace irgan
