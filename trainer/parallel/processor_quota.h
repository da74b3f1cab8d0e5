/// How much of the machine's processors a process was granted, as containers and systemd's CPUQuota= limit it.
#pragma once

#include <filesystem>
#include <optional>

#include "irgan/errors.h"

namespace irgan {

/// Returns how many processors' time the process may use, rounded up: the least `cpu.max` of its control group and of
/// the groups around it (Linux' cgroup v2); nullopt if none is limited or none can be read.
///
/// own_group: names the process's group, in a line "0::/PATH"
/// groups: the folder of all groups
IRGAN_API std::optional<unsigned> processor_quota(const std::filesystem::path& own_group = "/proc/self/cgroup",
                                                  const std::filesystem::path& groups = "/sys/fs/cgroup");

}  // namespace irgan
