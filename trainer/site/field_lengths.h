/// Writes how many words each field of a document has.
#pragma once

#include <xapian.h>

#include "irgan/index_layout.h"

namespace irgan {

/// Sets the value slots of `document` that hold field lengths, read off its terms.
void set_field_lengths(Xapian::Document& document, const IndexLayout& layout);

}  // namespace irgan
