/// What a search is asked for, and what it gives.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "irgan/interleave.h"
#include "irgan/search_context.h"

namespace irgan {

/// Who brought a document among the candidates.
enum class FoundBy {
  first_stage,  ///< the site's own search
  generator,    ///< the model's generator over the whole collection
  memory,       ///< the click memory
};

/// A hit in its new place.
///
/// Units: scores are comparable within one query only
struct RankedHit {
  Xapian::docid docid = 0;  ///< in the whole database, shards counted together
  double score =
      0.0;  ///< raw model score, or the chance that scores_with_memory gives; comparable within one query only
  double model_score = 0.0;          ///< raw, whatever a memory makes of it
  double first_stage_weight = 0.0;   ///< what Xapian gave; 0 for what was added
  int first_stage_percent = 0;       ///< as Xapian gave it, 0 to 100; 0 for what was added
  std::size_t first_stage_rank = 0;  ///< 1-based; 0 for what was added
  FoundBy found_by = FoundBy::first_stage;
  Xapian::doccount collapse_count = 0;  ///< documents that Xapian left out for this one, at least
  std::vector<float> contributions;     ///< what each feature adds (Model::explain); empty unless asked for
  /// What remembered clicks add to model_score (gain_by_memory): hits with a memory stand in the order of the sum; 0
  /// unless asked for.
  double memory_gain = 0.0;
  /// Of being drawn next, given those drawn before, in nats, at most 0; nothing unless the search explored.
  std::optional<double> log_probability;
  Team team = Team::none;  ///< whose hit it is, where two orders are interleaved
};

/// What a search is asked for: what Xapian::Enquire::get_mset takes, and whom it is for.
struct SearchRequest {
  Xapian::doccount first = 0;                      ///< 0-based
  Xapian::doccount maxitems = 0;                   ///< 0: only the counts are wanted
  Xapian::doccount check_at_least = 0;             ///< as get_mset takes it: how exact the counts are
  const Xapian::RSet* rset = nullptr;              ///< not owned; must outlive the call
  const Xapian::MatchDecider* mdecider = nullptr;  ///< likewise
  /// The id of a session or a request. The same key and query give the same page, drawn, interleaved or not, so that
  /// later pages continue the first; without a key the query alone decides.
  std::string key = {};
  /// What the user typed: the memory looks the query up by this text. Without it, by the words in the Xapian::Query,
  /// which is the same for a query that Xapian's parser made of it.
  std::string typed_text = {};
  /// What the model may know of the search beside its words. Without it, and where the model has not learnt from a
  /// value, the search ranks as one of which nothing is known.
  SearchContext context = {};
};

/// The order that another model would have given, though nobody saw it.
struct ShadowOrder {
  std::string model_version;          ///< empty: there is no shadow, or it could not answer
  std::vector<Xapian::docid> docids;  ///< the pool, best first
};

/// A page of a search, and how it came about.
struct RerankedPage {
  Xapian::MSet mset;  ///< the page that was asked for; the weights of reranked hits are not Xapian's
  /// The pool in its new order, from rank 1 on whatever the page: the hit at `first` + i of the page is head[first +
  /// i], as long as there are as many. Empty if the page has its original order.
  std::vector<RankedHit> head;
  std::string model_version;  ///< of the model that ordered the page; empty if it has its original order
  bool explored = false;      ///< whether its order was drawn from the policy
  ShadowOrder shadow;         ///< of RerankOptions::shadow
};

}  // namespace irgan
