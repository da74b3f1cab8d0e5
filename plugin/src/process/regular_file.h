/// Opening what must be a file.
#pragma once

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Returns a descriptor for reading `path`, which the caller closes. Pipes and devices, which would keep a program
/// waiting or never end, are refused without a look into them.
///
/// Throws: Error if it cannot be opened or is no regular file
IRGAN_API int open_regular_file(const std::string& path);

}  // namespace irgan
