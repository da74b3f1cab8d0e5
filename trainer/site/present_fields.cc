#include "trainer/site/present_fields.h"

#include <algorithm>

#include "trainer/layout/detected_layout.h"

namespace irgan {
namespace {

// Whether a term without a prefix, one that does not begin with a capital letter, is in the index.
bool has_plain_terms(const Xapian::Database& db) {
  Xapian::TermIterator term = db.allterms_begin();
  const Xapian::TermIterator end = db.allterms_end();
  if (term != end && (*term)[0] < 'A') return true;
  term.skip_to("[");  // what comes behind Z
  return term != end;
}

// Stems of fields without a prefix begin with Z and what is no capital letter.
bool has_plain_stems(const Xapian::Database& db) {
  Xapian::TermIterator term = db.allterms_begin("Z");
  const Xapian::TermIterator end = db.allterms_end("Z");
  if (term != end && term != db.allterms_end() && (*term).size() > 1 && (*term)[1] < 'A') return true;
  if (term != end) term.skip_to("Z[");
  return term != end;
}

bool has_words(const Xapian::Database& db, const TextField& field) {
  if (field.prefix.empty()) return has_plain_terms(db) || has_plain_stems(db);
  return has_terms(db, field.prefix) || has_terms(db, "Z" + field.prefix);
}

std::string named(const TextField& field) { return "field '" + field.name + "'"; }

// Empty slots are forgotten.
void drop_empty_slots(const Xapian::Database& db, TextField& field, std::vector<std::string>& absent) {
  const auto is_empty = [&db](Xapian::valueno slot) {
    return slot != Xapian::BAD_VALUENO && db.get_value_freq(slot) == 0;
  };
  if (is_empty(field.length_slot)) {
    absent.push_back("no document has the length of " + named(field) + " (value slot " +
                     std::to_string(field.length_slot) + "): the length of the document serves");
    field.length_slot = Xapian::BAD_VALUENO;
  }
  if (is_empty(field.text_slot)) {
    absent.push_back("no document has the text of " + named(field) + " (value slot " + std::to_string(field.text_slot) +
                     "): its letters are not compared");
    field.text_slot = Xapian::BAD_VALUENO;
  }
}

bool is_of(const std::string& feature, const std::string& field) {
  return feature.compare(0, field.size() + 1, field + '.') == 0;
}

}  // namespace

IndexLayout present_layout(const Xapian::Database& db, const IndexLayout& layout, std::vector<std::string>& absent) {
  IndexLayout present = layout;
  present.fields.clear();
  present.values.clear();
  for (TextField field : layout.fields) {
    if (!field.from_clicks && !has_words(db, field)) {
      absent.push_back("no document has words of " + named(field) + " (" +
                       (field.prefix.empty() ? "terms without a prefix" : "prefix '" + field.prefix + "'") +
                       "): it is not trained on");
      continue;
    }
    if (!field.from_clicks) drop_empty_slots(db, field, absent);
    present.fields.push_back(std::move(field));
  }
  for (const StoredValue& value : layout.values) {
    if (value.from_clicks || db.get_value_freq(value.slot) > 0) {
      present.values.push_back(value);
    } else {
      absent.push_back("no document has the value '" + value.name + "' (value slot " + std::to_string(value.slot) +
                       "): it is not trained on");
    }
  }
  return present;
}

void refuse_absent(const IndexLayout& layout, const IndexLayout& present, const std::vector<std::string>& features) {
  const auto has = [](const auto& items, const std::string& name) {
    return std::any_of(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  };
  for (const std::string& feature : features) {
    for (const StoredValue& value : layout.values) {
      if (feature == "value." + value.name && !has(present.values, value.name))
        throw ConfigError("features", feature + ": no document has the value '" + value.name + "'");
    }
    for (const TextField& field : layout.fields) {
      if (is_of(feature, field.name) && !has(present.fields, field.name))
        throw ConfigError("features", feature + ": no document has words of the field '" + field.name + "'");
    }
  }
}

}  // namespace irgan
