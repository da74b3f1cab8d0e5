/// Where a live search gets its click memory from, and how a new memory replaces the old one.
#pragma once

#include <xapian.h>

#include <memory>
#include <string>

#include "irgan/click_memory.h"
#include "irgan/errors.h"

namespace irgan {

/// Hands out the current memory.
///
/// Threads: safe to share.
class IRGAN_API MemorySource {
 public:
  virtual ~MemorySource() = default;

  /// As ModelSource::get; nothing: there is none any more, and the model alone answers.
  virtual std::shared_ptr<const ClickMemory> get(const Xapian::Database& db) = 0;
};

/// A memory that the caller already holds.
IRGAN_API std::shared_ptr<MemorySource> fixed_memory(std::shared_ptr<const ClickMemory> memory);

/// A memory file, looked at again for changes at most once a second, as model_file does; at most 64 GiB.
IRGAN_API std::shared_ptr<MemorySource> memory_file(const std::string& path, ProblemListener on_problem = {});

/// The memory in the index's own metadata, as model_in_index. Where it is removed (`xapian-irgan store --memory none`),
/// get() gives nothing after the Database's next reopen(); where there has never been one, it throws.
IRGAN_API std::shared_ptr<MemorySource> memory_in_index(ProblemListener on_problem = {});

}  // namespace irgan
