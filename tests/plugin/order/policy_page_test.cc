#include "plugin/src/order/policy_page.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "irgan/feature_extractor.h"
#include "plugin/src/order/keyed_draws.h"
#include "tests/plugin/fruit.h"

namespace irgan::policy_page_test {

using Catch::Matchers::Contains;
using Eigen::VectorXd;

namespace {

Docids numbered(std::size_t count) {
  Docids docids;
  for (std::size_t i = 0; i < count; ++i) docids.push_back(static_cast<Xapian::docid>(i + 1));
  return docids;
}

std::vector<std::size_t> rows_of(const std::vector<PageDraw>& page) {
  std::vector<std::size_t> rows;
  for (const PageDraw& draw : page) rows.push_back(draw.row);
  return rows;
}

// popularity_model with a generator of the opposite opinion.
std::shared_ptr<const Model> divided_model() {
  ModelParts parts = linear_model(fruit_schema({"value.popularity"}), {4.0F});
  parts.generators = linear_model(fruit_schema({"value.popularity"}), {-4.0F}).discriminators;
  parts.temperature = 0.5;
  return fruit_model(std::move(parts));
}

RerankOptions exploring(double share, double temperature = 1.0) {
  RerankOptions options = strict();
  options.explore = share;
  options.explore_temperature = temperature;
  return options;
}

}  // namespace

TEST_CASE("keyed draws are the same everywhere", "[plugin][policy_page]") {
  // Written down once: a log's probabilities and pages must not change with a compiler or a library.
  CHECK(KeyedDraws("key", "purpose").uniform(7) == KeyedDraws("key", "purpose").uniform(7));
  CHECK(KeyedDraws("key", "purpose").uniform(7) != KeyedDraws("key", "purpose").uniform(8));
  CHECK(KeyedDraws("key", "purpose").uniform(7) != KeyedDraws("key", "other").uniform(7));
  CHECK(KeyedDraws("key", "purpose").uniform(7) != KeyedDraws("other", "purpose").uniform(7));
  CHECK(KeyedDraws("key", "purpose").uniform(7) == 0.85614654281300517);
}

// Of 10,000 uniform numbers each tenth holds 1,000 with a deviation of 30.
TEST_CASE("keyed draws are uniform over items and over keys", "[plugin][policy_page]") {
  std::map<int, int> over_items, over_keys;
  for (unsigned i = 0; i < 10000; ++i) {
    ++over_items[static_cast<int>(10.0 * KeyedDraws("key", "purpose").uniform(i))];
    ++over_keys[static_cast<int>(10.0 * KeyedDraws("s" + std::to_string(i), "purpose").uniform(1))];
  }
  REQUIRE(over_items.size() == 10);
  REQUIRE(over_keys.size() == 10);
  for (int tenth = 0; tenth < 10; ++tenth) {
    CHECK(over_items[tenth] == Approx(1000).margin(150));
    CHECK(over_keys[tenth] == Approx(1000).margin(150));
  }
}

TEST_CASE("a page's log probabilities are those of Plackett-Luce", "[plugin][policy_page]") {
  const VectorXd logits = (VectorXd(5) << 0.3, -1.2, 2.0, 0.0, 800.0).finished();
  const std::vector<PageDraw> page = draw_page(logits, numbered(5), "key");
  std::set<std::size_t> left{0, 1, 2, 3, 4};
  for (const PageDraw& draw : page) {
    double largest = -1e300, sum = 0.0;
    for (const std::size_t row : left) largest = std::max(largest, logits[static_cast<Eigen::Index>(row)]);
    for (const std::size_t row : left) sum += std::exp(logits[static_cast<Eigen::Index>(row)] - largest);
    const double expected = logits[static_cast<Eigen::Index>(draw.row)] - largest - std::log(sum);
    CHECK(draw.log_probability == Approx(expected).margin(1e-12));
    CHECK(draw.log_probability <= 0.0);
    REQUIRE(left.erase(draw.row) == 1);
  }
  CHECK(left.empty());
  CHECK(draw_page(VectorXd(), {}, "key").empty());
}

// Three documents have six orders; each must come as often as the product of its draws' probabilities says. Five
// deviations of a binomial number, which a right sampler leaves once in two million times, and the keys are fixed.
TEST_CASE("pages come as often as their probability says", "[plugin][policy_page]") {
  const VectorXd logits = (VectorXd(3) << std::log(5.0), std::log(3.0), std::log(2.0)).finished();
  constexpr int kPages = 20000;
  std::map<std::vector<std::size_t>, int> counts;
  std::map<std::vector<std::size_t>, double> probabilities;
  for (int i = 0; i < kPages; ++i) {
    const std::vector<PageDraw> page = draw_page(logits, numbered(3), "session " + std::to_string(i));
    double log_probability = 0.0;
    for (const PageDraw& draw : page) log_probability += draw.log_probability;
    ++counts[rows_of(page)];
    probabilities[rows_of(page)] = std::exp(log_probability);
  }
  REQUIRE(counts.size() == 6);
  CHECK(probabilities.at({0, 1, 2}) == Approx(0.5 * 0.6));
  CHECK(probabilities.at({2, 1, 0}) == Approx(0.2 * 3.0 / 8.0));
  for (const auto& [rows, count] : counts) {
    const double p = probabilities[rows];
    CHECK(count == Approx(kPages * p).margin(5.0 * std::sqrt(kPages * p * (1.0 - p))));
  }
}

VectorXd policy_logits(const Model& model, const FeatureMatrix& pool, double temperature) {
  return model.score(pool, policy_of(model)).cast<double>() / temperature;
}

TEST_CASE("a document that leaves the pool leaves the others in their order", "[plugin][policy_page]") {
  const VectorXd logits = VectorXd::LinSpaced(20, -1.0, 1.0);
  Docids docids = numbered(20);
  std::vector<std::size_t> all = rows_of(draw_page(logits, docids, "key"));
  docids.pop_back();
  const std::vector<std::size_t> fewer = rows_of(draw_page(logits.head(19), docids, "key"));
  all.erase(std::remove(all.begin(), all.end(), std::size_t{19}), all.end());
  CHECK(fewer == all);
}

TEST_CASE("the policy is the generator's, else the served score's", "[plugin][policy_page]") {
  const FeatureMatrix pool = (FeatureMatrix(3, 1) << 0.0F, 5.0F, 10.0F).finished();
  const VectorXd with = policy_logits(*divided_model(), pool, 2.0);  // -4 (x - 1/2) / the model's .5 / 2
  CHECK((with - (VectorXd(3) << 2.0, 0.0, -2.0).finished()).cwiseAbs().maxCoeff() < 1e-5);
  const VectorXd without = policy_logits(*popularity_model(4.0F), pool, 2.0);
  CHECK((without - (VectorXd(3) << -1.0, 0.0, 1.0).finished()).cwiseAbs().maxCoeff() < 1e-5);
}

TEST_CASE("a search explores or not by its key, in the share that was asked for", "[plugin][policy_page]") {
  int num_explored = 0;
  for (int i = 0; i < 10000; ++i) num_explored += explores("session " + std::to_string(i), 0.2);
  CHECK(num_explored == Approx(2000).margin(200));  // five deviations
  CHECK_FALSE(explores("key", 0.0));
  CHECK(explores("key", 1.0));
}

TEST_CASE("rerank draws its order from the policy and says how likely each draw was", "[plugin][policy_page]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  const auto model = divided_model();
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::MSet mset = enquire.get_mset(0, 30);
  const Reranker best(db, fixed_model(model));
  const Reranker reranker(db, fixed_model(model), exploring(1.0, 0.7));
  std::set<Docids> orders;
  for (const char* const session : {"a", "b", "c"}) {
    SearchRequest request;
    request.key = session;
    const std::vector<RankedHit> hits = reranker.rerank(enquire.get_query(), mset, request);
    CHECK(docids_of(reranker.rerank(enquire.get_query(), mset, request)) == docids_of(hits));

    const std::vector<Candidate> pool = candidates_of(mset, kDepth);
    const VectorXd logits =
        policy_logits(*model, FeatureExtractor(db, model->schema()).extract(enquire.get_query(), pool), 0.7);
    const std::vector<PageDraw> page =
        draw_page(logits, slice(docids_of(mset), 0, kDepth), search_key(session, enquire.get_query()));
    REQUIRE(hits.size() == page.size());
    for (std::size_t i = 0; i < hits.size(); ++i) {
      CHECK(hits[i].docid == pool[page[i].row].docid);
      CHECK(hits[i].first_stage_rank == page[i].row + 1);
      CHECK(hits[i].log_probability == page[i].log_probability);
    }
    // The score stays the one that is served.
    for (const RankedHit& served : best.rerank(enquire.get_query(), mset)) {
      CHECK_FALSE(served.log_probability.has_value());
      const auto same =
          std::find_if(hits.begin(), hits.end(), [&](const RankedHit& hit) { return hit.docid == served.docid; });
      CHECK(same->score == served.score);
    }
    orders.insert(docids_of(hits));
  }
  CHECK(orders.size() == 3);
}

TEST_CASE("pages of an explored search are slices of one order", "[plugin][policy_page]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  const auto model = divided_model();
  Xapian::Enquire enquire = enquire_of(db);
  Docids list = docids_of(enquire.get_mset(0, kNumDocuments));
  const Reranker reranker(db, fixed_model(model), exploring(1.0));
  for (const char* const session : {"a", "b"}) {
    SearchRequest request;
    request.key = session;
    const std::vector<RankedHit> hits = reranker.rerank(enquire.get_query(), enquire.get_mset(0, kDepth), request);
    for (std::size_t i = 0; i < hits.size(); ++i) list[i] = hits[i].docid;
    for (const Xapian::doccount first : {0u, 5u, 10u, 15u, 55u, 60u}) {
      request.first = first;
      request.maxitems = 5;
      const RerankedPage page = reranker.search(enquire, request);
      CHECK(docids_of(page.mset) == slice(list, first, 5));
      CHECK(same_bounds(page.mset, enquire.get_mset(0, std::max<Xapian::doccount>(first + 5, kDepth))));
      CHECK(page.explored);
      CHECK(page.model_version == model->version());
      REQUIRE(docids_of(page.head) == docids_of(hits));
      for (std::size_t i = 0; i < hits.size(); ++i) CHECK(page.head[i].log_probability == hits[i].log_probability);
    }
  }
}

TEST_CASE("of the searches a share explores, all others have the best order", "[plugin][policy_page]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  const Reranker reranker(db, fixed_model(divided_model()), exploring(0.3));
  const Docids best = slice(full_list(db, *divided_model(), enquire), 0, 10);
  int num_explored = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string session = std::to_string(i);
    const RerankedPage page = reranker.search(enquire, {0, 10, 0, nullptr, nullptr, session});
    CHECK(page.explored == explores(search_key(session, enquire.get_query()), 0.3));
    num_explored += page.explored;
    if (!page.explored) CHECK(docids_of(page.mset) == best);
    CHECK(page.head.front().log_probability.has_value() == page.explored);
  }
  CHECK(num_explored > 10);
  CHECK(num_explored < 50);
}

TEST_CASE("what falls back to the original order has not explored", "[plugin][policy_page]") {
  const Xapian::Database db = fruit_index(1);
  Problems problems;
  RerankOptions options = lenient(problems);
  options.explore = 1.0;
  const Reranker reranker(db, fixed_model(model_of_other_features()), options);
  Xapian::Enquire enquire = enquire_of(db);
  const RerankedPage page = reranker.search(enquire, {0, 10});
  CHECK(docids_of(page.mset) == docids_of(enquire.get_mset(0, 10)));
  CHECK_FALSE(page.explored);
  CHECK(page.head.empty());
  for (const RankedHit& hit : reranker.rerank(enquire.get_query(), enquire.get_mset(0, 10)))
    CHECK_FALSE(hit.log_probability);
  CHECK(problems.size() == 2);
}

TEST_CASE("shares and temperatures out of their range are refused", "[plugin][policy_page]") {
  const Xapian::Database db = fruit_index(1);
  const auto refused = [&](const RerankOptions& options) { Reranker(db, fixed_model(divided_model()), options); };
  CHECK_THROWS_AS(refused(exploring(-0.1)), ConfigError);
  CHECK_THROWS_AS(refused(exploring(1.1)), ConfigError);
  CHECK_THROWS_AS(refused(exploring(std::nan(""))), ConfigError);
  CHECK_THROWS_AS(refused(exploring(0.5, 0.0)), ConfigError);
  CHECK_THROWS_AS(refused(exploring(0.5, HUGE_VAL)), ConfigError);
  RerankOptions options;
  options.rival = fixed_model(divided_model());
  CHECK_THROWS_WITH(refused(options), Contains("rival needs"));
}

}  // namespace irgan::policy_page_test
