/// Finds documents by the site's own ids, and says where a document carries its id.
#pragma once

#include <xapian.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Metadata key under which an index says in which value slot each document carries its unique-id term.
inline constexpr const char* kIdSlotKey = "irgan.id_slot";

/// The slot in which the commands `index` and `annotate` put it, if nothing else is there.
inline constexpr Xapian::valueno kFirstIdSlot = 3000;

/// Returns that slot; Xapian::BAD_VALUENO where the index names none.
///
/// Cost: a round trip, where the index is behind a server
IRGAN_API Xapian::valueno id_slot_of(const Xapian::Database& db);

/// Returns the document whose unique-id term is made of `prefix` and `id`, or, with an empty prefix, whose docid `id`
/// is in digits; 0 if there is none.
///
/// Tried are the terms that Xapian's own indexers make: with a colon behind a prefix of several letters where the id
/// begins with a capital letter or a colon, and with the hash in which omindex and scriptindex end what is too long for
/// a term. A document without a unique-id term is found as without_id() calls it.
IRGAN_API Xapian::docid docid_of(const Xapian::Database& db, const std::string& prefix, const std::string& id);

/// docid_of() of each of `ids`.
///
/// Cost: a term looked up for each, some 6 us
std::vector<Xapian::docid> docids_of(const Xapian::Database& db, const std::string& prefix,
                                     const std::vector<std::string>& ids);

/// Returns the unique-id term among a document's terms; nothing if it has none. Of several the first that is made as
/// Xapian's indexers make them.
///
/// Requires: `prefix` is not empty
IRGAN_API std::optional<std::string> id_term_in(Xapian::TermIterator begin, const Xapian::TermIterator& end,
                                                const std::string& prefix);
IRGAN_API std::optional<std::string> id_term_of(const Xapian::Database& db, const std::string& prefix,
                                                Xapian::docid docid);

/// Returns the site's own id of a document: what stands behind the prefix in its unique-id term, without the colon that
/// Xapian puts between; of a URL that omindex had to cut, the whole URL, which stands in `data`. Without a term:
/// "docid:" and the docid, or, with an empty prefix, the docid in digits.
///
/// data: reads the document's data, if they are needed
IRGAN_API std::string id_from(const std::optional<std::string>& term, const std::string& prefix, Xapian::docid docid,
                              const std::function<std::string()>& data);

/// Returns that slot if it holds the unique-id terms of the documents that are looked at, a sample; else
/// Xapian::BAD_VALUENO.
Xapian::valueno checked_id_slot(const Xapian::Database& db, const std::string& prefix);

/// Returns the site's own id of each of `docids`, which ascend, as id_from() makes them.
///
/// slot: where the unique-id terms stand, or Xapian::BAD_VALUENO
/// Cost: the terms of each document that has nothing in the slot, some 10 us; else a tenth of that
std::vector<std::string> ids_of(const Xapian::Database& db, const std::string& prefix, Xapian::valueno slot,
                                const std::vector<Xapian::docid>& docids);

/// Returns `term` as omindex writes one that is longer than 240 bytes: its end gives way to a hash of it.
///
/// Source: hash_long_term() in Omega's hashterm.cc
IRGAN_API std::string hashed_if_long(const std::string& term);

/// Returns what a document without a unique-id term goes by where others have one: no docid in digits, since another
/// document may have that for its id.
IRGAN_API std::string without_id(Xapian::docid docid);

}  // namespace irgan
