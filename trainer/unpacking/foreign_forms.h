/// Files of other forms than text, known by their first bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace irgan {

/// Bytes of a file that are enough to know its form.
constexpr std::size_t kNumTellingBytes = 512;

/// Returns what a file with these first bytes is and how it becomes a file that is read, as the end of a message; empty
/// where nothing is known against it.
///
/// is_unpacked: the bytes lay in a gzip or zstd file
std::string foreign_form(std::string_view first_bytes, bool is_unpacked);

}  // namespace irgan
