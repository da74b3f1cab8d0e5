/// What is held out of a click log for validation.
#pragma once

#include <cstdint>

#include "irgan/errors.h"

namespace irgan {

/// What decides to which part a row belongs.
enum class LogSplit {
  query,    ///< each query is wholly in one part
  time,     ///< the last rows are for validation
  session,  ///< each session is wholly in one part
};
IRGAN_API const char* to_string(LogSplit split);

/// How validation is parted from training.
struct SplitOptions {
  LogSplit by = LogSplit::query;
  double share = 0.15;  ///< held out for validation: of the queries, of the rows by time, or of the sessions
  std::uint64_t seed = 1;
};

}  // namespace irgan
