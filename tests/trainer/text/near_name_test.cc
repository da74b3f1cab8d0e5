#include "trainer/text/near_name.h"

#include <catch2/catch.hpp>

namespace irgan::near_name_test {

TEST_CASE("a mistyped word finds the name that it was meant to be", "[trainer][near_name]") {
  const std::vector<std::string> names{"train", "rerank", "evaluate", "max-bad", "doc_id"};
  CHECK(near_name("trian", names) == "train");
  CHECK(near_name("Train", names) == "train");
  CHECK(near_name("rernk", names) == "rerank");
  CHECK(near_name("max_bad", names) == "max-bad");
  CHECK(near_name("docid", names) == "doc_id");
  CHECK(near_name("eval", names) == "evaluate");
}

TEST_CASE("a word that is like no name, or begins several, finds none", "[trainer][near_name]") {
  CHECK(near_name("banana", {"train", "rerank"}).empty());
  CHECK(near_name("", {"train"}).empty());
  CHECK(near_name("x", {"train", "x-ray"}).empty());
  CHECK(near_name("min", {"min-score", "min-sessions"}).empty());
  CHECK(near_name(std::string(1000, 'a'), {"a"}).empty());
}

TEST_CASE("a near name is asked for in the words of a message", "[trainer][near_name]") {
  CHECK(meant("clcks", {"clicks"}, "--") == "; did you mean --clicks?");
  CHECK(meant("banana", {"clicks"}).empty());
}

}  // namespace irgan::near_name_test
