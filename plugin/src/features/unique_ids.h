/// Finds documents by the site's own ids.
#pragma once

#include <xapian.h>

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Returns the document whose unique-id term is `prefix` and `id`, or, with an empty prefix, whose docid `id` is in
/// digits; 0 if there is none.
IRGAN_API Xapian::docid docid_of(const Xapian::Database& db, const std::string& prefix, const std::string& id);

}  // namespace irgan
