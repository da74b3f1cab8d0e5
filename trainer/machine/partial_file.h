/// A long output that survives a kill: written beside its place, and gone on with by the next run.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// Collects an output in `path`.partial, and in `path`.partial.state how far it is; commit() moves it to `path`. A kill
/// leaves both, and whatever stood at `path` before. Standard output, pipes and devices are written to directly, and
/// cannot be resumed. While it is written, `path`.partial is locked against other writers, where the file system has
/// locks. Only its owner may read the partial output.
///
/// Threads: one writer a thread
class IRGAN_API PartialFile {
 public:
  /// run: what tells this run from others; restart: begin anew whatever is there
  /// Throws: ConfigError naming --restart if the partial output belongs to another run; FormatError if its state is
  ///         damaged; Error if nothing can be written there, or another writer is at work there
  PartialFile(const std::string& path, const std::string& run, bool restart);
  ~PartialFile();

  /// What the interrupted run saved last; null if there was none.
  const nlohmann::json& saved() const;

  void append(std::string_view bytes);

  /// Makes what was appended so far, and `state`, outlast a kill; what is appended later is cut off again by a resumed
  /// run.
  ///
  /// Throws: Error if it cannot be written
  void save(const nlohmann::json& state);

  /// Replaces `path` by the whole output, packed if it ends in .gz or .zst, and removes the partial one.
  ///
  /// Throws: Error if it cannot be written; `path` is untouched then
  void commit();

  /// Leaves nothing for a later run to go on with, and `path` as it was.
  void discard();

 private:
  struct Target;
  std::unique_ptr<Target> target_;
};

}  // namespace irgan
