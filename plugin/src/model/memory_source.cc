#include "irgan/memory_source.h"

#include <utility>

#include "plugin/src/model/followed.h"

namespace irgan {
namespace {

constexpr FollowedNames kMemoryNames{"memory", kMemoryKey, kMemoryVersionKey, off_t{64} << 30, "64 GiB", true};

}  // namespace

std::shared_ptr<MemorySource> fixed_memory(std::shared_ptr<const ClickMemory> memory) {
  return std::make_shared<FixedSource<MemorySource, ClickMemory>>(std::move(memory));
}

std::shared_ptr<MemorySource> memory_file(const std::string& path, ProblemListener on_problem) {
  return std::make_shared<FollowedFile<MemorySource, ClickMemory>>(path, kMemoryNames, std::move(on_problem));
}

std::shared_ptr<MemorySource> memory_in_index(ProblemListener on_problem) {
  return std::make_shared<FollowedMetadata<MemorySource, ClickMemory>>(kMemoryNames, std::move(on_problem));
}

}  // namespace irgan
