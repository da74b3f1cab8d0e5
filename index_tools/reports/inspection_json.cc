#include "index_tools/reports/inspection_json.h"

#include <algorithm>

#include "index_tools/reports/json_output.h"
#include "irgan/model_source.h"
#include "trainer/reporting/feature_glossary.h"

namespace irgan {
namespace {

using nlohmann::json;

json slot_or_null(Xapian::valueno slot) { return slot == Xapian::BAD_VALUENO ? json() : json(slot); }

json json_of(const std::string& name, const FeatureEntry* entry) {
  if (entry == nullptr) return {{"name", name}, {"words", nullptr}, {"measures", nullptr}, {"range", nullptr}};
  return {{"name", name},
          {"words", filled(name, entry->words)},
          {"measures", filled(name, entry->measures)},
          {"range", entry->range}};
}

}  // namespace

json json_of(const Model& model) {
  const IndexFacts& facts = model.index_facts();
  return {{"version", model.version()},
          {"ranker", to_string(model.ranker())},
          {"depth", model.depth()},
          {"features", model.schema().features},
          {"stemmer", model.schema().stemmer},
          {"index_documents", facts.num_documents},
          {"index_uuid", facts.uuid},
          {"training", json::parse(model.training_record(), nullptr, false)}};
}

json json_of(const Xapian::Database& db, const IndexLayout& layout) {
  json fields = json::array();
  for (const TextField& field : layout.fields) {
    fields.push_back({{"name", field.name},
                      {"prefix", field.prefix},
                      {"length_slot", slot_or_null(field.length_slot)},
                      {"text_slot", slot_or_null(field.text_slot)},
                      {"from_clicks", field.from_clicks}});
  }
  json values = json::array();
  for (const StoredValue& value : layout.values)
    values.push_back({{"name", value.name}, {"slot", value.slot}, {"documents", db.get_value_freq(value.slot)}});
  const std::string bytes = db.get_metadata(kModelKey);
  return {{"documents", db.get_doccount()},
          {"uuid", db.get_uuid()},
          {"shards", db.size()},
          {"layout_kept", !db.get_metadata(kLayoutKey).empty()},
          {"id_prefix", layout.id_prefix},
          {"stemmer", layout.stemmer},
          {"fields", fields},
          {"values", values},
          {"model", bytes.empty() ? json() : json(Model::from_bytes(bytes, kModelKey)->version())}};
}

json json_of(const IndexFit& fit) {
  json drifts = json::array();
  for (const Drift& drift : fit.drifts) drifts.push_back({{"fact", drift.fact}, {"breaks_fit", drift.breaks_fit}});
  return {{"fits", fit.fits()}, {"why_not", fit.fits() ? json() : json(fit.why_not())}, {"drifts", drifts}};
}

json json_of(const std::vector<ServingChange>& history) {
  json changes = json::array();
  for (const ServingChange& change : history) {
    changes.push_back({{"when", change.when},
                       {"version", change.version.empty() ? json() : json(change.version)},
                       {"how", change.how},
                       {"figures", change.figures}});
  }
  return changes;
}

json json_of(const Model& model, const FeatureImportance& importance) {
  json losses = json::object();
  const std::vector<std::string>& features = model.schema().features;
  for (std::size_t j = 0; j < std::min(features.size(), importance.losses.size()); ++j) {
    const Interval& loss = importance.losses[j];
    losses[features[j]] = {{"value", loss.value}, {"low", loss.low}, {"high", loss.high}};
  }
  return {{"queries", importance.num_queries}, {"ndcg10", importance.ndcg}, {"lost_without", losses}};
}

json glossary_json(const Model* model) {
  json features = json::array();
  if (model != nullptr) {
    for (const std::string& feature : model->schema().features) features.push_back(json_of(feature, entry_of(feature)));
  } else {
    for (const FeatureEntry& entry : feature_glossary()) features.push_back(json_of(entry.name, &entry));
  }
  return features;
}

}  // namespace irgan
