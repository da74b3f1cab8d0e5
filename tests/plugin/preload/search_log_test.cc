#include "plugin/preload/search_log.h"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "irgan/errors.h"
#include "tests/trainer/scratch_folder.h"

using namespace irgan;

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
