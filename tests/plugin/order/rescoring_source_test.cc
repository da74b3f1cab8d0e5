#include "plugin/src/order/rescoring_source.h"

#include <catch2/catch.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "tests/plugin/fruit.h"

namespace irgan::rescoring_source_test {

TEST_CASE("a rescoring source yields its shard's entries, step by step or by skipping", "[plugin][rescoring_source]") {
  const std::vector<Xapian::Database> shards{index_of(fruit()), index_of({}), index_of(fruit())};
  Xapian::Database db;
  for (const Xapian::Database& shard : shards) db.add_database(shard);
  auto plan = std::make_shared<RescoringPlan>(db);
  plan->entries = {{1, 0.5}, {3, 4}, {4, 2}, {7, 1}, {13, 3}};
  plan->max_weight = 4;
  plan->matches_lower_bound = 7;
  plan->matches_estimated = 8;
  plan->matches_upper_bound = 9;
  const RescoringSource original(plan);
  const auto source_of = [&](std::size_t shard) {
    std::unique_ptr<Xapian::PostingSource> source(original.clone());
    source->init(shards[shard]);
    return source;
  };

  // Documents 1, 4, 7 and 13 are the first shard's 1, 2, 3 and 5; document 3 is the third shard's 1.
  const auto first = source_of(0);
  std::vector<std::pair<Xapian::docid, double>> entries;
  for (first->next(0); !first->at_end(); first->next(0)) entries.emplace_back(first->get_docid(), first->get_weight());
  CHECK(entries == std::vector<std::pair<Xapian::docid, double>>{{1, 0.5}, {2, 2}, {3, 1}, {5, 3}});
  CHECK(first->get_maxweight() == 4);

  const auto skipping = source_of(0);
  skipping->skip_to(2, 0);
  CHECK(skipping->get_docid() == 2);
  skipping->skip_to(2, 0);
  CHECK(skipping->get_docid() == 2);
  skipping->next(0);
  CHECK(skipping->get_docid() == 3);
  skipping->skip_to(4, 0);
  CHECK(skipping->get_docid() == 5);
  skipping->skip_to(6, 0);
  CHECK(skipping->at_end());

  const auto third = source_of(2);
  third->next(0);
  CHECK(third->get_docid() == 1);
  const auto second = source_of(1);
  second->next(0);
  CHECK(second->at_end());
  CHECK(first->get_termfreq_min() + second->get_termfreq_min() + third->get_termfreq_min() == 7);
  CHECK(first->get_termfreq_est() + second->get_termfreq_est() + third->get_termfreq_est() == 8);
  CHECK(first->get_termfreq_max() + second->get_termfreq_max() + third->get_termfreq_max() == 9);

  const std::unique_ptr<Xapian::PostingSource> stray(original.clone());
  CHECK_THROWS_AS(stray->init(index_of(fruit())), Xapian::InvalidOperationError);
}

}  // namespace irgan::rescoring_source_test
