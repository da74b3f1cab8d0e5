/// Whether a value slot holds numbers.
#pragma once

#include <xapian.h>

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Whether Xapian::sortable_serialise can have written `value`: it must come out again, not be closer to 0
/// than 1e-12, and not be beyond 1e18 where it also reads as a text.
IRGAN_API bool may_be_number(const std::string& value);

/// Returns what speaks against numbers in a slot: "document 12 has '12,50 EUR'"; empty if nothing does, or the slot is
/// empty.
///
/// A sample of its values is looked at. More than one in twenty must be no numbers, or nearly all must read as texts,
/// such as digits.
///
/// Cost: some 200 values; behind a server nothing is looked at
IRGAN_API std::string objection_to_numbers(const Xapian::Database& db, Xapian::valueno slot);

}  // namespace irgan
