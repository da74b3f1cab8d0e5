/// What a log of impressions says of a document's relevance: how often it was looked at, and how often clicked.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "irgan/errors.h"
#include "irgan/showing_count.h"

namespace irgan {

/// Returns examination[rank - 1], the last one for a later rank, 1 if there is none.
///
/// Requires: rank > 0
IRGAN_API double examination_at(const std::vector<double>& examination, int rank);

/// What is known of one document for one query.
struct DocumentEvidence {
  double prior_logit = 0.0;            ///< what a ranker thinks of it, to any scale
  std::vector<ShowingCount> showings;  ///< empty: never shown
};

/// Users look at a rank with a chance that falls with it, and click what they see by whether it is relevant:
///
///   P(relevant)                 = sigmoid(intercept + slope * prior_logit)
///   P(click | rank, relevant)   = examination[rank] * click_if_relevant
///   P(click | rank, otherwise)  = examination[rank] * click_otherwise
///
/// Source: the position-based model of Craswell et al., "An Experimental Comparison of Click Position-Bias Models",
///         WSDM 2008, with two classes of documents; what a ranker thinks is the prior of the class
struct IRGAN_API RelevanceModel {
  std::vector<double> examination;  ///< by rank, from rank 1; a later rank is looked at like the last one
  double intercept = 0.0;
  double slope = 1.0;
  double click_if_relevant = 0.5;
  double click_otherwise = 0.05;

  double prior(double prior_logit) const;

  /// Returns P(relevant | showings): the prior for what was never shown.
  double posterior(const DocumentEvidence& document) const;
};

/// Returns the model under which the log is likeliest, but for one click and one non-click that each class is given to
/// begin with, and a weak pull of the slope towards 0 (both keep a short log from saying too much).
///
/// examination: by rank, 1 at rank 1, as softmax(s + b[rank]) learnt it
/// Source:   expectation and maximisation; the prior's step is logistic regression by Newton's method
/// Requires: a document that was shown
/// Cost:     O(50 documents * ranks)
IRGAN_API RelevanceModel fit_relevance(const std::vector<DocumentEvidence>& documents, std::vector<double> examination);

}  // namespace irgan
