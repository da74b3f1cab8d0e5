/// Whether terms under a prefix are unique ids.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <string>

#include "irgan/errors.h"

namespace irgan {

/// What the terms under a prefix are, of at most IdCheck::kMostTerms of them.
struct IdCheck {
  static constexpr std::size_t kMostTerms = 200'000;  ///< a fifth of a second or so

  std::size_t num_terms = 0;
  std::size_t num_postings = 0;    ///< documents of all terms together
  std::size_t num_shared = 0;      ///< terms of two documents or more
  std::string shared;              ///< the most frequent of these
  Xapian::doccount shared_by = 0;  ///< documents that have it
  bool is_complete = true;         ///< all terms were looked at
  /// Of documents that stand evenly over the index, a few hundred at most:
  std::size_t num_sampled = 0;
  std::size_t num_sampled_with = 0;  ///< those with a term under the prefix
  std::size_t num_sampled_with_several = 0;

  /// Whether the terms can be ids: no more than one in a hundred is shared, and of the documents that have one no more
  /// than one in a hundred has several.
  bool are_ids() const;
  /// What speaks against that: "term 'Ucouncil' stands in 50 documents". Empty if nothing does.
  std::string objection() const;
};

/// Cost: a walk over the terms, and some termlists
IRGAN_API IdCheck check_ids(const Xapian::Database& db, const std::string& prefix);

/// Returns how many documents have no term under the prefix: counted where all terms were looked at and no document has
/// several, else judged by the sample.
IRGAN_API Xapian::doccount documents_without(const Xapian::Database& db, const IdCheck& check);

inline constexpr std::size_t kLongestPrefix = 8;  ///< that is looked for: capital letters

/// Returns how many capital letters `term` begins with.
std::size_t num_capitals(const std::string& term);

/// A prefix of one to eight capital letters whose terms are one a document and one document a term, in all documents of
/// a sample.
struct LikeIds {
  std::string prefix;  ///< empty if there is none, or, behind an X, ids in capital letters leave open where it ends
  std::string term;    ///< one of its terms; empty: there is no such prefix
};
LikeIds prefix_like_ids(const Xapian::Database& db);

}  // namespace irgan
