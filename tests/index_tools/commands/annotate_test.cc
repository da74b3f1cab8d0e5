#include <xapian.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "irgan/index_layout.h"
#include "plugin/src/features/unique_ids.h"
#include "tests/index_tools/captured_command.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::annotate_test {

using Catch::Contains;

namespace {

constexpr Xapian::valueno kOmindexSize = 2;  // omindex's own slots: 0 last modified, 1 md5, 2 size

/// An index as omindex makes it: unique ids under U, titles under S, text without a prefix that holds the title too, no
/// layout; its documents dealt in turn over the shards.
struct SmallSite {
  ScratchFolder folder;
  std::vector<std::string> paths;

  explicit SmallSite(std::size_t num_shards = 1) {
    const std::pair<const char*, const char*> documents[] = {{"Red kites", "kites over the hill"},
                                                             {"Blue", "a long and blue text about nothing at all"},
                                                             {"Hills", ""},
                                                             {"Red", "red red"}};
    for (std::size_t s = 0; s < num_shards; ++s) {
      paths.push_back(folder.file("shard" + std::to_string(s)));
      Xapian::WritableDatabase db(paths.back(), Xapian::DB_CREATE);
      for (std::size_t i = s; i < std::size(documents); i += num_shards) {
        Xapian::Document document;
        Xapian::TermGenerator generator;
        generator.set_stemmer(Xapian::Stem("english"));
        generator.set_document(document);
        generator.index_text(documents[i].first, 1, "S");
        generator.increase_termpos();
        generator.index_text(documents[i].first);
        generator.index_text(documents[i].second);
        document.add_boolean_term("U/page" + std::to_string(i + 1));
        document.add_boolean_term("Ttext/html");
        document.add_value(kOmindexSize, Xapian::sortable_serialise(100.0 + static_cast<double>(i)));
        document.set_data("url=/page" + std::to_string(i + 1));
        db.add_document(document);
      }
      db.commit();
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
};

double number_in(const Xapian::Database& db, Xapian::valueno slot, Xapian::docid docid) {
  const std::string value = db.get_document(docid).get_value(slot);
  return value.empty() ? NAN : Xapian::sortable_unserialise(value);
}

}  // namespace

TEST_CASE("annotate --field-lengths counts the words of an index that omindex made", "[index_tools][annotate]") {
  const SmallSite site;
  const CommandResult result = site.annotate("--field-lengths");
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(result.out == "annotated 4 documents\n");

  const Xapian::Database db = site.open();
  const IndexLayout layout = read_layout(db);
  CHECK(layout.id_prefix == "U");
  CHECK(layout.stemmer == "english");
  REQUIRE(layout.fields.size() == 2);
  CHECK(layout.fields[0].name == "title");
  CHECK(layout.fields[0].prefix == "S");
  CHECK(layout.fields[1].name == "body");
  REQUIRE(layout.fields[0].length_slot != layout.fields[1].length_slot);
  const double title[] = {2, 1, 1, 1};
  const double body[] = {6, 10, 1, 3};
  for (Xapian::docid docid = 1; docid <= 4; ++docid) {
    CHECK(number_in(db, layout.fields[0].length_slot, docid) == title[docid - 1]);
    CHECK(number_in(db, layout.fields[1].length_slot, docid) == body[docid - 1]);
  }
}

TEST_CASE("annotate leaves terms, data and the values of others as they were", "[index_tools][annotate]") {
  const SmallSite site;
  const auto content = [&] {
    const Xapian::Database db = site.open();
    std::string all;
    for (Xapian::docid docid = 1; docid <= 4; ++docid) {
      const Xapian::Document document = db.get_document(docid);
      all += document.get_data() + '\n' + document.get_value(kOmindexSize) + '\n';
      for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term) {
        all += *term + ' ' + std::to_string(term.get_wdf());
        for (auto place = term.positionlist_begin(); place != term.positionlist_end(); ++place)
          all += ' ' + std::to_string(*place);
        all += '\n';
      }
    }
    return all;
  };
  const std::string before = content();
  site.folder.write("sales", "/page1\t5\n");
  REQUIRE(site.annotate("--field-lengths --values " + site.folder.file("sales") + ":sales").exit_code == 0);
  CHECK(content() == before);
}

TEST_CASE("annotate --values puts numbers by document id into a slot that nobody uses", "[index_tools][annotate]") {
  const SmallSite site;
  site.folder.write("sales", "/page1\t5\n/page3\t-2.5\r\n/gone\t1\n\n/page2\t1e3\n");
  const CommandResult result = site.annotate("--values " + site.folder.file("sales") + ":sales");
  REQUIRE(result.exit_code == 0);
  CHECK(result.out == "annotated 3 of 4 documents: 3 values, 1 for unknown documents\n");
  const Xapian::Database db = site.open();
  const IndexLayout layout = read_layout(db);
  REQUIRE(layout.values.size() == 1);
  CHECK(layout.values[0].name == "sales");
  const Xapian::valueno slot = layout.values[0].slot;
  CHECK(slot == 0);
  CHECK(number_in(db, slot, 1) == 5);
  CHECK(number_in(db, slot, 2) == 1000);
  CHECK(number_in(db, slot, 3) == -2.5);
  CHECK(std::isnan(number_in(db, slot, 4)));
  CHECK(layout.fields[0].length_slot == Xapian::BAD_VALUENO);  // not asked for
}

TEST_CASE("annotate gives each new value a slot of its own, past those that documents use", "[index_tools][annotate]") {
  const SmallSite site;
  const std::string file = site.folder.write("f", "/page1\t5\n");
  REQUIRE(site.annotate("--values " + file + ":a --values " + file + ":b --values " + file + ":c").exit_code == 0);
  const IndexLayout layout = read_layout(site.open());
  REQUIRE(layout.values.size() == 3);
  CHECK(layout.values[0].slot == 0);
  CHECK(layout.values[1].slot == 1);
  CHECK(layout.values[2].slot == 3);
  CHECK(number_in(site.open(), kOmindexSize, 1) == 100);

  SECTION("and the same name keeps its slot") {
    site.folder.write("f", "/page1\t6\n");
    REQUIRE(site.annotate("--values " + file + ":b").exit_code == 0);
    CHECK(read_layout(site.open()).values.size() == 3);
    CHECK(number_in(site.open(), 1, 1) == 6);
    CHECK(number_in(site.open(), 0, 1) == 5);
  }
}

TEST_CASE("annotate takes a slot by its number, unless something else is there", "[index_tools][annotate]") {
  const SmallSite site;
  const std::string file = site.folder.write("f", "/page1\t5\n");
  REQUIRE(site.annotate("--values " + file + ":7").exit_code == 0);
  CHECK(read_layout(site.open()).values.at(0).name == "value7");
  CHECK(number_in(site.open(), 7, 1) == 5);

  const CommandResult taken = site.annotate("--values " + file + ":2");
  CHECK(taken.exit_code == 2);
  CHECK_THAT(taken.err,
             Contains("--values " + file + ":2: the slot holds something else") && Contains("(value NAME=2)"));
  CHECK(number_in(site.open(), kOmindexSize, 1) == 100);

  REQUIRE(site.annotate("--value size=2 --values " + file + ":2").exit_code == 0);
  CHECK(number_in(site.open(), kOmindexSize, 1) == 5);
  CHECK(number_in(site.open(), kOmindexSize, 2) == 101);
}

TEST_CASE("annotate does not put values into the slots of field lengths", "[index_tools][annotate]") {
  const SmallSite site;
  const std::string file = site.folder.write("f", "/page1\t5\n");
  REQUIRE(site.annotate("--field-lengths").exit_code == 0);
  const Xapian::valueno slot = read_layout(site.open()).fields[0].length_slot;
  CHECK(site.annotate("--values " + file + ":" + std::to_string(slot)).exit_code == 2);
  CHECK(number_in(site.open(), slot, 1) == 2);
}

TEST_CASE("annotate --field-lengths again counts anew into the same slots", "[index_tools][annotate]") {
  const SmallSite site;
  REQUIRE(site.annotate("--field-lengths").exit_code == 0);
  const std::string layout = site.open().get_metadata(kLayoutKey);
  {
    Xapian::WritableDatabase db(site.paths[0], Xapian::DB_OPEN);
    Xapian::Document document;
    document.add_term("Snew", 3);
    document.add_boolean_term("U/page5");
    db.add_document(document);
    db.commit();
  }
  REQUIRE(site.annotate("--field-lengths").exit_code == 0);
  CHECK(site.open().get_metadata(kLayoutKey) == layout);
  CHECK(number_in(site.open(), read_layout(site.open()).fields[0].length_slot, 5) == 3);
}

TEST_CASE("annotate keeps what it is told of fields, stemmer and ids", "[index_tools][annotate]") {
  const SmallSite site;
  REQUIRE(
      site.annotate("--field-lengths --prefix name=S --prefix topic=XT --stemmer none --id-prefix docid --value size=2")
          .exit_code == 0);
  const IndexLayout layout = read_layout(site.open());
  CHECK(layout.stemmer == "none");
  CHECK(layout.id_prefix.empty());
  REQUIRE(layout.fields.size() == 3);
  CHECK(layout.fields[0].name == "name");  // the first is the title
  CHECK(layout.fields[1].name == "topic");
  CHECK(layout.fields[2].name == "body");
  REQUIRE(layout.values.size() == 1);
  CHECK(layout.values[0].slot == kOmindexSize);
}

// a -> b, c; b -> a; c -> a: as pagerank_test has it, with page4 on its own.
TEST_CASE("annotate --pagerank ranks documents by the links between them", "[index_tools][annotate]") {
  const SmallSite site;
  const std::string links =
      site.folder.write("links", "/page1\t/page2\n/page1\t/page3\n/page2\t/page1\n/page3\t/page1\n/page1\t/gone\n");
  REQUIRE(site.annotate("--pagerank " + links + ":pagerank").exit_code == 0);
  const Xapian::Database db = site.open();
  const Xapian::valueno slot = read_layout(db).values.at(0).slot;
  double sum = 0.0;
  for (Xapian::docid docid = 1; docid <= 4; ++docid) sum += number_in(db, slot, docid);
  CHECK(sum / 4 == Approx(1.0));
  CHECK(number_in(db, slot, 1) > number_in(db, slot, 2));
  CHECK(number_in(db, slot, 2) == Approx(number_in(db, slot, 3)));
  CHECK(number_in(db, slot, 2) > number_in(db, slot, 4));
}

TEST_CASE("annotate writes the same into several shards as into one index", "[index_tools][annotate]") {
  const SmallSite one(1);
  const SmallSite three(3);
  for (const SmallSite* site : {&one, &three}) {
    const std::string sales = site->folder.write("sales", "/page1\t5\n/page4\t-2\n/gone\t1\n");
    const std::string links = site->folder.write("links", "/page1\t/page2\n/page2\t/page3\n/page3\t/page1\n");
    const CommandResult result =
        site->annotate("--field-lengths --values " + sales + ":sales --pagerank " + links + ":rank");
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(result.out == "annotated 4 documents: 6 values, 1 for unknown documents\n");
  }
  const Xapian::Database a = one.open();
  const Xapian::Database b = three.open();
  for (const std::string& path : three.paths)
    CHECK(Xapian::Database(path).get_metadata(kLayoutKey) == a.get_metadata(kLayoutKey));
  const IndexLayout layout = read_layout(a);
  for (Xapian::docid docid = 1; docid <= 4; ++docid) {
    REQUIRE(a.get_document(docid).get_data() == b.get_document(docid).get_data());
    for (const StoredValue& value : layout.values) {
      CHECK(a.get_document(docid).get_value(value.slot) == b.get_document(docid).get_value(value.slot));
    }
    for (const TextField& field : layout.fields) {
      CHECK(a.get_document(docid).get_value(field.length_slot) == b.get_document(docid).get_value(field.length_slot));
    }
  }
}

TEST_CASE("annotate changes no shard while another program writes to one", "[index_tools][annotate]") {
  const SmallSite site(3);
  const Xapian::WritableDatabase indexer(site.paths[2], Xapian::DB_OPEN);
  const CommandResult result = site.annotate("--field-lengths");
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("index " + site.paths[2] + ": another program is writing to the index"));
  for (const std::string& path : site.paths) CHECK(Xapian::Database(path).get_metadata(kLayoutKey).empty());
}

TEST_CASE("annotate refuses bad lines with their place, and writes nothing then", "[index_tools][annotate]") {
  const SmallSite site;
  const auto [flag, text, message] = GENERATE(table<const char*, const char*, const char*>({
      {"--values", "/page1\t1\n/page2 2\n", ":2: must be two columns with a tab between"},
      {"--values", "\t1\n", ":1: must be two columns"},
      {"--values", "/page1\t1x\n", ":1: '1x' is no number"},
      {"--values", "/page1\tnan\n", ":1: 'nan' is no number"},
      {"--values", "/page1\tinf\n", ":1: 'inf' is no number"},
      {"--values", "/page1\t\n", ":1: '' is no number"},
      {"--pagerank", "/page1\n", ":1: must be two columns"},
      {"--pagerank", "/gone\t/page1\n", ": none of its links is between documents of the index"},
  }));
  const std::string file = site.folder.write("f", text);
  const CommandResult result = site.annotate(std::string("--field-lengths ") + flag + ' ' + file + ":v");
  CAPTURE(text);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains(file + message));
  CHECK(site.open().get_metadata(kLayoutKey).empty());
}

TEST_CASE("annotate refuses options that make no sense", "[index_tools][annotate]") {
  const SmallSite site;
  const std::string file = site.folder.write("f", "/page1\t1\n");
  const auto refused = [&](const std::string& options) {
    const CommandResult result = site.annotate(options);
    CHECK(result.exit_code == 2);
    return result.err;
  };
  CHECK_THAT(refused(""), Contains("nothing to add: give --field-lengths, --ids, --values, --pagerank or --clicks"));
  CHECK_THAT(refused("--values " + file), Contains("must be FILE:SLOT or FILE:NAME"));
  CHECK_THAT(refused("--values " + file + ":"), Contains("must be FILE:SLOT or FILE:NAME"));
  CHECK_THAT(refused("--values :name"), Contains("must be FILE:SLOT or FILE:NAME"));
  CHECK_THAT(refused("--values " + file + ":a.b"), Contains("'a.b'"));
  CHECK_THAT(refused("--values " + file + ":99999999999"), Contains("'99999999999' is no value slot"));
  CHECK_THAT(run_line("annotate --field-lengths").err, Contains("--db is missing"));
  CHECK_THAT(run_line("annotate --field-lengths --db tcp:localhost:1").err, Contains("tcp:localhost:1"));
  CHECK(site.open().get_metadata(kLayoutKey).empty());
}

TEST_CASE("annotate --ids puts each unique-id term into a free slot and says in which", "[index_tools][annotate]") {
  const SmallSite site(GENERATE(1, 2));
  const CommandResult result = site.annotate("--ids");
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  REQUIRE(site.annotate("--ids").exit_code == 0);  // the slot stays
  for (const std::string& path : site.paths) {
    const Xapian::Database db(path);
    const Xapian::valueno slot = id_slot_of(db);
    REQUIRE(slot == kFirstIdSlot);
    for (auto posting = db.postlist_begin(""); posting != db.postlist_end(""); ++posting) {
      const std::string term = db.get_document(*posting).get_value(slot);
      CHECK(term.compare(0, 6, "U/page") == 0);
      CHECK(*db.postlist_begin(term) == *posting);
    }
  }
}

}  // namespace irgan::annotate_test
