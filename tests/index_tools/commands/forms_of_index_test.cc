#include <xapian.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>

#include "irgan/index_layout.h"
#include "tests/index_tools/made_site.h"

namespace irgan::forms_of_index_test {

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void copy_metadata(const Xapian::Database& from, Xapian::WritableDatabase& to) {
  for (auto key = from.metadata_keys_begin(); key != from.metadata_keys_end(); ++key)
    to.set_metadata(*key, from.get_metadata(*key));
}

/// The index `db` of a site in other forms, each by what names it on a command line.
std::map<std::string, std::string> forms_of(const MadeSite& site) {
  const Xapian::Database db(site.file("db"));
  std::map<std::string, std::string> forms{{"one database", "--db @db"}};

  std::vector<Xapian::WritableDatabase> shards;
  std::string stub;
  for (int i = 0; i < 3; ++i) {
    const std::string name = "shard" + std::to_string(i);
    shards.emplace_back(site.file(name), Xapian::DB_CREATE);
    copy_metadata(db, shards.back());
    forms["shards"] += (i == 0 ? "--db @" : " --db @") + name;
    stub += "auto " + name + '\n';
  }
  Xapian::WritableDatabase renumbered(site.file("renumbered"), Xapian::DB_CREATE);
  copy_metadata(db, renumbered);
  for (Xapian::docid docid = 1; docid <= db.get_doccount(); ++docid) {
    shards[(docid - 1) % 3].add_document(db.get_document(docid));
    renumbered.replace_document(10 * docid, db.get_document(docid));
  }
  for (Xapian::WritableDatabase& shard : shards) shard.commit();
  renumbered.commit();
  site.folder.write("stub", stub);
  forms["stub"] = "--db @stub";
  forms["renumbered"] = "--db @renumbered";
  Xapian::Database(db).compact(site.file("single"), Xapian::DBCOMPACT_SINGLE_FILE);
  forms["single file"] = "--db @single";
  Xapian::Database(renumbered).compact(site.file("compacted"));
  forms["compacted"] = "--db @compacted";
  return forms;
}

}  // namespace

TEST_CASE("one index in other forms gives the same features and runs", "[index_tools][site][forms]") {
  const MadeSite site;
  REQUIRE(site.run("index --db @db --field title=S --field body= --value popularity=0 @docs.jsonl").exit_code == 0);
  const CommandResult trained = site.run(
      "train --force --db @db --queries @learn.tsv --qrels @learn.qrels --epochs 2 --threads 1 --model @m.model");
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  std::map<std::string, std::string> expected;
  for (const auto& [form, named] : forms_of(site)) {
    const CommandResult features =
        site.run("features " + named + " --queries @test.tsv --qrels @test.qrels --out @rows");
    const CommandResult ranked =
        site.run("rerank " + named + " --model @m.model --queries @test.tsv --out @new.run --baseline-out @old.run");
    INFO(form << ": " << features.err << ranked.err);
    REQUIRE(features.exit_code == 0);
    REQUIRE(ranked.exit_code == 0);
    for (const char* file : {"rows", "new.run", "old.run"}) {
      std::string bytes = bytes_of(site.file(file));
      if (bytes[0] == '#') bytes.erase(0, bytes.find('\n'));  // which has the index's uuid
      INFO(file);
      REQUIRE_FALSE(bytes.empty());
      const bool is_same = expected.emplace(file, bytes).first->second == bytes;
      CHECK(is_same);
    }
  }
}

TEST_CASE("annotate writes the same values into an index in other forms", "[index_tools][site][forms][annotate]") {
  const auto written = [](const std::string& id_prefix, const std::function<std::string(int)>& id_of) {
    const MadeSite site;
    REQUIRE(site.run("index --db @db --field title=S --field body= --value popularity=0 @docs.jsonl").exit_code == 0);
    std::map<std::string, std::string> forms = forms_of(site);
    forms.erase("single file");  // cannot be written
    forms.erase("compacted");    // numbered as renumbered
    if (id_prefix == "docid") forms.erase("renumbered");
    std::string sales;
    for (int i = 1; i <= MadeSite::kNumDocuments; i += 7) sales += id_of(i) + '\t' + std::to_string(100 * i) + '\n';
    site.folder.write("sales", sales);
    site.folder.write("links", id_of(1) + '\t' + id_of(3) + '\n' + id_of(2) + '\t' + id_of(3) + '\n');
    std::map<std::string, std::map<std::string, std::string>> values;  // by form, by document
    for (const auto& [form, named] : forms) {
      const CommandResult result = site.run("annotate " + named + " --id-prefix " + id_prefix +
                                            " --values @sales:sales --pagerank @links:links");
      INFO(form << ": " << result.err);
      REQUIRE(result.exit_code == 0);
      const Xapian::Database shard(site.file(
          form == "one database" || form == "renumbered" ? (form == "renumbered" ? "renumbered" : "db") : "shard0"));
      const IndexLayout layout = read_layout(shard);
      Xapian::Database db(site.file("stub"));
      if (form == "one database" || form == "renumbered") db = shard;
      for (auto document = db.postlist_begin(""); document != db.postlist_end(""); ++document) {
        std::string& all = values[form][db.get_document(*document).get_data()];
        for (const StoredValue& value : layout.values) {
          const std::string bytes = db.get_document(*document).get_value(value.slot);
          all += value.name + '=' + (bytes.empty() ? "-" : std::to_string(Xapian::sortable_unserialise(bytes))) + ' ';
        }
      }
    }
    for (const auto& [form, by_document] : values) {
      CAPTURE(form);
      CHECK(by_document.size() == MadeSite::kNumDocuments);
      CHECK(by_document == values.at("one database"));
    }
  };
  SECTION("by docids of the whole") {
    written("docid", [](int i) { return std::to_string(i); });
  }
  SECTION("by the site's own ids") {
    written("Q", [](int i) { return 'd' + std::to_string(i - 1); });
  }
}

}  // namespace irgan::forms_of_index_test
