#include "trainer/daily/index_findings.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <random>
#include <set>

#include "trainer/layout/document_sample.h"
#include "trainer/layout/id_check.h"
#include "trainer/layout/number_slots.h"
#include "trainer/layout/term_survey.h"
#include "trainer/site/present_fields.h"

namespace irgan {
namespace {

constexpr Xapian::valueno kNumSlots = 100;  // that are looked at: sites number their own from 0
constexpr std::size_t kMostIds = 200;       // of a column that are looked up
constexpr std::ptrdiff_t kFewestIds = 12;   // ranks up to 10 may be ids of some documents, too
constexpr double kFewestKnown = 0.3;        // an index may have lost many of a log's documents
constexpr double kManyDocuments = 0.05;     // that have words under a prefix, or a value in a slot

std::string percent_text(double share) { return std::to_string(std::lround(100.0 * share)) + " %"; }

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

// XT and XTITLE are usual for titles; S, which is Xapian's own convention, is called title already.
void put_title_first(std::vector<NamedPlace>& prefixes) {
  const auto is_title = [](const NamedPlace& place) {
    return place.name == "title" || place.name == "t" || place.name == "name";
  };
  const auto title = std::find_if(prefixes.begin(), prefixes.end(), is_title);
  if (title != prefixes.end()) std::rotate(prefixes.begin(), title, title + 1);
}

// All that terms of a sample begin with in capital letters.
std::set<std::string> capital_prefixes(const Xapian::Database& db) {
  std::set<std::string> prefixes;
  for (const Xapian::docid docid : document_sample(db, sample_size(db))) {
    const auto end = db.termlist_end(docid);
    for (auto position = db.termlist_begin(docid); position != end; ++position) {
      const std::string term = *position;
      if (term.empty() || term[0] > 'Y') break;  // Z begins stems, and small letters words
      const std::size_t longest = std::min({num_capitals(term), kLongestPrefix, term.size() - 1});
      for (std::size_t size = 1; size <= longest; ++size) prefixes.insert(term.substr(0, size));
    }
  }
  return prefixes;
}

}  // namespace

IndexFindings look_at_index(const Site& site, const LayoutOverrides& said) {
  const Xapian::Database db = site.open();
  const IndexLayout& layout = site.layout;
  IndexFindings found;
  found.num_documents = db.get_doccount();
  found.is_layout_kept = !db.get_metadata(kLayoutKey).empty();
  const TermSurvey survey(db);
  found.stem_evidence = layout.stemmer == "none" ? "no word has a stem beside it"
                                                 : percent_text(survey.stems_by(layout.stemmer).share) +
                                                       " of the words have a stem beside them, as it gives it";
  const auto share = [&](const std::string& prefix) {
    const auto at = survey.text_prefixes().find(prefix);
    return at == survey.text_prefixes().end() ? 0.0 : at->second;
  };
  if (found.is_layout_kept) {
    for (const auto& [name, prefix] : said.prefixes)
      found.prefixes.push_back({name, prefix, "as you said; " + percent_text(share(prefix)) + " of the documents"});
  } else {
    for (const TextField& field : layout.fields) {
      if (field.prefix.empty()) continue;
      found.prefixes.push_back({field.name, field.prefix, percent_text(share(field.prefix)) + " of the documents"});
    }
    for (const auto& [prefix, part] : survey.text_prefixes()) {
      const bool is_named = std::any_of(layout.fields.begin(), layout.fields.end(),
                                        [&, key = prefix](const TextField& field) { return field.prefix == key; });
      if (prefix.empty() || is_named || part < kManyDocuments) continue;
      found.prefixes.push_back(
          {name_of_prefix(prefix), prefix, percent_text(part) + " of the documents have words there"});
    }
    if (said.prefixes.empty()) put_title_first(found.prefixes);
  }
  const double num_documents = std::max(1.0, static_cast<double>(db.get_doccount()));
  const auto part_with = [&](Xapian::valueno slot) {
    return static_cast<double>(db.get_value_freq(slot)) / num_documents;
  };
  IndexLayout as_said;
  for (const auto& [name, prefix] : said.prefixes) as_said.fields.push_back({name, prefix});
  for (const auto& [name, slot] : said.values) as_said.values.push_back({name, slot});
  present_layout(db, as_said, found.absent);
  for (const auto& [name, slot] : said.values)
    found.values.push_back(
        {name, std::to_string(slot), "as you said; numbers in " + percent_text(part_with(slot)) + " of the documents"});
  for (Xapian::valueno slot = 0; slot < kNumSlots; ++slot) {
    const double part = part_with(slot);
    const bool is_named = std::any_of(layout.values.begin(), layout.values.end(),
                                      [&](const StoredValue& value) { return value.slot == slot; });
    const bool is_lengths = std::any_of(layout.fields.begin(), layout.fields.end(),
                                        [&](const TextField& field) { return field.length_slot == slot; });
    if (is_named || is_lengths || part < kManyDocuments || !objection_to_numbers(db, slot).empty()) continue;
    found.values.push_back({"slot" + std::to_string(slot), std::to_string(slot),
                            "numbers in " + percent_text(part) + " of the documents"});
  }
  return found;
}

std::string id_prefix_by_log(const Xapian::Database& db, const LogSample& log) {
  std::string best;
  double largest = kFewestKnown;
  const std::set<std::string> prefixes = capital_prefixes(db);
  for (const LogSample::Column& column : log.columns) {
    const std::set<std::string> all(column.values.begin(), column.values.end());
    std::vector<std::string> ids;
    std::sample(all.begin(), all.end(), std::back_inserter(ids), kMostIds, std::mt19937_64(1));
    for (const std::string& prefix : prefixes) {
      const auto is_known = [&](const std::string& id) {
        return !id.empty() && (db.term_exists(prefix + id) || db.term_exists(prefix + ':' + id));
      };
      const auto num_known = std::count_if(ids.begin(), ids.end(), is_known);
      const double share = static_cast<double>(num_known) / static_cast<double>(std::max<std::size_t>(1, ids.size()));
      if (num_known < kFewestIds || share <= largest || !check_ids(db, prefix).are_ids()) continue;
      largest = share;
      best = prefix;
    }
  }
  return best;
}

}  // namespace irgan
