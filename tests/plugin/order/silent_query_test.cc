#include "plugin/src/order/silent_query.h"

#include <catch2/catch.hpp>

#include "tests/plugin/fruit.h"

namespace irgan::silent_query_test {

using Xapian::Query;

namespace {

Xapian::MSet search(const Xapian::Database& db, const Query& query, Xapian::doccount maxitems = kNumDocuments) {
  Xapian::Enquire enquire(db);
  enquire.set_query(query);
  return enquire.get_mset(0, maxitems);
}

}  // namespace

TEST_CASE("a silent query finds nothing and is behind AND_MAYBE as if it were not there", "[plugin][order]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  const Query words(Query::OP_OR, Query("filler"), Query("apples"));
  CHECK(search(db, silent_query(words)).empty());
  CHECK(search(db, silent_query(words)).get_matches_upper_bound() == 0);
  const Query pears("pear");
  const Query with_words(Query::OP_AND_MAYBE, pears, silent_query(words));
  for (const Xapian::doccount maxitems : {3U, kNumDocuments}) {
    const Xapian::MSet plain = search(db, pears, maxitems);
    const Xapian::MSet carrying = search(db, with_words, maxitems);
    REQUIRE(!plain.empty());
    REQUIRE(carrying.size() == plain.size());
    for (Xapian::doccount i = 0; i < plain.size(); ++i) {
      CHECK(*carrying[i] == *plain[i]);
      CHECK(carrying[i].get_weight() == plain[i].get_weight());
      CHECK(carrying[i].get_percent() == plain[i].get_percent());
    }
    CHECK(carrying.get_matches_lower_bound() == plain.get_matches_lower_bound());
    CHECK(carrying.get_matches_estimated() == plain.get_matches_estimated());
    CHECK(carrying.get_matches_upper_bound() == plain.get_matches_upper_bound());
    CHECK(carrying.get_max_possible() == plain.get_max_possible());
  }
}

TEST_CASE("a silent query's words are terms of the query, and read again from its bytes", "[plugin][order]") {
  const Query query(Query::OP_AND_MAYBE, Query("pear"), silent_query(Query(Query::OP_OR, Query("fig"), Query("plum"))));
  const auto terms = [](const Query& one) {
    return std::vector<std::string>(one.get_unique_terms_begin(), one.get_unique_terms_end());
  };
  CHECK(terms(query) == std::vector<std::string>{"fig", "pear", "plum"});
  const Query read = Query::unserialise(query.serialise());
  CHECK(terms(read) == terms(query));
  CHECK(read.get_description() == query.get_description());
}

}  // namespace irgan::silent_query_test
