#include "trainer/log/served_log.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "trainer/log/click_fields.h"
#include "trainer/machine/hash.h"
#include "trainer/machine/json_fields.h"
#include "trainer/machine/timestamps.h"

namespace irgan {
namespace {

namespace dom = simdjson::dom;

constexpr std::int64_t kMaxFirst = 1'000'000;

bool is_page(const dom::object& object) {
  dom::array docids;
  return object["docids"].get(docids) == simdjson::SUCCESS && is_there(object["database"]) && is_there(object["first"]);
}

// The site's ids, or else Xapian's numbers; false if there is one that is neither.
bool read_documents(const dom::object& object, std::vector<std::string>& documents) {
  documents.clear();
  dom::array docids;
  dom::array ids;
  if (object["docids"].get(docids) != simdjson::SUCCESS) return false;
  if (object["ids"].get(ids) == simdjson::SUCCESS) {
    for (const dom::element id : ids) documents.push_back(text_of_field(dom::element(id)));
    for (const std::string& id : documents) {
      if (id.empty()) return false;
    }
    return documents.size() == docids.size();
  }
  for (const dom::element each : docids) {
    std::uint64_t docid = 0;
    if (each.get(docid) != simdjson::SUCCESS || docid == 0) return false;
    documents.push_back(std::to_string(docid));
  }
  return true;
}

// None, or one a document: NaN where it has none.
bool read_log_probabilities(const dom::object& object, std::size_t num_documents, std::vector<double>& result) {
  result.clear();
  dom::array all;
  if (!is_there(object["log_probabilities"])) return true;
  if (object["log_probabilities"].get(all) != simdjson::SUCCESS) return false;
  for (const dom::element each : all) {
    double value = std::numeric_limits<double>::quiet_NaN();
    if (!each.is_null() && (each.get(value) != simdjson::SUCCESS || !(value <= 0.0))) return false;
    result.push_back(value);
  }
  return result.size() == num_documents;
}

void read_teams(const dom::object& object, std::size_t num_documents, std::vector<std::string>& teams) {
  teams.clear();
  dom::array all;
  if (object["teams"].get(all) != simdjson::SUCCESS) return;
  for (const dom::element each : all) teams.push_back(text_of_field(dom::element(each)));
  teams.resize(num_documents);
}

}  // namespace

struct ServedLines::Parser {
  dom::parser json;
};

std::string id_of_serialised(const std::string& query) {
  char id[24];
  std::snprintf(id, sizeof id, "s%016llx", static_cast<unsigned long long>(text_hash(query)));
  return id;
}

bool is_served_log(std::string_view first_line) {
  dom::parser json;
  dom::object object;
  return error_of_text(json.parse(first_line.data(), first_line.size()).get(object)) == simdjson::SUCCESS &&
         is_page(object);
}

// Without parsing the whole line, which is done when its turn has come.
std::optional<double> served_time(std::string_view line) {
  constexpr std::string_view kKey = "\"time\":\"";
  const std::size_t key = line.find(kKey);
  if (key == std::string_view::npos) return std::nullopt;
  const std::size_t begin = key + kKey.size();
  const std::size_t end = line.find('"', begin);
  return end == std::string_view::npos ? std::nullopt : parse_time(line.substr(begin, end - begin));
}

ServedLines::ServedLines(double latest_time, ServedClicks* clicks, std::vector<std::string> contexts)
    : parser_(std::make_unique<Parser>()),
      latest_time_(latest_time),
      clicks_(clicks),
      contexts_(std::move(contexts)),
      has_seen_(contexts_.size()) {}
ServedLines::~ServedLines() = default;

bool ServedLines::has_seen(std::string_view known) const {
  const auto place = std::find(contexts_.begin(), contexts_.end(), known);
  return place != contexts_.end() && has_seen_[static_cast<std::size_t>(place - contexts_.begin())];
}

RowFault ServedLines::read(std::string_view line) {
  if (!simdjson::validate_utf8(line.data(), line.size())) return RowFault::not_utf8;
  dom::object object;
  if (error_of_text(parser_->json.parse(line.data(), line.size()).get(object)) != simdjson::SUCCESS)
    return RowFault::not_json;
  std::int64_t first = 0;
  if (object["first"].get(first) != simdjson::SUCCESS || first < 0 || first > kMaxFirst) return RowFault::bad_rank;
  page_.first = static_cast<int>(first);
  page_.id = text_of_field(object["page"]);
  page_.words = text_of_field(object["text"]);
  page_.serialised_query = text_of_field(object["query"]);
  if (page_.words.empty() && page_.serialised_query.empty()) return RowFault::no_query;
  page_.query_id = page_.words.empty() ? id_of_serialised(page_.serialised_query) : std::string();
  if (!read_documents(object, page_.documents)) return RowFault::no_document_id;
  if (!read_log_probabilities(object, page_.documents.size(), page_.log_probabilities))
    return RowFault::bad_log_probability;
  read_teams(object, page_.documents.size(), page_.teams);
  dom::object context;
  const bool has_context = object["context"].get(context) == simdjson::SUCCESS;
  page_.contexts.assign(contexts_.size(), {});
  for (std::size_t i = 0; i < contexts_.size() && has_context; ++i) {
    page_.contexts[i] = text_of_field(context[contexts_[i]]);
    if (!page_.contexts[i].empty()) has_seen_[i] = true;
  }
  return read_time(text_of_field(object["time"]), latest_time_, page_.time);
}

std::optional<RowFault> ServedLines::take(std::string_view line, std::uint64_t /*line_number*/, const EachRow& each) {
  const RowFault fault = read(line);
  if (fault == RowFault::none) clicks_->take_page(std::move(page_), each);
  return fault;
}

}  // namespace irgan
