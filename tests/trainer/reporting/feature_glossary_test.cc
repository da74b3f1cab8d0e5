#include "trainer/reporting/feature_glossary.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "irgan/feature_schema.h"

namespace irgan::feature_glossary_test {

TEST_CASE("features have words for people", "[trainer][report]") {
  CHECK(words_of("name.length") == "length of name");
  CHECK(words_of("long.name.exact_match") == "long.name is the query");
  CHECK(words_of("value.price") == "price");
  CHECK(words_of("value.length") == "length");
  CHECK(words_of("query.length") == "length of the query");
  CHECK(words_of("first_stage.score") == "score of the site's own search");
}

TEST_CASE("every feature that can be extracted is in the glossary", "[trainer][glossary]") {
  TextField title{"title", "S"};
  title.text_slot = 1;
  TextField clicked{"clicked", "XC"};
  clicked.from_clicks = true;
  std::vector<std::string> features = all_features({title, clicked}, {{"price", 0}});
  features.emplace_back(kGeneratorScore);
  for (const std::string& feature : features) {
    CAPTURE(feature);
    CHECK(entry_of(feature) != nullptr);
    CHECK(words_of(feature) != feature);
  }
  CHECK(std::string(entry_of("value.clicks")->name) == "value.clicks");
  CHECK(filled("title.bm25", "of FIELD") == "of title");
  CHECK(entry_of("17") == nullptr);
  CHECK(entry_of("title.nonsense") == nullptr);
}

TEST_CASE("the README's table of features is the glossary", "[trainer][glossary]") {
  std::ostringstream readme;
  readme << std::ifstream(IRGAN_PLUGIN_README).rdbuf();
  for (const FeatureEntry& entry : feature_glossary()) {
    const std::string row =
        "| `" + std::string(entry.name) + "` | " + entry.measures + " | " + entry.range + " | " +
        (std::string(entry.used).front() == '-' ? "`" + std::string(entry.used) + "`" : entry.used) + " |\n";
    CAPTURE(row);
    CHECK(readme.str().find(row) != std::string::npos);
  }
}

TEST_CASE("a feature without words keeps its name", "[trainer][report]") {
  CHECK(words_of("name.nonsense") == "name.nonsense");
  CHECK(words_of("1") == "1");
  CHECK(words_of("") == "");
}

}  // namespace irgan::feature_glossary_test
