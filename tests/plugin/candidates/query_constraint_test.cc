#include "plugin/src/candidates/query_constraint.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/plugin/small_index.h"

namespace irgan::query_constraint_test {

using Xapian::Query;

namespace {

constexpr Xapian::valueno kPrice = 2;

// Documents 1 to 8: even ones are new (Knew), 1 to 4 are in English (Len), the price is the docid.
// Authors (A) are people of two words: 1 to 3 John Smith, the others Mary Jones.
Xapian::Database shop() {
  std::vector<Xapian::Document> documents;
  for (unsigned i = 1; i <= 8; ++i) {
    Xapian::Document document = document_of(
        {{"", i % 3 == 0 ? "red shoes" : "blue hat"}, {"S", "thing"}, {"A", i <= 3 ? "john smith" : "mary jones"}});
    if (i % 2 == 0) document.add_boolean_term("Knew");
    if (i <= 4) document.add_boolean_term("Len");
    document.add_value(kPrice, Xapian::sortable_serialise(i));
    documents.push_back(document);
  }
  return index_of(documents);
}

using Docids = std::vector<Xapian::docid>;
const Docids kAll{1, 2, 3, 4, 5, 6, 7, 8};

Docids left_by(const Query& query) {
  const auto constraint = constraint_of(query, {"S", ""});
  if (!constraint) return kAll;
  const Xapian::Database db = shop();
  Xapian::Enquire enquire(db);
  enquire.set_query(*constraint);
  enquire.set_weighting_scheme(Xapian::BoolWeight());
  Docids docids = docids_of(enquire.get_mset(0, 100));
  std::sort(docids.begin(), docids.end());
  return docids;
}

Query words() { return Query(Query::OP_OR, parsed("red shoes", "S"), parsed("red shoes")); }
Query cheap() { return Query(Query::OP_VALUE_LE, kPrice, Xapian::sortable_serialise(3)); }
Query joined(Query::op op, const std::vector<Query>& parts) { return Query(op, parts.begin(), parts.end()); }

}  // namespace

TEST_CASE("words are no constraint, however they are joined", "[plugin][query_constraint]") {
  const Query red("red"), shoes("shoes");
  for (const Query& query :
       {words(), joined(Query::OP_AND, {red, shoes}), parsed("\"red shoes\""), joined(Query::OP_NEAR, {red, shoes}),
        Query(Query::OP_AND_MAYBE, words(), Query(Query::OP_SCALE_WEIGHT, shoes, 0.0)),
        Query(Query::OP_SCALE_WEIGHT, words(), 2.0), Query(Query::OP_WILDCARD, "sho"), Query(std::string()),
        joined(Query::OP_SYNONYM, {red, shoes})}) {
    CAPTURE(query.get_description());
    CHECK(!constraint_of(query, {"S"}).has_value());
  }
}

TEST_CASE("filters, exclusions, ranges and boolean terms are constraints", "[plugin][query_constraint]") {
  const Query is_new("Knew"), english("Len");
  CHECK(left_by(Query(Query::OP_FILTER, words(), is_new)) == Docids{2, 4, 6, 8});
  CHECK(left_by(joined(Query::OP_FILTER, {words(), is_new, english})) == Docids{2, 4});
  CHECK(left_by(Query(Query::OP_FILTER, Query(Query::OP_FILTER, words(), cheap()), is_new)) == Docids{2});
  CHECK(left_by(Query(Query::OP_AND_NOT, words(), is_new)) == Docids{1, 3, 5, 7});
  CHECK(left_by(Query(Query::OP_AND_NOT, words(), Query("Zhat"))) == Docids{3, 6});
  CHECK(left_by(Query(Query::OP_AND_NOT, Query(Query::OP_FILTER, words(), english), is_new)) == Docids{1, 3});
  CHECK(left_by(joined(Query::OP_AND, {words(), is_new})) == Docids{2, 4, 6, 8});
  CHECK(left_by(joined(Query::OP_AND, {words(), Query(Query::OP_SCALE_WEIGHT, is_new, 0.0)})) == Docids{2, 4, 6, 8});
  CHECK(left_by(joined(Query::OP_AND, {words(), Query(Query::OP_SCALE_WEIGHT, Query("red"), 0.0)})) == Docids{3, 6});
  CHECK(left_by(joined(Query::OP_AND, {words(), joined(Query::OP_OR, {is_new, english})})) == Docids{1, 2, 3, 4, 6, 8});
  CHECK(left_by(Query(Query::OP_AND_MAYBE, Query(Query::OP_FILTER, words(), is_new), english)) == Docids{2, 4, 6, 8});
  CHECK(left_by(cheap()) == Docids{1, 2, 3});
  CHECK(left_by(is_new) == Docids{2, 4, 6, 8});
  CHECK(left_by(Query()) == Docids{});
}

TEST_CASE("phrases and wildcards are constraints under the prefix of no text field", "[plugin][query_constraint]") {
  const Query john("Ajohn"), smith("Asmith");
  for (const Query& query : {parsed("\"john smith\"", "A"), joined(Query::OP_PHRASE, {john, smith}),
                             joined(Query::OP_NEAR, {smith, john}), Query(Query::OP_WILDCARD, "Ajoh"),
                             Query(Query::OP_WILDCARD, "Asm", 10, Query::WILDCARD_LIMIT_FIRST, Query::OP_OR)}) {
    CAPTURE(query.get_description());
    CHECK(left_by(query) == Docids{1, 2, 3});
    CHECK(left_by(joined(Query::OP_AND, {query, words()})) == Docids{1, 2, 3});
    CHECK(left_by(Query(Query::OP_OR, query, words())) == kAll);
  }
  CHECK(left_by(joined(Query::OP_PHRASE, {smith, john})) == Docids{});
  CHECK(left_by(joined(Query::OP_NEAR, {Query("Sthing"), Query("red")})) == kAll);
  CHECK(left_by(Query(Query::OP_WILDCARD, "Sth")) == kAll);
  CHECK(left_by(Query(Query::OP_WILDCARD, "no such word")) == kAll);
}

TEST_CASE("of alternatives one must hold; one without a filter lifts the others'", "[plugin][query_constraint]") {
  const Query new_ones(Query::OP_FILTER, words(), Query("Knew"));
  const Query cheap_ones(Query::OP_FILTER, words(), cheap());
  CHECK(left_by(Query(Query::OP_OR, new_ones, cheap_ones)) == Docids{1, 2, 3, 4, 6, 8});
  CHECK(left_by(Query(Query::OP_OR, new_ones, words())) == kAll);
  CHECK(left_by(joined(Query::OP_AND, {words(), joined(Query::OP_XOR, {Query("Knew"), Query("Len")})})) ==
        Docids{1, 3, 6, 8});
}

TEST_CASE("what the constraint leaves out, the query does not find", "[plugin][query_constraint]") {
  std::mt19937 random(7);
  const Xapian::Database db = shop();
  const auto leaf = [&]() -> Query {
    switch (random() % 6) {
      case 0:
        return Query("Knew");
      case 1:
        return Query("Len");
      case 2:
        return cheap();
      case 3:
        return Query("Zhat");
      default:
        return words();
    }
  };
  const std::function<Query(int)> tree = [&](int depth) -> Query {
    if (depth == 0) return leaf();
    constexpr Query::op kOps[] = {Query::OP_OR,  Query::OP_AND,       Query::OP_FILTER, Query::OP_AND_NOT,
                                  Query::OP_XOR, Query::OP_AND_MAYBE, Query::OP_MAX,    Query::OP_ELITE_SET};
    return Query(kOps[random() % 8], tree(depth - 1), tree(depth - 1));
  };
  for (int i = 0; i < 500; ++i) {
    const Query query = tree(1 + i % 3);
    CAPTURE(query.get_description());
    Xapian::Enquire enquire(db);
    enquire.set_query(query);
    const Docids left = left_by(query);
    for (const Xapian::docid docid : docids_of(enquire.get_mset(0, 100))) {
      CHECK(std::find(left.begin(), left.end(), docid) != left.end());
    }
  }
}

}  // namespace irgan::query_constraint_test
