/// Tells the preload module which searches are our own and not the program's.
#pragma once

#include "irgan/errors.h"

namespace irgan {

/// While one lives, the searches of its thread are answered by Xapian alone, in their original order: candidates for a
/// model, and what a model has ordered already, must not be reranked.
///
/// Threads: each has marks of its own
class IRGAN_API OwnSearch {
 public:
  OwnSearch();
  ~OwnSearch();
  OwnSearch(const OwnSearch&) = delete;
  OwnSearch& operator=(const OwnSearch&) = delete;

  /// Returns whether one lives on this thread.
  static bool running();

 private:
  const bool before_;
};

}  // namespace irgan
