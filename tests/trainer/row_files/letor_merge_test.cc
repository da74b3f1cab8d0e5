#include "trainer/row_files/letor_merge.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "irgan/preparation.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/topic_index.h"
#include "trainer/row_files/letor_file.h"

namespace irgan::letor_merge_test {

using Catch::Matchers::Contains;

namespace {

// Every word of the topics is a query with clicks of several days on documents of its topic.
struct Log {
  Log() {
    const std::string path = folder.file("db");
    topic_database(40, path);
    site.paths = {path};
    site.open = [path] { return Xapian::Database(path); };
    site.layout.fields = {{"text", ""}};
    std::string rows = "time\tquery_id\tdoc_id\n";
    int number = 0;
    for (std::size_t topic = 0; topic < topics().size(); ++topic) {
      for (const std::string& word : topics()[topic]) {
        evidence.queries.push_back({word, word, "", ""});
        for (std::size_t k = 0; k < 4; ++k) {
          rows += std::to_string(1'700'000'000 + 86'400 * (++number % 30)) + '\t' + word + "\td" +
                  std::to_string(topic + 4 * ((k + word.size()) % 10)) + '\n';
        }
      }
    }
    evidence.clicks = {folder.write("log.tsv", rows)};
  }

  std::string rows_of(std::size_t number, std::size_t count) const {
    PreparationOptions options;
    options.split.reset();
    options.half_life_days = 3.0;
    options.shard = {number, count};
    std::ostringstream text;
    write_letor(prepare(site, evidence, options).training, text);
    return text.str();
  }

  ScratchFolder folder;
  Site site;
  Evidence evidence;
};

}  // namespace

TEST_CASE("shards of feature rows come to what one run makes", "[trainer][letor_merge]") {
  const Log log;
  const std::string whole = log.rows_of(0, 1);
  for (const std::size_t count : {2U, 5U}) {
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < count; ++i) {
      paths.push_back(log.folder.write("rows" + std::to_string(i), log.rows_of(i, count)));
    }
    std::ostringstream merged;
    CHECK(merge_letor(paths, merged) == log.evidence.queries.size());
    CHECK(merged.str() == whole);
  }
  CHECK_THROWS_WITH(log.rows_of(2, 2), Contains("shard"));
}

TEST_CASE("files that do not belong together are not merged", "[trainer][letor_merge]") {
  const Log log;
  const std::string first = log.folder.write("first", log.rows_of(0, 2));
  std::ostringstream out;
  CHECK_THROWS_WITH(merge_letor({first, first}, out), Contains("first:2: query 'kernel' stands in"));
  const std::string foreign = log.folder.write("foreign", "1 qid:1 1:0.5\n");
  CHECK_THROWS_WITH(merge_letor({first, foreign}, out), Contains("foreign:1: not the first line"));
  const std::string other = log.folder.write("other", "# xapian-irgan features {}\n1 qid:1 1:0.5\n");
  CHECK_THROWS_WITH(merge_letor({first, other}, out), Contains("other:1: these rows were made of another index"));
}

}  // namespace irgan::letor_merge_test
