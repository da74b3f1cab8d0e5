#include "plugin/src/features/field_lengths.h"

#include <limits>

namespace irgan {
namespace {

bool is_prefixed(const std::string& term, std::size_t from) {
  return term.size() > from && term[from] >= 'A' && term[from] <= 'Z';
}

}  // namespace

std::size_t field_of_term(const std::string& term, const std::vector<TextField>& fields) {
  std::size_t best = fields.size();
  if (!term.empty() && term[0] == 'Z') return best;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& prefix = fields[i].prefix;
    if (prefix.empty() == is_prefixed(term, 0) || term.compare(0, prefix.size(), prefix) != 0) continue;
    if (best == fields.size() || prefix.size() > fields[best].prefix.size()) best = i;
  }
  const std::size_t rest = best == fields.size() ? 0 : fields[best].prefix.size();
  const bool longer_prefix = rest > 0 && is_prefixed(term, rest);
  return longer_prefix ? fields.size() : best;
}

std::vector<double> field_lengths(Xapian::TermIterator term, const Xapian::TermIterator& end,
                                  const std::vector<TextField>& fields) {
  std::vector<double> lengths(fields.size());
  for (; term != end; ++term) {
    const std::size_t field = field_of_term(*term, fields);
    if (field < lengths.size()) lengths[field] += static_cast<double>(term.get_wdf());
  }
  return lengths;
}

std::vector<double> field_lengths(const Xapian::Database& db, Xapian::docid docid,
                                  const std::vector<TextField>& fields) {
  try {
    return field_lengths(db.termlist_begin(docid), db.termlist_end(docid), fields);
  } catch (const Xapian::DocNotFoundError&) {
    return std::vector<double>(fields.size(), std::numeric_limits<double>::quiet_NaN());
  }
}

}  // namespace irgan
