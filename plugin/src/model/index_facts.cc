#include "plugin/src/model/index_facts.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "plugin/src/features/bounded_json.h"

namespace irgan {
namespace {

using nlohmann::json;

// What was not measured travels as null.
json share_to_json(double share) { return std::isnan(share) ? json(nullptr) : json(share); }

double share_from_json(const json& share) {
  return share.is_null() ? std::numeric_limits<double>::quiet_NaN() : share.get<double>();
}

json shares_to_json(const IndexShares& shares) {
  json fields = json::array();
  for (const FieldShares& field : shares.fields) {
    fields.push_back({{"terms", share_to_json(field.terms)},
                      {"length", share_to_json(field.length)},
                      {"text", share_to_json(field.text)}});
  }
  json values = json::array();
  for (const double value : shares.values) values.push_back(share_to_json(value));
  return {{"fields", fields}, {"values", values}, {"stems", share_to_json(shares.stems)}};
}

IndexShares shares_from_json(const json& object) {
  IndexShares shares;
  for (const json& field : object.at("fields")) {
    shares.fields.push_back(
        {share_from_json(field.at("terms")), share_from_json(field.at("length")), share_from_json(field.at("text"))});
  }
  for (const json& value : object.at("values")) shares.values.push_back(share_from_json(value));
  shares.stems = share_from_json(object.at("stems"));
  return shares;
}

}  // namespace

json index_facts_to_json(const IndexFacts& facts) {
  json object{{"uuid", facts.uuid},
              {"num_documents", facts.num_documents},
              {"average_length", facts.average_length},
              {"id_prefix", facts.id_prefix}};
  if (facts.shares) object["shares"] = shares_to_json(*facts.shares);
  return object;
}

IndexFacts index_facts_from_json(const json& object) {
  IndexFacts facts{object.at("uuid").get<std::string>(),
                   whole_number<std::uint64_t>(object.at("num_documents")),
                   object.at("average_length").get<double>(),
                   object.at("id_prefix").get<std::string>(),
                   {}};
  if (object.contains("shares")) facts.shares = shares_from_json(object["shares"]);
  return facts;
}

}  // namespace irgan
