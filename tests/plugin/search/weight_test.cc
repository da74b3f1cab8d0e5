#include "irgan/weight.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <set>

#include "plugin/src/features/xapian_versions.h"
#include "tests/plugin/weighed_index.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::weight_test {

using Catch::Matchers::Contains;
using Xapian::Query;

namespace {

constexpr unsigned kNumDocuments = 400;

WeightMixture mixture_of(double k1, double b, double bm25, double presence, double idf, double log_wdf, double brevity,
                         double length) {
  WeightMixture mixture;
  mixture.k1 = k1;
  mixture.b = b;
  mixture.bm25 = bm25;
  mixture.presence = presence;
  mixture.idf = idf;
  mixture.log_wdf = log_wdf;
  mixture.brevity = brevity;
  mixture.length = length;
  return mixture;
}

// All of it, each function alone, and the ends of the parameters' ranges.
std::vector<WeightMixture> mixtures() {
  return {mixture_of(1.3, 0.4, 1.0, 0.3, 0.2, 0.5, 0.7, 0.6),  mixture_of(1.0, 0.5, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
          mixture_of(2.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),  mixture_of(0.0, 0.7, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
          mixture_of(50.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0), mixture_of(1.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0),
          mixture_of(1.0, 0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0),  mixture_of(1.0, 0.5, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0),
          mixture_of(1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0),  mixture_of(1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)};
}

struct Site {
  ScratchFolder folder;
  Xapian::Database db = weighed_index(folder.file("db"), kNumDocuments, 11);
};

Xapian::MSet search(const Xapian::Database& db, const Query& query, const Xapian::Weight& weight,
                    Xapian::doccount maxitems, Xapian::doccount check_at_least = 0) {
  Xapian::Enquire enquire(db);
  enquire.set_query(query);
  enquire.set_weighting_scheme(weight);
  return enquire.get_mset(0, maxitems, check_at_least);
}

// The definition in weight.h, in the plainest way; `lengths` by docid.
double expected_weight(const Xapian::Database& db, const WeightMixture& m, const std::vector<std::string>& terms,
                       Xapian::docid docid) {
  const double num_documents = db.get_doccount();
  const double n = std::max(static_cast<double>(db.get_doclength(docid)) / db.get_avlength(), 0.5);
  double weight = static_cast<double>(terms.size()) * (m.brevity * 2.0 / (1.0 + n) + m.length * n / (1.0 + n));
  for (const std::string& term : terms) {
    double wdf = 0.0;
    for (auto posting = db.postlist_begin(term); posting != db.postlist_end(term); ++posting) {
      if (*posting == docid) wdf = posting.get_wdf();
    }
    if (wdf == 0.0) continue;
    const double odds = (num_documents - db.get_termfreq(term) + 0.5) / (db.get_termfreq(term) + 0.5);
    const double idf = std::log(odds < 2.0 ? 1.0 + odds / 2.0 : odds);
    weight += m.bm25 * idf * (m.k1 + 1.0) * wdf / (wdf + m.k1 * (1.0 - m.b + m.b * n)) + m.presence + m.idf * idf +
              m.log_wdf * idf * std::log(1.0 + wdf);
  }
  return weight;
}

}  // namespace

TEST_CASE("a document's weight is the mixture that the header defines", "[plugin][weight]") {
  const Site site;
  const std::vector<std::string> terms{"w1", "w7", "Sw2"};
  for (const WeightMixture& mixture : mixtures()) {
    const Xapian::MSet hits =
        search(site.db, Query(Query::OP_OR, terms.begin(), terms.end()), Weight(mixture), kNumDocuments);
    REQUIRE(hits.size() > 100);
    for (auto hit = hits.begin(); hit != hits.end(); ++hit) {
      // Sums of some 20 terms in another order: well below 100 roundings of 1.1e-16.
      REQUIRE(hit.get_weight() == Approx(expected_weight(site.db, mixture, terms, *hit)).epsilon(1e-13));
    }
  }
}

TEST_CASE("bm25 and brevity alone are Xapian's BM25Weight", "[plugin][weight]") {
  const Site site;
  std::mt19937_64 random(3);
  for (const double brevity : {0.0, 0.8}) {
    for (const double b : {0.0, 0.3, 1.0}) {
      const Weight ours(mixture_of(1.7, b, 1.0, 0.0, 0.0, 0.0, brevity, 0.0));
      const Xapian::BM25Weight xapians(1.7, brevity, 1.0, b, 0.5);
      for (int i = 0; i < 40; ++i) {
        const Query query = random_query(random);
        const Xapian::MSet a = search(site.db, query, ours, kNumDocuments);
        const Xapian::MSet other = search(site.db, query, xapians, kNumDocuments);
        REQUIRE(a.size() == other.size());
        for (Xapian::doccount k = 0; k < a.size(); ++k) {
          REQUIRE(a[k].get_weight() == Approx(other[k].get_weight()).epsilon(1e-13).margin(1e-13));
        }
      }
    }
  }
}

TEST_CASE("no document's weight is above the bound that the matcher prunes by", "[plugin][weight]") {
  const Site site;
  for (const WeightMixture& mixture : mixtures()) {
    const Weight weight(mixture);
    std::vector<Query> queries{Query(Query::OP_AND_MAYBE, Query("Kall"), Query("w3"))};  // empty documents match
    for (std::size_t i = 0; i < kNumWords; ++i) {
      queries.emplace_back(word_of(i), 2);
      queries.emplace_back("S" + word_of(i));
      queries.emplace_back(Query::OP_SCALE_WEIGHT, Query(word_of(i)), 3.7);
      queries.emplace_back(Query::OP_SYNONYM, Query(word_of(i)), Query(word_of((i * 7 + 1) % kNumWords)));
    }
    for (const Query& query : queries) {
      const Xapian::MSet hits = search(site.db, query, weight, kNumDocuments);
      for (auto hit = hits.begin(); hit != hits.end(); ++hit) {
        REQUIRE(hit.get_weight() >= 0.0);
        REQUIRE(std::isfinite(hit.get_weight()));
        REQUIRE(hit.get_weight() <= hits.get_max_possible());
      }
    }
  }
}

TEST_CASE("an empty document is below the bound, though the least length does not count it", "[plugin][weight]") {
  ScratchFolder folder;
  Xapian::WritableDatabase db(folder.file("db"), Xapian::DB_CREATE);
  for (int i = 0; i < 10; ++i) {
    Xapian::Document document;
    document.add_boolean_term("Kall");
    if (i > 0) document.add_term("a", 20);
    db.add_document(document);
  }
  db.commit();
  const Xapian::MSet hits =
      search(db, Query(Query::OP_AND_MAYBE, Query("Kall"), Query("b")), Weight(mixtures()[8]), 10);
  REQUIRE(hits.size() == 10);
  CHECK(*hits[0] == 1);
  CHECK(hits[0].get_weight() <= hits.get_max_possible());
}

TEST_CASE("the bound of one term is reached where one document is shortest and says it most", "[plugin][weight]") {
  ScratchFolder folder;
  Xapian::WritableDatabase db(folder.file("db"), Xapian::DB_CREATE);
  for (const int repeats : {5, 2}) {
    Xapian::Document document;
    document.add_term("a", static_cast<Xapian::termcount>(repeats));
    if (repeats == 2) document.add_term("b", 9);
    db.add_document(document);
  }
  db.commit();
  const Xapian::MSet hits = search(db, Query("a"), Weight(mixture_of(1.3, 0.4, 1.0, 0.3, 0.2, 0.5, 0.0, 0.0)), 10);
  CHECK(hits.get_max_possible() == Approx(hits[0].get_weight()).epsilon(1e-13));
}

TEST_CASE("the first ten are those of exhaustive scoring, for a thousand queries", "[plugin][weight]") {
  ScratchFolder folder;
  Xapian::Database db;
  const int num_shards = GENERATE(1, 3);
  for (int shard = 0; shard < num_shards; ++shard) {
    db.add_database(
        weighed_index(folder.file("db" + std::to_string(shard)), kNumDocuments, static_cast<std::uint64_t>(shard)));
  }
  std::mt19937_64 random(2);
  const std::vector<WeightMixture> all = mixtures();
  std::size_t num_full = 0;
  for (int i = 0; i < 1000; ++i) {
    const Query query = random_query(random);
    const Weight weight(all[i % 4 == 0 ? static_cast<std::size_t>(i / 4) % all.size() : 0]);
    const Xapian::MSet top = search(db, query, weight, 10);
    const Xapian::MSet exhaustive = search(db, query, weight, db.get_doccount(), db.get_doccount());
    REQUIRE(top.size() == std::min<Xapian::doccount>(10, exhaustive.size()));
    if (top.size() == 10) ++num_full;
    for (Xapian::doccount k = 0; k < top.size(); ++k) {
      INFO(query.get_description() << ", hit " << k);
      REQUIRE(*top[k] == *exhaustive[k]);
      REQUIRE(top[k].get_weight() == exhaustive[k].get_weight());
    }
  }
  CHECK(num_full > 700);  // else there was little to prune
}

TEST_CASE("a mixture is read back to the last bit", "[plugin][weight]") {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> exponent(-300.0, 9.0);
  for (int i = 0; i < 200; ++i) {
    WeightMixture mixture;
    for (double WeightMixture::*member :
         {&WeightMixture::k1, &WeightMixture::bm25, &WeightMixture::presence, &WeightMixture::idf,
          &WeightMixture::log_wdf, &WeightMixture::brevity, &WeightMixture::length}) {
      mixture.*member = random() % 5 == 0 ? 0.0 : std::pow(10.0, exponent(random));
    }
    mixture.b = std::uniform_real_distribution<double>(0.0, 1.0)(random);
    const Weight weight(mixture);
    const std::unique_ptr<Weight> read(Weight().unserialise(weight.serialise()));
    const std::unique_ptr<Weight> copy(weight.clone());
    CHECK(read->serialise() == weight.serialise());
    CHECK(copy->serialise() == weight.serialise());
    CHECK(read->mixture().k1 == mixture.k1);
    CHECK(read->mixture().b == mixture.b);
    CHECK(read->mixture().log_wdf == mixture.log_wdf);
    CHECK(read->mixture().length == mixture.length);
  }
}

TEST_CASE("a read weight and a clone search as the weight itself", "[plugin][weight]") {
  const Site site;
  const Weight weight(mixtures()[0]);
  const std::unique_ptr<Weight> read(weight.unserialise(weight.serialise()));
  const std::unique_ptr<Weight> copy(weight.clone());
  std::mt19937_64 random(8);
  for (int i = 0; i < 20; ++i) {
    const Query query = random_query(random);
    const Xapian::MSet expected = search(site.db, query, weight, 50);
    for (const Weight* other : {read.get(), copy.get()}) {
      const Xapian::MSet hits = search(site.db, query, *other, 50);
      REQUIRE(std::vector<Xapian::docid>(hits.begin(), hits.end()) ==
              std::vector<Xapian::docid>(expected.begin(), expected.end()));
    }
  }
}

TEST_CASE("what serialise did not make is refused", "[plugin][weight]") {
  const std::string good = Weight(mixtures()[0]).serialise();
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::string truncated = good.substr(0, size);
    // Digits may be missing at the end without a trace, whole numbers may not.
    if (std::count(truncated.begin(), truncated.end(), ' ') < 8 || truncated.back() == ' ') {
      CHECK_THROWS_AS(Weight().unserialise(truncated), Xapian::SerialisationError);
    }
  }
  for (const char* bad : {"2 1 0.5 1 0 0 0 0 0", "1 -1 0.5 1 0 0 0 0 0", "1 1 1.5 1 0 0 0 0 0", "1 1 0.5 nan 0 0 0 0 0",
                          "1 1 0.5 inf 0 0 0 0 0", "1 1 0.5 1 0 0 0 0 0 0", "1 1 0.5 1 0 0 0 0 0 ",
                          "1  1 0.5 1 0 0 0 0 0", "1 1,0 0.5 1 0 0 0 0 0", "1 1e99 0.5 1 0 0 0 0 0"}) {
    CHECK_THROWS_AS(Weight().unserialise(bad), Xapian::SerialisationError);
  }
}

TEST_CASE("a mixture out of range is refused by name", "[plugin][weight]") {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(Weight(mixture_of(-0.1, 0.5, 1, 0, 0, 0, 0, 0)), Contains("k1") && Contains("from 0 to"));
  CHECK_THROWS_WITH(Weight(mixture_of(1, 1.1, 1, 0, 0, 0, 0, 0)), Contains("::b ") && Contains("from 0 to 1"));
  CHECK_THROWS_WITH(Weight(mixture_of(1, 0.5, kNan, 0, 0, 0, 0, 0)), Contains("bm25"));
  CHECK_THROWS_WITH(Weight(mixture_of(1, 0.5, 1, 0, 0, 0, 0, 2e9)), Contains("length"));
  CHECK_THROWS_AS(Weight(mixture_of(1, 0.5, 1, 0, 0, -1, 0, 0)), ConfigError);
}

TEST_CASE("a registry gives the class back under its name", "[plugin][weight]") {
  Xapian::Registry registry;
  CHECK(registry.get_weighting_scheme(kWeightName) == nullptr);
  register_weight(registry);
  const Xapian::Weight* const registered = registry.get_weighting_scheme(kWeightName);
  REQUIRE(registered != nullptr);
  CHECK(registered->name() == Weight().name());
  const std::unique_ptr<Xapian::Weight> read(registered->unserialise(Weight(mixtures()[0]).serialise()));
  CHECK(read->serialise() == Weight(mixtures()[0]).serialise());
}

}  // namespace irgan::weight_test
