/// Files of other forms than text, known by their first bytes.
#pragma once

#include <string>
#include <string_view>

namespace irgan {

/// Returns what a file with these first bytes is and how it becomes a file that is read, as the end of a message; empty
/// where nothing is known against it.
///
/// is_unpacked: the bytes lay in a gzip or zstd file
std::string foreign_form(std::string_view first_bytes, bool is_unpacked);

}  // namespace irgan
