#include "trainer/distillation/distillation.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include "irgan/measures.h"
#include "plugin/src/search/term_weighting.h"
#include "trainer/distillation/nonnegative_softmax.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Wide enough that what is found was inside, on the sets that were tried; 0 is presence alone.
constexpr std::array<double, 9> kGridOfK1 = {0.0, 0.2, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0};
constexpr std::array<double, 5> kGridOfB = {0.0, 0.25, 0.5, 0.75, 1.0};
// The power to which the model's probabilities are taken before the fit: with 1 the fit cares for the many documents
// that the model thinks little of, too, at the cost of the first ranks (seen on msrd: .817 against .824 for BM25
// alone).
constexpr std::array<double, 3> kGridOfSharpness = {1.0, 2.0, 4.0};
constexpr int kTop = 10;
// What further fields must bring, in nDCG: each makes a search slower (on the Debian packages two take .58 ms in the
// median instead of .26), and the pools do not show what documents outside of them gain by it.
constexpr double kLeastGainOfFields = 0.005;
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
  VectorXd target;              // as the model has it
  VectorXd sharpened;           // what is fitted to
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
  double sharpness = 1.0;

  bool operator==(const Point& other) const { return k1 == other.k1 && b == other.b && sharpness == other.sharpness; }
};

MatrixXd field_sums(const DistillationPool& pool, const std::vector<FieldUse>& uses,
                    const std::function<double(double wdf, double idf, double length)>& function) {
  MatrixXd sums = MatrixXd::Zero(pool.target.size(), static_cast<Index>(pool.fields.size()));
  for (std::size_t f = 0; f < pool.fields.size(); ++f) {
    if (uses[f] == FieldUse::none) continue;
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

MatrixXd bm25_sums(const DistillationPool& pool, const std::vector<FieldUse>& uses, const Point& point) {
  return field_sums(pool, uses, [&](double wdf, double idf, double length) {
    return idf * saturation(wdf, length, point.k1, point.b);
  });
}

// All but bm25, which the grid changes.
std::vector<SummedPool> summed(const std::vector<DistillationPool>& pools, const std::vector<FieldUse>& uses) {
  std::vector<SummedPool> all;
  for (const DistillationPool& pool : pools) {
    SummedPool& result = all.emplace_back();
    result.sums[kPresence] = field_sums(pool, uses, [](double, double, double) { return 1.0; });
    result.sums[kIdf] = field_sums(pool, uses, [](double, double idf, double) { return idf; });
    result.sums[kLogWdf] = field_sums(pool, uses, [](double wdf, double idf, double) { return idf * std::log1p(wdf); });
    const auto num_words = static_cast<double>(pool.fields.front().wdf.cols());
    result.document_functions.resize(pool.target.size(), kNumDocumentFunctions);
    for (Index row = 0; row < pool.target.size(); ++row) {
      const double length = pool.normalised_length[row];
      result.document_functions.row(row) << brevity(length), lengthiness(length);
    }
    result.document_functions *= num_words;
    result.target = pool.target;
  }
  return all;
}

// Which functions of the document the fit may use, beside those of the terms.
enum class DocumentFunctions { none, brevity, all };

// A form as far as it is found, and how well it ranks the held-out pools.
struct Found {
  Point point;
  Fit fit;
  double ndcg = 0.0;
};

class Search {
 public:
  Search(const std::vector<DistillationPool>& learning, const std::vector<DistillationPool>& held_out,
         const std::vector<FieldUse>& uses)
      : uses_(uses), learning_{learning, summed(learning, uses)}, held_out_{held_out, summed(held_out, uses)} {}

  // Goes along the grid, from `start` on, until no neighbour ranks the held-out pools better.
  Found improve(const Found& start, DistilledKind kind, DocumentFunctions functions) {
    Found best = judged(start, kind, functions);
    for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
      const Point before = best.point;
      const auto consider = [&](const Point& point) {
        if (point == best.point) return;
        Found candidate = judged({point, best.fit, 0.0}, kind, functions);
        if (candidate.ndcg > best.ndcg) best = std::move(candidate);
      };
      for (const double k1 : kGridOfK1) consider({k1, best.point.b, best.point.sharpness});
      for (const double b : kGridOfB) consider({best.point.k1, b, best.point.sharpness});
      for (const double sharpness : kGridOfSharpness) consider({best.point.k1, best.point.b, sharpness});
      if (best.point == before) break;
    }
    return best;
  }

  // The site's own query, nothing fitted.
  Found usual() {
    Found found;
    found.fit.scales = scales(0.0, 1.0);
    set_point(found.point);
    set_ndcg(found);
    return found;
  }

  // From where a fit may start: each field counts.
  Found start() const {
    Found found;
    found.fit.scales = scales(0.5, 0.5);
    return found;
  }

 private:
  struct Part {
    const std::vector<DistillationPool>& pools;
    std::vector<SummedPool> summed;
  };

  // Fits at found.point from found.fit on.
  Found judged(Found found, DistilledKind kind, DocumentFunctions functions) {
    functions_ = functions;
    set_point(found.point);
    Fit& fit = found.fit;
    fit_scales(fit);
    if (kind == DistilledKind::mixture) {
      for (int round = 0; round < kMaxAlternations; ++round) {
        const double before = fit.loss;
        fit_terms(fit);
        fit_scales(fit);
        if (fit.loss > before - kLeastGain) break;
      }
    }
    set_ndcg(found);
    return found;
  }

  VectorXd scales(double of_allowed, double of_usual) const {
    VectorXd result(static_cast<Index>(uses_.size()));
    for (std::size_t f = 0; f < uses_.size(); ++f) {
      result[static_cast<Index>(f)] = uses_[f] == FieldUse::none    ? 0.0
                                      : uses_[f] == FieldUse::usual ? of_usual
                                                                    : of_allowed;
    }
    return result;
  }

  // A form in which no word counts ranks nothing: it is below every other.
  void set_ndcg(Found& found) const {
    const Fit& fit = found.fit;
    found.ndcg = -1.0;
    if (fit.scales.maxCoeff() <= 0.0 || fit.terms.maxCoeff() <= 0.0) return;
    const std::vector<SoftmaxPool> pools = by_field(held_out_, fit);
    double sum = 0.0;
    for (std::size_t i = 0; i < pools.size(); ++i) {
      sum += ndcg_of_gains(pools[i].columns * joined(fit.scales, fit), held_out_.summed[i].target, kTop);
    }
    found.ndcg = sum / static_cast<double>(pools.size());
  }

  void set_point(const Point& point) {
    move_to(point, learning_);
    move_to(point, held_out_);
  }

  void move_to(const Point& point, Part& part) const {
    for (std::size_t i = 0; i < part.pools.size(); ++i) {
      SummedPool& pool = part.summed[i];
      pool.sums[kBm25] = bm25_sums(part.pools[i], uses_, point);
      pool.sharpened = pool.target.array().pow(point.sharpness);
      pool.sharpened /= pool.sharpened.sum();
    }
  }

  // A column a field and a document function, the term functions mixed as they are now.
  std::vector<SoftmaxPool> by_field(const Part& part, const Fit& fit) const {
    std::vector<SoftmaxPool> pools;
    for (const SummedPool& pool : part.summed) {
      MatrixXd mixed = MatrixXd::Zero(pool.target.size(), fit.scales.size());
      for (int m = 0; m < kNumTermFunctions; ++m) {
        if (fit.terms[m] > 0.0) mixed += fit.terms[m] * pool.sums[static_cast<std::size_t>(m)];
      }
      pools.push_back(with_document_functions(mixed, pool));
    }
    return pools;
  }

  // A column a term and a document function, the fields scaled as they are now.
  std::vector<SoftmaxPool> by_term(const Part& part, const Fit& fit) const {
    std::vector<SoftmaxPool> pools;
    for (const SummedPool& pool : part.summed) {
      MatrixXd scaled(pool.target.size(), static_cast<Index>(kNumTermFunctions));
      for (int m = 0; m < kNumTermFunctions; ++m) scaled.col(m) = pool.sums[static_cast<std::size_t>(m)] * fit.scales;
      pools.push_back(with_document_functions(scaled, pool));
    }
    return pools;
  }

  // Functions that may not be used are columns of zeros, whose coefficient the fit sets to 0.
  SoftmaxPool with_document_functions(const MatrixXd& columns, const SummedPool& pool) const {
    SoftmaxPool result;
    result.columns.resize(columns.rows(), columns.cols() + kNumDocumentFunctions);
    result.columns << columns, pool.document_functions;
    if (functions_ == DocumentFunctions::none) result.columns.rightCols(2).setZero();
    if (functions_ == DocumentFunctions::brevity) result.columns.rightCols(1).setZero();
    result.target = pool.sharpened;
    return result;
  }

  void fit_scales(Fit& fit) const { fit_part(by_field(learning_, fit), fit.scales, fit); }
  void fit_terms(Fit& fit) const { fit_part(by_term(learning_, fit), fit.terms, fit); }

  static VectorXd joined(const VectorXd& part, const Fit& fit) {
    VectorXd coefficients(part.size() + kNumDocumentFunctions);
    coefficients << part, fit.document;
    return coefficients;
  }

  static void fit_part(const std::vector<SoftmaxPool>& pools, VectorXd& part, Fit& fit) {
    const VectorXd coefficients = fit_nonnegative_softmax(pools, joined(part, fit));
    fit.loss = cross_entropy(pools, coefficients);
    part = coefficients.head(part.size());
    fit.document = coefficients.tail(kNumDocumentFunctions);
  }

  const std::vector<FieldUse> uses_;
  Part learning_;
  Part held_out_;
  DocumentFunctions functions_ = DocumentFunctions::none;
};

// Scales and coefficients such that the largest of each is 1, which changes no order.
DistilledForm form_of(const Found& found) {
  const Fit& fit = found.fit;
  const double scale = fit.scales.maxCoeff() > 0.0 ? fit.scales.maxCoeff() : 1.0;
  const double terms = fit.terms.maxCoeff() > 0.0 ? fit.terms.maxCoeff() : 1.0;
  DistilledForm form;
  form.mixture.k1 = found.point.k1;
  form.mixture.b = found.point.b;
  form.mixture.bm25 = fit.terms[kBm25] / terms;
  form.mixture.presence = fit.terms[kPresence] / terms;
  form.mixture.idf = fit.terms[kIdf] / terms;
  form.mixture.log_wdf = fit.terms[kLogWdf] / terms;
  form.mixture.brevity = fit.document[0] / (scale * terms);
  form.mixture.length = fit.document[1] / (scale * terms);
  for (const double field_scale : fit.scales) form.field_scales.push_back(field_scale / scale);
  form.held_out_ndcg = found.ndcg;
  return form;
}

void consider(Found candidate, Found& best) {
  if (candidate.ndcg > best.ndcg) best = std::move(candidate);
}

Found stock_form(Search& search) {
  Found best = search.usual();
  consider(search.improve(search.start(), DistilledKind::stock, DocumentFunctions::none), best);
  consider(search.improve(best, DistilledKind::stock, DocumentFunctions::brevity), best);
  return best;
}

}  // namespace

DistilledForm distil(DistilledKind kind, const std::vector<DistillationPool>& learning,
                     const std::vector<DistillationPool>& held_out, const std::vector<FieldUse>& uses) {
  assert(!learning.empty() && !held_out.empty());
  std::vector<FieldUse> chosen = uses;
  std::replace(chosen.begin(), chosen.end(), FieldUse::allowed, FieldUse::none);
  auto search = std::make_unique<Search>(learning, held_out, chosen);
  Found best = stock_form(*search);
  if (chosen != uses) {
    auto wider = std::make_unique<Search>(learning, held_out, uses);
    Found candidate = stock_form(*wider);
    if (candidate.ndcg > best.ndcg + kLeastGainOfFields) {
      best = std::move(candidate);
      search = std::move(wider);
    }
  }
  if (kind == DistilledKind::mixture) {
    consider(search->improve(best, kind, DocumentFunctions::none), best);
    consider(search->improve(best, kind, DocumentFunctions::all), best);
  }
  return form_of(best);
}

}  // namespace irgan
