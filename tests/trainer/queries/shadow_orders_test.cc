#include "irgan/shadow_orders.h"

#include <catch2/catch.hpp>

#include "tests/trainer/scratch_folder.h"

namespace irgan::shadow_orders_test {

namespace {

using Ids = std::vector<std::string>;

std::string line(const std::string& words, int first, const std::string& shadow) {
  return R"({"page":"p","time":"2024-01-01T00:00:00.000Z","database":"u","query":"AQID","text":)" + words +
         R"(,"first":)" + std::to_string(first) +
         R"(,"docids":[1],"ids":["x"],"model":"m","log_probabilities":null,"shadow":)" + shadow + "}\n";
}

QueryRow query(const std::string& id, const std::string& text) {
  QueryRow row;
  row.id = id;
  row.text = text;
  return row;
}

}  // namespace

TEST_CASE("the shadow's order of a query is that of its latest pages", "[trainer][shadow_orders]") {
  const ScratchFolder folder;
  const std::string log = folder.write(
      "log", line(R"("red shoes")", 0, R"({"model":"new","ids":["a","b"]})") + line(R"("blue")", 0, "null") +
                 line(R"("Red  Shoes")", 0, R"({"model":"new","ids":["b","c"]})") +
                 line(R"("red shoes")", 2, R"({"model":"new","ids":["d"]})") +
                 line(R"("red shoes")", 9, R"({"model":"new","ids":["far"]})") +
                 line(R"("red shoes")", 0, R"({"model":"newer","ids":["z"]})") +
                 line("null", 0, R"({"model":"new","ids":["w"]})") + "{\"shadow\":{ no JSON\n");
  const std::string clicks = folder.write("clicks", "page_id,doc_id\np,a\n");
  const auto shadows = shadows_of_logs({clicks, log, "-"});
  REQUIRE(shadows.size() == 2);
  const ShadowOrders& orders = shadows.at("new");
  CHECK(orders.num_pages() == 5);
  CHECK(orders.documents(query("q1", "RED shoes")) == Ids{"b", "c", "d"});
  CHECK(orders.documents(query("q2", "blue")).empty());
  CHECK(shadows.at("newer").documents(query("q1", "red shoes")) == Ids{"z"});
}

TEST_CASE("a shadow in UBI's form, and one of a query without words", "[trainer][shadow_orders]") {
  const ScratchFolder folder;
  const auto shadows = shadows_of_logs(
      {folder.write("ubi", R"({"query_id":"p","user_query":"red","query_response_hit_ids":["x"],"query_attributes":)"
                           R"({"first":0,"query":"AQID","shadow":{"model":"new","ids":["a"]}}})"
                           "\n"),
       folder.write("own", line("null", 0, R"({"model":"new","ids":["w"]})"))});
  REQUIRE(shadows.size() == 1);
  CHECK(shadows.at("new").documents(query("q", "red")) == Ids{"a"});
  CHECK(shadows.at("new").num_pages() == 2);
}

}  // namespace irgan::shadow_orders_test
