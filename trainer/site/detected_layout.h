/// What can be seen of an index that does not say how it was made.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/index_layout.h"

namespace irgan {

/// Returns omindex's or scriptindex's ids if they are unique, the stemmer whose stems stand beside the words, a title
/// under S, text without a prefix. Fields that `said` names come first, so that the first of them is the title.
///
/// remarks: gets what was found to be otherwise than in most indexes
IndexLayout detected_layout(const Xapian::Database& db, const LayoutOverrides& said,
                            std::vector<LayoutRemark>& remarks);

/// Returns the prefix of what are unique ids, Q or U; empty if there are none.
std::string detected_id_prefix(const Xapian::Database& db, std::vector<LayoutRemark>& remarks);

}  // namespace irgan
