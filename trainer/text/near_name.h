/// Guesses which name a mistyped one was meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace irgan {

/// Returns the name that `word` is most like, or nothing if none is like it: the first of those that differ by the
/// fewest letters, at most a third of the word; else the only one that begins with it. Two letters that changed places
/// differ by one; case, '-' and '_' do not count.
///
/// Source: restricted edit distance (Damerau, 1964)
std::string near_name(std::string_view word, const std::vector<std::string>& names);

/// Returns "; did you mean NAME?" with `before` in front of the near name, or nothing without one.
std::string meant(std::string_view word, const std::vector<std::string>& names, const std::string& before = "");

}  // namespace irgan
