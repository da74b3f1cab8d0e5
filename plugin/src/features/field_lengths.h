/// How many words each field of a document has, read off its terms.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/feature_schema.h"

namespace irgan {

/// Returns the field of `fields` whose words stand under the longest prefix of `term`; fields.size() for stems (Z...)
/// and for terms of no field.
IRGAN_API std::size_t field_of_term(const std::string& term, const std::vector<TextField>& fields);

/// Returns the words of each of `fields`: the sum of the wdf of its unstemmed terms (those without Z).
IRGAN_API std::vector<double> field_lengths(Xapian::TermIterator term, const Xapian::TermIterator& end,
                                            const std::vector<TextField>& fields);

/// Returns the lengths of the fields of the document `docid`, the same numbers as in the value slots of a document that
/// has them; NaN if it is gone.
IRGAN_API std::vector<double> field_lengths(const Xapian::Database& db, Xapian::docid docid,
                                            const std::vector<TextField>& fields);

}  // namespace irgan
