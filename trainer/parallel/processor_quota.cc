#include "trainer/parallel/processor_quota.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

namespace irgan {
namespace {

namespace fs = std::filesystem;

constexpr double kMostProcessors = 1e6;

// The file is "QUOTA PERIOD", both in microseconds, or "max PERIOD".
std::optional<unsigned> quota_of(const fs::path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0.0;
  double period = 0.0;
  if (!(file >> quota >> period) || !(quota > 0.0) || !(period > 0.0)) return std::nullopt;
  return static_cast<unsigned>(std::min(std::ceil(quota / period), kMostProcessors));
}

// Its path below the folder of all groups; empty where it is not known, or lies outside of what a container sees.
fs::path path_of(const fs::path& own_group) {
  const std::string mark = "0::/";
  std::ifstream file(own_group);
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, mark.size(), mark) != 0) continue;
    fs::path path = line.substr(mark.size());
    return std::find(path.begin(), path.end(), "..") == path.end() ? path : fs::path();
  }
  return {};
}

}  // namespace

std::optional<unsigned> processor_quota(const fs::path& own_group, const fs::path& groups) {
  fs::path group = groups;
  std::optional<unsigned> least = quota_of(group);
  for (const fs::path& part : path_of(own_group)) {
    group /= part;
    const std::optional<unsigned> quota = quota_of(group);
    if (quota) least = std::min(least.value_or(*quota), *quota);
  }
  return least;
}

}  // namespace irgan
