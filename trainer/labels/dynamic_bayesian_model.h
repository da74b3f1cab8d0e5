/// How users go down a result page: what attracts their clicks, what satisfies them, and how far they look.
#pragma once

#include <cstdint>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// A query's document, as far as one click on it is like another.
struct ClickedPair {
  std::size_t query = 0;  ///< any number; those of a query stand side by side
  double odds = 0.0;      ///< what a ranker thinks of the document, 1 for the query's best
  double clicks = 0.0;    ///< on all pages
};

/// A document of a distinct result page.
struct ViewedDocument {
  std::uint32_t pair = 0;
  int rank = 0;              ///< 1-based
  double last_clicks = 0.0;  ///< views of this page of which this was the lowest click
};

/// A distinct result page and all its views. Nothing else of them matters: below the last click no clicks are left to
/// tell one view from another, and all above it was looked at.
struct ViewedPage {
  std::vector<ViewedDocument> documents;  ///< by rank
  double views = 0.0;                     ///< at least the sum of last_clicks: others have no click
};

/// What users do whatever the document.
struct UserHabits {
  double going_on = 0.9;             ///< the chance to look at the next document, unless satisfied
  double satisfaction = 0.5;         ///< the mean chance that a click satisfies
  double attraction_per_odds = 0.5;  ///< the mean chance that a document of odds 1 is clicked when looked at
};

/// Users look from the top. They click what they look at with the chance attraction[i]; a click satisfies them with the
/// chance satisfaction[i], and then they stop; else they look at the next document with the chance going_on.
struct DynamicBayesianModel {
  UserHabits habits;
  std::vector<double> attraction;    ///< a pair each
  std::vector<double> satisfaction;  ///< a pair each
  std::vector<double> examination;  ///< the share of views in which each rank is looked at; a rank that was never shown
                                    ///< is like the one above
};

/// What the clicks of a page say of what is not seen: in how many of its views each document was looked at, and
/// satisfied.
struct ExpectedViews {
  std::vector<double> looks;
  std::vector<double> satisfactions;
};

/// Sets `expected` for a page with documents 1 .. n, a and s their attraction and satisfaction, g the habit of going
/// on.
///
/// U[j] is the chance to click nothing from j on, given that j is looked at; T[l] that to click nothing below a click
/// on l:
///
///   U[n] = 1 - a[n],   U[j] = (1 - a[j]) (1 - g + g U[j + 1])
///   T[n] = 1,          T[l] = 1 - g (1 - s[l]) (1 - U[l + 1])
///
/// N[l] views had their last click on l, N[0] none. B[j] of the views whose last click is above j looked at j:
///
///   B[1] = N[0],   B[j + 1] = B[j] g U[j + 1] / (1 - g + g U[j + 1]) + N[j] g (1 - s[j]) U[j + 1] / T[j]
///   looks[j] = B[j] + sum over l >= j of N[l],   satisfactions[j] = N[j] s[j] / T[j]
///
/// Source:   the expectations of Chapelle and Zhang (see below) given a view's clicks, in closed form, added up over
///           views
/// Requires: attraction and satisfaction of each pair of the page
/// Cost:     O(n); allocates only where `expected` is too short
IRGAN_API void expect_views(const ViewedPage& page, const DynamicBayesianModel& model, ExpectedViews& expected);

/// Returns the dynamic Bayesian model of `pages`, by 30 rounds of expectation (expect_views()) and maximisation:
///
///   going_on        = looks below the first document / (looks - satisfactions, where a document follows)
///   satisfaction[i] = (satisfactions of i + 2 mean) / (clicks of i + 2),   mean = all satisfactions / all clicks
///   attraction[i]   = (clicks of i + prior_i) / (looks of i + 1)
///   prior_i         = odds_i * query_level(clicks of the query, sum of odds * looks, mean attraction per odds)
///
/// Documents between two that a page names count for nothing: a user goes from the one to the other.
///
/// Source:   Chapelle and Zhang, "A Dynamic Bayesian Network Click Model for Web Search Ranking", WWW 2009;
///           going_on is learnt too, and priors are means of the data instead of Beta(1, 1)
/// Requires: a click
/// Cost:     O(30 documents of pages)
IRGAN_API DynamicBayesianModel fit_dynamic_bayesian(const std::vector<ViewedPage>& pages,
                                                    const std::vector<ClickedPair>& pairs);

/// Returns the same for habits that are known: only attraction, satisfaction and examination are learnt.
IRGAN_API DynamicBayesianModel fit_dynamic_bayesian(const std::vector<ViewedPage>& pages,
                                                    const std::vector<ClickedPair>& pairs, const UserHabits& habits);

}  // namespace irgan
