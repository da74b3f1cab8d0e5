#include "trainer/rows/label_origin.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace irgan {

nlohmann::json record_of(const LabelOrigin& origin) {
  nlohmann::json record = nlohmann::json::object();
  if (!origin.click_model.empty()) record["click_model"] = origin.click_model;
  if (origin.half_life_days > 0.0) record["half_life_days"] = origin.half_life_days;
  if (!origin.examination.empty()) record["examination"] = origin.examination;
  if (!origin.split.empty()) record["split"] = origin.split;
  if (origin.first_time) record["first_time"] = *origin.first_time;
  if (origin.last_time) record["last_time"] = *origin.last_time;
  if (origin.going_on > 0.0) record["going_on"] = origin.going_on;
  return record;
}

LabelOrigin origin_from(const nlohmann::json& record) {
  LabelOrigin origin;
  origin.click_model = record.value("click_model", "");
  origin.half_life_days = record.value("half_life_days", 0.0);
  origin.examination = record.value("examination", std::vector<double>());
  origin.split = record.value("split", "");
  if (record.contains("first_time")) origin.first_time = record["first_time"].get<double>();
  if (record.contains("last_time")) origin.last_time = record["last_time"].get<double>();
  origin.going_on = record.value("going_on", 0.0);
  return origin;
}

}  // namespace irgan
