#include "plugin/src/features/field_features.h"

#include <cassert>
#include <cmath>

namespace irgan {
namespace {

using Eigen::ArrayXd;
using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::VectorXd;

constexpr double kBm25K1 = 1.0;
constexpr double kBm25B = 0.5;
constexpr double kJelinekMercerLambda = 0.7;

// Sums term(w, concept) over the concepts, for each candidate.
template <class Term>
VectorXd sum_over_concepts(const FieldMatch& match, Term term) {
  VectorXd sums = VectorXd::Zero(match.wdf.rows());
  for (Index j = 0; j < match.wdf.cols(); ++j) {
    for (Index i = 0; i < match.wdf.rows(); ++i) sums[i] += term(match.wdf(i, j), i, j);
  }
  return sums;
}

VectorXd bm25(const FieldMatch& match) {
  return sum_over_concepts(match, [&](double w, Index i, Index j) {
    const double norm = 1.0 - kBm25B + kBm25B * match.length[i] / match.average_length;
    return match.idf[j] * w * (kBm25K1 + 1.0) / (w + kBm25K1 * norm);
  });
}

VectorXd covered(const FieldMatch& match, const VectorXd& weight) {
  const double total = weight.sum();
  if (total <= 0.0) return VectorXd::Zero(match.wdf.rows());
  return sum_over_concepts(match, [&](double w, Index, Index j) { return w > 0.0 ? weight[j] / total : 0.0; });
}

VectorXd exact_match(const FieldMatch& match) {
  VectorXd exact(match.wdf.rows());
  const double num_concepts = static_cast<double>(match.wdf.cols());
  for (Index i = 0; i < exact.size(); ++i) {
    const bool all = match.wdf.cols() > 0 && (match.wdf.row(i).array() > 0.0).all();
    exact[i] = std::isnan(match.length[i]) ? match.length[i] : (all && match.length[i] == num_concepts ? 1.0 : 0.0);
  }
  return exact;
}

// Source: Zhai and Lafferty, "A Study of Smoothing Methods for Language Models", 2004, table 1, less the parts that
// are equal for all documents.
VectorXd dirichlet(const FieldMatch& match) {
  const double mu = 2.0 * match.average_length + 1.0;
  VectorXd sums = sum_over_concepts(
      match, [&](double w, Index, Index j) { return std::log1p(w / (mu * match.collection_probability[j])); });
  const double num_concepts = static_cast<double>(match.wdf.cols());
  for (Index i = 0; i < sums.size(); ++i) sums[i] += num_concepts * std::log(mu / (match.length[i] + mu));
  return sums;
}

VectorXd jelinek_mercer(const FieldMatch& match) {
  constexpr double kOdds = kJelinekMercerLambda / (1.0 - kJelinekMercerLambda);
  return sum_over_concepts(match, [&](double w, Index i, Index j) {
    return std::log1p(kOdds * w / std::max(match.length[i], 1.0) / match.collection_probability[j]);
  });
}

}  // namespace

double inverse_document_frequency(double num_documents, double term_frequency) {
  return std::log(1.0 + (num_documents - term_frequency + 0.5) / (term_frequency + 0.5));
}

VectorXd field_feature(FieldFeature feature, const FieldMatch& match) {
  assert(!compares_text(feature));
  switch (feature) {
    case FieldFeature::bm25:
      return bm25(match);
    case FieldFeature::coverage:
      return covered(match, VectorXd::Ones(match.wdf.cols()));
    case FieldFeature::idf_coverage:
      return covered(match, match.idf);
    case FieldFeature::density:
      return sum_over_concepts(match, [&](double w, Index i, Index) { return w / std::max(match.length[i], 1.0); });
    case FieldFeature::length:
      return match.length.unaryExpr([](double length) { return std::log1p(length); });
    case FieldFeature::exact_match:
      return exact_match(match);
    case FieldFeature::dirichlet:
      return dirichlet(match);
    case FieldFeature::jelinek_mercer:
      return jelinek_mercer(match);
    case FieldFeature::tf_idf:
      return sum_over_concepts(
          match, [&](double w, Index, Index j) { return w > 0.0 ? (1.0 + std::log(w)) * match.idf[j] : 0.0; });
    case FieldFeature::log_wdf:
      return sum_over_concepts(match, [](double w, Index, Index) { return std::log1p(w); });
    case FieldFeature::idf_sum:
      return sum_over_concepts(match, [&](double w, Index, Index j) { return w > 0.0 ? match.idf[j] : 0.0; });
    case FieldFeature::min_wdf:
      return match.wdf.cols() == 0 ? VectorXd(VectorXd::Zero(match.wdf.rows()))
                                   : VectorXd(match.wdf.rowwise().minCoeff());
    default:
      return VectorXd::Zero(match.wdf.rows());
  }
}

}  // namespace irgan
