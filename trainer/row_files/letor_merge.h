/// Puts files of feature rows together that several machines made.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Writes the rows of all files, in the order of `paths`, under the one first line that they share.
///
/// Returns: how many queries there are
/// Throws:  FormatError at path:line if a file does not begin with the first line of our rows, if that line is not the
///          same in all (made of another index, log or options), or if a query stands in two files
/// Cost:    memory for the ids of all queries
IRGAN_API std::size_t merge_letor(const std::vector<std::string>& paths, std::ostream& out);

/// What is said of a file at `place` whose header is not that of the first file.
FormatError not_alike(const std::string& place, const std::string& first_path);
/// What is said of a query that stands at `place` and in the file before.
FormatError query_twice(const std::string& place, const std::string& query_id, const std::string& path_before);

}  // namespace irgan
