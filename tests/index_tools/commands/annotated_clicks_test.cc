/// `annotate --clicks`: what an index keeps of a click log.

#include <xapian.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "irgan/index_layout.h"
#include "plugin/src/features/clicked_field.h"
#include "tests/index_tools/captured_command.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/site/behaviour_index.h"

namespace irgan::annotated_clicks_test {

using Catch::Contains;

namespace {

/// Three hats, as one index or dealt over two shards.
struct Site {
  ScratchFolder folder;
  std::vector<std::string> paths;

  explicit Site(std::size_t num_shards = 1) {
    std::vector<std::string> lines(num_shards);
    const char* const kTitles[] = {"Red hat", "Blue hat", "Green coat"};
    for (std::size_t i = 0; i < 3; ++i) {
      lines[i % num_shards] += R"({"id": "d)" + std::to_string(i + 1) + R"(", "title": ")" + kTitles[i] + "\"}\n";
    }
    for (std::size_t s = 0; s < num_shards; ++s) {
      paths.push_back(folder.file("shard" + std::to_string(s)));
      const CommandResult made =
          run_line("index --db " + paths.back() + " --field title=S " + folder.write("docs.jsonl", lines[s]));
      if (made.exit_code != 0) throw std::runtime_error(made.err);
    }
  }

  CommandResult annotate(const std::string& options) const {
    std::string line = "annotate";
    for (const std::string& path : paths) line += " --db " + path;
    return run_line(line + ' ' + options);
  }

  Xapian::Database open() const {
    Xapian::Database all;
    for (const std::string& path : paths) all.add_database(Xapian::Database(path));
    return all;
  }

  std::string content() const {
    const Xapian::Database db = open();
    std::string all;
    for (auto posting = db.postlist_begin(""); posting != db.postlist_end(""); ++posting) {
      const Xapian::Document document = db.get_document(*posting);
      for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term)
        all += *term + ' ' + std::to_string(term.get_wdf()) + '\n';
      for (auto value = document.values_begin(); value != document.values_end(); ++value)
        all += std::to_string(value.get_valueno()) + ' ' + *value + '\n';
    }
    return all;
  }

  /// A click of each of `sessions` sessions.
  static std::string clicks(const std::string& query, const std::string& document, int sessions) {
    std::string rows;
    for (int s = 0; s < sessions; ++s) rows += std::to_string(s) + '\t' + query + '\t' + document + '\n';
    return rows;
  }
};

const std::string kHeader = "session\tquery\tdoc_id\n";

std::set<std::string> words_of(const Xapian::Database& db, const std::string& id) {
  const Xapian::docid docid = DocumentIds(db, "Q").docid_of(id);
  const std::string prefix = kClickedPrefix;
  std::set<std::string> words;
  for (auto term = db.termlist_begin(docid); term != db.termlist_end(docid); ++term) {
    const std::string text = *term;
    if (text.compare(0, prefix.size(), prefix) == 0 && text[prefix.size()] >= 'a')
      words.insert(text.substr(prefix.size()));
  }
  return words;
}

double popularity_of(const Xapian::Database& db, const std::string& id) {
  const IndexLayout layout = read_layout(db);
  const std::string value = db.get_document(DocumentIds(db, "Q").docid_of(id)).get_value(layout.values.back().slot);
  return value.empty() ? NAN : Xapian::sortable_unserialise(value);
}

}  // namespace

TEST_CASE("annotate --clicks keeps words, shares and popularity, on any number of shards", "[index_tools][annotate]") {
  const Site site(GENERATE(1, 2));
  const std::string log =
      site.folder.write("log", kHeader + Site::clicks("Red hats", "d1", 12) + Site::clicks("hats", "d2", 12) +
                                   Site::clicks("nobody else asks", "d2", 3) + Site::clicks("hats", "gone", 2));
  const CommandResult result = site.annotate("--clicks " + log);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(
      result.out,
      Contains("clicks of 2 documents, 1 that the index does not have; 2 words and 2 queries of at least 10 sessions"));
  const Xapian::Database db = site.open();
  CHECK(words_of(db, "d1") == std::set<std::string>{"hat", "red"});
  CHECK(words_of(db, "d2") == std::set<std::string>{"hat"});
  CHECK(words_of(db, "d3").empty());
  CHECK(popularity_of(db, "d1") == Approx(std::log1p(12.0 / (29.0 / 3.0))));
  CHECK(popularity_of(db, "d2") == Approx(std::log1p(15.0 / (29.0 / 3.0))));
  CHECK(std::isnan(popularity_of(db, "d3")));
  CHECK(db.term_exists(query_share_term(kClickedPrefix, {"hat", "red"}, 12.0 / 13.0)));
  const IndexLayout layout = read_layout(db);
  REQUIRE(layout.behaviour);
  CHECK(layout.behaviour->min_sessions == 10);
  CHECK(layout.fields.back().name == "clicked");
  CHECK(layout.fields.back().from_clicks);
  CHECK_THAT(run_line("inspect --db " + site.paths[0]).out, Contains("clicked: prefix XCLICKED"));
}

TEST_CASE("a newer log takes the place of the old one, and the same one changes nothing", "[index_tools][annotate]") {
  const Site site;
  const std::string before = site.content();
  const std::string old_log =
      site.folder.write("old", kHeader + Site::clicks("red hats", "d1", 12) + Site::clicks("hats", "d2", 20));
  const std::string new_log =
      site.folder.write("new", kHeader + Site::clicks("coats", "d3", 12) + Site::clicks("blue hats", "d2", 11));
  REQUIRE(site.annotate("--clicks " + new_log).exit_code == 0);
  const std::string of_new_alone = site.content();
  CHECK(of_new_alone != before);
  REQUIRE(site.annotate("--clicks " + old_log).exit_code == 0);
  CHECK(words_of(site.open(), "d3").empty());
  CHECK(std::isnan(popularity_of(site.open(), "d3")));
  for (int i = 0; i < 2; ++i) {
    REQUIRE(site.annotate("--clicks " + new_log).exit_code == 0);
    CHECK(site.content() == of_new_alone);
    CHECK(read_layout(site.open()).fields.size() == 3);
    CHECK(read_layout(site.open()).values.size() == 1);
  }
}

TEST_CASE("annotate without a log leaves what clicks said, and counts no field by it", "[index_tools][annotate]") {
  const Site site;
  REQUIRE(
      site.annotate("--clicks " + site.folder.write("log", kHeader + Site::clicks("red hats", "d1", 12))).exit_code ==
      0);
  const std::string before = site.content();
  REQUIRE(site.annotate("--field-lengths").exit_code == 0);
  CHECK(site.content() == before);
}

TEST_CASE("what clicks say does not change the site's own search", "[index_tools][annotate]") {
  const Site site;
  const auto search = [&] { return run_line("search --db " + site.paths[0] + " --json hat red coat").out; };
  const std::string before = search();
  REQUIRE(
      site.annotate("--clicks " + site.folder.write("log", kHeader + Site::clicks("red hats", "d1", 12))).exit_code ==
      0);
  CHECK(search() == before);
}

TEST_CASE("query ids of a log are looked up in the query file", "[index_tools][annotate]") {
  const Site site;
  site.folder.write("queries", "7\tred hats\n");
  std::string rows = "session\tquery_id\tdoc_id\n";
  for (int s = 0; s < 10; ++s) rows += std::to_string(s) + "\t7\td1\n";
  REQUIRE(site.annotate("--clicks " + site.folder.write("log", rows) + " --queries " + site.folder.file("queries"))
              .exit_code == 0);
  CHECK(words_of(site.open(), "d1") == std::set<std::string>{"hat", "red"});
}

TEST_CASE("annotate --clicks refuses a field of the site's own in its place, and a log without clicks",
          "[index_tools][annotate]") {
  const Site site;
  const std::string log = site.folder.write("log", kHeader + Site::clicks("red hats", "d1", 12));
  const CommandResult taken = site.annotate("--prefix clicked=XC --clicks " + log);
  CHECK(taken.exit_code == 2);
  CHECK_THAT(taken.err, Contains("--clicks cannot be kept: the index has a field or value of its own called clicked"));
  const CommandResult empty = site.annotate(
      "--clicks " + site.folder.write("none", "session\tquery\tdoc_id\trank\tclicked\ns\thats\td1\t1\t0\n"));
  CHECK(empty.exit_code == 1);
  CHECK_THAT(empty.err, Contains("there are no clicks in the log"));
  CHECK_FALSE(read_layout(site.open()).behaviour);
}

}  // namespace irgan::annotated_clicks_test
