#include "trainer/site/field_lengths.h"

#include "plugin/src/features/field_lengths.h"

namespace irgan {

void set_field_lengths(Xapian::Document& document, const IndexLayout& layout) {
  const std::vector<double> lengths = field_lengths(document.termlist_begin(), document.termlist_end(), layout.fields);
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const Xapian::valueno slot = layout.fields[i].length_slot;
    // Clicked queries' words have no wdf to add up, and their number is written with them.
    if (slot != Xapian::BAD_VALUENO && !layout.fields[i].from_clicks)
      document.add_value(slot, Xapian::sortable_serialise(lengths[i]));
  }
}

}  // namespace irgan
