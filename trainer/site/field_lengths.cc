#include "trainer/site/field_lengths.h"

#include <string>

namespace irgan {
namespace {

bool is_prefixed(const std::string& term) { return !term.empty() && term[0] >= 'A' && term[0] <= 'Z'; }

// The field with the longest prefix of `term`; fields.size() for stems and for terms of no field.
std::size_t field_of(const std::string& term, const std::vector<TextField>& fields) {
  std::size_t best = fields.size();
  if (!term.empty() && term[0] == 'Z') return best;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& prefix = fields[i].prefix;
    if (prefix.empty() == is_prefixed(term) || term.compare(0, prefix.size(), prefix) != 0) continue;
    if (best == fields.size() || prefix.size() > fields[best].prefix.size()) best = i;
  }
  const std::size_t rest = best == fields.size() ? 0 : fields[best].prefix.size();
  const bool longer_prefix = rest > 0 && is_prefixed(term.substr(rest));
  return longer_prefix ? fields.size() : best;
}

}  // namespace

std::vector<double> field_lengths(Xapian::TermIterator term, const Xapian::TermIterator& end,
                                  const IndexLayout& layout) {
  std::vector<double> lengths(layout.fields.size());
  for (; term != end; ++term) {
    const std::size_t field = field_of(*term, layout.fields);
    if (field < lengths.size()) lengths[field] += static_cast<double>(term.get_wdf());
  }
  return lengths;
}

void set_field_lengths(Xapian::Document& document, const IndexLayout& layout) {
  const std::vector<double> lengths = field_lengths(document.termlist_begin(), document.termlist_end(), layout);
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const Xapian::valueno slot = layout.fields[i].length_slot;
    // Clicked queries' words have no wdf to add up, and their number is written with them.
    if (slot != Xapian::BAD_VALUENO && !layout.fields[i].from_clicks)
      document.add_value(slot, Xapian::sortable_serialise(lengths[i]));
  }
}

}  // namespace irgan
