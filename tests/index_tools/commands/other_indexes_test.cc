#include <xapian.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "tests/index_tools/captured_command.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::other_indexes_test {

using Catch::Contains;

namespace {

constexpr const char* kWords[] = {"running", "houses",  "kites",   "lovely", "boats",   "walking", "hopeful",
                                  "stories", "beaches", "dancing", "ladies", "travels", "bodies",  "singing"};

/// An index that another program made; each document has the word lamp.
struct OtherIndex {
  ScratchFolder folder;
  std::string stemmer = "english";

  struct Document {
    std::vector<std::string> terms = {};   // without wdf
    std::vector<std::string> values = {};  // by slot
    std::string text = "lamp";
    std::string data = {};
  };

  void make(const std::vector<Document>& documents, const std::string& name = "db") const {
    Xapian::WritableDatabase db(folder.file(name), Xapian::DB_CREATE_OR_OVERWRITE);
    for (const Document& source : documents) {
      Xapian::Document document;
      Xapian::TermGenerator generator;
      if (!stemmer.empty()) generator.set_stemmer(Xapian::Stem(stemmer));
      generator.set_document(document);
      generator.index_text(source.text);
      for (const std::string& term : source.terms) document.add_boolean_term(term);
      for (Xapian::valueno slot = 0; slot < source.values.size(); ++slot) document.add_value(slot, source.values[slot]);
      document.set_data(source.data);
      db.add_document(document);
    }
    db.commit();
  }

  // Runs a command line in which @NAME stands for the file NAME.
  CommandResult run(const std::string& line) const {
    std::string filled;
    for (const char c : line) filled += c == '@' ? folder.path().string() + '/' : std::string(1, c);
    return run_line(filled);
  }

  // The ids that a search for lamp finds, with `more` options.
  std::multiset<std::string> ids(const std::string& options = "--db @db") const {
    folder.write("queries", "q1\tlamp\n");
    const CommandResult result = run("rerank " + options + " --queries @queries --baseline-out @run");
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    std::multiset<std::string> found;
    std::ifstream file(folder.file("run"));
    for (std::string query, q0, id, rank, score, tag; file >> query >> q0 >> id >> rank >> score >> tag;)
      found.insert(id);
    return found;
  }
};

using Ids = std::multiset<std::string>;

std::string some_words(int i) {
  std::string text = "lamp";
  for (int k = 0; k < 4; ++k) text += std::string(" ") + kWords[(i + 3 * k) % std::size(kWords)];
  return text;
}

}  // namespace

TEST_CASE("terms under U that are tags are no ids", "[index_tools][site]") {
  OtherIndex index;
  std::vector<OtherIndex::Document> documents;
  for (int i = 0; i < 20; ++i)
    documents.push_back(
        {{"IBody-" + std::to_string(i), "MBody", i % 2 ? "Ucouncil" : "Uschool", "Uschool:W" + std::to_string(i)}});
  index.make(documents);
  Ids docids;
  for (int i = 1; i <= 20; ++i) docids.insert(std::to_string(i));
  CHECK(index.ids() == docids);
  const CommandResult shown = index.run("inspect --db @db");
  CHECK_THAT(shown.out, Contains("ids are docids"));
  CHECK_THAT(shown.err, Contains("terms under U are no unique ids: term 'Ucouncil' stands in 10 documents") &&
                            Contains("--id-prefix I says otherwise"));
  CHECK(index.ids("--db @db --id-prefix I").count("Body-7") == 1);

  const CommandResult refused = index.run("inspect --db @db --id-prefix U");
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, Contains("--id-prefix U: the terms under this prefix are no unique ids"));
  const CommandResult unknown = index.run("inspect --db @db --id-prefix XID");
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.err, Contains("--id-prefix XID: no document has a term under this prefix"));
}

TEST_CASE("a document without an id is counted, and is no other document", "[index_tools][site]") {
  OtherIndex index;
  index.make({{{"Q5"}}, {}, {{"Q2"}}, {{"Q9"}}});
  CHECK(index.ids() == Ids{"5", "docid:2", "2", "9"});
  CHECK_THAT(index.run("inspect --db @db").err, Contains("1 of 4 documents have no unique id under Q"));
  index.make({{{"Q5"}}, {{"Q2"}}});
  CHECK_THAT(index.run("inspect --db @db").err, !Contains("unique id"));
}

TEST_CASE("annotate --ids stores no id for a document that has none", "[index_tools][site][annotate]") {
  OtherIndex index;
  index.make({{{"Q5"}}, {}, {{"Q2"}}});
  const CommandResult result = index.run("annotate --db @db --ids");
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("1 documents have no unique-id term"));
  const Xapian::Database db(index.folder.file("db"));
  CHECK(db.get_document(2).get_value(3000).empty());
  CHECK(db.get_document(3).get_value(3000) == "Q2");
}

TEST_CASE("ids are those of scriptindex, with a colon behind a prefix of several letters", "[index_tools][site]") {
  OtherIndex index;
  index.make({{{"XID:ABC-1"}}, {{"XIDabc-2"}}, {{"XID7"}}});
  CHECK(index.ids("--db @db --id-prefix XID") == Ids{"ABC-1", "abc-2", "7"});
}

TEST_CASE("clicks on documents that no shard has are counted", "[index_tools][site][annotate]") {
  OtherIndex index;
  index.make({{}, {}, {}, {}}, "a");
  index.make({{}, {}, {}, {}}, "b");
  std::string log = "session\tquery\tdoc_id\n";
  for (int i = 0; i < 12; ++i) {
    log += 's' + std::to_string(i) + "\tlamp\t3\n";
    log += 's' + std::to_string(i) + "\tlamp\t99\n";
  }
  index.folder.write("log", log);
  const CommandResult result = index.run("annotate --db @a --db @b --id-prefix docid --clicks @log");
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("clicks of 1 documents, 1 that the index does not have"));
  const Xapian::Database a(index.folder.file("a"));
  const Xapian::Database b(index.folder.file("b"));
  const auto num_clicked = [](const Xapian::Database& db) {
    return std::distance(db.allterms_begin("XCLICKED"), db.allterms_end("XCLICKED"));
  };
  CHECK(num_clicked(a) > 0);  // docid 3 of the whole is the second of a
  CHECK(num_clicked(b) == 0);
  CHECK(*a.postlist_begin(*a.allterms_begin("XCLICKED")) == 2);
}

TEST_CASE("indexes whose ids stand under two prefixes are not searched as one", "[index_tools][site]") {
  OtherIndex index;
  index.make({{{"U/p1"}}, {{"U/p2"}}, {{"U/p3"}}}, "pages");
  index.make({{{"Q1"}}, {{"Q2"}}, {{"Q3"}}}, "shop");
  const CommandResult refused = index.run("inspect --db @shop --db @pages");
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, Contains("--id-prefix is needed: ") && Contains("document ids stand under Q in ") &&
                              Contains("document ids stand under U in "));
  index.folder.write("stub", "auto shop\n# a remark\nauto pages\n");
  CHECK(index.run("inspect --db @stub").exit_code == 2);
  CHECK(index.run("inspect --db @shop --db @pages --id-prefix docid").exit_code == 0);
  CHECK_THAT(index.run("inspect --db @shop --db @pages --id-prefix Q").err,
             Contains("3 of 6 documents have no unique id under Q"));
}

TEST_CASE("indexes of other prefixes or slots are not searched as one", "[index_tools][site]") {
  OtherIndex index;
  index.folder.write("a.jsonl", "{\"id\":\"a\",\"title\":\"lamp\",\"body\":\"x\",\"votes\":1}\n");
  index.folder.write("b.jsonl", "{\"id\":\"b\",\"title\":\"lamp\",\"body\":\"x\",\"votes\":1}\n");
  const auto make = [&](const std::string& name, const std::string& options) {
    const CommandResult made = index.run("index --overwrite --db @" + name + ' ' + options + " @" + name + ".jsonl");
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
  };
  make("a", "--field title=S --field body=");
  const auto refusal = [&](const std::string& options) {
    make("b", options);
    const CommandResult both = index.run("inspect --db @a --db @b");
    return both.exit_code == 1 ? both.err : "";
  };
  CHECK_THAT(refusal("--field title=XT --field body="),
             Contains("field title has prefix S in ") && Contains("field title has prefix XT in "));
  CHECK_THAT(refusal("--field title=S --field body= --stemmer german"),
             Contains("the stemmer is english in ") && Contains("it is german in "));
  CHECK_THAT(refusal("--field body= --field title=S"), Contains("has its length in slot 1000 in "));
  make("a", "--field title=S --field body= --value votes=0");
  CHECK_THAT(refusal("--field title=S --field body= --value votes=1"),
             Contains("value votes is in slot 0 in ") && Contains("value votes is in slot 1 in "));

  make("b", "--field title=S --field body=");
  const CommandResult fewer = index.run("inspect --db @b --db @a");
  CHECK(fewer.exit_code == 0);
  CHECK_THAT(fewer.err, Contains("keeps no value 'votes', which"));
  CHECK_THAT(fewer.out, Contains("value      votes: slot 0, 1 documents"));
  make("b", "--field title=S --field body= --value votes=0");
  CHECK_THAT(index.run("inspect --db @b --db @a").err, !Contains("index:"));
}

TEST_CASE("slots that hold no numbers are refused by name", "[index_tools][site]") {
  OtherIndex index;
  std::vector<OtherIndex::Document> documents;
  const char* prices[] = {"9", "100", "25", "10.5", "1999"};
  for (int i = 0; i < 30; ++i) {
    const std::string time{'\x65', static_cast<char>(0x50 + i), '\x01', '\x02'};
    documents.push_back({{"Q" + std::to_string(i)},
                         {prices[i % 5], "202405" + std::to_string(10 + i % 18), time, "12,50 EUR", "true",
                          std::string("\x9b\x01\xfe\x40\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc", 16),
                          Xapian::sortable_serialise(9.99 * i - 100.0), Xapian::sortable_serialise(20240501 + i)}});
  }
  index.make(documents);
  const char* shown[] = {"'25'", "'20240510'", "'eP\\x01\\x02'", "'12,50 EUR'", "'true'", "'\\x9b\\x01\\xfe@\\x11"};
  for (int slot = 0; slot < 6; ++slot) {
    const CommandResult refused = index.run("inspect --db @db --value v=" + std::to_string(slot));
    CAPTURE(slot, refused.err);
    CHECK(refused.exit_code == 2);
    CHECK_THAT(refused.err, Contains("--value v=" + std::to_string(slot) + ": the slot does not hold numbers") &&
                                Contains(" has " + std::string(shown[slot])));
  }
  CHECK(index.run("inspect --db @db --value price=6 --value date=7 --value none=9").exit_code == 0);
}

TEST_CASE("the stemmer is the one whose stems stand in the index, with the evidence", "[index_tools][site]") {
  OtherIndex index;
  std::vector<OtherIndex::Document> documents;
  for (int i = 0; i < 30; ++i) documents.push_back({{"Q" + std::to_string(i)}, {}, some_words(i)});
  SECTION("english") {
    index.make(documents);
    const CommandResult result = index.run("inspect --db @db");
    CHECK_THAT(result.out, Contains("found by looking, stemmer english") &&
                               Contains("stems      english: 100 % of words have a Z form"));
    CHECK_THAT(result.err, !Contains("stemmer"));
  }
  SECTION("none") {
    index.stemmer = "";
    index.make(documents);
    const CommandResult result = index.run("inspect --db @db");
    CHECK_THAT(result.out, Contains("stemmer none"));
    CHECK_THAT(result.err, Contains("stemmer none is taken: 0 % of ") && Contains("have a Z form"));
    CHECK_THAT(index.run("inspect --db @db --stemmer english").out,
               Contains("stems      english: 0 % of words have a Z form"));
  }
  SECTION("german") {
    index.stemmer = "german";
    for (OtherIndex::Document& document : documents) document.text += " häuser bücher kinder laufende schönes wagens";
    index.make(documents);
    const CommandResult result = index.run("inspect --db @db");
    CHECK_THAT(result.out, Contains("stemmer german"));
    CHECK_THAT(result.err, Contains("stemmer german is taken: 100 % of the words"));
  }
}

TEST_CASE("half an emoji in one document does not end index", "[index_tools][index]") {
  OtherIndex index;
  index.folder.write("docs",
                     "{\"id\":\"a\",\"title\":\"cut \\ud83d off\",\"body\":\"\\ud83d\\ude00 whole\"}\n"
                     "{\"id\":\"b\",\"title\":\"lamp\",\"body\":\"caf\xc3\"}\n"
                     "{\"id\":18446744073709551615,\"title\":\"lamp\",\"body\":\"\\\\ud83d\"}\n");
  for (int i = 0; i < 20; ++i) {
    std::ofstream(index.folder.file("docs"), std::ios::app)
        << "{\"id\":" << i << ",\"title\":\"lamp\",\"body\":\"oil\"}\n";
  }
  const CommandResult made = index.run("index --db @db --field title=S --field body= @docs");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK_THAT(made.err,
             Contains("2 documents hold half a character, which is now U+FFFD; the first: ") && Contains("docs:1"));
  const Xapian::Database db(index.folder.file("db"));
  CHECK_THAT(db.get_document(1).get_data(), Contains("cut \xEF\xBF\xBD off") && Contains("\\ud83d\\ude00"));
  CHECK_THAT(db.get_document(3).get_data(), Contains("\\\\ud83d"));
  CHECK(db.term_exists("Soff"));
  CHECK(db.term_exists("Q18446744073709551615"));

  index.folder.write("bad", "{\"id\":\"a\\ud83d\",\"title\":\"x\",\"body\":\"y\"}\n");
  CHECK_THAT(index.run("index --db @bad.db --field title=S --field body= @bad").err,
             Contains("bad:1: 'id' holds half"));
  index.folder.write("array", "[{\"id\":\"a\",\"title\":\"x\",\"body\":\"y\"}]\n");
  CHECK_THAT(index.run("index --db @bad.db --field title=S @array").err,
             Contains("array:1: not a JSON object: an array") && Contains("jq -c"));
}

TEST_CASE("index --ngrams is kept, so that searches find parts of Chinese texts", "[index_tools][index]") {
  OtherIndex index;
  std::string run_of_letters;
  for (int i = 0; i < 30; ++i) run_of_letters += "平方";
  index.folder.write("docs", "{\"id\":\"a\",\"title\":\"平方根的计算方法\",\"body\":\"" + run_of_letters +
                                 "\"}\n{\"id\":\"b\",\"title\":\"square root\",\"body\":\"...\"}\n");
  const CommandResult plain = index.run("index --db @plain --field title=S --field body= @docs");
  REQUIRE(plain.exit_code == 0);
  CHECK_THAT(plain.err, Contains("1 documents hold a word of more than 64 bytes") &&
                            Contains("1 documents hold Chinese or Japanese") && Contains("--ngrams"));
  const CommandResult made = index.run("index --db @db --ngrams --field title=S --field body= @docs");
  REQUIRE(made.exit_code == 0);
  CHECK(made.err.empty());
  index.folder.write("queries", "q1\t计算\n");
  const CommandResult ranked = index.run("rerank --db @db --queries @queries --baseline-out @run");
  INFO(ranked.err);
  CHECK(ranked.exit_code == 0);
  CHECK(index.run("rerank --db @plain --queries @queries --baseline-out @run2").exit_code == 1);
  CHECK_THAT(index.run("inspect --db @db").out, Contains("by n-grams"));
}

TEST_CASE("ids that became floats in a log are named", "[index_tools][site][check]") {
  OtherIndex index;
  index.make({{{"Q100"}}, {{"Q101"}}, {{"Q1.0"}}});
  index.folder.write("log", "query,doc_id\nlamp,100.0\nlamp, 101\nlamp,1.0\nlamp,77.0\n");
  const CommandResult checked = index.run("check --db @db --clicks @log");
  CHECK_THAT(checked.out, Contains("of the clicks are on documents that the index has under another spelling") &&
                              Contains("'100.0'"));
  CHECK_THAT(checked.out, Contains("25 % of the clicks are on documents that the index does not have"));
}

TEST_CASE("a stated stemmer that does not fit is remarked on", "[index_tools][site]") {
  OtherIndex index;
  index.stemmer = GENERATE("german", "");
  std::vector<OtherIndex::Document> documents;
  for (int i = 0; i < 30; ++i) documents.push_back({{"Q" + std::to_string(i)}, {}, some_words(i), {}});
  index.make(documents);
  CHECK_THAT(index.run("inspect --db @db --stemmer english").err,
             Contains("of the words looked at have the Z form of stemmer english"));
  const std::string fitting = index.stemmer.empty() ? "none" : index.stemmer;
  CHECK_THAT(index.run("inspect --db @db --stemmer " + fitting).err, !Contains("Z form"));
}

TEST_CASE("words that are stemmed in place are remarked on", "[index_tools][site]") {
  OtherIndex index;
  index.stemmer = "";
  const Xapian::Stem english("english");
  std::vector<OtherIndex::Document> plain, stems;
  for (int i = 0; i < 30; ++i) {
    std::string text = "lamp";
    for (int k = 0; k < 4; ++k) text += ' ' + english(kWords[(i + 3 * k) % std::size(kWords)]);
    stems.push_back({{"Q" + std::to_string(i)}, {}, text, {}});
    plain.push_back({{"Q" + std::to_string(i)}, {}, some_words(i), {}});
  }
  index.make(stems);
  CHECK_THAT(index.run("inspect --db @db").err, Contains("look like stems"));
  index.make(plain);
  CHECK_THAT(index.run("inspect --db @db").err, Contains("stemmer none is taken") && !Contains("look like stems"));
}

TEST_CASE("what annotate keeps of a stub's documents holds when it is opened again", "[index_tools][site][annotate]") {
  OtherIndex index;
  index.make({{{"Q1"}}, {{"Q2"}}, {{"Q3"}}}, "a");
  index.make({{{"Q4"}}, {{"Q5"}}, {{"Q6"}}}, "b");
  index.folder.write("stub", "auto a\nauto b\n");
  index.folder.write("values", "3\t300\n");
  REQUIRE(index.run("annotate --db @stub --id-prefix docid --values @values:sales").exit_code == 0);
  const CommandResult again = index.run("inspect --db @stub");
  INFO(again.err);
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.out, Contains("ids are docids") && Contains("value      sales: slot 0, 1 documents"));
}

TEST_CASE("shards that lack titles or have other stems are remarked on", "[index_tools][site]") {
  OtherIndex index;
  std::vector<OtherIndex::Document> documents;
  for (int i = 0; i < 30; ++i) documents.push_back({{"Q" + std::to_string(i)}, {}, some_words(i), {}});
  index.make(documents, "english");
  index.make(documents, "same");
  CHECK_THAT(index.run("inspect --db @english --db @same --id-prefix docid").err, !Contains("index:"));
  index.stemmer = "german";
  for (OtherIndex::Document& document : documents) document.terms.push_back("Slamp");
  index.make(documents, "german");
  const CommandResult both = index.run("inspect --db @english --db @german --id-prefix docid");
  CHECK(both.exit_code == 0);
  CHECK_THAT(both.err, Contains("the stemmer looks to be english in ") &&
                           Contains("with either, searches miss words of the other"));
  CHECK_THAT(both.err, Contains("english has no words of field title, prefix S"));
}

TEST_CASE("shared ids, documents without one and unknown values are counted together",
          "[index_tools][site][annotate]") {
  OtherIndex index;
  std::vector<OtherIndex::Document> documents;
  for (int i = 0; i < 300; ++i) documents.push_back({{"Q" + std::to_string(i)}});
  documents.push_back({{"Q7"}});
  documents.push_back({});
  index.make(documents);
  index.folder.write("values", "7\t1\nnobody\t2\n");
  const CommandResult result = index.run("annotate --db @db --values @values:sales");
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err,
             Contains("1 ids belong to several documents") && Contains("1 of 302 documents have no unique id under Q"));
  CHECK_THAT(result.out, Contains("2 values, 1 for unknown documents"));
}

}  // namespace irgan::other_indexes_test
