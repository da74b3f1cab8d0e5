#include "irgan/near_terms.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/plugin/small_index.h"
#include "tests/plugin/small_vectors.h"

namespace irgan::near_terms_test {

namespace {

// Piano and violin are near each other, oven and cake are, and music is far from baking.
std::shared_ptr<const CollectionVectors> vectors_of(const Xapian::Database& db) {
  return small_vectors(db, {{"cake", {0, 127}}, {"oven", {30, 120}}, {"piano", {127, 0}}, {"violin", {120, 30}}}, 3);
}

Xapian::WritableDatabase texts() {
  return index_of({document_of({{"", "piano"}}), document_of({{"", "violin"}}), document_of({{"", "cake"}})});
}

std::vector<std::string> names(const std::vector<NearTerms::Term>& terms) {
  std::vector<std::string> all;
  for (const NearTerms::Term& term : terms) all.push_back(term.name);
  return all;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the terms near a word are those that the towers put near it", "[trainer][distiller]") {
  const Xapian::Database db = texts();
  const auto vectors = vectors_of(db);
  Towers towers = untrained_towers(*vectors);
  const NearTerms near(vectors, towers);
  CHECK(names(near.of("piano", 10)) == Names{"violin", "oven"});  // at a right angle nothing is near
  CHECK(names(near.of("piano", 1)) == Names{"violin"});
  CHECK(near.of("piano", 1)[0].nearness == Approx(120.0 / std::hypot(120.0, 30.0)).margin(1e-3));
  CHECK(near.of("unheard", 10).empty());
  towers.weight << 0.0F, 1.0F, 1.0F, 0.0F;  // who looks for music wants baking
  CHECK(names(NearTerms(vectors, towers).of("piano", 1)) == Names{"cake"});
}

TEST_CASE("near terms find what lacks the query's words, behind what has them", "[trainer][distiller]") {
  const Xapian::Database db = texts();
  const auto vectors = vectors_of(db);
  const NearTerms near(vectors, untrained_towers(*vectors));
  const auto found = [&](const NearTermUse& use) {
    Xapian::Enquire enquire(db);
    enquire.set_query(near.joined(Xapian::Query("Zpiano"), near.of_each({"piano"}, use.per_word), use));
    const Xapian::MSet hits = enquire.get_mset(0, 10);
    return std::vector<Xapian::docid>(hits.begin(), hits.end());
  };
  CHECK(found({}) == std::vector<Xapian::docid>{1});
  CHECK(found({1, 0.2}) == std::vector<Xapian::docid>{1, 2});
}

TEST_CASE("the table of near terms says what joins a query, at any number of threads", "[trainer][distiller]") {
  const Xapian::Database db = texts();
  const auto vectors = vectors_of(db);
  const NearTerms near(vectors, untrained_towers(*vectors));
  const auto table = [&](unsigned num_threads) {
    std::ostringstream out;
    near.write({1, 0.5}, num_threads, out);
    return out.str();
  };
  CHECK(table(1) ==
        "Zcake\tZoven\t0.4851\n"
        "Zoven\tZcake\t0.4851\n"
        "Zpiano\tZviolin\t0.4851\n"
        "Zviolin\tZpiano\t0.4851\n");
  CHECK(table(3) == table(1));
}

}  // namespace irgan::near_terms_test
