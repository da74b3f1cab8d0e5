#include "irgan/index_layout.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugin/src/features/bounded_json.h"
#include "plugin/src/features/document_ids.h"
#include "plugin/src/features/unique_ids.h"

namespace irgan {
namespace {

using nlohmann::json;

constexpr int kMostReopenings = 100;  // without a value between them
constexpr double kHeavyTail = 100.0;  // values beyond are counts or prices rather than ratings or shares

json slot_to_json(Xapian::valueno slot) { return slot == Xapian::BAD_VALUENO ? json(nullptr) : json(slot); }

Xapian::valueno slot_from_json(const json& slot) {
  return slot.is_null() ? Xapian::BAD_VALUENO : whole_number<Xapian::valueno>(slot);
}

// Calls each(value) for the values of a slot. Of a large index that is a matter of seconds, in which a writer may
// commit twice: the walk then goes on, in the index as it is by then, behind the last document that was seen.
template <class Each>
void walk_values(Xapian::Database db, Xapian::valueno slot, Each each) {
  Xapian::docid last = 0;
  for (int reopenings = 0;; ++reopenings) {
    const Xapian::docid before = last;
    try {
      Xapian::ValueIterator value = db.valuestream_begin(slot);
      const Xapian::ValueIterator end = db.valuestream_end(slot);
      if (value != end && last > 0) value.skip_to(last + 1);
      for (; value != end; ++value) {
        each(*value);
        last = value.get_docid();
      }
      return;
    } catch (const Xapian::DatabaseModifiedError&) {
      if (last > before) reopenings = 0;
      if (reopenings == kMostReopenings) throw;
      db.reopen();
    }
  }
}

double average_length(const Xapian::Database& db, const TextField& field) {
  if (field.length_slot == Xapian::BAD_VALUENO) return db.get_avlength();
  double sum = 0.0;
  double count = 0.0;
  walk_values(db, field.length_slot, [&](const std::string& value) {
    sum += Xapian::sortable_unserialise(value);
    count += 1.0;
  });
  return count > 0.0 ? sum / count : 0.0;
}

Transform transform_for(const Xapian::Database& db, Xapian::valueno slot) {
  if (db.get_value_freq(slot) == 0) return Transform::identity;
  const double low = Xapian::sortable_unserialise(db.get_value_lower_bound(slot));
  const double high = Xapian::sortable_unserialise(db.get_value_upper_bound(slot));
  return low >= 0.0 && high > kHeavyTail ? Transform::log : Transform::identity;
}

// Else the message would be that there is no such feature, which the index seems to contradict.
void refuse_clicks(const IndexLayout& layout, const std::vector<std::string>& features) {
  for (const std::string& feature : features) {
    const bool of_field = std::any_of(layout.fields.begin(), layout.fields.end(), [&](const TextField& field) {
      return field.from_clicks && feature.compare(0, field.name.size() + 1, field.name + '.') == 0;
    });
    const bool of_value = std::any_of(layout.values.begin(), layout.values.end(), [&](const StoredValue& value) {
      return value.from_clicks && feature == "value." + value.name;
    });
    if (of_field || of_value) throw FormatError("feature '" + feature + "' is made of clicks: behaviour lets it in");
  }
}

// What clicks made is one field, one value and how: all of them, or none.
void check_clicks(const IndexLayout& layout, const std::string& origin) {
  const auto from_clicks = [](const auto& item) { return item.from_clicks; };
  const auto num_expected = layout.behaviour ? 1 : 0;
  if (std::count_if(layout.fields.begin(), layout.fields.end(), from_clicks) != num_expected ||
      std::count_if(layout.values.begin(), layout.values.end(), from_clicks) != num_expected) {
    throw FormatError(origin + ": not an index layout: what it says of clicks is incomplete");
  }
}

}  // namespace

std::vector<std::string> field_prefixes(const IndexLayout& layout) {
  std::vector<std::string> prefixes;
  for (const TextField& field : layout.fields) prefixes.push_back(field.prefix);
  return prefixes;
}

std::string layout_to_json(const IndexLayout& layout) {
  json fields = json::array();
  for (const TextField& field : layout.fields) {
    fields.push_back({{"name", field.name},
                      {"prefix", field.prefix},
                      {"length_slot", slot_to_json(field.length_slot)},
                      {"text_slot", slot_to_json(field.text_slot)}});
    if (field.from_clicks) fields.back()["from_clicks"] = true;
  }
  json values = json::array();
  for (const StoredValue& value : layout.values) {
    values.push_back({{"name", value.name}, {"slot", value.slot}});
    if (value.from_clicks) values.back()["from_clicks"] = true;
  }
  json all{{"stemmer", layout.stemmer}, {"id_prefix", layout.id_prefix}, {"fields", fields}, {"values", values}};
  if (layout.has_ngrams) all["cjk_ngrams"] = true;
  if (layout.behaviour) {
    all["behaviour"] = {{"half_life_days", layout.behaviour->half_life_days},
                        {"min_sessions", layout.behaviour->min_sessions}};
  }
  return all.dump();
}

IndexLayout layout_from_json(std::string_view text, const std::string& origin) {
  try {
    const json document = parse_json(text, origin);
    IndexLayout layout;
    layout.stemmer = document.at("stemmer").get<std::string>();
    layout.id_prefix = document.at("id_prefix").get<std::string>();
    for (const json& field : document.at("fields")) {
      layout.fields.push_back({field.at("name").get<std::string>(), field.at("prefix").get<std::string>(),
                               slot_from_json(field.at("length_slot")), slot_from_json(field.at("text_slot")), 0.0,
                               field.value("from_clicks", false)});
    }
    for (const json& value : document.at("values")) {
      layout.values.push_back({value.at("name").get<std::string>(), whole_number<Xapian::valueno>(value.at("slot")),
                               value.value("from_clicks", false)});
    }
    layout.has_ngrams = document.value("cjk_ngrams", false);
    if (document.contains("behaviour")) {
      const json& behaviour = document["behaviour"];
      layout.behaviour = {behaviour.at("half_life_days").get<double>(),
                          whole_number<std::size_t>(behaviour.at("min_sessions"))};
    }
    if (layout.fields.empty()) throw FormatError(origin + ": not an index layout: there are no fields in it");
    check_clicks(layout, origin);
    return layout;
  } catch (const json::exception& error) {
    throw FormatError(origin + ": not an index layout: " + error.what());
  }
}

FeatureSchema make_schema(const Xapian::Database& db, const IndexLayout& layout,
                          const std::vector<std::string>& features, bool with_clicks) {
  FeatureSchema schema;
  schema.stemmer = layout.stemmer;
  for (const TextField& field : layout.fields) {
    if (!field.from_clicks || with_clicks) schema.fields.push_back(field);
  }
  for (TextField& field : schema.fields) field.average_length = average_length(db, field);
  for (const StoredValue& value : layout.values) {
    if (value.from_clicks && !with_clicks) continue;
    schema.values.push_back({value.name, value.slot, transform_for(db, value.slot), value.from_clicks});
  }
  if (with_clicks) {
    schema.version = FeatureSchema::kVersionWithClicks;
  } else {
    refuse_clicks(layout, features);
  }
  if (features.empty()) {
    schema.features = default_features(schema.fields, schema.values);
  } else if (features.size() == 1 && features.front() == "all") {
    schema.features = all_features(schema.fields, schema.values);
  } else {
    schema.features = features;
  }
  parse_features(schema);  // throws if one cannot be extracted
  return schema;
}

IndexFacts index_facts(const Xapian::Database& db, const IndexLayout& layout) {
  return {db.get_uuid(), db.get_doccount(), db.get_avlength(), layout.id_prefix, std::nullopt};
}

DocumentIds::DocumentIds(Xapian::Database db, std::string id_prefix, std::shared_ptr<ValueCache> values)
    : db_(std::move(db)), id_prefix_(std::move(id_prefix)), values_(std::move(values)) {}

std::string DocumentIds::id_of(Xapian::docid docid) const {
  return values_ ? ids_of({docid}).front() : id_of(docid, docid);  // a slot is read sooner than a term list
}

std::string DocumentIds::id_of(Xapian::docid docid, Xapian::docid docid_of_all) const {
  std::optional<std::string> term;
  if (!id_prefix_.empty()) term = id_term_of(db_, id_prefix_, docid);
  return id_from(term, id_prefix_, docid_of_all, [&] { return db_.get_document(docid).get_data(); });
}

std::vector<std::string> DocumentIds::ids_of(const std::vector<Xapian::docid>& docids) const {
  return irgan::ids_of(db_, id_prefix_, values_.get(), docids);
}

Xapian::docid DocumentIds::docid_of(const std::string& id) const { return irgan::docid_of(db_, id_prefix_, id); }

}  // namespace irgan
