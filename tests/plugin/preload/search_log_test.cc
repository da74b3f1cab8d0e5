#include "plugin/preload/search_log.h"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "irgan/errors.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::search_log_test {

namespace {

ServedSearch search_for(const std::string& text) {
  ServedSearch search;
  search.text = text;
  search.query = Xapian::Query(text);
  return search;
}

std::string text_of(const std::string& lines) { return nlohmann::json::parse(lines).at("text"); }

}  // namespace

TEST_CASE("a log that was rotated is begun anew", "[plugin][preload]") {
  const ScratchFolder folder;
  SearchLog log(folder.file("log"));
  log.write(search_for("pear"));
  std::filesystem::rename(folder.file("log"), folder.file("log.1"));
  log.write(search_for("apple"));
  CHECK(text_of(folder.read("log.1")) == "pear");
  CHECK(text_of(folder.read("log")) == "apple");
  std::filesystem::remove(folder.file("log"));
  log.write(search_for("plum"));
  CHECK(text_of(folder.read("log")) == "plum");
}

TEST_CASE("a log that is a pipe without a reader fails and does not wait", "[plugin][preload]") {
  const ScratchFolder folder;
  REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  SearchLog log(folder.file("pipe"));
  CHECK_THROWS_AS(log.write(search_for("pear")), Error);
}

TEST_CASE("a line of the log says what was shown, in either form", "[plugin][preload]") {
  using nlohmann::json;
  ServedSearch search = search_for("pear");
  search.page_id = "p1";
  search.database = "uuid";
  const auto time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'250));
  const json own = json::parse(line_of(search, SearchLogForm::own, time));
  CHECK(own["page"] == "p1");
  CHECK(own["time"] == "2023-11-14T22:13:20.250Z");
  CHECK(own["database"] == "uuid");
  CHECK(own["text"] == "pear");
  CHECK(own["query"].is_string());
  CHECK(own["model"].is_null());
  CHECK(own["log_probabilities"].is_null());
  CHECK(own["docids"] == json::array());
  CHECK(own["shadow"].is_null());
  CHECK(own["context"].is_null());
  CHECK(!json::parse(line_of(search, SearchLogForm::ubi, time))["query_attributes"].contains("context"));

  search.model = "m1";
  search.context = {{"device", "mobile"}, {"segment", "\xff"}};
  CHECK(json::parse(line_of(search, SearchLogForm::own, time))["context"]["device"] == "mobile");
  CHECK(json::parse(line_of(search, SearchLogForm::ubi, time))["query_attributes"]["context"]["device"] == "mobile");
  search.ids = {"a", "b"};
  search.log_probabilities = {-0.5, std::nan("")};
  search.shadow_model = "m2";
  search.shadow_ids = {"b", "c"};
  const json shadow = {{"model", "m2"}, {"ids", {"b", "c"}}};
  CHECK(json::parse(line_of(search, SearchLogForm::own, time))["shadow"] == shadow);
  const json ubi = json::parse(line_of(search, SearchLogForm::ubi, time));
  CHECK(ubi["query_id"] == "p1");
  CHECK(ubi["user_query"] == "pear");
  CHECK(ubi["timestamp"] == own["time"]);
  CHECK(ubi["query_response_hit_ids"] == json({"a", "b"}));
  CHECK(ubi["query_attributes"]["first"] == 0);
  CHECK(ubi["query_attributes"]["shadow"] == shadow);
  CHECK(ubi["query_attributes"]["model"] == "m1");
  CHECK(ubi["query_attributes"]["query"] == own["query"]);
  CHECK(ubi["query_attributes"]["log_probabilities"] == json({-0.5, nullptr}));
}

TEST_CASE("each page has an id of its own", "[plugin][preload]") {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = new_page_id();
    CHECK(id.size() == 24);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    ids.insert(id);
  }
  CHECK(ids.size() == 1000);
}

}  // namespace irgan::search_log_test
