// This program is linked with the preload module before libxapian, so that its calls of Xapian arrive there, as those
// of any program do under LD_PRELOAD. tests/preload.sh does the same with programs that know nothing of it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>
#include <utility>

#include "irgan/irgan.h"
#include "plugin/preload/thread_context.h"
#include "plugin/src/process/own_search.h"
#include "tests/plugin/fruit.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::preload_test {

namespace {

/// An index that holds a model, and both orders of its fruit.
struct Site {
  Site() : model(popularity_model()), db(stored_fruit(folder.file("db"), model.get())) {
    const Xapian::MSet all = plain().get_mset(0, kNumDocuments);
    Xapian::Enquire enquire = plain();
    reranked = full_list(db, *model, enquire);
    original = docids_of(all);
  }

  // A search that the module leaves alone, since it is sorted by a value too, which no document has.
  Xapian::Enquire plain() const {
    Xapian::Enquire enquire = enquire_of(db);
    enquire.set_sort_by_relevance_then_value(99, false);
    return enquire;
  }

  std::size_t num_open_files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const auto target = std::filesystem::read_symlink(entry.path(), gone);
      if (target.string().compare(0, folder.path().string().size(), folder.path().string()) == 0) ++count;
    }
    return count;
  }

  ScratchFolder folder;
  std::shared_ptr<const Model> model;
  Xapian::Database db;
  Docids reranked;
  Docids original;
};

Docids page(const Xapian::Enquire& enquire, Xapian::doccount first = 0, Xapian::doccount maxitems = kNumDocuments) {
  return docids_of(enquire.get_mset(first, maxitems));
}

class RejectingDecider : public Xapian::MatchDecider {
 public:
  explicit RejectingDecider(const Xapian::Enquire& inner) : inner_(inner) {}
  bool operator()(const Xapian::Document&) const override {
    seen = page(inner_);
    return false;
  }
  mutable Docids seen;

 private:
  const Xapian::Enquire& inner_;
};

// A spy that Xapian owns, and that says when it dies.
class OwnedSpy : public Xapian::ValueCountMatchSpy {
 public:
  explicit OwnedSpy(bool& dead) : Xapian::ValueCountMatchSpy(kColour), dead_(dead) {}
  ~OwnedSpy() override { dead_ = true; }

 private:
  bool& dead_;
};

}  // namespace

TEST_CASE("under the module get_mset gives the model's order", "[plugin][preload]") {
  const Site site;
  REQUIRE(site.reranked != site.original);
  const Xapian::Enquire enquire = enquire_of(site.db);
  CHECK(page(enquire) == site.reranked);
  for (const Xapian::doccount first : {0u, 4u, 10u, 12u, 58u})
    CHECK(page(enquire, first, 5) == slice(site.reranked, first, 5));
}

TEST_CASE("under the module copies, assigned and moved Enquires are known", "[plugin][preload]") {
  const Site site;
  Xapian::Enquire first = enquire_of(site.db);
  Xapian::Enquire second(first);
  CHECK(page(second) == site.reranked);
  Xapian::Enquire third = site.plain();
  CHECK(page(third) == site.original);
  third = first;
  CHECK(page(third) == site.reranked);
  Xapian::Enquire fourth(std::move(first));
  CHECK(page(fourth) == site.reranked);
  second = site.plain();
  CHECK(page(second) == site.original);
  CHECK(page(third) == site.reranked);
  third = std::move(fourth);
  CHECK(page(third) == site.reranked);
  const Xapian::Enquire& self = third;
  third = self;
  CHECK(page(third) == site.reranked);
}

TEST_CASE("under the module a database is closed with its last Enquire", "[plugin][preload]") {
  Site site;
  site.db = Xapian::Database();
  REQUIRE(site.num_open_files() == 0);
  {
    Xapian::Enquire first = enquire_of(Xapian::Database(site.folder.file("db")));
    page(first);
    Xapian::Enquire copy(first);
    Xapian::Enquire moved(std::move(first));
    Xapian::Enquire other = enquire_of(Xapian::Database(site.folder.file("db")));
    page(other);
    other = moved;
    copy = std::move(other);
    CHECK(page(copy) == site.reranked);
    CHECK(site.num_open_files() > 0);
  }
  CHECK(site.num_open_files() == 0);
}

TEST_CASE("under the module a WritableDatabase is left alone, and its lock is not kept", "[plugin][preload]") {
  const Site site;
  {
    Xapian::WritableDatabase writer(site.folder.file("db"), Xapian::DB_OPEN);
    CHECK(page(enquire_of(writer)) == site.original);
  }
  CHECK_NOTHROW(Xapian::WritableDatabase(site.folder.file("db"), Xapian::DB_OPEN));
}

TEST_CASE("under the module a sort by anything but relevance is left alone, until it is taken back",
          "[plugin][preload]") {
  const Site site;
  Xapian::MultiValueKeyMaker by_colour;
  by_colour.add_value(kColour);
  Xapian::Enquire enquire = enquire_of(site.db);
  SECTION("by value") { enquire.set_sort_by_value(kColour, true); }
  SECTION("by key") { enquire.set_sort_by_key(&by_colour, true); }
  SECTION("by value, then relevance") { enquire.set_sort_by_value_then_relevance(kColour, false); }
  SECTION("by key, then relevance") { enquire.set_sort_by_key_then_relevance(&by_colour, false); }
  SECTION("by relevance, then value") { enquire.set_sort_by_relevance_then_value(kColour, false); }
  SECTION("by relevance, then key") { enquire.set_sort_by_relevance_then_key(&by_colour, false); }
  Xapian::ValueCountMatchSpy spy(kColour);
  enquire.add_matchspy(&spy);
  CHECK(page(enquire) != site.reranked);
  CHECK(spy.get_total() == kNumDocuments);
  enquire.set_sort_by_relevance();
  CHECK(page(enquire) == site.reranked);
}

TEST_CASE("under the module spies count once and stay where they are", "[plugin][preload]") {
  Site site;
  // A boolean weight shows only in the first pass, after which the original order takes a second one.
  const bool weighted = GENERATE(true, false);
  Xapian::Enquire enquire = enquire_of(site.db);
  if (!weighted) enquire.set_weighting_scheme(Xapian::BoolWeight());
  Xapian::ValueCountMatchSpy spy(kColour);
  bool dead = false;
  auto* const owned = new OwnedSpy(dead);
  enquire.add_matchspy(&spy);
  enquire.add_matchspy(owned->release());
  for (std::size_t search = 1; search <= 3; ++search) {
    CHECK(enquire.get_mset(3, 3, kNumDocuments).size() == 3);
    CHECK(spy.get_total() == search * kNumDocuments);
    REQUIRE_FALSE(dead);
    CHECK(owned->get_total() == search * kNumDocuments);
  }
  enquire.clear_matchspies();
  CHECK(dead);
  enquire.get_mset(3, 3, kNumDocuments);
  CHECK(spy.get_total() == 3 * kNumDocuments);
}

TEST_CASE("under the module a search inside a search goes through to Xapian", "[plugin][preload]") {
  const Site site;
  const Xapian::Enquire inner = enquire_of(site.db), outer = enquire_of(site.db);
  const RejectingDecider decider(inner);
  CHECK(outer.get_mset(0, 10, 0, nullptr, &decider).empty());
  CHECK(decider.seen == site.original);
  CHECK(page(inner) == site.reranked);
}

TEST_CASE("under the module Xapian's own errors arrive", "[plugin][preload]") {
  const Site site;
  Xapian::Enquire enquire = enquire_of(site.db);
  enquire.set_sort_by_value(kColour, true);
  enquire.set_cutoff(50);  // Xapian cannot do both
  CHECK_THROWS_AS(enquire.get_mset(0, 10), Xapian::UnimplementedError);
  enquire = enquire_of(site.db);
  CHECK(page(enquire) == site.reranked);
}

TEST_CASE("under the module each thread searches with a database of its own", "[plugin][preload]") {
  const Site site;
  const std::string path = site.folder.file("db");
  constexpr int kThreads = 8, kSearches = 30;
  std::vector<int> right(kThreads, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const Xapian::Database db(path);
      for (int search = 0; search < kSearches; ++search)
        right[static_cast<std::size_t>(t)] += page(enquire_of(db)) == site.reranked;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == std::vector<int>(kThreads, kSearches));
}

TEST_CASE("under the module a program's own Reranker gets Xapian's candidates", "[plugin][preload]") {
  const Site site;
  const auto own = nonlinear_model();
  Xapian::Enquire plain = site.plain(), enquire = enquire_of(site.db);
  const Docids expected = full_list(site.db, *own, plain);
  REQUIRE(expected != site.reranked);
  const Reranker reranker(site.db, fixed_model(own), strict());
  const RerankedPage all = reranker.search(enquire, {0, kNumDocuments});
  CHECK(docids_of(all.mset) == expected);
  CHECK(all.model_version == own->version());
  CHECK(page(enquire) == site.reranked);
}

TEST_CASE("under the module irgan_rescore finds the weights that Xapian gives", "[plugin][preload]") {
  const Site site;
  const ScratchFolder folder;
  const std::string path = folder.write("model", nonlinear_model()->to_bytes());
  irgan_ranker* ranker = nullptr;
  REQUIRE(irgan_open(site.folder.file("db").c_str(), path.c_str(), &ranker) == IRGAN_OK);
  const Xapian::MSet mset = site.plain().get_mset(0, kDepth);
  std::vector<uint32_t> docids;
  std::vector<double> weights;
  for (auto hit = mset.begin(); hit != mset.end(); ++hit) {
    docids.push_back(*hit);
    weights.push_back(hit.get_weight());
  }
  const std::string query = parsed("apples pear").serialise();
  std::vector<double> given(kDepth), found(kDepth);
  CHECK(irgan_rescore(ranker, query.data(), query.size(), docids.data(), weights.data(), kDepth, given.data()) ==
        IRGAN_OK);
  CHECK(irgan_rescore(ranker, query.data(), query.size(), docids.data(), nullptr, kDepth, found.data()) == IRGAN_OK);
  CHECK(found == given);
  irgan_close(ranker);
}

TEST_CASE("under the module our own searches are left alone, on their thread", "[plugin][preload]") {
  const Site site;
  const Xapian::Enquire enquire = enquire_of(site.db);
  {
    const OwnSearch own;
    CHECK(page(enquire) == site.original);
    {
      const OwnSearch inner;
      CHECK(page(enquire) == site.original);
    }
    CHECK(page(enquire) == site.original);
    Docids of_other_thread;
    std::thread([&] { of_other_thread = page(enquire_of(Xapian::Database(site.folder.file("db")))); }).join();
    CHECK(of_other_thread == site.reranked);
  }
  CHECK(page(enquire) == site.reranked);
}

TEST_CASE("under the module a thread says what its searches are beside their words", "[plugin][preload][context]") {
  const ScratchFolder folder;
  const auto model = device_model();
  const Xapian::Database db = stored_fruit(folder.file("db"), model.get());
  const auto own = [&](const SearchContext& context) {
    Xapian::Enquire enquire = enquire_of(db);
    SearchRequest request;
    request.maxitems = kDepth;
    request.context = context;
    return docids_of(Reranker(db, fixed_model(model)).search(enquire, request).mset);
  };
  const Docids nothing = own({});
  const Docids mobile = own({{"device", "mobile"}});
  REQUIRE(nothing != mobile);
  const Xapian::Enquire enquire = enquire_of(db);
  const auto said = [&](const char* context) {
    irgan_search_context(context);
    return page(enquire, 0, kDepth);
  };
  CHECK(page(enquire, 0, kDepth) == nothing);
  for (const char* context : {"device=mobile", " device = mobile ;", "segment=a=b;;device=mobile",
                              "device=watch;device=mobile", "nonsense;device=mobile"})
    CHECK(said(context) == mobile);
  for (const char* context : {"", "device=Mobile", "device=mobile;device=", "=mobile", "device"})
    CHECK(said(context) == nothing);
  CHECK(said((std::string(2000, 'x') + "=y;device=mobile").c_str()) == nothing);
  CHECK(said("device=mobile") == mobile);
  Docids of_other;
  std::thread([&] {
    const Xapian::Database again(folder.file("db"));
    of_other = page(enquire_of(again), 0, kDepth);
  }).join();
  CHECK(of_other == nothing);
  CHECK(page(enquire, 0, kDepth) == mobile);
  CHECK(said(nullptr) == nothing);
}

}  // namespace irgan::preload_test
