#include <xapian.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "irgan/collection_vectors.h"
#include "irgan/model.h"
#include "tests/index_tools/made_site.h"

namespace irgan::nightly_test {

using Catch::Matchers::Contains;

namespace {

/// A made site with an index, and logs of impressions by day in a form of its own.
class DailySite : public MadeSite {
 public:
  DailySite() {
    index();
    std::filesystem::create_directory(folder.path() / "logs");
  }

  /// 20 words, alone and in pairs; on each page ten documents in an order of their own, of which some are clicked.
  void log_day(int day, const std::string& name) const {
    std::mt19937_64 random(static_cast<unsigned>(day));
    std::string rows = "when,visitor,search_term,position,item,was_clicked\n";
    for (int s = 0; s < 300; ++s) {
      const std::string text =
          "amber birch copper delta ember flint garnet hazel indigo jasper kelp lilac maple nickel "
          "olive pearl quartz ruby saffron topaz";
      std::vector<std::string> words;
      for (std::istringstream in(text); in;) {
        std::string word;
        if (in >> word) words.push_back(word);
      }
      const std::string query = words[s % 20] + (s % 3 == 0 ? " " + words[(s + 7) % 20] : "");
      for (int r = 1; r <= 10; ++r) {
        const int document = static_cast<int>(random() % kNumDocuments);
        const bool clicked = random() % 10 < (document % 3 == 0 ? 5U : 1U) / (r > 4 ? 2U : 1U);
        rows += "2024-05-0" + std::to_string(day) + "T" + std::to_string(10 + s / 60) + ":" +
                std::to_string(10 + s % 50) + ":00,v" + std::to_string(day * 1000 + s) + "," + query + "," +
                std::to_string(r) + ",d" + std::to_string(document) + "," + (clicked ? "true" : "false") + "\n";
      }
    }
    folder.write(name, rows);
  }

  /// The same kind of visitors, of whom the module logged what they saw, and the site what they clicked: by page, or by
  /// words and time.
  void log_searches(int day, const std::string& searches_name, const std::string& clicks_name) const {
    std::mt19937_64 random(static_cast<unsigned>(day));
    std::string searches;
    std::string clicks = "page,keywords,item,when,visitor\n";
    for (int s = 0; s < 300; ++s) {
      const std::string query = "amber" + std::string(s % 20 == 0 ? "" : " birch" + std::to_string(s % 20));
      const std::string page = "page" + std::to_string(day * 1000 + s);
      char time[40];
      std::snprintf(time, sizeof time, "2024-05-0%dT%02d:%02d:%02d.250Z", day, 10 + s / 60, s % 60, 10 + s % 50);
      nlohmann::json line{{"page", page},  {"time", time}, {"database", "u"},  {"query", nullptr},
                          {"text", query}, {"first", 0},   {"model", nullptr}, {"log_probabilities", nullptr}};
      for (int r = 1; r <= 10; ++r) {
        const int document = static_cast<int>(random() % kNumDocuments);
        line["docids"].push_back(document + 1);
        line["ids"].push_back("d" + std::to_string(document));
        if (random() % 10 >= (document % 3 == 0 ? 5U : 1U) / (r > 4 ? 2U : 1U)) continue;
        clicks += (s % 2 == 0 ? page + ",,d" : "," + query + ",d") + std::to_string(document) + "," +
                  std::string(time).substr(0, 19) + ",v" + std::to_string(s) + "\n";
      }
      searches += line.dump() + "\n";
    }
    folder.write(searches_name, searches);
    folder.write(clicks_name, clicks);
  }

  CommandResult set_up() const {
    return run_words({"setup", "--db", file("db"), "--clicks", file("logs/*.csv"), "--out", file("s.conf")});
  }
  void add_to_site(const std::string& lines) const { folder.write("s.conf", folder.read("s.conf") + lines); }
};

double first_time_learnt(const MadeSite& site) {
  const auto json = nlohmann::json::parse(site.run("inspect --json --model @s.model").out);
  return json["model"]["training"]["training"]["origin"]["first_time"];
}

}  // namespace

TEST_CASE("setup: finds columns, writes a file that commands take, and replaces none", "[index_tools][setup]") {
  const DailySite site;
  site.log_day(1, "logs/1.csv");
  const CommandResult made = site.set_up();
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK_THAT(made.out, Contains("search_term") && Contains("are ids in the index") && Contains("was_clicked"));
  const std::string text = site.folder.read("s.conf");
  CHECK_THAT(text,
             Contains("column = doc_id=item") && Contains("column = rank=position") && Contains("model = s.model"));
  CHECK(site.set_up().exit_code == 1);
  const CommandResult check = site.run("check --site @s.conf");
  INFO(check.err);
  CHECK(check.exit_code == 0);
  CHECK_THAT(check.out, Contains("rows       3,000 from 3,000 lines"));
  const auto json = nlohmann::json::parse(site.run("check --site @s.conf --json").out);
  CHECK(json["rows"] == 3000);
  CHECK(json["clicks_on_known_documents"] == 1.0);
  CHECK(json["limits"].is_array());
  const CommandResult queries = site.run("queries --site @s.conf --out @q.tsv");
  CHECK(queries.exit_code == 0);
  CHECK_THAT(queries.out, Contains("40 queries of 40") || Contains(" queries of "));
}

TEST_CASE("setup: what the user says goes into the file, the ids' prefix comes from the log", "[index_tools][setup]") {
  const ScratchFolder folder;
  const std::string f = folder.path().string() + '/';
  std::string log = "query,sku,position,was_clicked\n";
  {
    Xapian::WritableDatabase db(f + "db", Xapian::DB_CREATE);
    for (int i = 0; i < 60; ++i) {
      Xapian::Document document;
      for (const char* word : {"XTamber", "XDbirch", "ZXTamber", "ZXDbirch"}) document.add_term(word);
      const std::string id = "P" + std::to_string(1000 + i);
      document.add_boolean_term("XSKU" + id);
      document.add_boolean_term("XBRAND" + std::to_string(i % 3));
      document.add_value(0, Xapian::sortable_serialise(i));
      document.add_value(1, Xapian::sortable_serialise(i % 7));
      db.add_document(document);
      log += "amber," + id + ',' + std::to_string(i % 10 + 1) + (i % 5 == 0 ? ",1\n" : ",0\n");
    }
    db.commit();
  }
  folder.write("log.csv", log);
  const std::string setup = "setup --db " + f + "db --clicks " + f + "log.csv --force --out " + f + "s.conf ";
  const CommandResult alone = run_line(setup);
  INFO(alone.out << alone.err);
  REQUIRE(alone.exit_code == 0);
  CHECK_THAT(folder.read("s.conf"), Contains("id-prefix = XSKU\n") && Contains("value = slot0=0\n"));
  CHECK_THAT(alone.err, !Contains("XS are one a document"));
  const std::string text = folder.read("s.conf");
  CHECK(text.find("prefix = t=XT") < text.find("prefix = d=XD"));  // the title first

  CHECK(run_line(setup + "--prefix title=XT --value price=0").exit_code == 0);
  CHECK_THAT(folder.read("s.conf"), Contains("prefix = title=XT\n") && Contains("prefix = d=XD\n") &&
                                        Contains("value = price=0\n") && Contains("value = slot1=1\n"));
  const CommandResult wrong = run_line(setup + "--prefix title=XQ --value price=7");
  for (const std::string& said : {wrong.out, folder.read("s.conf")})
    CHECK_THAT(said, Contains("no document has words of field 'title' (prefix 'XQ')") &&
                         Contains("no document has the value 'price' (value slot 7)"));
}

TEST_CASE("nightly: three nights, a second time, and back", "[index_tools][nightly]") {
  const DailySite site;
  site.log_day(1, "logs/1.csv");
  REQUIRE(site.set_up().exit_code == 0);
  site.add_to_site("[train]\nepochs = 2\nforce = yes\n");

  const CommandResult first = site.run("nightly --site @s.conf");
  INFO(first.out << first.err);
  REQUIRE(first.exit_code == 0);
  CHECK_THAT(first.out, Contains("annotate: left") && Contains("memory: done") && Contains("train: done") &&
                            Contains("store: done: stored model"));
  const std::string model = site.folder.read("s.model");
  const std::string memory = site.folder.read("s.memory");
  const Xapian::rev revision = Xapian::Database(site.file("db")).get_revision();
  CHECK_THAT(first.out, Contains("held-out queries; p "));

  site.folder.write("logs/0.csv", "");  // just rotated
  const CommandResult again = site.run("nightly --site @s.conf");
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.out, Contains("annotate: left: nothing to annotate: all 60 documents have it already") &&
                            Contains("memory: left: the log has nothing new") && Contains("train: left") &&
                            Contains("store: left: nothing to store: 1 index has it already"));
  CHECK(Xapian::Database(site.file("db")).get_revision() == revision);
  CHECK(site.folder.read("s.model") == model);
  CHECK(site.folder.read("s.memory") == memory);

  site.log_day(2, "logs/2.csv");
  const CommandResult second = site.run("nightly --site @s.conf");
  INFO(second.out << second.err);
  CHECK(second.exit_code == 0);
  CHECK_THAT(second.out, Contains("train: done: against") && !Contains("flatters"));
  CHECK_FALSE(site.folder.read("s.memory") == memory);

  const CommandResult history = site.run("inspect --history --site @s.conf");
  CHECK_THAT(history.out, Contains("stored") && Contains("nDCG@10"));
  CHECK(site.run("store --previous --site @s.conf").exit_code == 0);
  CHECK(site.run("store --none --site @s.conf").exit_code == 0);
  CHECK(site.run("store --none --site @s.conf").exit_code == 1);
  CHECK_THAT(site.run("inspect --history --site @s.conf").out, Contains("previous") && Contains("none"));
  CHECK_THAT(site.run("search --db @db amber").out, Contains("amber"));
}

TEST_CASE("nightly: learns anew from the last days of the log", "[index_tools][nightly]") {
  const DailySite site;
  site.log_day(1, "logs/1.csv");
  site.log_day(2, "logs/2.csv");
  site.log_day(3, "logs/3.csv");
  REQUIRE(site.set_up().exit_code == 0);
  site.add_to_site("[train]\nepochs = 2\nforce = yes\n[nightly]\ndays = 2\n");
  const CommandResult first = site.run("nightly --site @s.conf --no-store --verbose");
  INFO(first.out << first.err);
  REQUIRE(first.exit_code == 0);
  CHECK_THAT(first.out, Contains("train: done"));
  CHECK(first_time_learnt(site) == 1714644600.0);  // 2024-05-02T10:10:00Z
  CHECK_THAT(site.run("nightly --site @s.conf --no-store").out, Contains("train: left: the log has nothing new"));

  site.log_day(4, "logs/4.csv");
  const CommandResult second = site.run("nightly --site @s.conf --no-store");
  INFO(second.out << second.err);
  CHECK_THAT(second.out, Contains("train: done: against"));
  CHECK(first_time_learnt(site) == 1714644600.0 + 86400.0);
}

TEST_CASE("nightly: vectors are kept up to date, and damaged ones made anew", "[index_tools][nightly]") {
  const DailySite site;
  site.log_day(1, "logs/1.csv");
  REQUIRE(site.set_up().exit_code == 0);
  site.folder.write("s.conf", "vectors = " + site.file("s.vectors") + "\n" + site.folder.read("s.conf"));
  site.add_to_site("[vectors]\ndimensions = 8\nmax-share = 1\n[train]\nepochs = 2\nforce = yes\n");
  const CommandResult first = site.run("nightly --site @s.conf");
  INFO(first.out << first.err);
  REQUIRE(first.exit_code == 0);
  CHECK_THAT(first.out, Contains("vectors: done: wrote ") && Contains(": 60 documents"));
  CHECK(Model::from_file(site.file("s.model"))->collection() != nullptr);

  Xapian::Document document;
  document.add_term("Zamber");
  document.add_boolean_term("Qnew");
  Xapian::WritableDatabase(site.file("db"), Xapian::DB_OPEN).add_document(document);
  site.log_day(2, "logs/2.csv");
  const CommandResult second = site.run("nightly --site @s.conf");
  INFO(second.out << second.err);
  CHECK(second.exit_code == 0);
  CHECK_THAT(second.out, Contains(": 61 documents") && Contains("train: done"));
  CHECK(Model::from_file(site.file("s.model"))->collection()->towers.basis ==
        CollectionVectors::from_file(site.file("s.vectors"))->facts().basis);
  CHECK_THAT(site.run("search --site @s.conf amber").out, Contains("amber"));
  const CommandResult judged =
      site.run("evaluate --site @s.conf --clicks @logs/2.csv --model @s.model --replicates 20");
  INFO(judged.err);
  CHECK(judged.exit_code == 0);

  site.folder.write("s.vectors", site.folder.read("s.vectors").substr(0, 500));
  site.log_day(3, "logs/3.csv");
  const CommandResult third = site.run("nightly --site @s.conf");
  INFO(third.out << third.err);
  CHECK_THAT(third.out, Contains("is damaged, and now") && Contains("vectors: done: wrote "));
  CHECK(site.run("search --site @s.conf amber").exit_code == 0);
}

TEST_CASE("setup and nightly: the module's log of searches, and clicks beside it", "[index_tools][nightly]") {
  const DailySite site;
  site.log_searches(1, "logs/1.jsonl", "logs/1.csv");
  const CommandResult made = run_words({"setup", "--db", site.file("db"), "--clicks", site.file("logs/*.jsonl"),
                                        "--clicks", site.file("logs/*.csv"), "--out", site.file("s.conf")});
  INFO(made.out << made.err);
  REQUIRE(made.exit_code == 0);
  CHECK_THAT(made.out, Contains("1.jsonl: the module's log of searches") && Contains("1.csv: columns under a header"));
  CHECK_THAT(made.out, !Contains("- Nothing says") && !Contains("- No column"));
  CHECK_THAT(site.folder.read("s.conf"), Contains("column = page_id=page") && Contains("column = doc_id=item"));
  CHECK_THAT(site.run("check --site @s.conf").out, Contains("rows       3,000"));

  site.add_to_site("[train]\nepochs = 2\nforce = yes\n");
  const CommandResult first = site.run("nightly --site @s.conf");
  INFO(first.out << first.err);
  REQUIRE(first.exit_code == 0);
  CHECK_THAT(first.out, Contains("memory: done") && Contains("train: done"));
  CHECK_THAT(site.run("nightly --site @s.conf").out, Contains("train: left: the log has no"));

  // The night before the clicks of a day are there, and the one after.
  site.log_searches(2, "logs/2.jsonl", "late.csv");
  CHECK_THAT(site.run("nightly --site @s.conf").out, Contains("memory: left: the log has no new clicks"));
  site.folder.write("logs/2.csv", site.folder.read("late.csv"));
  const std::string memory = site.folder.read("s.memory");
  const CommandResult second = site.run("nightly --site @s.conf");
  INFO(second.out << second.err);
  CHECK(second.exit_code == 0);
  CHECK_THAT(second.out, Contains("memory: done") && Contains("train: done"));
  CHECK_FALSE(site.folder.read("s.memory") == memory);
}

TEST_CASE("setup: the module's log alone asks for the clicks", "[index_tools][setup]") {
  const DailySite site;
  site.log_searches(1, "logs/1.jsonl", "clicks.csv");
  const CommandResult made = run_words(
      {"setup", "--db", site.file("db"), "--clicks", site.file("logs/1.jsonl"), "--out", site.file("s.conf")});
  CHECK(made.exit_code == 0);
  CHECK_THAT(made.out, Contains("clicks = FILE with the site's own clicks"));
}

TEST_CASE("nightly: what fails is said, and the rest is done", "[index_tools][nightly]") {
  const DailySite site;
  site.log_day(1, "logs/1.csv");
  REQUIRE(site.set_up().exit_code == 0);
  site.add_to_site("[train]\nepochs = 2\nforce = yes\n");
  REQUIRE(site.run("nightly --site @s.conf").exit_code == 0);

  SECTION("a damaged model file is replaced by the one in the index") {
    site.folder.write("s.model", "broken");
    site.log_day(2, "logs/2.csv");
    const CommandResult night = site.run("nightly --site @s.conf");
    INFO(night.out << night.err);
    CHECK(night.exit_code == 0);
    CHECK_THAT(night.out, Contains("is damaged") && Contains("goes on from the model in the index"));
    CHECK(site.folder.read("s.model.broken") == "broken");
  }
  SECTION("a broken log teaches nothing, and the old model stays in place") {
    const std::string model = site.folder.read("s.model");
    site.folder.write("logs/2.csv", "no,header,of\nours,at,all\n");
    const CommandResult night = site.run("nightly --site @s.conf");
    CHECK(night.exit_code == 1);
    CHECK_THAT(night.out, Contains("train: failed") && Contains("store: left"));
    CHECK(site.folder.read("s.model") == model);
    CHECK_THAT(night.err, Contains("2 steps failed"));
  }
  SECTION("a locked index keeps its model, and the night after stores") {
    site.log_day(2, "logs/2.csv");
    {
      const Xapian::WritableDatabase indexer(site.file("db"), Xapian::DB_OPEN);
      const CommandResult night = site.run("nightly --site @s.conf");
      CHECK(night.exit_code == 1);
      CHECK_THAT(night.out, Contains("annotate: failed") && Contains("train: done") && Contains("store: failed"));
    }
    const CommandResult night = site.run("nightly --site @s.conf");
    CHECK(night.exit_code == 0);
    CHECK_THAT(night.out, Contains("store: done"));
  }
}

TEST_CASE("nightly: what is missing in the site's file is said", "[index_tools][nightly]") {
  const DailySite site;
  CHECK_THAT(site.run("nightly").err, Contains("--site is missing"));
  site.log_day(1, "logs/1.csv");
  site.folder.write("s.conf", "db = db\nclicks = logs/*.csv\n");
  CHECK_THAT(site.run("nightly --site @s.conf").err, Contains("--model is missing"));
  CHECK_THAT(site.run("nightly @s.conf").err, Contains("did you mean --site " + site.file("s.conf") + "?"));
  CHECK_THAT(site.run("nightly --sites @s.conf").err, Contains("did you mean --site?"));
}

TEST_CASE("train: compares with the model that it would replace", "[index_tools][train]") {
  const DailySite site;
  site.log_day(1, "logs/1.csv");
  REQUIRE(site.set_up().exit_code == 0);
  site.add_to_site("[train]\nepochs = 2\n");
  REQUIRE(site.run("train --site @s.conf --force").exit_code == 0);
  const CommandResult again = site.run("train --site @s.conf --force --seed 2");
  INFO(again.out << again.err);
  CHECK_THAT(again.out, Contains("which it would replace:") && Contains("flatters it"));
  site.log_day(2, "logs/2.csv");
  const CommandResult later = site.run("train --site @s.conf --force --clicks @logs/2.csv");
  CHECK_THAT(later.out, Contains("which it would replace:") && !Contains("flatters it"));
  const CommandResult judged =
      site.run("evaluate --site @s.conf --clicks @logs/2.csv --model @s.model --replicates 20");
  INFO(judged.out << judged.err);
  CHECK(judged.exit_code == 0);
  CHECK_THAT(judged.out, Contains("as served"));
  CHECK_THAT(judged.err, Contains("has learnt from clicks up to"));
}

TEST_CASE("train: of a log that is partly known to the present model, the newer rows judge", "[index_tools][train]") {
  const DailySite site;
  site.log_day(1, "logs/1.csv");
  REQUIRE(site.set_up().exit_code == 0);
  site.add_to_site("[train]\nepochs = 2\nforce = yes\n");
  REQUIRE(site.run("queries --site @s.conf --out @all.tsv").exit_code == 0);
  std::istringstream lines(site.folder.read("all.tsv"));
  std::string named[2];
  int number = 0;
  for (std::string line; std::getline(lines, line);) named[number++ < 26 ? 1 : 0] += line + "\n";
  site.folder.write("learn.tsv", named[0]);
  site.folder.write("held.tsv", named[1]);
  const std::string train = "train --site @s.conf --queries @learn.tsv --valid-queries @held.tsv ";
  REQUIRE(site.run(train).exit_code == 0);
  CHECK_THAT(site.run(train + "--seed 2").out, Contains("which it would replace:") && Contains("flatters it"));
  site.log_day(2, "logs/2.csv");
  const CommandResult both = site.run(train + "--clicks @logs/1.csv --clicks @logs/2.csv");
  INFO(both.out << both.err);
  CHECK_THAT(both.out, Contains("which it would replace:") && !Contains("flatters it"));
}

}  // namespace irgan::nightly_test
