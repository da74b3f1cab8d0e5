// What may happen to a model or an index while it is searched: the user sees hits all the same.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <thread>

#include "tests/plugin/fruit.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::reranker_faults_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

// Takes its time, as a disk or a network does.
class SlowSource : public ModelSource {
 public:
  explicit SlowSource(std::shared_ptr<const Model> model) : model_(std::move(model)) {}
  std::shared_ptr<const Model> get(const Xapian::Database&) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return model_;
  }

 private:
  std::shared_ptr<const Model> model_;
};

// Deletes a document as soon as the first pass has seen all of them.
class DeletingDecider : public Xapian::MatchDecider {
 public:
  DeletingDecider(Xapian::WritableDatabase db, Xapian::docid victim) : db_(std::move(db)), victim_(victim) {}
  bool operator()(const Xapian::Document&) const override {
    if (++num_seen_ == kNumDocuments) db_.delete_document(victim_);
    return true;
  }

 private:
  mutable Xapian::WritableDatabase db_;
  const Xapian::docid victim_;
  mutable Xapian::doccount num_seen_ = 0;
};

// Runs `work` as a user whom file modes keep out, as they do not root.
template <typename Work>
void as_nobody(const Work& work) {
  const bool is_root = geteuid() == 0;
  if (is_root) REQUIRE(seteuid(65534) == 0);
  work();
  if (is_root) REQUIRE(seteuid(0) == 0);
}

}  // namespace

TEST_CASE("a model that cannot be had leaves the original order", "[plugin][reranker][faults]") {
  const ScratchFolder folder;
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  const std::string bytes = popularity_model()->to_bytes();
  Problems problems;
  const Reranker reranker(db, model_file(folder.file("model"), listener(problems)), lenient(problems));
  const auto check_original = [&](const char* expected) {
    problems.clear();
    const RerankedPage page = reranker.search(enquire, {3, 5});
    CHECK(shown(page.mset) == shown(enquire.get_mset(3, 5)));
    CHECK(page.model_version.empty());
    CHECK(page.head.empty());
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], StartsWith("served in the original order: ") && Contains(expected));
  };
  check_original("No such file");
  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 7) {
    folder.write("model", bytes.substr(0, size));
    check_original("model: ");
  }
  std::filesystem::remove(folder.file("model"));
  std::filesystem::create_directory(folder.file("model"));
  check_original("model");
  std::filesystem::remove(folder.file("model"));
  folder.write("model", bytes);
  std::filesystem::permissions(folder.file("model"), std::filesystem::perms::none);
  as_nobody([&] { check_original("model"); });
  std::filesystem::permissions(folder.file("model"), std::filesystem::perms::owner_read);

  problems.clear();
  const RerankedPage page = reranker.search(enquire, {0, 20});
  CHECK(docids_of(page.mset) == slice(full_list(db, *popularity_model(), enquire), 0, 20));
  CHECK(page.model_version == popularity_model()->version());
  CHECK(problems.empty());
}

TEST_CASE("a document deleted between the passes does no harm", "[plugin][reranker][faults]") {
  const ScratchFolder folder;
  stored_fruit(folder.file("db"));
  Xapian::WritableDatabase db(folder.file("db"), Xapian::DB_OPEN);
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::docid victim = *enquire.get_mset(0, 1)[0];
  const DeletingDecider decider(db, victim);
  const Reranker reranker(db, fixed_model(nonlinear_model()), strict());
  const Xapian::MSet page = reranker.get_mset(enquire, 0, 20, kNumDocuments, nullptr, &decider);
  REQUIRE(page.size() == 20);
  const Docids docids = docids_of(page);
  CHECK(std::set<Xapian::docid>(docids.begin(), docids.end()).size() == 20);
  CHECK(std::find(docids.begin(), docids.end(), victim) != docids.end());
  for (auto hit = page.begin(); hit != page.end(); ++hit) {
    if (*hit != victim) CHECK(hit.get_document().get_data() == "document " + std::to_string(*hit));
  }
  CHECK(reranker.get_mset(enquire, 0, kNumDocuments).size() == kNumDocuments - 1);
}

TEST_CASE("reranking gives up when its time is over", "[plugin][reranker][faults]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  Problems problems;
  RerankOptions options = lenient(problems);
  options.max_rerank_time = std::chrono::milliseconds(1);
  const auto source = std::make_shared<SlowSource>(popularity_model());

  const Reranker reranker(db, source, options);
  const RerankedPage page = reranker.search(enquire, {3, 5});
  CHECK(shown(page.mset) == shown(enquire.get_mset(3, 5)));
  CHECK(page.model_version.empty());
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0], Contains("took longer than its limit of 1000 microseconds"));
  CHECK(docids_of(reranker.rerank(enquire.get_query(), enquire.get_mset(0, 9))) == docids_of(enquire.get_mset(0, 9)));

  options.get_mset_fallback = Fallback::rethrow;
  CHECK_THROWS_AS(Reranker(db, source, options).get_mset(enquire, 3, 5), Error);

  options.max_rerank_time = std::chrono::hours(1);
  CHECK(docids_of(Reranker(db, source, options).get_mset(enquire, 0, 20)) ==
        slice(full_list(db, *popularity_model(), enquire), 0, 20));
}

TEST_CASE("the first pass is not on the account of reranking", "[plugin][reranker][faults]") {
  class SlowDecider : public Xapian::MatchDecider {
   public:
    bool operator()(const Xapian::Document&) const override {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return true;
    }
  };
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  RerankOptions options = strict();
  options.max_rerank_time = std::chrono::seconds(1);  // the first pass takes 1.2 at least
  const SlowDecider decider;
  const Reranker reranker(db, fixed_model(popularity_model()), options);
  CHECK_NOTHROW(reranker.get_mset(enquire, 0, 5, kNumDocuments, nullptr, &decider));
}

TEST_CASE("an error of the program's own decider is not the model's, and nothing is searched again",
          "[plugin][reranker][faults]") {
  class FailingDecider : public Xapian::MatchDecider {
   public:
    bool operator()(const Xapian::Document&) const override {
      if (++num_seen < 5) return true;
      if (throws_xapian) throw Xapian::NetworkError("gone");
      throw std::runtime_error("the program's own");
    }
    mutable int num_seen = 0;
    bool throws_xapian = false;
  };
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  Problems problems;
  const Reranker reranker(db, fixed_model(popularity_model()), lenient(problems));
  FailingDecider decider;
  CHECK_THROWS_WITH(reranker.get_mset(enquire, 0, 5, kNumDocuments, nullptr, &decider), "the program's own");
  CHECK(decider.num_seen == 5);
  decider.num_seen = 0;
  decider.throws_xapian = true;
  CHECK_THROWS_AS(reranker.get_mset(enquire, 0, 5, kNumDocuments, nullptr, &decider), Xapian::NetworkError);
  CHECK(decider.num_seen == 5);
  CHECK(problems.empty());
}

}  // namespace irgan::reranker_faults_test
