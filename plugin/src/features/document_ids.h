/// The site's own ids of many documents at once.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/value_cache.h"

namespace irgan {

/// Returns the site's own id of each of `docids`, in any order, as id_from() makes them; `values`, if any, remembers
/// them.
IRGAN_API std::vector<std::string> ids_of(const Xapian::Database& db, const std::string& prefix, ValueCache* values,
                                          const std::vector<Xapian::docid>& docids);
/// Returns the document of each of the site's own `ids`, 0 where there is none, as docid_of() finds them; `values`, if
/// any, remembers them.
IRGAN_API std::vector<Xapian::docid> docids_of(const Xapian::Database& db, const std::string& prefix,
                                               ValueCache* values, const std::vector<std::string>& ids);

}  // namespace irgan
