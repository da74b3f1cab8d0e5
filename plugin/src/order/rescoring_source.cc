#include "plugin/src/order/rescoring_source.h"

#include <algorithm>
#include <utility>

namespace irgan {

RescoringPlan::RescoringPlan(const Xapian::Database& db) : shards(shard_identities(db)) {}

RescoringSource::RescoringSource(std::shared_ptr<const RescoringPlan> plan) : plan_(std::move(plan)) {}

Xapian::PostingSource* RescoringSource::clone() const { return new RescoringSource(plan_); }

#ifdef IRGAN_POSTING_SOURCE_TOLD_SHARD
void RescoringSource::reset(const Xapian::Database&, Xapian::doccount shard) { take_share(shard); }
#else
void RescoringSource::init(const Xapian::Database& db) {
  const auto shard = std::find(plan_->shards.begin(), plan_->shards.end(), shard_identities(db).at(0));
  if (shard == plan_->shards.end()) throw Xapian::InvalidOperationError("a rescoring source met another database");
  take_share(static_cast<std::size_t>(shard - plan_->shards.begin()));
}
#endif

void RescoringSource::take_share(std::size_t shard) {
  const auto num_shards = static_cast<Xapian::docid>(plan_->shards.size());
  std::vector<bool> holds(num_shards, false);
  entries_.clear();
  for (const RescoringPlan::Entry& entry : plan_->entries) {
    const Xapian::docid owner = (entry.docid - 1) % num_shards;
    holds[owner] = true;
    if (owner == shard) entries_.push_back({(entry.docid - 1) / num_shards + 1, entry.weight});
  }
  num_holders_ = static_cast<Xapian::doccount>(std::count(holds.begin(), holds.end(), true));
  const auto own = holds.begin() + static_cast<std::ptrdiff_t>(shard);
  place_ = static_cast<Xapian::doccount>(std::count(holds.begin(), own, true));
  position_ = 0;
  started_ = false;
  set_maxweight(plan_->max_weight);
}

// Deals `count` out to the shards with entries, so that their shares add up to it: an empty shard is never asked.
Xapian::doccount RescoringSource::share_of(Xapian::doccount count) const {
  if (entries_.empty()) return 0;
  return count / num_holders_ + (place_ < count % num_holders_ ? 1 : 0);
}

Xapian::doccount RescoringSource::get_termfreq_min() const { return share_of(plan_->matches_lower_bound); }
Xapian::doccount RescoringSource::get_termfreq_est() const { return share_of(plan_->matches_estimated); }
Xapian::doccount RescoringSource::get_termfreq_max() const { return share_of(plan_->matches_upper_bound); }

double RescoringSource::get_weight() const { return entries_[position_].weight; }
Xapian::docid RescoringSource::get_docid() const { return entries_[position_].docid; }

void RescoringSource::next(double) {
  if (started_) ++position_;
  started_ = true;
}

void RescoringSource::skip_to(Xapian::docid docid, double) {
  started_ = true;
  while (position_ < entries_.size() && entries_[position_].docid < docid) ++position_;
}

bool RescoringSource::at_end() const { return started_ && position_ >= entries_.size(); }

}  // namespace irgan
