/// What can be seen of an index that does not say how it was made.
#pragma once

#include <xapian.h>

#include <optional>
#include <string>
#include <vector>

#include "irgan/index_layout.h"

namespace irgan {

/// Returns `kept`, or what can be seen in the index, with the overrides laid over it (see read_layout in
/// irgan/index_layout.h).
///
/// remarks: gets what was found to be otherwise than in most indexes
IndexLayout read_layout(const Xapian::Database& db, const LayoutOverrides& overrides, std::optional<IndexLayout> kept,
                        std::vector<LayoutRemark>& remarks);

/// Whether a document has a term that begins with `prefix`.
bool has_terms(const Xapian::Database& db, const std::string& prefix);

/// Returns the prefix of what are unique ids, Q or U; empty if there are none.
std::string detected_id_prefix(const Xapian::Database& db, std::vector<LayoutRemark>& remarks);

}  // namespace irgan
