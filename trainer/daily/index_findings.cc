#include "trainer/daily/index_findings.h"

#include <algorithm>
#include <cmath>

#include "trainer/layout/number_slots.h"
#include "trainer/layout/term_survey.h"

namespace irgan {
namespace {

constexpr Xapian::valueno kNumSlots = 100;  // that are looked at: sites number their own from 0
constexpr double kManyDocuments = 0.05;     // that have words under a prefix, or a value in a slot

std::string percent(double share) { return std::to_string(std::lround(100.0 * share)) + " %"; }

// XD becomes "d", XBRAND "brand"; names that features cannot have are lengthened.
std::string name_of_prefix(const std::string& prefix) {
  std::string name;
  for (const char c : prefix.size() > 1 && prefix.front() == 'X' ? prefix.substr(1) : prefix) {
    if (c >= 'A' && c <= 'Z') name += static_cast<char>(c | 0x20);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) name += c;
  }
  if (prefix == "S") return "title";
  if (prefix == "A") return "author";
  return name.empty() || name == "value" || name == "query" ? "field_" + name : name;
}

}  // namespace

IndexFindings look_at_index(const Site& site) {
  const Xapian::Database db = site.open();
  const IndexLayout& layout = site.layout;
  IndexFindings found;
  found.num_documents = db.get_doccount();
  found.is_layout_kept = !db.get_metadata(kLayoutKey).empty();
  const TermSurvey survey(db);
  found.stem_evidence = layout.stemmer == "none" ? "no word has a stem beside it"
                                                 : percent(survey.stems_by(layout.stemmer).share) +
                                                       " of the words have a stem beside them, as it gives it";
  const auto share = [&](const std::string& prefix) {
    const auto at = survey.text_prefixes().find(prefix);
    return at == survey.text_prefixes().end() ? 0.0 : at->second;
  };
  if (!found.is_layout_kept) {
    for (const TextField& field : layout.fields) {
      if (field.prefix.empty()) continue;
      found.prefixes.push_back({field.name, field.prefix, percent(share(field.prefix)) + " of the documents"});
    }
    for (const auto& [prefix, part] : survey.text_prefixes()) {
      const bool is_named = std::any_of(layout.fields.begin(), layout.fields.end(),
                                        [&, key = prefix](const TextField& field) { return field.prefix == key; });
      if (prefix.empty() || is_named || part < kManyDocuments) continue;
      found.prefixes.push_back({name_of_prefix(prefix), prefix, percent(part) + " of the documents have words there"});
    }
  }
  for (Xapian::valueno slot = 0; slot < kNumSlots; ++slot) {
    const double part = static_cast<double>(db.get_value_freq(slot)) / std::max(1.0, double{db.get_doccount() * 1.0});
    const bool is_named = std::any_of(layout.values.begin(), layout.values.end(),
                                      [&](const StoredValue& value) { return value.slot == slot; });
    const bool is_lengths = std::any_of(layout.fields.begin(), layout.fields.end(),
                                        [&](const TextField& field) { return field.length_slot == slot; });
    if (is_named || is_lengths || part < kManyDocuments || !objection_to_numbers(db, slot).empty()) continue;
    found.values.push_back(
        {"slot" + std::to_string(slot), std::to_string(slot), "numbers in " + percent(part) + " of the documents"});
  }
  return found;
}

}  // namespace irgan
