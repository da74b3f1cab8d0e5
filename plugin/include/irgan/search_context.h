/// What is known of a search beside its words.
#pragma once

#include <map>
#include <string>

namespace irgan {

/// Values by name, such as {"device": "mobile"}. A model takes those that it learnt from; others, and those that are
/// not there, count as unknown.
using SearchContext = std::map<std::string, std::string>;

}  // namespace irgan
