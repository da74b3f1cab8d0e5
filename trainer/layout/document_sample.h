/// Documents that stand evenly over an index.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Returns at most `most` docids, ascending, the same ones as long as the index does not change.
IRGAN_API std::vector<Xapian::docid> document_sample(const Xapian::Database& db, std::size_t most);

/// How many documents are worth asking for: fewer where each is a trip to a server.
std::size_t sample_size(const Xapian::Database& db);

}  // namespace irgan
