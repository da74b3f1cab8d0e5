#include "irgan/irgan.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/plugin/fruit.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::irgan_test {

using Catch::Matchers::Contains;

namespace {

struct Closing {
  void operator()(irgan_ranker* ranker) const { irgan_close(ranker); }
};
using Opened = std::unique_ptr<irgan_ranker, Closing>;

Opened opened(const std::string& db, const char* model = nullptr) {
  irgan_ranker* ranker = nullptr;
  const irgan_status status = irgan_open(db.c_str(), model, &ranker);
  INFO(irgan_message());
  REQUIRE(status == IRGAN_OK);
  return Opened(ranker);
}

irgan_status status_of_open(const std::string& db, const std::string& model) {
  irgan_ranker* ranker = nullptr;
  const irgan_status status = irgan_open(db.c_str(), model.c_str(), &ranker);
  CHECK(ranker == nullptr);
  return status;
}

/// The first hits of a search, as C has them.
struct Hits {
  explicit Hits(const Xapian::MSet& mset) {
    for (auto hit = mset.begin(); hit != mset.end(); ++hit) {
      docids.push_back(*hit);
      weights.push_back(hit.get_weight());
    }
  }
  std::vector<uint32_t> docids;
  std::vector<double> weights;
};

}  // namespace

TEST_CASE("irgan_rescore gives the scores of the Reranker", "[plugin][c]") {
  const ScratchFolder folder;
  const auto model = nonlinear_model();
  const Xapian::Database db = stored_fruit(folder.file("db"), model.get());
  const Xapian::Query query = parsed("apples pear");
  const Xapian::MSet mset = enquire_of(db, query).get_mset(0, kDepth);
  const Hits hits(mset);
  const std::string bytes = query.serialise();
  const bool own_weights = GENERATE(true, false);
  const Opened ranker = opened(folder.file("db"));

  std::vector<double> scores(hits.docids.size());
  REQUIRE(irgan_rescore(ranker.get(), bytes.data(), bytes.size(), hits.docids.data(),
                        own_weights ? nullptr : hits.weights.data(), scores.size(), scores.data()) == IRGAN_OK);

  for (const RankedHit& hit : Reranker(db, fixed_model(model)).rerank(query, mset)) {
    CHECK(scores[hit.first_stage_rank - 1] == hit.score);
  }
  CHECK(irgan_depth(ranker.get()) == kDepth);
  CHECK(irgan_model_version(ranker.get()) == model->version());
}

TEST_CASE("irgan_rescore takes no candidates, and those that do not match", "[plugin][c]") {
  const ScratchFolder folder;
  const auto model = nonlinear_model();
  const Xapian::Database db = stored_fruit(folder.file("db"), model.get());
  const Opened ranker = opened(folder.file("db"));
  const std::string bytes = parsed("pear").serialise();
  CHECK(irgan_rescore(ranker.get(), bytes.data(), bytes.size(), nullptr, nullptr, 0, nullptr) == IRGAN_OK);
  const std::vector<uint32_t> docids{3, 1, 99999};  // a pear, no pear, and a document that is not there
  std::vector<double> scores(3, NAN);
  CHECK(irgan_rescore(ranker.get(), bytes.data(), bytes.size(), docids.data(), nullptr, 3, scores.data()) == IRGAN_OK);
  for (const double score : scores) CHECK(std::isfinite(score));
}

TEST_CASE("the C interface says what is wrong", "[plugin][c]") {
  const ScratchFolder folder;
  const auto model = popularity_model();
  const std::string path = folder.write("model", model->to_bytes());
  stored_fruit(folder.file("db"));
  stored_fruit(folder.file("other"), model.get());

  CHECK(status_of_open(folder.file("none"), path) == IRGAN_BAD_INDEX);
  CHECK_THAT(irgan_message(), Contains("none"));
  CHECK(status_of_open(folder.write("loop", "auto loop\n"), path) == IRGAN_BAD_INDEX);
  CHECK_THAT(irgan_message(), Contains("names itself"));
  CHECK(status_of_open(folder.file("db"), folder.file("none")) == IRGAN_BAD_MODEL);
  CHECK_THAT(irgan_message(), Contains("No such file"));
  CHECK(status_of_open(folder.file("db"), folder.write("broken", "no model")) == IRGAN_BAD_MODEL);
  CHECK(status_of_open(folder.file("db"), folder.write("rows", model_of_other_features()->to_bytes())) ==
        IRGAN_BAD_MODEL);
  CHECK_THAT(irgan_message(), Contains("feature '1' cannot be extracted"));
  irgan_ranker* none = nullptr;
  CHECK(irgan_open(folder.file("db").c_str(), nullptr, &none) == IRGAN_BAD_MODEL);
  CHECK_THAT(irgan_message(), Contains("irgan.model"));
  CHECK(irgan_open(nullptr, nullptr, &none) == IRGAN_BAD_ARGUMENT);
  CHECK(irgan_open(folder.file("db").c_str(), nullptr, nullptr) == IRGAN_BAD_ARGUMENT);

  const Opened ranker = opened(folder.file("db"), path.c_str());
  double score = 7.0;
  const uint32_t docid = 1, zero = 0;
  const std::string bytes = parsed("pear").serialise();
  CHECK(irgan_rescore(ranker.get(), "\xff\xff", 2, &docid, nullptr, 1, &score) == IRGAN_BAD_ARGUMENT);
  CHECK_THAT(irgan_message(), Contains("Xapian::Query cannot be read"));
  CHECK(irgan_rescore(ranker.get(), bytes.data(), bytes.size(), nullptr, nullptr, 1, &score) == IRGAN_BAD_ARGUMENT);
  CHECK(irgan_rescore(ranker.get(), bytes.data(), bytes.size(), &zero, nullptr, 1, &score) == IRGAN_BAD_ARGUMENT);
  CHECK(irgan_rescore(nullptr, bytes.data(), bytes.size(), &docid, nullptr, 1, &score) == IRGAN_BAD_ARGUMENT);
  CHECK(irgan_reopen(nullptr) == IRGAN_BAD_ARGUMENT);
  CHECK(score == 7.0);
  irgan_close(nullptr);
}

TEST_CASE("irgan_reopen takes the index, and the model in it, as they are now", "[plugin][c]") {
  const ScratchFolder folder;
  stored_fruit(folder.file("db"), popularity_model().get());
  const Opened ranker = opened(folder.file("db"));
  const auto next = popularity_model(2.0F);
  {
    Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_OPEN);
    writer.set_metadata(kModelKey, next->to_bytes());
    writer.set_metadata(kModelVersionKey, next->version());
  }
  const std::string bytes = parsed("pear").serialise();
  CHECK(irgan_rescore(ranker.get(), bytes.data(), bytes.size(), nullptr, nullptr, 0, nullptr) == IRGAN_OK);
  CHECK(irgan_model_version(ranker.get()) == popularity_model()->version());
  REQUIRE(irgan_reopen(ranker.get()) == IRGAN_OK);
  CHECK(irgan_model_version(ranker.get()) == next->version());
}

TEST_CASE("irgan_reopen refuses a model whose features cannot be had, and keeps the one before", "[plugin][c]") {
  const ScratchFolder folder;
  const auto model = popularity_model();
  stored_fruit(folder.file("db"), model.get());
  const Opened ranker = opened(folder.file("db"));
  {
    const auto other = model_of_other_features();
    Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_OPEN);
    writer.set_metadata(kModelKey, other->to_bytes());
    writer.set_metadata(kModelVersionKey, other->version());
  }
  for (int search = 0; search < 2; ++search) {
    REQUIRE(irgan_reopen(ranker.get()) == IRGAN_OK);
    CHECK(irgan_model_version(ranker.get()) == model->version());
    const std::string bytes = parsed("pear").serialise();
    const uint32_t docid = 3;
    const double weight = 1.0;
    double score = NAN;
    CHECK(irgan_rescore(ranker.get(), bytes.data(), bytes.size(), &docid, &weight, 1, &score) == IRGAN_OK);
    CHECK(std::isfinite(score));
  }
}

TEST_CASE("irgan_rescore does not search a remote database by itself", "[plugin][c]") {
  const ScratchFolder folder;
  stored_fruit(folder.file("db"), popularity_model().get());
  const Opened ranker = opened(folder.write("stub", "remote :xapian-progsrv " + folder.file("db") + '\n'));
  const std::string bytes = parsed("pear").serialise();
  const uint32_t docid = 3;
  double score = 7.0;
  CHECK(irgan_rescore(ranker.get(), bytes.data(), bytes.size(), &docid, nullptr, 1, &score) == IRGAN_BAD_INDEX);
  CHECK_THAT(irgan_message(), Contains("give the weights"));
  CHECK(score == 7.0);
}

TEST_CASE("irgan_set_context says what the searches that follow are", "[plugin][c][context]") {
  const ScratchFolder folder;
  const auto model = device_model();
  const Xapian::Database db = stored_fruit(folder.file("db"), model.get());
  const Xapian::Query query = parsed("apples pear");
  const Xapian::MSet mset = enquire_of(db, query).get_mset(0, kDepth);
  const Hits hits(mset);
  const std::string bytes = query.serialise();
  const Opened ranker = opened(folder.file("db"));
  const auto scores = [&] {
    std::vector<double> found(hits.docids.size());
    CHECK(irgan_rescore(ranker.get(), bytes.data(), bytes.size(), hits.docids.data(), hits.weights.data(), found.size(),
                        found.data()) == IRGAN_OK);
    return found;
  };
  const auto expected = [&](const SearchContext& context) {
    SearchRequest request;
    request.context = context;
    std::vector<double> found(hits.docids.size());
    for (const RankedHit& hit : Reranker(db, fixed_model(model)).rerank(query, mset, request))
      found[hit.first_stage_rank - 1] = hit.score;
    return found;
  };
  const std::vector<double> nothing = expected({});
  const std::vector<double> mobile = expected({{"device", "mobile"}});
  REQUIRE(nothing != mobile);
  CHECK(scores() == nothing);
  CHECK(irgan_set_context(ranker.get(), "device", "mobile") == IRGAN_OK);
  CHECK(irgan_set_context(ranker.get(), "segment", "trade") == IRGAN_OK);
  CHECK(scores() == mobile);
  std::vector<irgan_hit> ranked(hits.docids.size() + IRGAN_MAX_ADDED);
  std::size_t count = 0;
  CHECK(irgan_rank(ranker.get(), bytes.data(), bytes.size(), hits.docids.data(), hits.weights.data(),
                   hits.docids.size(), nullptr, 0, nullptr, 0, 0.0, ranked.data(), &count) == IRGAN_OK);
  REQUIRE(count == hits.docids.size());
  CHECK(ranked.front().score == *std::max_element(mobile.begin(), mobile.end()));
  CHECK(irgan_set_context(ranker.get(), "device", "watch") == IRGAN_OK);
  CHECK(scores() == nothing);
  CHECK(irgan_set_context(ranker.get(), "device", "mobile") == IRGAN_OK);
  CHECK(irgan_set_context(ranker.get(), "device", nullptr) == IRGAN_OK);
  CHECK(scores() == nothing);
  CHECK(irgan_set_context(ranker.get(), "device", "mobile") == IRGAN_OK);
  CHECK(irgan_set_context(ranker.get(), nullptr, nullptr) == IRGAN_OK);
  CHECK(scores() == nothing);
  CHECK(irgan_set_context(ranker.get(), nullptr, "mobile") == IRGAN_BAD_ARGUMENT);
  CHECK(irgan_set_context(nullptr, "device", "mobile") == IRGAN_BAD_ARGUMENT);
}

}  // namespace irgan::irgan_test
