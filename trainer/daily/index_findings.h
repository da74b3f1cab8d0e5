/// What an index that xapian-irgan did not make seems to hold, for a site's file.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/site.h"
#include "trainer/daily/log_sample.h"

namespace irgan {

/// A field or a value for the site's file, under the user's name for it or one of ours.
struct NamedPlace {
  std::string name;
  std::string place;  ///< prefix or slot
  std::string evidence;
};

struct IndexFindings {
  Xapian::doccount num_documents = 0;
  bool is_layout_kept = false;  ///< in the index itself: nothing needs to be said
  std::vector<NamedPlace>
      prefixes;                    ///< all text fields, the title first; where the layout is kept, those that were said
  std::vector<NamedPlace> values;  ///< slots of numbers that were said, or that the layout does not name
  std::string stem_evidence;
  std::vector<std::string> absent;  ///< sentences on what was said and no document has
};

/// said: what the user says of the index, which goes into the file
/// Cost: the terms of some 200 documents, and of each value slot some values
IRGAN_API IndexFindings look_at_index(const Site& site, const LayoutOverrides& said = {});

/// Returns the prefix under which a column of the log has its ids in the index, where the terms there can be ids; empty
/// if there is none. Documents whose ids stand under Q or U need no log.
///
/// Cost: the terms of some 200 documents, and a look-up of some ids a column under each prefix that these have
IRGAN_API std::string id_prefix_by_log(const Xapian::Database& db, const LogSample& log);

}  // namespace irgan
