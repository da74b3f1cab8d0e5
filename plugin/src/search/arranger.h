/// Puts the candidates of a search together, and into the order that is shown: the model's, one drawn from its policy,
/// or a rival's mixed in.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "irgan/rerank_options.h"
#include "irgan/reranked_page.h"
#include "plugin/src/features/index_reader.h"
#include "plugin/src/metrics/search_figures.h"
#include "plugin/src/search/gathering.h"
#include "plugin/src/search/rescored_page.h"
#include "plugin/src/search/served_model.h"
#include "plugin/src/search/time_limit.h"

namespace irgan {

/// What is to be put into an order.
struct ArrangedSearch {
  FoundSearch found;
  IndexReader& index;
  TimeLimit& limit;
  StepClock& clock;
  bool explains = false;          ///< whether hits get their contributions
  bool is_for_page = false;       ///< whether Ranking::num_new is wanted
  ShadowOrder* shadow = nullptr;  ///< becomes that of the model that is only watched; null: nobody asks
};

/// Threads: one
class Arranger {
 public:
  /// `options`: already checked
  Arranger(const Xapian::Database& db, std::shared_ptr<ModelSource> models, const RerankOptions& options);

  /// As ServedModel::refresh.
  const Model& refresh() { return served_.refresh(); }

  /// Returns the candidates in the order that is shown.
  ///
  /// Requires: refresh() has returned once
  /// Throws:   Error if a score is not finite or the time is over; Xapian::Error
  Ranking arrange(const ArrangedSearch& search);

 private:
  std::vector<RankedHit> arrange_served(std::vector<RankedHit> hits, const Gathered& gathered,
                                        const ArrangedSearch& search);
  void watch_shadow(const Gathered& gathered, const ArrangedSearch& search);
  ShadowOrder order_of_shadow(const Gathered& gathered, const ArrangedSearch& search);
  std::optional<std::vector<Xapian::docid>> order_of_rival(const std::vector<RankedHit>& hits, const Gathered& gathered,
                                                           const ArrangedSearch& search);

  const double explore_;
  const double explore_temperature_;
  const bool interleave_;
  const ProblemListener on_problem_;
  Gathering gathering_;
  ServedModel served_;
  std::optional<ServedModel> rival_;
  std::optional<ServedModel> shadow_;
  const std::chrono::microseconds shadow_limit_;
  std::set<std::string> reported_of_shadow_;
  std::set<std::string> reported_of_rival_;
};

}  // namespace irgan
