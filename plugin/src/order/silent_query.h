/// Words that a query knows of and does not search for.
#pragma once

#include <xapian.h>

#include "irgan/errors.h"

namespace irgan {

/// Returns a query that finds nothing, whose terms are those of `words`. Behind AND_MAYBE it changes nothing of what is
/// found, and snippets, statistics and features know the words. No posting list is read: not of the words, and not of
/// all documents, which in an index that has lost some is walked for each document that is found.
///
/// Cost: a frequency looked up for each word, as for every word of a query
IRGAN_API Xapian::Query silent_query(const Xapian::Query& words);

}  // namespace irgan
