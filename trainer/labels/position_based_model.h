/// How users look at a result page: the chance that a rank is looked at, out of a log of impressions.
#pragma once

#include <vector>

#include "irgan/errors.h"
#include "trainer/labels/relevance_evidence.h"

namespace irgan {

/// A query's document and where it was shown.
struct ShownPair {
  std::vector<ShowingCount> showings;
  double prior_attraction = 0.0;  ///< what is believed of it before its clicks are looked at
};

/// Users look at rank r with the chance examination[r - 1], and click what they see by how attractive it is.
struct PositionBasedModel {
  std::vector<double> examination;  ///< 1 at the rank that is looked at most; a later rank is like the last one
  std::vector<double> attraction;   ///< a pair each
};

/// Returns what a query's clicks come to for each that the odds of its documents promise. One more click as usual, at
/// the mean level of all queries, is put to the real ones.
inline double query_level(double clicks, double promised, double usual_level) {
  return (clicks + 1.0) / (promised + 1.0 / usual_level);
}

/// Returns the position-based model of `pairs`:
///
///   P(click on pair i at rank r) = examination[r] * attraction[i],   attraction[i] ~ Gamma(k * prior_i, k)
///
/// By turns, from the examination `start` on, for 50 rounds:
///
///   attraction[i]  = (clicks of i + k prior_i) / (sum over showings of i of shown * examination[rank] + k)
///   examination[r] = clicks at r / sum over showings at r of shown * attraction
///
/// Source:   the position-based model of Craswell et al., "An Experimental Comparison of Click Position-Bias Models",
///           WSDM 2008, by expectation and conditional maximisation, clicks taken for Poisson counts: the same
///           estimating equations without latent examinations, whose usual form (Chuklin et al., "Click Models for Web
///           Search", 2015, section 4.2) creeps for hundreds of rounds where clicks are rare
/// Requires: every prior above 0; k = prior_showings > 0; start not empty
/// Cost:     O(50 showings)
IRGAN_API PositionBasedModel fit_position_based(const std::vector<ShownPair>& pairs, std::vector<double> start,
                                                double prior_showings);

/// Returns the attraction of each pair for a known examination: the first of the two lines above.
IRGAN_API std::vector<double> attractions(const std::vector<ShownPair>& pairs, const std::vector<double>& examination,
                                          double prior_showings);

}  // namespace irgan
