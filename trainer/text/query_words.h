/// When two texts are the same query.
#pragma once

#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// Returns what texts of the same query have in common: whatever compares query words compares these keys.
///
/// - Composed and decomposed letters are the same (Unicode's NFC).
/// - Case is folded as Xapian does, letter by letter (Xapian::Unicode::tolower).
/// - Unicode's blanks and control characters, any number of them, are one space, and none at the ends.
/// - Characters without width, which Xapian ignores inside words, are dropped: U+200B to U+200D, U+2060, U+FEFF.
///
/// Wide and narrow forms of a letter stay different, as they do in Xapian's terms. Bytes that are not UTF-8 are taken
/// for Latin-1, which Xapian does, too.
///
/// Cost:     O(text); one pass where all is ASCII
IRGAN_API std::string query_words_key(std::string_view text);

}  // namespace irgan
