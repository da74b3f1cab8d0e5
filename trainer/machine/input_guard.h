/// Files that a run reads, and that none of its outputs may replace.
#pragma once

#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

struct GuardedInput {
  std::string name = {};  ///< what errors call it
  std::string path = {};  ///< a file, a folder (the files in it), or - for standard input; others are passed over
  std::string replaced_by = {};  ///< the output that may take its place, as it will be named; empty: none
};

/// While it lives, nothing in this process opens an output that leads to one of its inputs, under whatever name, by
/// symbolic or by hard links: OutputFile and its relatives refuse that. Files are told apart by device and inode.
///
/// Threads: any; several guards may live at once
class IRGAN_API InputGuard {
 public:
  explicit InputGuard(const std::vector<GuardedInput>& inputs);
  ~InputGuard();
  InputGuard(const InputGuard&) = delete;
  InputGuard& operator=(const InputGuard&) = delete;
};

/// Throws: ConfigError if the output `path`, - for standard output, leads to a guarded input
IRGAN_API void require_no_input(const std::string& path);

/// The same for a folder that is replaced with all that is in it.
IRGAN_API void require_no_input_inside(const std::string& folder);

}  // namespace irgan
