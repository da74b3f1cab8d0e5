#include "plugin/src/features/local_index.h"

#include <utility>

#include "plugin/src/features/field_lengths.h"
#include "plugin/src/features/index_state.h"
#include "plugin/src/features/postings.h"

namespace irgan {

LocalIndex::LocalIndex(Xapian::Database db) : db_(std::move(db)) {}

std::string LocalIndex::state() const { return index_state(db_).text; }

Xapian::doccount LocalIndex::num_documents() const { return db_.get_doccount(); }

Xapian::doccount LocalIndex::add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                                      Eigen::Ref<Eigen::VectorXd> wdfs) const {
  return irgan::add_wdfs(db_, term, docids, wdfs) ? db_.get_termfreq(term) : 0;
}

Xapian::doccount LocalIndex::frequency(const std::string& term) const { return db_.get_termfreq(term); }

Xapian::termcount LocalIndex::collection_frequency(const std::string& term) const {
  return db_.get_collection_freq(term);
}

Eigen::MatrixXd LocalIndex::slot_numbers(const std::vector<Xapian::valueno>& slots,
                                         const std::vector<Xapian::docid>& docids) const {
  return irgan::slot_numbers(db_, slots, docids);
}

ComparableTexts LocalIndex::slot_texts(Xapian::valueno slot, const std::vector<Xapian::docid>& docids) const {
  return comparable_texts(irgan::slot_texts(db_, slot, docids));
}

Eigen::VectorXd LocalIndex::document_lengths(const std::vector<Xapian::docid>& docids) const {
  return irgan::document_lengths(db_, docids);
}

std::vector<std::vector<double>> LocalIndex::field_lengths(const std::vector<TextField>& fields,
                                                           const std::vector<Xapian::docid>& docids) const {
  std::vector<std::vector<double>> lengths;
  lengths.reserve(docids.size());
  for (const Xapian::docid docid : docids) lengths.push_back(irgan::field_lengths(db_, docid, fields));
  return lengths;
}

CachedIndex::CachedIndex(Xapian::Database db, std::shared_ptr<ValueSnapshot> snapshot)
    : LocalIndex(std::move(db)), snapshot_(std::move(snapshot)) {}

std::string CachedIndex::state() const { return snapshot_->index_state(); }

Xapian::doccount CachedIndex::add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                                       Eigen::Ref<Eigen::VectorXd> wdfs) const {
  const PostingList* const list = snapshot_->posting_list(database(), term);
  if (list == nullptr || !list->is_held()) return LocalIndex::add_wdfs(term, docids, wdfs);
  list->add_wdfs(docids, wdfs);
  return list->frequency();
}

// Of words that are only weighed no list is read.
Xapian::doccount CachedIndex::frequency(const std::string& term) const {
  const PostingList* const list = snapshot_->known_posting_list(term);
  return list != nullptr ? list->frequency() : LocalIndex::frequency(term);
}

Eigen::MatrixXd CachedIndex::slot_numbers(const std::vector<Xapian::valueno>& slots,
                                          const std::vector<Xapian::docid>& docids) const {
  return snapshot_->numbers(database(), slots, docids);
}

ComparableTexts CachedIndex::slot_texts(Xapian::valueno slot, const std::vector<Xapian::docid>& docids) const {
  return snapshot_->texts(database(), slot, docids);
}

std::vector<std::vector<double>> CachedIndex::field_lengths(const std::vector<TextField>& fields,
                                                            const std::vector<Xapian::docid>& docids) const {
  return snapshot_->field_lengths(database(), fields, docids);
}

std::shared_ptr<const void> CachedIndex::word_numbers() const { return snapshot_; }

std::unique_ptr<IndexReader> read_index(const Xapian::Database& db, ValueCache* cache) {
  std::shared_ptr<ValueSnapshot> snapshot = cache ? cache->at(db) : nullptr;
  if (!snapshot) return std::make_unique<LocalIndex>(db);
  return std::make_unique<CachedIndex>(db, std::move(snapshot));
}

}  // namespace irgan
