/// Prometheus' text form, version 0.0.4.
#pragma once

#include <string>

#include "plugin/src/metrics/shared_counters.h"

namespace irgan {

/// Returns all figures with their help and types. Numbers that others change meanwhile are each right by itself.
std::string text_of(const SharedCounters& counters);

}  // namespace irgan
