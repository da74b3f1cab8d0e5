/// Finds documents by the site's own ids, and says where a document carries its id.
#pragma once

#include <xapian.h>

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Metadata key under which an index says in which value slot each document carries its unique-id term.
inline constexpr const char* kIdSlotKey = "irgan.id_slot";

/// The slot in which the commands `index` and `annotate` put it, if nothing else is there.
inline constexpr Xapian::valueno kFirstIdSlot = 3000;

/// Returns that slot; Xapian::BAD_VALUENO where the index names none.
///
/// Cost: a round trip, where the index is behind a server
IRGAN_API Xapian::valueno id_slot_of(const Xapian::Database& db);

/// Returns the document whose unique-id term is `prefix` and `id`, or, with an empty prefix, whose docid `id` is in
/// digits; 0 if there is none.
IRGAN_API Xapian::docid docid_of(const Xapian::Database& db, const std::string& prefix, const std::string& id);

}  // namespace irgan
