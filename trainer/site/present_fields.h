/// Leaves out of a layout what no document has.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/index_layout.h"

namespace irgan {

/// Returns `layout` without fields that have no terms, values and slots that are empty in all documents, since a model
/// that was trained on those would read nothing. What clicks made is left as it is.
///
/// absent: gets a sentence on each thing that was left out
IRGAN_API IndexLayout present_layout(const Xapian::Database& db, const IndexLayout& layout,
                                     std::vector<std::string>& absent);

/// Throws: ConfigError naming a feature of `features` whose field or value `layout` has and `present` has not
void refuse_absent(const IndexLayout& layout, const IndexLayout& present, const std::vector<std::string>& features);

}  // namespace irgan
