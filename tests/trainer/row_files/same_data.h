/// Compares what was read with what was written.
#pragma once

#include <catch2/catch.hpp>

#include "irgan/training_data.h"
#include "tests/plugin/same_bits.h"

namespace irgan {

inline void check_same(const TrainingData& read, const TrainingData& data) {
  CHECK(schema_to_json(read.schema) == schema_to_json(data.schema));
  CHECK(read.labels == data.labels);
  CHECK(read.depth == data.depth);
  CHECK(read.facts.uuid == data.facts.uuid);
  CHECK(read.facts.num_documents == data.facts.num_documents);
  CHECK(read.facts.average_length == data.facts.average_length);
  CHECK(read.facts.id_prefix == data.facts.id_prefix);
  CHECK(read.origin.click_model == data.origin.click_model);
  CHECK(read.origin.half_life_days == data.origin.half_life_days);
  CHECK(read.origin.examination == data.origin.examination);
  CHECK(read.origin.split == data.origin.split);
  CHECK(read.origin.going_on == data.origin.going_on);
  REQUIRE(read.pools.size() == data.pools.size());
  for (std::size_t p = 0; p < data.pools.size(); ++p) {
    CAPTURE(p);
    CHECK(read.pools[p].query_id == data.pools[p].query_id);
    CHECK(read.pools[p].document_ids == data.pools[p].document_ids);
    CHECK(same_bits(read.pools[p].rows, data.pools[p].rows));
    CHECK(read.pools[p].range.low == data.pools[p].range.low);
    CHECK(read.pools[p].range.high == data.pools[p].range.high);
  }
  REQUIRE(read.examples.size() == data.examples.size());
  for (std::size_t e = 0; e < data.examples.size(); ++e) {
    CAPTURE(e);
    CHECK(read.examples[e].pool == data.examples[e].pool);
    CHECK(read.examples[e].rows == data.examples[e].rows);
    CHECK(read.examples[e].ranks == data.examples[e].ranks);
    CHECK(read.examples[e].labels == data.examples[e].labels);
    CHECK(read.examples[e].shown == data.examples[e].shown);
    CHECK(read.examples[e].last_clicks == data.examples[e].last_clicks);
  }
}

}  // namespace irgan
