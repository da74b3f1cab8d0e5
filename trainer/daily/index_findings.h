/// What an index that xapian-irgan did not make seems to hold, for a site's file.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/site.h"

namespace irgan {

/// A field or a value that the layout does not name, under a name of ours.
struct NamedPlace {
  std::string name;
  std::string place;  ///< prefix or slot
  std::string evidence;
};

struct IndexFindings {
  Xapian::doccount num_documents = 0;
  bool is_layout_kept = false;       ///< in the index itself: nothing needs to be said
  std::vector<NamedPlace> prefixes;  ///< all text fields, the title first; empty where the layout is kept
  std::vector<NamedPlace> values;    ///< slots of numbers that the layout does not name
  std::string stem_evidence;
};

/// Cost: the terms of some 200 documents, and of each value slot some values
IRGAN_API IndexFindings look_at_index(const Site& site);

}  // namespace irgan
