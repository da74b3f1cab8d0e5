/// The arithmetic of features that compare a query's concepts with one text field. No I/O.
#pragma once

#include <Eigen/Core>

#include "irgan/field_feature.h"

namespace irgan {

/// How the concepts of a query occur in one field of the candidates.
struct FieldMatch {
  Eigen::MatrixXd wdf;                     ///< candidates x concepts
  Eigen::VectorXd term_frequency;          ///< a concept each: documents with it, synonyms' added up, at most all
  Eigen::VectorXd idf;                     ///< a concept each: log(1 + (N - n + .5) / (n + .5)), N documents, n with it
  Eigen::VectorXd collection_probability;  ///< a concept each: share of the field's words; only for query likelihoods
  Eigen::VectorXd length;                  ///< a candidate each, in words; NaN if unknown
  double average_length = 0.0;             ///< words a document
};

/// Returns log(1 + (N - n + .5) / (n + .5)).
///
/// Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, eq. 3.3, with 1 + so that it stays >=
/// 0
double inverse_document_frequency(double num_documents, double term_frequency);

/// Returns `feature` of each candidate; NaN where a length that it needs is.
///
/// Requires: !compares_text(feature)
Eigen::VectorXd field_feature(FieldFeature feature, const FieldMatch& match);

}  // namespace irgan
