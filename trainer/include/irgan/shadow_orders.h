/// The orders that watched models would have given, out of the preload module's log.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/errors.h"
#include "irgan/query_file.h"

namespace irgan {

/// What one shadow (IRGAN_SHADOW) would have shown, while another model's order was served.
class IRGAN_API ShadowOrders {
 public:
  /// Returns the ids of what it would have shown for a query, the best first, by its latest pages in the log; none if
  /// the log has none.
  std::vector<std::string> documents(const QueryRow& query) const;

  std::uint64_t num_pages() const { return num_pages_; }

  /// Takes what a line of the log says.
  ///
  /// key:   the query, as documents() looks it up
  /// first: number of the page's first place, counted from 0
  void add(const std::string& key, std::size_t first, std::vector<std::string> documents);

 private:
  std::unordered_map<std::string, std::map<std::size_t, std::vector<std::string>>> pages_;  // by query and first place
  std::uint64_t num_pages_ = 0;
};

/// Reads the module's logs among `paths`, in either of its forms, in their order; other files and standard input are
/// passed over, and so are lines that cannot be read, which reading the log itself counts.
///
/// Returns: by version of the shadow
/// Throws:  Error if a file cannot be opened or unpacked
IRGAN_API std::map<std::string, ShadowOrders> shadows_of_logs(const std::vector<std::string>& paths);

}  // namespace irgan
