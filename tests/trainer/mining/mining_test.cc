/// Mining through the library: many queries into a file.

#include "irgan/mining.h"

#include <catch2/catch.hpp>

#include "tests/trainer/mining/shoe_shop.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/mining/mining_report_json.h"
#include "trainer/mining/mining_run.h"

namespace irgan::mining_test {

namespace {

/// Evidence of many queries, so that they are mined in several batches.
MiningEvidence many_queries(const ShoeShop& shop) {
  const MiningEvidence few = shop.evidence();
  MiningEvidence many = few;
  for (int i = 4; i < 600; ++i) {
    QueryRow query = few.queries[static_cast<std::size_t>(i % 4)];
    many.by_query[std::to_string(i)] = few.by_query.at(query.id);
    query.id = std::to_string(i);
    many.queries.push_back(std::move(query));
  }
  return many;
}

}  // namespace

TEST_CASE("all queries are mined in their order, the same at any number of threads", "[trainer][mining]") {
  const ShoeShop shop;
  const ScratchFolder folder;
  MiningOptions options = ShoeShop::plain();
  options.sources = {{NegativeSource::uniform, 1.0}};
  const Miner miner(shop.site(), nullptr, many_queries(shop), options);
  for (const unsigned num_threads : {1U, 3U}) {
    PartialFile file(folder.file(std::to_string(num_threads)), miner.identity(), false);
    double done = 0.0;
    MiningListener listener;
    listener.on_resume = [](std::size_t) { FAIL("there was no run to go on with"); };
    listener.on_progress = [&](double share_done) { done = share_done; };
    const MiningReport report = mine_all(miner, file, num_threads, listener);
    file.commit();
    CHECK(done == 1.0);
    CHECK(report.num_mined == 600);
    CHECK(report.num_rows == 600 * 2 * 3);
  }
  const std::string rows = folder.read("1");
  CHECK(rows.rfind("0\td0\t", 0) == 0);
  CHECK(rows.find("\n599\t") != std::string::npos);
  CHECK(folder.read("3") == rows);
}

TEST_CASE("an interrupted run goes on where its state was saved", "[trainer][mining]") {
  const ShoeShop shop;
  const ScratchFolder folder;
  const Miner miner(shop.site(), nullptr, many_queries(shop), ShoeShop::plain());
  PartialFile undisturbed(folder.file("whole"), miner.identity(), false);
  const MiningReport whole = mine_all(miner, undisturbed, 1);
  undisturbed.commit();
  {
    MiningEvidence first = many_queries(shop);
    first.queries.resize(300);
    const Miner begun(shop.site(), nullptr, first, ShoeShop::plain());
    PartialFile file(folder.file("rows"), miner.identity(), false);
    mine_all(begun, file, 1);
  }
  PartialFile file(folder.file("rows"), miner.identity(), false);
  std::size_t num_before = 0;
  MiningListener listener;
  listener.on_resume = [&](std::size_t num_mined) { num_before = num_mined; };
  const MiningReport resumed = mine_all(miner, file, 2, listener);
  file.commit();
  CHECK(num_before == 300);
  CHECK(folder.read("rows") == folder.read("whole"));
  CHECK(figures_of(resumed) == figures_of(whole));
}

TEST_CASE("a state that is no state of a mining run is refused", "[trainer][mining]") {
  const ShoeShop shop;
  const ScratchFolder folder;
  const Miner miner(shop.site(), nullptr, shop.evidence(), ShoeShop::plain());
  { PartialFile(folder.file("rows"), miner.identity(), false).save({{"next", "soon"}}); }
  PartialFile file(folder.file("rows"), miner.identity(), false);
  CHECK_THROWS_AS(mine_all(miner, file, 1), FormatError);
}

TEST_CASE("a run mines into the file that it is given, and leaves it as it was where no query gives a row",
          "[trainer][mining]") {
  const ShoeShop shop;
  const ScratchFolder folder;
  const Miner miner(shop.site(), nullptr, shop.evidence(), ShoeShop::plain());
  CHECK(mine_all(miner, {folder.file("rows")}).num_rows == 4 * 2 * 3);
  const std::string rows = folder.read("rows");
  CHECK(rows.rfind("0\td0\t", 0) == 0);

  MiningEvidence nothing = shop.evidence();
  nothing.by_query.clear();
  const Miner idle(shop.site(), nullptr, nothing, ShoeShop::plain());
  CHECK(mine_all(idle, {folder.file("rows")}).num_rows == 0);
  CHECK(folder.read("rows") == rows);
}

}  // namespace irgan::mining_test
