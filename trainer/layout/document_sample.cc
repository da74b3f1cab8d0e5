#include "trainer/layout/document_sample.h"

#include <algorithm>
#include <cstdint>

#include "plugin/src/features/xapian_versions.h"

namespace irgan {

std::vector<Xapian::docid> document_sample(const Xapian::Database& db, std::size_t most) {
  std::vector<Xapian::docid> sample;
  const std::uint64_t last = db.get_lastdocid();
  const std::uint64_t count = std::min<std::uint64_t>(most, last);
  auto document = db.postlist_begin("");
  const auto end = db.postlist_end("");
  for (std::uint64_t i = 0; i < count && document != end; ++i) {
    const auto wanted = static_cast<Xapian::docid>(1 + i * last / count);
    document.skip_to(std::max<Xapian::docid>(wanted, sample.empty() ? 1 : sample.back() + 1));
    if (document != end) sample.push_back(*document);
  }
  return sample;
}

std::size_t sample_size(const Xapian::Database& db) {
  constexpr std::size_t kNear = 200;
  constexpr std::size_t kBehindServer = 20;
  return has_remote_shard(db) ? kBehindServer : kNear;
}

}  // namespace irgan
