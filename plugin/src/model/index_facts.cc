#include "plugin/src/model/index_facts.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace irgan {

nlohmann::json index_facts_to_json(const IndexFacts& facts) {
  return {{"uuid", facts.uuid},
          {"num_documents", facts.num_documents},
          {"average_length", facts.average_length},
          {"id_prefix", facts.id_prefix}};
}

IndexFacts index_facts_from_json(const nlohmann::json& json) {
  return {json.at("uuid").get<std::string>(), json.at("num_documents").get<std::uint64_t>(),
          json.at("average_length").get<double>(), json.at("id_prefix").get<std::string>()};
}

}  // namespace irgan
