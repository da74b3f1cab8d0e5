#include "trainer/row_files/rows_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "plugin/src/features/bounded_json.h"
#include "plugin/src/model/index_facts.h"
#include "trainer/rows/label_origin.h"

namespace irgan {
namespace {

using nlohmann::json;

std::string labels_of(const LabelOrigin& origin) {
  std::ostringstream text;
  text << "click model " << (origin.click_model.empty() ? "none" : origin.click_model) << ", half-life "
       << origin.half_life_days;
  return text.str();
}

// Makes of the origin of the files so far that of all with one more.
void join_origin(const LabelOrigin& more, const std::string& path, const std::string& first_path, LabelOrigin& all) {
  if (more.click_model != all.click_model || more.half_life_days != all.half_life_days) {
    throw FormatError(path + ": its labels were made by " + labels_of(more) + ", those of " + first_path + " by " +
                      labels_of(all) + ", and do not say the same: make both alike");
  }
  if (more.examination != all.examination) all.examination.clear();
  if (more.going_on != all.going_on) all.going_on = 0.0;
  if (more.split != all.split) all.split.clear();
}

}  // namespace

std::string header_of(const TrainingData& data) {
  return json{{"schema", json::parse(schema_to_json(data.schema))},
              {"labels", to_string(data.labels)},
              {"depth", data.depth},
              {"index", index_facts_to_json(data.facts)},
              {"origin", record_of(data.origin)}}
      .dump();
}

void read_header(std::string_view text, const std::string& place, TrainingData& data) {
  try {
    const json header = parse_json(text, place);
    data.schema = schema_from_json(header.at("schema").dump(), place);
    data.labels = label_kind_from_string(header.at("labels").get<std::string>());
    data.depth = whole_number<std::size_t>(header.at("depth"));
    data.facts = index_facts_from_json(header.at("index"));
    if (header.contains("origin")) data.origin = origin_from(header["origin"]);
  } catch (const json::exception& error) {
    throw FormatError(place + ": not the header of feature rows: " + error.what());
  } catch (const ConfigError& error) {
    throw FormatError(place + ": " + error.what());
  }
}

void join_header(const TrainingData& more, const std::string& place, const std::string& first_path, TrainingData& all) {
  if (schema_to_json(all.schema) != schema_to_json(more.schema) || all.labels != more.labels) {
    throw FormatError(place + ": has not the features and kind of labels of " + first_path);
  }
  join_origin(more.origin, place, first_path, all.origin);
  all.depth = std::max(all.depth, more.depth);
}

}  // namespace irgan
