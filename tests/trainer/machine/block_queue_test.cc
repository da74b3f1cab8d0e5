#include "trainer/machine/block_queue.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>

namespace irgan::block_queue_test {

using Block = std::vector<int>;

TEST_CASE("every block comes out once, in the order in which it was put in", "[trainer][block_queue]") {
  BlockQueue<Block> queue(2);
  std::thread giver([&] {
    Block block;
    for (int i = 0; i < 10'000; ++i) {
      block.assign(1, i);
      queue.put(block);
    }
    queue.close();
  });
  Block block;
  int expected = 0;
  while (queue.take(block)) {
    if (block != Block{expected++}) FAIL_CHECK("a wrong block");
  }
  giver.join();
  CHECK(expected == 10'000);
  CHECK(block.empty());
}

TEST_CASE("a block that was taken comes back to be filled anew", "[trainer][block_queue]") {
  BlockQueue<Block> queue(2);
  Block given(1000, 7);
  const int* const memory = given.data();
  queue.put(given);
  CHECK(given.capacity() == 0);
  Block taken;
  REQUIRE(queue.take(taken));
  CHECK(taken.data() == memory);
  given.assign(1, 8);
  queue.put(given);
  REQUIRE(queue.take(taken));
  CHECK(taken == Block{8});
  queue.put(given);
  CHECK(given.data() == memory);
}

TEST_CASE("the giver waits for room, and closing wakes it", "[trainer][block_queue]") {
  BlockQueue<Block> queue(1);
  std::atomic<int> num_put{0};
  std::thread giver([&] {
    for (Block block{1}; queue.put(block); block.assign(1, 1)) ++num_put;
  });
  Block block;
  CHECK(queue.take(block));
  queue.close();
  giver.join();
  CHECK(num_put <= 2);  // one that was taken and one that waits
}

TEST_CASE("a problem reaches the taker behind the last block, and the giver at once", "[trainer][block_queue]") {
  BlockQueue<Block> queue(2);
  Block block{1};
  queue.put(block);
  queue.close(std::make_exception_ptr(std::runtime_error("broken")));
  queue.close();
  CHECK_THROWS_WITH(queue.put(block), "broken");
  Block taken;
  REQUIRE(queue.take(taken));
  CHECK(taken == Block{1});
  CHECK_THROWS_WITH(queue.take(taken), "broken");
  CHECK_THROWS_WITH(queue.check(), "broken");
}

}  // namespace irgan::block_queue_test
