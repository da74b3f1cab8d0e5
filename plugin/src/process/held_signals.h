/// Writing in a process that is another's.
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "irgan/errors.h"

namespace irgan {

/// write(2) to a pipe without a reader, or beyond the largest size that a file may have, fails with EPIPE or EFBIG
/// like any other failure, where the system would otherwise send SIGPIPE or SIGXFSZ and end the program.
///
/// Returns: as write(2), with errno
/// Threads: any; signals of other threads, and those that were waiting before, stay as they are
IRGAN_API ssize_t write_without_signals(int file, const void* bytes, std::size_t size);

}  // namespace irgan
