/// What differs between Xapian 1.4 and 2.x, in one place.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#ifndef XAPIAN_AT_LEAST
#define XAPIAN_AT_LEAST(major, minor, revision) \
  (XAPIAN_MAJOR_VERSION > (major) ||            \
   (XAPIAN_MAJOR_VERSION == (major) &&          \
    (XAPIAN_MINOR_VERSION > (minor) || (XAPIAN_MINOR_VERSION == (minor) && XAPIAN_REVISION >= (revision)))))
#endif

/// A posting source is told its shard by 2.x only.
#if XAPIAN_AT_LEAST(1, 5, 0)
#define IRGAN_POSTING_SOURCE_TOLD_SHARD 1
#endif

namespace irgan {

/// What irgan::Weight is registered as: 1.4 asks for the class, 2.x for a plain name in lower case.
#if XAPIAN_AT_LEAST(2, 0, 0)
inline constexpr const char* kWeightName = "irgan";
#else
inline constexpr const char* kWeightName = "irgan::Weight";
#endif

/// What tells the shards of a Database apart.
using ShardIdentity = const void*;

/// Returns the identity of each shard of `db`; one of a single database.
///
/// 1.4 hands a posting source its shard's Database without saying which it is, and passes over empty shards, so that
/// counting does not tell. But the handle shares the internals of the Database that is searched, which 1.4 declares
/// public though undocumented. 2.x needs their number only.
inline std::vector<ShardIdentity> shard_identities(const Xapian::Database& db) {
  std::vector<ShardIdentity> shards(db.size(), nullptr);
#ifndef IRGAN_POSTING_SOURCE_TOLD_SHARD
  for (std::size_t i = 0; i < shards.size(); ++i) shards[i] = db.internal[i].get();
#endif
  return shards;
}

/// Returns what changes with each commit to any shard of `db`; empty if that cannot be told (remote, in memory).
inline std::string revisions_of(const Xapian::Database& db) {
#if XAPIAN_AT_LEAST(1, 5, 0)
  const std::size_t num_readable = db.size() == 1 ? 1 : 0;  // 2.x tells it of a single database only
#else
  const std::size_t num_readable = db.size();
#endif
  std::string revisions;
  try {
    for (std::size_t i = 0; i < num_readable; ++i) {
#if XAPIAN_AT_LEAST(1, 5, 0)
      const Xapian::Database& shard = db;
#else
      const Xapian::Database shard(db.internal[i].get());
#endif
      revisions += std::to_string(shard.get_revision()) + ',';
    }
  } catch (const Xapian::UnimplementedError&) {
    return {};
  } catch (const Xapian::InvalidOperationError&) {
    return {};
  }
  return revisions;
}

/// Returns whether a shard of `db` lives behind a server, where each look is a round trip: it has a uuid and tells no
/// revision. On 2.x that cannot be told, and the answer is no.
inline bool has_remote_shard(const Xapian::Database& db) {
#if XAPIAN_AT_LEAST(1, 5, 0)
  (void)db;
  return false;
#else
  return !db.get_uuid().empty() && revisions_of(db).empty();
#endif
}

}  // namespace irgan
