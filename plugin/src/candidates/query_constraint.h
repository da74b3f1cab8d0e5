/// The part of a query that a document must meet whatever its words.
#pragma once

#include <xapian.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Returns the query that matches what the filters in `query` leave, as if each of its words in text fields matched
/// every document; nothing if it has no filters.
///
/// Filters are: the right side of FILTER; of AND_NOT, negated; terms, phrases and wildcards under a prefix that is no
/// text field's; value ranges; posting sources; in an AND also what weighs nothing. What may be a filter and may be not
/// (XOR) is one.
///
/// text_prefixes: the term prefixes of the index's text fields; the empty one may be left out
IRGAN_API std::optional<Xapian::Query> constraint_of(const Xapian::Query& query,
                                                     const std::vector<std::string>& text_prefixes);

/// Returns those of `docids`, distinct documents of `db`, that `query`, or every query if there is none, and
/// `mdecider`, if there is one, find: Xapian itself decides.
IRGAN_API std::set<Xapian::docid> found_among(const Xapian::Database& db, const std::vector<Xapian::docid>& docids,
                                              const std::optional<Xapian::Query>& query,
                                              const Xapian::MatchDecider* mdecider = nullptr);

}  // namespace irgan
