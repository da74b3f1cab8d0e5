/// Random numbers that depend on a text and a number alone, so that they are the same on every machine and at every
/// call.
#pragma once

#include <xapian.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// Returns one text for the caller's `key` and `query`: the same for all pages of a search.
IRGAN_API std::string search_key(const std::string& key, const Xapian::Query& query);

/// Draws by a key. Draws for different purposes know nothing of each other.
class KeyedDraws {
 public:
  KeyedDraws(std::string_view key, std::string_view purpose);

  /// Returns the number of `item`, uniform in (0, 1), without its ends.
  double uniform(std::uint64_t item) const;

 private:
  std::uint64_t seed_;
};

}  // namespace irgan
