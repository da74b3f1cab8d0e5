/// Xapian's own functions behind those that this module puts in their place.
#pragma once

#include <xapian.h>

#include <string>

namespace irgan {

/// A member function is called with its object as the first argument, which is what the Itanium C++ ABI does.
struct XapianCalls {
  using Enquire = Xapian::Enquire;

  void (*construct)(Enquire*, const Xapian::Database&);
  void (*construct_with_handler)(Enquire*, const Xapian::Database&, Xapian::ErrorHandler*);
  void (*construct_copy)(Enquire*, const Enquire&);
  void (*destroy)(Enquire*);
  void (*assign_copy)(Enquire*, const Enquire&);
  Enquire& (*assign_moved)(Enquire*, Enquire&&);
  void (*sort_by_relevance)(Enquire*);
  void (*sort_by_value)(Enquire*, Xapian::valueno, bool);
  void (*sort_by_key)(Enquire*, Xapian::KeyMaker*, bool);
  void (*sort_by_value_then_relevance)(Enquire*, Xapian::valueno, bool);
  void (*sort_by_key_then_relevance)(Enquire*, Xapian::KeyMaker*, bool);
  void (*sort_by_relevance_then_value)(Enquire*, Xapian::valueno, bool);
  void (*sort_by_relevance_then_key)(Enquire*, Xapian::KeyMaker*, bool);
  void (*add_matchspy)(Enquire*, Xapian::MatchSpy*);
  void (*clear_matchspies)(Enquire*);
  Xapian::MSet (*get_mset)(const Enquire*, Xapian::doccount, Xapian::doccount, Xapian::doccount, const Xapian::RSet*,
                           const Xapian::MatchDecider*);
  Xapian::Query (*parse_query)(Xapian::QueryParser*, const std::string&, unsigned, const std::string&);
};

/// Returns what the dynamic loader finds behind this module.
///
/// Throws:  Xapian::FeatureUnavailableError if the program has no libxapian of the ABI that this module was built for
/// Threads: safe
const XapianCalls& xapian_calls();

}  // namespace irgan
