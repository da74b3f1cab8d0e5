/// Features in the words of people who have not read the list of features.
#pragma once

#include <string>

namespace irgan {

/// Returns what a feature says, e.g. "length of name" for "name.length"; a name that is not known stays as it is.
std::string words_of(const std::string& feature);

}  // namespace irgan
