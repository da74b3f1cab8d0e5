/// Xapian's stub files: text files that name the databases which are searched as one.
#pragma once

#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Xapian follows a stub file that names itself until its stack is full: ask before a database is opened.
///
/// Throws: Error if stub files at `path` are nested deeper than any that is meant so
IRGAN_API void check_stubs(const std::string& path);

/// Returns the databases that a path stands for: those that a stub file lists, or else the path itself.
IRGAN_API std::vector<std::string> shard_paths(const std::string& path);

}  // namespace irgan
