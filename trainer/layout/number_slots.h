/// Whether a value slot holds numbers.
#pragma once

#include <xapian.h>

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Whether Xapian::sortable_serialise can have written `value`: it must come out again, and what also
/// reads as a text not be of a size that few sites' numbers have (beyond 1e18, or closer to 0 than 1e-12).
IRGAN_API bool may_be_number(const std::string& value);

/// Returns what speaks against numbers in a slot: "document 12 has '12,50 EUR'"; empty if nothing does, or the slot is
/// empty.
///
/// A sample of its values is looked at. More than one in twenty must be no numbers, or be huge while as many are tiny;
/// or nearly all must read as texts, such as digits.
///
/// Cost: some 200 values; behind a server nothing is looked at
IRGAN_API std::string objection_to_numbers(const Xapian::Database& db, Xapian::valueno slot);

}  // namespace irgan
