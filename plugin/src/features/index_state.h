/// Tells one state of an index from another.
#pragma once

#include <xapian.h>

#include <string>

#include "irgan/errors.h"

namespace irgan {

struct IndexState {
  std::string text;       ///< the same as long as nothing changes, as far as Xapian can tell
  bool is_exact = false;  ///< each commit changes it; else (remote, in memory) only those that change the totals
};

/// Returns the state that `db` stands at: uuid, revisions, number and length of the documents.
///
/// Throws: Xapian::NetworkError, Xapian::DatabaseError
IRGAN_API IndexState index_state(const Xapian::Database& db);

}  // namespace irgan
