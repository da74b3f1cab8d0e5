/// Which model, if any, serves a database.
#pragma once

#include <xapian.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "irgan/model_source.h"
#include "plugin/preload/recent_indexes.h"
#include "plugin/src/process/fork_gate.h"

namespace irgan {

/// A database that holds a model in its metadata has asked for it. Others are served by a model file, if one is named.
///
/// Threads: safe
class ModelChoice {
 public:
  /// `path`: the model file for databases without a model; empty: none, so that they are left alone
  explicit ModelChoice(const std::string& path);

  /// Returns the source of `db`'s model, the same for one database as long as it is among the last few; nothing if it
  /// is to be left alone.
  ///
  /// Throws: Xapian::Error if the metadata cannot be read
  /// Cost:   a look at the metadata once a second for each database
  std::shared_ptr<ModelSource> source_for(const Xapian::Database& db);

 private:
  struct Known {
    std::shared_ptr<ModelSource> in_index;  // nothing: the database holds no model
    std::optional<std::chrono::steady_clock::time_point> looked_at;
  };

  std::shared_ptr<ModelSource> from_file_;
  ForkSafeMutex mutex_;
  RecentIndexes<Known> known_;
};

}  // namespace irgan
