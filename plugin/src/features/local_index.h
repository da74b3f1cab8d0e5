/// Reads an index through Xapian's own iterators, each list walked once, or through its values in memory.
#pragma once

#include <xapian.h>

#include <memory>
#include <string>
#include <vector>

#include "irgan/value_cache.h"
#include "plugin/src/features/index_reader.h"
#include "plugin/src/features/value_snapshot.h"

namespace irgan {

/// An index that is read as it stands.
class IRGAN_API LocalIndex : public IndexReader {
 public:
  explicit LocalIndex(Xapian::Database db);

  std::string state() const override;
  Xapian::doccount num_documents() const override;
  Xapian::doccount add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                            Eigen::Ref<Eigen::VectorXd> wdfs) const override;
  Xapian::doccount frequency(const std::string& term) const override;
  Xapian::termcount collection_frequency(const std::string& term) const override;
  Eigen::MatrixXd slot_numbers(const std::vector<Xapian::valueno>& slots,
                               const std::vector<Xapian::docid>& docids) const override;
  ComparableTexts slot_texts(Xapian::valueno slot, const std::vector<Xapian::docid>& docids) const override;
  /// Cost: the all-documents posting list, skipped through
  Eigen::VectorXd document_lengths(const std::vector<Xapian::docid>& docids) const override;
  std::vector<std::vector<double>> field_lengths(const std::vector<TextField>& fields,
                                                 const std::vector<Xapian::docid>& docids) const override;

 protected:
  const Xapian::Database& database() const { return db_; }

 private:
  Xapian::Database db_;
};

/// An index whose value slots and posting lists are in memory, as far as the snapshot has come.
class IRGAN_API CachedIndex : public LocalIndex {
 public:
  /// Requires: `snapshot` is of the state that `db` stands at
  CachedIndex(Xapian::Database db, std::shared_ptr<ValueSnapshot> snapshot);

  std::string state() const override;
  Xapian::doccount add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                            Eigen::Ref<Eigen::VectorXd> wdfs) const override;
  Xapian::doccount frequency(const std::string& term) const override;
  Eigen::MatrixXd slot_numbers(const std::vector<Xapian::valueno>& slots,
                               const std::vector<Xapian::docid>& docids) const override;
  ComparableTexts slot_texts(Xapian::valueno slot, const std::vector<Xapian::docid>& docids) const override;
  std::vector<std::vector<double>> field_lengths(const std::vector<TextField>& fields,
                                                 const std::vector<Xapian::docid>& docids) const override;
  std::shared_ptr<const void> word_numbers() const override;

 private:
  std::shared_ptr<ValueSnapshot> snapshot_;
};

/// Returns a reader of `db` for one search, by the values that `cache` holds of its present state, if any; null: there
/// is no cache.
std::unique_ptr<IndexReader> read_index(const Xapian::Database& db, ValueCache* cache);

}  // namespace irgan
