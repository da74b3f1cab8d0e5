/// Queries that come as bytes, from a file or another program.
#pragma once

#include <xapian.h>

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Returns the query that `bytes`, of Xapian::Query::serialise(), stand for.
///
/// Throws: FormatError beginning with `origin` if they stand for none, or for one that Xapian cannot search for
IRGAN_API Xapian::Query query_of_bytes(const std::string& bytes, const std::string& origin);

}  // namespace irgan
