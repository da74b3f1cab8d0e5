/// How many words each field of a document has, read off its terms.
#pragma once

#include <xapian.h>

#include <vector>

#include "irgan/index_layout.h"

namespace irgan {

/// Returns the words of each field of `layout`: the sum of the wdf of its unstemmed terms (those without Z).
std::vector<double> field_lengths(Xapian::TermIterator term, const Xapian::TermIterator& end,
                                  const IndexLayout& layout);

/// Sets the value slots of `document` that hold field lengths.
void set_field_lengths(Xapian::Document& document, const IndexLayout& layout);

}  // namespace irgan
