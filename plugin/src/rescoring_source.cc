#include "plugin/src/rescoring_source.h"

#include <utility>

namespace irgan {

RescoringSource::RescoringSource(std::shared_ptr<RescoringPlan> plan, unsigned shard)
    : plan_(std::move(plan)), shard_(shard) {}

Xapian::PostingSource* RescoringSource::clone() const {
  return new RescoringSource(plan_, plan_->num_clones.fetch_add(1) % plan_->num_shards);
}

#ifdef IRGAN_POSTING_SOURCE_TOLD_SHARD
void RescoringSource::reset(const Xapian::Database&, Xapian::doccount shard) { take_share(static_cast<unsigned>(shard)); }
#else
void RescoringSource::init(const Xapian::Database&) { take_share(shard_); }
#endif

void RescoringSource::take_share(unsigned shard) {
  shard_ = shard;
  entries_.clear();
  for (const RescoringPlan::Entry& entry : plan_->entries) {
    if ((entry.docid - 1) % plan_->num_shards == shard_) {
      entries_.push_back({(entry.docid - 1) / plan_->num_shards + 1, entry.weight});
    }
  }
  position_ = 0;
  started_ = false;
  set_maxweight(plan_->max_weight);
}

// Deals `count` out so that the shards' shares add up to it.
Xapian::doccount RescoringSource::share_of(Xapian::doccount count) const {
  return count / plan_->num_shards + (shard_ < count % plan_->num_shards ? 1 : 0);
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
