#include "plugin/src/features/index_state.h"

#include "plugin/src/features/xapian_versions.h"

namespace irgan {

IndexState index_state(const Xapian::Database& db) {
  const std::string revisions = revisions_of(db);
  return {db.get_uuid() + ' ' + revisions + ' ' + std::to_string(db.get_doccount()) + ' ' +
              std::to_string(db.get_lastdocid()) + ' ' + std::to_string(db.get_total_length()),
          !revisions.empty()};
}

}  // namespace irgan
