#include "plugin/src/search/gathering.h"

#include "plugin/src/candidates/picking.h"
#include "plugin/src/candidates/query_constraint.h"
#include "plugin/src/search/program_search.h"

namespace irgan {
namespace {

VectorQuery wanted_by(Picker& picker, const Model& model, const FoundSearch& search) {
  return picker.wanted(model.collection()->towers, search.query, search.request.typed_text);
}

void add_picks(const Picker& picker, const VectorQuery& wanted, std::size_t count, const FoundSearch& search,
               std::vector<Candidate>& candidates) {
  if (search.remote) {
    picker.add_remote(wanted, search.query, count, *search.remote, candidates);
  } else {
    picker.add(wanted, search.query, search.request.mdecider, count, candidates);
  }
}

}  // namespace

Gathering::Gathering(const Xapian::Database& db, const RerankOptions& options) : db_(db) {
  if (options.memory) remembering_.emplace(db, options.memory, options.added, options.on_problem, options.values.get());
}

Gathered Gathering::gather(ServedModel& served, const FoundSearch& search, const TimeLimit& limit) {
  const Model& model = served.model();
  Picker* const picker = served.picker();
  Gathered gathered;
  std::vector<Candidate>& candidates = gathered.candidates;
  candidates = candidates_of(search.mset, search.depth);
  const bool may_add = !has_collapse_keys(search.mset, candidates.size());
  gathered.num_found = candidates.size();
  VectorQuery wanted;
  if (picker) {
    wanted = wanted_by(*picker, model, search);
    if (may_add && search.may_pick) add_picks(*picker, wanted, model.collection()->num_picks, search, candidates);
    limit.check();
  }
  gathered.pool_size = candidates.size();
  if (remembering_) {
    gathered.recalled = remembering_->recall(
        model, {search.query, search.request.typed_text, candidates, may_add, search.request.mdecider});
    limit.check();
  }
  if (gathered.recalled) candidates = gathered.recalled->candidates;
  if (picker) picker->score(wanted, candidates);
  return gathered;
}

NewDocuments Gathering::num_new(const Gathered& gathered, const FoundSearch& search) const {
  std::vector<Xapian::docid> added;
  for (std::size_t i = gathered.num_found; i < gathered.candidates.size(); ++i)
    added.push_back(gathered.candidates[i].docid);
  const auto num_added = static_cast<Xapian::doccount>(added.size());
  const bool is_estimate = search.mset.get_matches_lower_bound() != search.mset.get_matches_upper_bound();
  if (added.empty() || is_estimate) return {0, num_added};
  const auto num_known = static_cast<Xapian::doccount>(
      search.remote ? search.remote->num_found(added, search.query)
                    : found_among(db_, added, search.query, search.request.mdecider).size());
  return {num_added - num_known, num_added - num_known};
}

void set_generator_scores(ServedModel& served, const FoundSearch& search, std::vector<Candidate>& candidates) {
  Picker* const picker = served.picker();
  if (picker) picker->score(wanted_by(*picker, served.model(), search), candidates);
}

}  // namespace irgan
