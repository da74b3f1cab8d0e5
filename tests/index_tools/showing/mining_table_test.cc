/// What mining says of itself.

#include "index_tools/showing/mining_table.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace irgan::mining_table_test {

using Catch::Contains;

TEST_CASE("a line says whether the temperature keeps the bound", "[index_tools][mining_table]") {
  CHECK_THAT(sentence_of({2.0, TemperatureBasis::bounded, 1.5, 12}, 2.0),
             Contains("temperature 2: the lowest that keeps --max-false-negatives 2 (measured 1.5 times uniform draws' "
                      "on 12 queries)"));
  CHECK_THAT(sentence_of({2.0, TemperatureBasis::unbounded, 1.5, 1}, 1.2),
             Contains("none keeps --max-false-negatives 1.2 (measured 1.5 times uniform draws' on 1 query)"));
  CHECK_THAT(sentence_of({}, 2.0), Contains("measured no false negatives") && Contains("has no effect"));
  CHECK_THAT(sentence_of({0.7, TemperatureBasis::given}, 2.0), Contains("given by --temperature"));
}

TEST_CASE("the table shows counts, reasons and scores, and which flag to loosen", "[index_tools][mining_table]") {
  MiningReport report({{NegativeSource::bm25, 1.0}, {NegativeSource::run, 1.0}});
  MinedQuery query;
  query.positives = {{"a", "", 3.0}};
  query.negatives = {{{"b", "", 1.0, 0.25, NegativeSource::bm25}}};
  query.num_missing = 1;
  query.num_excluded[static_cast<std::size_t>(Exclusion::duplicate)] = 2;
  report.add(query, 1);
  query.skip = Skip::no_text;
  report.add(query, 0);
  std::ostringstream out;
  print(report, MiningOptions(), out);
  CHECK(out.str() ==
        "1 rows of 1 queries, 1 positives, 1 negatives (1 by bm25, 0 by run)\n"
        "  the source run gave nothing: other sources filled up its share\n"
        "  queries skipped, no_text: 1\n"
        "  candidates excluded, duplicate: 2\n"
        "  score             positive    negative  difference\n"
        "  count                    1           1           1\n"
        "  mean                3.0000      1.0000      2.0000\n"
        "  deviation           0.0000      0.0000      0.0000\n"
        "  min                 3.0000      1.0000      2.0000\n"
        "  quartile1           3.0000      1.0000      2.0000\n"
        "  median              3.0000      1.0000      2.0000\n"
        "  quartile3           3.0000      1.0000      2.0000\n"
        "  max                 3.0000      1.0000      2.0000\n"
        "  by the log's evidence 25.0 % of the negatives are relevant\n"
        "1 negatives could not be found, for 1 queries: try a higher --max-resemblance, or --pad uniform\n");
}

}  // namespace irgan::mining_table_test
