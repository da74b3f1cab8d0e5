/// What a file of feature rows says before its rows: their features, and how their labels came about.
#pragma once

#include <string>
#include <string_view>

#include "irgan/training_data.h"

namespace irgan {

/// Returns the JSON of everything in `data` but pools, examples and generator.
std::string header_of(const TrainingData& data);

/// Sets what header_of() wrote.
///
/// Throws: FormatError beginning with `place`
void read_header(std::string_view text, const std::string& place, TrainingData& data);

/// Makes of the header so far, which began with the file `first_path`, one for the rows at `place` too.
///
/// Throws: FormatError beginning with `place` if their features, kinds of labels, click models or half-lives differ
void join_header(const TrainingData& more, const std::string& place, const std::string& first_path, TrainingData& all);

}  // namespace irgan
