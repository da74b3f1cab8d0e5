#include <xapian.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "irgan/index_layout.h"
#include "plugin/src/features/unique_ids.h"
#include "tests/index_tools/captured_command.h"
#include "tests/index_tools/made_site.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::index_test {

using Catch::Contains;

namespace {

struct Fixture {
  ScratchFolder folder;

  CommandResult index(const std::string& documents, const std::string& options = "--field title=S --field body=") {
    return run_line("index --db " + folder.file("db") + ' ' + options + ' ' + folder.write("docs.jsonl", documents));
  }

  Xapian::Database indexed(const std::string& documents, const std::string& options = "--field title=S --field body=") {
    const CommandResult result = index(documents, options);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return Xapian::Database(folder.file("db"));
  }
};

// The wdf of `term` in document `docid`; 0 if it is not there.
Xapian::termcount wdf(const Xapian::Database& db, const std::string& term, Xapian::docid docid = 1) {
  auto posting = db.postlist_begin(term);
  posting.skip_to(docid);
  return posting != db.postlist_end(term) && *posting == docid ? posting.get_wdf() : 0;
}

double number_in(const Xapian::Database& db, Xapian::valueno slot, Xapian::docid docid = 1) {
  return Xapian::sortable_unserialise(db.get_document(docid).get_value(slot));
}

std::vector<Xapian::termpos> positions(const Xapian::Database& db, const std::string& term) {
  return {db.positionlist_begin(1, term), db.positionlist_end(1, term)};
}

}  // namespace

TEST_CASE_METHOD(Fixture, "index writes each field under its prefix and once more without", "[index_tools][index]") {
  const Xapian::Database db = indexed(R"({"id": "7", "title": "Green boats", "body": "boats and oars"})");
  REQUIRE(db.get_doccount() == 1);
  CHECK(wdf(db, "Sgreen") == 1);
  CHECK(wdf(db, "Sboats") == 1);
  CHECK(wdf(db, "ZSboat") == 1);
  CHECK(wdf(db, "Soars") == 0);
  CHECK(wdf(db, "green") == 1);
  CHECK(wdf(db, "boats") == 2);
  CHECK(wdf(db, "Zboat") == 2);
  CHECK(wdf(db, "oars") == 1);
  CHECK(db.term_exists("Q7"));
  CHECK(wdf(db, "Q7") == 0);  // a boolean term
}

TEST_CASE_METHOD(Fixture, "index keeps the line as the document's data", "[index_tools][index]") {
  const std::string line = R"({"id": "7", "title": "Green", "body": "b", "unknown": [1, {"x": null}]})";
  CHECK(indexed(line + "\r\n").get_document(1).get_data() == line);
}

TEST_CASE_METHOD(Fixture, "index stores the length of each field and the title's text", "[index_tools][index]") {
  const Xapian::Database db = indexed(
      "{\"id\": 1, \"title\": \"Two Words\", \"body\": \"and then four more\"}\n"
      "{\"id\": 2, \"title\": null}\n",
      "--field title=S --field body=XB");
  const IndexLayout layout = read_layout(db);
  REQUIRE(layout.fields.size() == 3);  // all text without a prefix is a field of its own
  CHECK(layout.fields[0].name == "title");
  CHECK(layout.fields[1].name == "body");
  CHECK(layout.fields[1].prefix == "XB");
  CHECK(layout.fields[2].name == "text");
  CHECK(layout.fields[2].prefix.empty());
  CHECK(number_in(db, layout.fields[0].length_slot) == 2);
  CHECK(number_in(db, layout.fields[1].length_slot) == 4);
  CHECK(number_in(db, layout.fields[2].length_slot) == 6);
  CHECK(db.get_document(1).get_value(layout.fields[0].text_slot) == "Two Words");
  CHECK(layout.fields[1].text_slot == Xapian::BAD_VALUENO);
  CHECK(number_in(db, layout.fields[0].length_slot, 2) == 0);
  CHECK(db.get_document(2).get_value(layout.fields[0].text_slot).empty());
}

TEST_CASE_METHOD(Fixture, "index names the field of all text another way where a field is called text",
                 "[index_tools][index]") {
  const IndexLayout layout = read_layout(indexed(R"({"id": 1, "text": "a"})", "--field text=S"));
  REQUIRE(layout.fields.size() == 2);
  CHECK(layout.fields[1].name == "all_text");
}

TEST_CASE_METHOD(Fixture, "index joins arrays of texts with a gap that no phrase crosses", "[index_tools][index]") {
  const Xapian::Database db =
      indexed(R"({"id": 1, "title": "x", "tags": ["deep sea", null, "blue"]})", "--field title=S --field tags=XT");
  CHECK(wdf(db, "XTdeep") == 1);
  CHECK(wdf(db, "XTblue") == 1);
  const auto sea = positions(db, "XTsea");
  const auto blue = positions(db, "XTblue");
  REQUIRE(sea.size() == 1);
  REQUIRE(blue.size() == 1);
  CHECK(blue[0] >= sea[0] + 100);
}

TEST_CASE_METHOD(Fixture, "the title's stored text is the first of several", "[index_tools][index]") {
  const Xapian::Database db = indexed(R"({"id": 1, "title": ["First", "Second"], "body": ""})");
  CHECK(db.get_document(1).get_value(read_layout(db).fields[0].text_slot) == "First");
  CHECK(wdf(db, "Ssecond") == 1);
}

TEST_CASE_METHOD(Fixture, "index puts each unique-id term into a slot and says in which", "[index_tools][index]") {
  const Xapian::Database db =
      indexed("{\"id\": \"a1\", \"title\": \"a\"}\n{\"id\": \"b/2\", \"title\": \"b\"}\n", "--field title=S");
  CHECK(db.get_document(1).get_value(id_slot_of(db)) == "Qa1");
  CHECK(db.get_document(2).get_value(id_slot_of(db)) == "Qb/2");
}

TEST_CASE_METHOD(Fixture, "index takes numbers into their slots, and null or nothing for missing",
                 "[index_tools][index]") {
  const Xapian::Database db = indexed(
      "{\"id\": 1, \"title\": \"a\", \"votes\": 12, \"price\": -0.5}\n"
      "{\"id\": 2, \"title\": \"b\", \"votes\": null, \"price\": 1e3}\n"
      "{\"id\": 3, \"title\": \"c\", \"price\": 0}\n",
      "--field title=S --value votes=0 --value price=5");
  CHECK(number_in(db, 0) == 12);
  CHECK(number_in(db, 5) == -0.5);
  CHECK(db.get_document(2).get_value(0).empty());
  CHECK(number_in(db, 5, 2) == 1000);
  CHECK(db.get_document(3).get_value(0).empty());
  CHECK(number_in(db, 5, 3) == 0);
  CHECK(db.get_value_freq(0) == 1);
  const IndexLayout layout = read_layout(db);
  REQUIRE(layout.values.size() == 2);
  CHECK(layout.values[0].name == "votes");
  CHECK(layout.values[1].slot == 5);
}

TEST_CASE_METHOD(Fixture, "index takes any letters that UTF-8 can say", "[index_tools][index]") {
  const Xapian::Database db = indexed(
      "{\"id\": \"\xC3\xA9t\xC3\xA9/1\", \"title\": \"\xC3\x89t\xC3\xA9 \xE2\x80\x93 \\u00dcBER\", \"body\": "
      "\"\xD0\x9C\xD0\x98\xD0\xA0\"}");
  CHECK(db.term_exists("Q\xC3\xA9t\xC3\xA9/1"));
  CHECK(wdf(db, "S\xC3\xA9t\xC3\xA9") == 1);
  CHECK(wdf(db,
            "S\xC3\xBC"
            "ber") == 1);
  CHECK(wdf(db, "\xD0\xBC\xD0\xB8\xD1\x80") == 1);
  CHECK(number_in(db, read_layout(db).fields[0].length_slot) == 2);
}

TEST_CASE_METHOD(Fixture, "index --stemmer none makes no stems", "[index_tools][index]") {
  const Xapian::Database db =
      indexed(R"({"id": 1, "title": "Boats", "body": "running"})", "--field title=S --field body= --stemmer none");
  CHECK(wdf(db, "Sboats") == 1);
  CHECK(wdf(db, "running") == 1);
  CHECK(db.allterms_begin("Z") == db.allterms_end("Z"));
  CHECK(read_layout(db).stemmer == "none");
}

TEST_CASE_METHOD(Fixture, "index --stemmer takes Xapian's languages and names them for any other",
                 "[index_tools][index]") {
  const Xapian::Database db =
      indexed(R"({"id": 1, "title": "Katzen", "body": ""})", "--field title=S --field body= --stemmer german");
  CHECK(wdf(db, "ZSkatz") == 1);
  const CommandResult result = index("{}", "--overwrite --field title=S --stemmer klingon");
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("--stemmer klingon: must be none or one of") && Contains("german"));
}

TEST_CASE_METHOD(Fixture, "index takes ids under another key, as texts or whole numbers", "[index_tools][index]") {
  const Xapian::Database db =
      indexed("{\"sku\": 12, \"title\": \"a\"}\n\n{\"sku\": \"x-1\", \"title\": \"b\"}\n", "--id sku --field title=S");
  CHECK(db.get_doccount() == 2);
  CHECK(db.term_exists("Q12"));
  CHECK(db.term_exists("Qx-1"));
}

TEST_CASE_METHOD(Fixture, "index reads several files as one, and no id may stand in two", "[index_tools][index]") {
  const std::string first = folder.write("first", "{\"id\": 1, \"title\": \"a\"}\n");
  const std::string second = folder.write("second", "{\"id\": 2, \"title\": \"b\"}\n");
  const std::string line = "index --field title=S --db " + folder.file("db") + ' ';
  CHECK(run_line(line + first + ' ' + second).exit_code == 0);
  CHECK(Xapian::Database(folder.file("db")).get_doccount() == 2);
  const CommandResult result = run_line(line + "--overwrite " + first + ' ' + second + ' ' + first);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains(first + ":1: the id '1' stands in an earlier document"));
  CHECK(Xapian::Database(folder.file("db")).get_doccount() == 2);
}

TEST_CASE_METHOD(Fixture, "the layout in the metadata says what stands where", "[index_tools][index]") {
  const Xapian::Database db =
      indexed(R"({"id": 1, "title": "a", "body": "b", "votes": 1})", "--field title=S --field body= --value votes=3");
  CHECK(db.get_metadata(kLayoutKey) ==
        R"({"fields":[{"length_slot":1000,"name":"title","prefix":"S","text_slot":2000},)"
        R"({"length_slot":1001,"name":"body","prefix":"","text_slot":null}],"id_prefix":"Q","stemmer":"english",)"
        R"("values":[{"name":"votes","slot":3}]})");
}

TEST_CASE_METHOD(Fixture, "index says what it made", "[index_tools][index]") {
  const CommandResult result = index("{\"id\": 1, \"title\": \"a\", \"body\": \"\"}\n");
  CHECK(result.out == "indexed 1 documents into " + folder.file("db") + ", fields title=S body=(none)\n");
  CHECK(result.err.empty());
}

TEST_CASE_METHOD(Fixture, "bad documents are refused with their line, and no index is left", "[index_tools][index]") {
  const auto [line, reason] = GENERATE(table<const char*, const char*>({
      {R"({"title": "a"})", "there is no 'id'"},
      {R"({"id": null, "title": "a"})", "'id' is neither a text nor a whole number"},
      {R"({"id": "", "title": "a"})", "'id' is neither a text nor a whole number"},
      {R"({"id": 1.5, "title": "a"})", "'id' is neither a text nor a whole number"},
      {R"({"id": 1, "title": 5})", "'title' is neither a text nor an array of texts"},
      {R"({"id": 1, "title": {"de": "a"}})", "'title' is neither a text nor an array of texts"},
      {R"({"id": 1, "title": ["a", 5]})", "'title' holds something else than texts"},
      {R"({"id": 1, "title": "a", "votes": "12"})", "'votes' is no number"},
      {R"({"id": 1, "title": "a", "votes": true})", "'votes' is no number"},
      {R"({"id": 1, "title": "a", "votes": 1e999})", "not a JSON object"},
      {R"(["id", 1])", "not a JSON object"},
      {R"({"id": 1, "title": "a")", "not a JSON object"},
      {R"({"id": "x"} {"id": "y"})", "not a JSON object"},
      {"{\"id\": 1, \"title\": \"\xFF\"}", "not a JSON object"},
      {R"({"id": "first", "title": "a"})", "the id 'first' stands in an earlier document"},
  }));
  CAPTURE(line);
  const CommandResult result =
      index(std::string("{\"id\": \"first\", \"title\": \"a\", \"votes\": 1}\n\n") + line + '\n',
            "--field title=S --value votes=0");
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains(folder.file("docs.jsonl") + ":3: " + reason));
  CHECK(folder.size() == 1);  // docs.jsonl
}

TEST_CASE_METHOD(Fixture, "an id longer than a term can be is refused", "[index_tools][index]") {
  CHECK(index("{\"id\": \"" + std::string(244, 'x') + "\", \"title\": \"a\"}\n", "--field title=S").exit_code == 0);
  const CommandResult result =
      index("{\"id\": \"" + std::string(245, 'x') + "\", \"title\": \"a\"}\n", "--overwrite --field title=S");
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains(":1: the id is longer than the 244 bytes"));
}

TEST_CASE_METHOD(Fixture, "a key that no document has is taken for a slip", "[index_tools][index]") {
  const CommandResult text = index("{\"id\": 1, \"title\": \"a\"}\n", "--field title=S --field bodie=");
  CHECK(text.exit_code == 1);
  CHECK_THAT(text.err, Contains("none of the 1 documents has 'bodie'; is the key spelt so?"));
  const CommandResult value = index("{\"id\": 1, \"title\": \"a\"}\n", "--field title=S --value vote=1");
  CHECK(value.exit_code == 1);
  CHECK_THAT(value.err, Contains("'vote'"));
  CHECK(folder.size() == 1);
  CHECK(index("{\"id\": 1, \"title\": \"a\", \"bodie\": null, \"vote\": null}\n",
              "--field title=S --field bodie= --value vote=1")
            .exit_code == 0);
}

TEST_CASE_METHOD(Fixture, "bad fields and values are refused by name", "[index_tools][index]") {
  const auto [options, message] = GENERATE(table<const char*, const char*>({
      {"", "--field is missing"},
      {"--field title=s", "--field title=s: a prefix is capital letters"},
      {"--field title=S --field body=S", "--field body=S: a prefix is capital letters, used once"},
      {"--field title= --field body=", "--field body=: a prefix is capital letters, used once"},
      {"--field title=Q", "begins with neither Q (ids) nor Z (stems)"},
      {"--field title=QX", "begins with neither Q (ids) nor Z (stems)"},  // would hide the ids
      {"--field title=ZS", "begins with neither Q (ids) nor Z (stems)"},
      {"--field title=S --field title=XT", "'title' is named twice"},
      {"--field title=S --value title=1", "'title' is named twice"},
      {"--field a.b=S", "'a.b'"},
      {"--field query=S", "'query'"},  // its length would be the feature query.length
      {"--field value=S", "'value'"},
      {"--field =S", "--field =S: must be KEY=PREFIX"},
      {"--field title", "--field title: must be KEY=PREFIX"},
      {"--field title=S --value votes=x", "'x' is no value slot"},
      {"--field title=S --value votes=-1", "'-1' is no value slot"},
      {"--field title=S --value votes=", "'' is no value slot"},
      {"--field title=S --value votes=1000", "slots from 1000 on are ours"},
      {"--field title=S --value votes=4294967295", "slots from 1000 on are ours"},
      {"--field title=S --value votes=4294967296", "is no value slot"},
      {"--field title=S --value votes=1 --value price=1", "--value price=1: the slot holds another value"},
  }));
  CAPTURE(options);
  const CommandResult result =
      index("{\"id\": 1, \"title\": \"a\", \"body\": \"\", \"votes\": 1, \"price\": 1}\n", options);
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains(message));
  CHECK(folder.size() == 1);
}

TEST_CASE_METHOD(Fixture, "an index that is there is replaced only by --overwrite, and only when the new one is whole",
                 "[index_tools][index]") {
  const std::string good = R"({"id": 1, "title": "a", "body": "old"})";
  REQUIRE(index(good).exit_code == 0);
  const CommandResult refused = index(R"({"id": 2, "title": "a", "body": "new"})");
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, Contains("--db " + folder.file("db") + ": exists; only overwrite replaces it"));
  CHECK(Xapian::Database(folder.file("db")).term_exists("Q1"));

  CHECK(index("{\"id\": 2, \"title\": \"a\", \"body\": \"new\"}\n{", "--overwrite --field title=S --field body=")
            .exit_code == 1);
  CHECK(Xapian::Database(folder.file("db")).term_exists("Q1"));
  CHECK(folder.size() == 2);

  CHECK(index(R"({"id": 2, "title": "a", "body": "new"})", "--overwrite --field title=S --field body=").exit_code == 0);
  CHECK(Xapian::Database(folder.file("db")).term_exists("Q2"));
  CHECK_FALSE(Xapian::Database(folder.file("db")).term_exists("Q1"));
  CHECK(folder.size() == 2);  // nothing beside the documents and the index
}

TEST_CASE_METHOD(Fixture, "a search that is open goes on while its index is replaced", "[index_tools][index]") {
  const Xapian::Database before = indexed(R"({"id": 1, "title": "a", "body": "old"})");
  REQUIRE(index(R"({"id": 2, "title": "a", "body": "new"})", "--overwrite --field title=S --field body=").exit_code ==
          0);
  CHECK(before.term_exists("Q1"));
}

TEST_CASE_METHOD(Fixture, "--overwrite does not replace what is no index", "[index_tools][index]") {
  std::filesystem::create_directory(folder.path() / "db");
  folder.write("db/letters.txt", "dear");
  const CommandResult result =
      index(R"({"id": 1, "title": "a", "body": ""})", "--overwrite --field title=S --field body=");
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("is no Xapian index"));
  CHECK(folder.read("db/letters.txt") == "dear");
}

TEST_CASE_METHOD(Fixture, "index takes the slash that a shell adds to a folder's name", "[index_tools][index]") {
  const std::string documents = folder.write("docs.jsonl", R"({"id": 1, "title": "a"})");
  const std::string line = "index --field title=S --overwrite --db " + folder.file("db") + "/ " + documents;
  CHECK(run_line(line).exit_code == 0);
  CHECK(run_line(line).exit_code == 0);
  CHECK(Xapian::Database(folder.file("db")).get_doccount() == 1);
  CHECK(folder.size() == 2);
}

TEST_CASE_METHOD(Fixture, "index says where no index can be made and what cannot be read", "[index_tools][index]") {
  const std::string documents = folder.write("docs.jsonl", R"({"id": 1, "title": "a"})");
  const CommandResult no_folder = run_line("index --field title=S --db " + folder.file("none/db") + ' ' + documents);
  CHECK(no_folder.exit_code == 1);
  CHECK_THAT(no_folder.err, Contains(folder.file("none/db")) && Contains("no index can be made here"));

  const CommandResult no_file = run_line("index --field title=S --db " + folder.file("db") + ' ' + folder.file("none"));
  CHECK(no_file.exit_code == 1);
  CHECK_THAT(no_file.err, Contains(folder.file("none") + ": cannot be opened"));

  const CommandResult a_folder =
      run_line("index --field title=S --db " + folder.file("db") + ' ' + folder.path().string());
  CHECK(a_folder.exit_code == 1);
  CHECK_THAT(a_folder.err, Contains(folder.path().string() + ": cannot be read: Is a directory"));

  const CommandResult empty =
      run_line("index --field title=S --db " + folder.file("db") + ' ' + folder.write("empty", "\n"));
  CHECK(empty.exit_code == 1);
  CHECK_THAT(empty.err, Contains(folder.file("empty") + ": there are no documents in it"));
  CHECK_FALSE(std::filesystem::exists(folder.file("db")));

  const CommandResult nothing = run_line("index --field title=S --db " + folder.file("db"));
  CHECK(nothing.exit_code == 2);
  CHECK_THAT(nothing.err, Contains("--file is missing: name at least one file of documents"));
  const CommandResult nowhere = run_line("index --field title=S " + documents);
  CHECK(nowhere.exit_code == 2);
  CHECK_THAT(nowhere.err, Contains("--db is missing"));
}

TEST_CASE("overwrite follows a link, and deletes nothing that is no part of an index", "[index_tools][index]") {
  const MadeSite site;
  site.index();
  const std::string line =
      "index --db @link --overwrite --field title=S --field body= --value popularity=0 @docs.jsonl";
  std::filesystem::create_symlink("db", site.file("link"));
  CHECK(site.run(line).exit_code == 0);
  CHECK(std::filesystem::is_symlink(site.file("link")));
  CHECK(site.run("search --db @db amber").exit_code == 0);
  site.folder.write("db/notes", "mine");
  const CommandResult result = site.run(line);
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Catch::Contains("holds 'notes', which is no part of an index"));
  CHECK(site.folder.read("db/notes") == "mine");
}

}  // namespace irgan::index_test
