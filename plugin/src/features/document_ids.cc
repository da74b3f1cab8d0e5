#include "plugin/src/features/document_ids.h"

#include <algorithm>
#include <memory>

#include "plugin/src/features/unique_ids.h"
#include "plugin/src/features/value_snapshot.h"

namespace irgan {

std::vector<std::string> ids_of(const Xapian::Database& db, const std::string& prefix, ValueCache* values,
                                const std::vector<Xapian::docid>& docids) {
  std::vector<Xapian::docid> sorted = docids;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const std::shared_ptr<ValueSnapshot> snapshot = values != nullptr ? values->at(db) : nullptr;
  const std::vector<std::string> of_sorted =
      snapshot ? snapshot->ids(db, prefix, sorted) : ids_of(db, prefix, Xapian::BAD_VALUENO, sorted);
  std::vector<std::string> ids;
  ids.reserve(docids.size());
  for (const Xapian::docid docid : docids) {
    const auto place = std::lower_bound(sorted.begin(), sorted.end(), docid) - sorted.begin();
    ids.push_back(of_sorted[static_cast<std::size_t>(place)]);
  }
  return ids;
}

std::vector<Xapian::docid> docids_of(const Xapian::Database& db, const std::string& prefix, ValueCache* values,
                                     const std::vector<std::string>& ids) {
  if (const std::shared_ptr<ValueSnapshot> snapshot = values != nullptr ? values->at(db) : nullptr)
    return snapshot->docids(db, prefix, ids);
  return docids_of(db, prefix, ids);
}

}  // namespace irgan
