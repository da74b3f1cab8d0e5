#include "trainer/site/first_stage.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/trainer/small_index.h"

#ifdef IRGAN_LOOKS_FOR_LEAKS
#include <sanitizer/lsan_interface.h>
#endif

namespace irgan::first_stage_test {

using Catch::Matchers::Contains;

namespace {

const SmallIndex& index() {
  static const SmallIndex small({{"a", "Linux kernel", "the kernel of the system", {}},
                                 {"b", "Kernel density", "estimating distributions in statistics", {}},
                                 {"c", "Popcorn", "kernels of maize heated in oil", {}},
                                 {"d", "Statistics", "means medians and distributions", {}}});
  return small;
}

FirstStage first_stage(Xapian::Query::op op = Xapian::Query::OP_OR) {
  return FirstStage(index().open(), small_layout(), op);
}

// What a parsed query matches and weighs by, without the words as typed that ride along.
Xapian::Query matching_part(const Xapian::Query& query) {
  return query.get_type() == Xapian::Query::OP_AND_MAYBE ? query.get_subquery(0) : query;
}

std::string described(const Xapian::Query& query) { return matching_part(query).get_description(); }
std::string described(const std::string& text) { return described(first_stage().parse(text)); }

std::vector<Xapian::docid> hits(FirstStage& stage, const QueryRow& row, Xapian::doccount depth = 10) {
  const Xapian::MSet found = stage.search(stage.query_of(row), depth);
  std::vector<Xapian::docid> docids;
  for (auto hit = found.begin(); hit != found.end(); ++hit) docids.push_back(*hit);
  return docids;
}

// Xapian::Query::unserialise leaks what it had read when it throws: not for our leak check to find.
class XapianMayLeak {
#ifdef IRGAN_LOOKS_FOR_LEAKS
 public:
  XapianMayLeak() { __lsan_disable(); }
  ~XapianMayLeak() { __lsan_enable(); }
#endif
};

QueryRow row_of(const std::string& text) { return {"7", text, "", ""}; }

}  // namespace

TEST_CASE("a text's words are looked for under the title's prefix and without one", "[trainer][first_stage]") {
  CHECK(described("kernel densities") == "Query(((ZSkernel@1 OR ZSdensiti@2) OR (Zkernel@1 OR Zdensiti@2)))");
}

TEST_CASE("words in capitals are not stemmed, as Xapian's STEM_SOME has it", "[trainer][first_stage]") {
  CHECK(described("Kernels of maize") ==
        "Query(((Skernels@1 OR ZSof@2 OR ZSmaiz@3) OR (kernels@1 OR Zof@2 OR Zmaiz@3)))");
}

TEST_CASE("a layout without a title's prefix gives words without one alone", "[trainer][first_stage]") {
  IndexLayout layout = small_layout();
  layout.fields = {{"body", ""}};
  CHECK(described(FirstStage(index().open(), layout).parse("kernel")) == "Query(Zkernel@1)");
  layout.fields.clear();
  layout.stemmer = "none";
  CHECK(described(FirstStage(index().open(), layout).parse("kernels")) == "Query(kernels@1)");
}

TEST_CASE("the default operator joins the words of each side", "[trainer][first_stage]") {
  CHECK(described(first_stage(Xapian::Query::OP_AND).parse("linux kernel")) ==
        "Query(((ZSlinux@1 AND ZSkernel@2) OR (Zlinux@1 AND Zkernel@2)))");
}

TEST_CASE("the words as typed ride along and change neither hits nor weights", "[trainer][first_stage]") {
  FirstStage stage = first_stage(GENERATE(Xapian::Query::OP_OR, Xapian::Query::OP_AND));
  for (const char* text : {"kernels", "estimating distributions", "heated oil zebra"}) {
    CAPTURE(text);
    const Xapian::Query query = stage.parse(text);
    CHECK_THAT(query.get_description(), Contains("0 * "));
    const Xapian::MSet with = stage.search(query, 10);
    const Xapian::MSet without = stage.search(matching_part(query), 10);
    REQUIRE(with.size() == without.size());
    for (Xapian::doccount i = 0; i < with.size(); ++i) {
      CHECK(*with[i] == *without[i]);
      CHECK(with[i].get_weight() == without[i].get_weight());
    }
  }
}

TEST_CASE("punctuation parts words and makes no phrases, but numbers keep their point", "[trainer][first_stage]") {
  CHECK(described("popcorn-maize") == described("popcorn maize"));
  CHECK(described("a/b:c\\d@e.f") == described("a b c d e f"));
  CHECK_THAT(described("version 3.5."), Contains("3.5@2"));
}

TEST_CASE("operators and quotes in a text are words", "[trainer][first_stage]") {
  CHECK(described("maize AND \"oil\"") == "Query(((ZSmaiz@1 OR Sand@2 OR Soil@3) OR (Zmaiz@1 OR and@2 OR oil@3)))");
  CHECK(described("kern*") == "Query((Skern@1 OR kern@1))");
  CHECK(first_stage().parse("").empty());
  CHECK(first_stage().parse("?! -").empty());
}

TEST_CASE("the first hits by BM25 are found, no more than asked for", "[trainer][first_stage]") {
  FirstStage stage = first_stage();
  const std::vector<Xapian::docid> all = hits(stage, row_of("kernels"));
  CHECK(all.size() == 3);
  CHECK(hits(stage, row_of("kernels"), 2) == std::vector<Xapian::docid>(all.begin(), all.begin() + 2));
  CHECK(hits(stage, row_of("zebra")).empty());
  CHECK(hits(stage, row_of("?")).empty());
}

TEST_CASE("a row's filter keeps documents with all its terms and gives no weight", "[trainer][first_stage]") {
  FirstStage stage = first_stage();
  QueryRow row = row_of("kernel");
  row.filter = "Zstatist";
  CHECK(hits(stage, row) == std::vector<Xapian::docid>{2});
  row.filter = " Zstatist \t Zoil ";
  CHECK(hits(stage, row).empty());

  row.filter = "Qb";
  const Xapian::MSet filtered = stage.search(stage.query_of(row), 10);
  const Xapian::MSet plain = stage.search(stage.query_of(row_of("kernel")), 10);
  REQUIRE(filtered.size() == 1);
  for (auto hit = plain.begin(); hit != plain.end(); ++hit) {
    if (*hit == *filtered.begin()) CHECK(hit.get_weight() == filtered.begin().get_weight());
  }
}

TEST_CASE("a row's serialised query is taken instead of its text", "[trainer][first_stage]") {
  using Xapian::Query;
  FirstStage stage = first_stage();
  QueryRow row = row_of("kernel");
  row.serialised_query = Query("Zoil").serialise();
  CHECK(hits(stage, row) == std::vector<Xapian::docid>{3});
  row.filter = "Qa";
  CHECK(hits(stage, row).empty());

  // Every kind of operator that a site's own parser may make.
  const std::vector<Query> words{Query("Zkernel"), Query("Zstatist"), Query("Zoil")};
  const Query kernel = words[0];
  const Query statistics = words[1];
  for (const Query& query :
       {Query::MatchAll, Query(Query::OP_AND_NOT, kernel, statistics), Query(Query::OP_FILTER, kernel, statistics),
        Query(Query::OP_AND_MAYBE, kernel, statistics), Query(Query::OP_XOR, kernel, statistics),
        Query(Query::OP_SYNONYM, words.begin(), words.end()), Query(Query::OP_MAX, words.begin(), words.end()),
        Query(Query::OP_ELITE_SET, words.begin(), words.end(), 2), Query(Query::OP_PHRASE, words.begin(), words.end()),
        Query(Query::OP_NEAR, words.begin(), words.end(), 5), Query(Query::OP_SCALE_WEIGHT, kernel, 0.5),
        Query(Query::OP_WILDCARD, "Zker"), Query(Query::OP_SYNONYM, Query(Query::OP_WILDCARD, "Zker"), Query()),
        Query(Query::OP_VALUE_GE, kPopularitySlot, "x"), Query(Query::OP_VALUE_RANGE, kPopularitySlot, "a", "z"),
        Query(Query::OP_AND, kernel, Query()), Query(Query::OP_AND_NOT, kernel, Query())}) {
    CAPTURE(query.get_description());
    row.filter.clear();
    row.serialised_query = query.serialise();
    if (row.serialised_query.empty()) continue;  // nothing at all: the text serves
    CHECK(stage.query_of(row).get_description() == query.get_description());
  }
}

TEST_CASE("a serialised query that cannot be read is refused by the query's name", "[trainer][first_stage]") {
  FirstStage stage = first_stage();
  // Xapian itself refuses the first three; the others it reads as operators without operands, and crashes on a search.
  for (const std::string bytes : {"junk", "\x01\x02", "\xff", "\x8a", "\x8d", "\xa0\x08\x88\x94\xee\x44"}) {
    QueryRow row = row_of("kernel");
    row.serialised_query = bytes;
    CHECK_THROWS_AS(stage.query_of(row), FormatError);
    CHECK_THROWS_WITH(stage.query_of(row), Contains("query '7': its serialised Xapian::Query cannot be read"));
  }
}

TEST_CASE("no damage to a serialised query brings a search down", "[trainer][first_stage]") {
  using Xapian::Query;
  const unsigned seed = 1;
  CAPTURE(seed);
  std::mt19937 random(seed);
  FirstStage stage = first_stage();
  const Query scaled(Query::OP_SCALE_WEIGHT, Query("Zsystem"), 2.0);
  const std::string whole =
      Query(Query::OP_OR, Query("Zkernel"), Query(Query::OP_AND, Query("Zoil"), scaled)).serialise();
  int num_refused = 0;
  for (int round = 0; round < 3000; ++round) {
    QueryRow row = row_of("kernel");
    std::string& bytes = row.serialised_query;
    bytes = whole.substr(0, random() % 4 == 0 ? 1 + random() % whole.size() : whole.size());
    for (int k = 0; k < 2; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    try {
      [[maybe_unused]] const XapianMayLeak xapian_may_leak;
      hits(stage, row);
    } catch (const FormatError&) {
      ++num_refused;
    } catch (const Xapian::Error&) {  // of the search: a phrase of what cannot be one, and the like
      ++num_refused;
    }
  }
  CHECK(num_refused > 0);
}

TEST_CASE("scaled fields find what parse finds, and weigh as their scales say", "[trainer][first_stage]") {
  FirstStage stage = first_stage();
  CHECK(stage.looks_in("S"));
  CHECK(stage.looks_in(""));
  CHECK_FALSE(stage.looks_in("XT"));

  const auto weights = [&](const std::vector<ScaledField>& fields) {
    const Xapian::MSet found = stage.search(stage.parse_scaled("kernel", fields), 10);
    std::map<Xapian::docid, double> by_docid;
    for (auto hit = found.begin(); hit != found.end(); ++hit) by_docid[*hit] = hit.get_weight();
    return by_docid;
  };
  const auto both = weights({{"S", 3.0, true}, {"", 1.0, true}});
  const auto body = weights({{"", 1.0, true}});
  const auto title = weights({{"S", 1.0, true}});
  CHECK(both.size() == hits(stage, row_of("kernel")).size());
  REQUIRE(title.size() < body.size());  // a title's words are found without a prefix too
  for (const auto& [docid, weight] : both) {
    const auto in_title = title.find(docid);
    CHECK(weight == Approx(body.at(docid) + 3.0 * (in_title == title.end() ? 0.0 : in_title->second)));
  }
  const auto adding = weights({{"S", 1.0, true}, {"", 1.0, false}});
  CHECK(adding.size() == title.size());
  for (const auto& [docid, weight] : adding) CHECK(weight == Approx(title.at(docid) + body.at(docid)));
}

TEST_CASE("a filter leaves the weights alone", "[trainer][first_stage]") {
  FirstStage stage = first_stage();
  QueryRow row = row_of("kernel");
  row.filter = "Qa";
  const Xapian::Query query = stage.parse_scaled("kernel", {{"S", 2.0, true}, {"", 1.0, true}});
  const Xapian::MSet all = stage.search(query, 10);
  const Xapian::MSet filtered = stage.search(FirstStage::filtered(query, row), 10);
  REQUIRE(filtered.size() == 1);
  for (auto hit = all.begin(); hit != all.end(); ++hit) {
    if (*hit == *filtered[0]) CHECK(filtered[0].get_weight() == Approx(hit.get_weight()));
  }
}

}  // namespace irgan::first_stage_test
