#include "irgan/memory_file.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "irgan/memory_tuning.h"
#include "tests/trainer/click_rows.h"
#include "tests/trainer/judged_index.h"
#include "trainer/memory/memory_state.h"

namespace irgan::memory_file_test {

namespace {

// Two sessions click amber3 for "amber" on `day`.
RowReader amber_log(double day) {
  return [day](const std::function<void(const ClickRow&)>& each) {
    for (const char* session : {"s1", "s2"}) {
      ClickRow row = at(1.7e9 + day * kDay, click("amber3"));
      row.session = session;
      row.query = "amber";
      row.clicked = true;
      each(row);
    }
  };
}

StatedRules two_sessions() {
  StatedRules stated;
  stated.min_sessions = 2;
  return stated;
}

}  // namespace

TEST_CASE("a memory on disk goes on from what stands beside it", "[trainer][memory_file]") {
  const ScratchFolder folder;
  const std::string path = folder.file("memory");
  RowTexts texts("");
  MemoryBuilder first = first_memory(two_sessions());
  remember(amber_log(1), texts, first);
  const MemoryFacts facts = write_memory(first, 2.0, path);
  CHECK(facts.num_queries == 1);
  CHECK(facts.min_sessions == 2);
  CHECK(facts.prior_clicks == 2.0);
  CHECK(std::filesystem::exists(path + ".carry"));

  MemoryBuilder again = carried_memory(path, {});
  remember(amber_log(1), texts, again);
  CHECK_THROWS_WITH(check_news(again.report(), path, false), Catch::Contains("counted already"));
  CHECK_NOTHROW(check_news(again.report(), path, true));

  MemoryBuilder next = carried_memory(path, {});
  remember(amber_log(2), texts, next);
  CHECK_NOTHROW(check_news(next.report(), path, false));

  CHECK_THROWS_WITH(check_news(MemoryReport(), path, false), Catch::Contains("nothing to remember"));
}

TEST_CASE("rules that the past does not allow are refused", "[trainer][memory_file]") {
  const ScratchFolder folder;
  const std::string path = folder.file("memory");
  write_memory(first_memory(two_sessions()), 1.0, path);
  StatedRules stated;
  SECTION("another half-life") {
    stated.half_life_days = 9.0;
    CHECK_THROWS_WITH(carried_memory(path, stated), Catch::StartsWith("half_life cannot change"));
  }
  SECTION("another stemmer") {
    stated.stemmer = "german";
    CHECK_THROWS_WITH(carried_memory(path, stated), Catch::StartsWith("stemmer cannot change"));
  }
  SECTION("more sessions") {
    stated.min_sessions = 3;
    CHECK_THROWS_WITH(carried_memory(path, stated), Catch::StartsWith("min_sessions cannot grow"));
  }
  SECTION("fewer sessions are allowed") {
    stated.min_sessions = 1;
    CHECK(carried_memory(path, stated).state().rules.min_sessions == 1);
  }
}

TEST_CASE("a row's text is its own or that of its query's id", "[trainer][memory_file]") {
  const JudgedIndex index;
  RowTexts texts(index.queries());
  ClickRow row;
  row.query_id = "birch";
  REQUIRE(texts.of(row) != nullptr);
  CHECK(*texts.of(row) == "birch");
  row.query = "Birch tree";
  CHECK(*texts.of(row) == "Birch tree");
  row.query = {};
  row.query_id = "nobody";
  CHECK(texts.of(row) == nullptr);
  CHECK(texts.num_unknown() == 1);
}

TEST_CASE("half-life and prior are chosen by a later log", "[trainer][memory_tuning]") {
  const JudgedIndex index;
  const auto model = Model::from_file(index.popularity_model());
  RowTexts texts("");
  double last_share = -1.0;
  MemoryTuningOptions options;
  options.on_progress = [&](double share_done) { last_share = share_done; };
  const TunedMemory tuned = tuned_memory(index.site(), model, first_memory(two_sessions()), amber_log(1),
                                         {amber_log(2), "later"}, texts, options);
  CHECK(last_share == 0.0);  // of one query
  CHECK(tuned.tuning.trials.size() == std::size(kHalfLives) * std::size(kPriors));
  CHECK(tuned.tuning.trials.front().mrr == 1.0);
  CHECK(tuned.prior_clicks == tuned.tuning.trials.front().prior_clicks);
  CHECK(tuned.builder.state().rules.half_life_days == tuned.tuning.trials.front().half_life_days);
  CHECK(tuned.builder.report().num_clicks == 2);

  CHECK_THROWS_WITH(tuned_memory(index.site(), model, first_memory(two_sessions()), amber_log(2),
                                 {amber_log(1), "later"}, texts, options),
                    Catch::StartsWith("tune later: its newest click is not newer"));
}

}  // namespace irgan::memory_file_test
