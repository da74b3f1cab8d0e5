#include "irgan/preparation.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/small_index.h"
#include "trainer/evidence/log_split.h"

namespace irgan::preparation_test {

using Catch::Matchers::Contains;

namespace {

const SmallIndex& index() {
  static const SmallIndex small({{"lk", "Linux kernel", "the kernel of the system", 5.0},
                                 {"kd", "Kernel density", "estimating distributions in statistics", 250.0},
                                 {"pc", "Popcorn", "kernels of maize heated in oil", {}},
                                 {"st", "Statistics", "means medians and distributions", 7.0},
                                 {"fr", "Frying", "in oil", 1.0}});
  return small;
}

Site site() {
  Site small;
  small.paths = {index().path()};
  small.open = [] { return index().open(); };
  small.layout = small_layout();
  return small;
}

// Queries "kernel" and "oil" in turn, with two clicks each; the later the query, the later its clicks.
struct Files {
  explicit Files(int num_queries = 10) {
    std::string log = "time\tsession\tquery_id\tdoc_id\n";
    for (int q = 0; q < num_queries; ++q) {
      const std::string id = "q" + std::to_string(q);
      evidence.queries.push_back({id, q % 2 == 0 ? "kernel" : "oil", "", ""});
      for (const char* document :
           q % 2 == 0 ? std::vector<const char*>{"lk", "kd"} : std::vector<const char*>{"pc", "fr"})
        log += std::to_string(1600000000 + 3600 * q) + "\ts" + std::to_string(q) + '\t' + id + '\t' + document + '\n';
    }
    evidence.clicks = {folder.write("clicks", log)};
  }

  ScratchFolder folder;
  Evidence evidence;
};

std::vector<std::string> query_ids(const TrainingData& data) {
  std::vector<std::string> ids;
  for (const Pool& pool : data.pools) ids.push_back(pool.query_id);
  return ids;
}

PreparationOptions split_by(LogSplit by) {
  PreparationOptions options;
  options.split = SplitOptions{by, 0.3, 1};
  return options;
}

}  // namespace

TEST_CASE("prepare holds out some of the queries unless it is asked otherwise", "[trainer][preparation]") {
  const Files files(40);
  const auto [training, validation, report] = prepare(site(), files.evidence);
  CHECK(training.pools.size() + validation.pools.size() == 40);
  CHECK_FALSE(training.pools.empty());
  CHECK_FALSE(validation.pools.empty());
  for (const std::string& id : query_ids(training)) CHECK_FALSE(is_held_out(id, 0.15, 1));
  for (const std::string& id : query_ids(validation)) CHECK(is_held_out(id, 0.15, 1));
  CHECK(training.origin.split == "query");
  CHECK(validation.origin.split == "query");
  CHECK(report.split == "query");
  REQUIRE(report.parts.size() == 2);
  CHECK(report.parts[0].part == DataPart::training);
  CHECK(report.parts[0].num_with_pool == training.pools.size());
  CHECK(report.parts[1].part == DataPart::validation);
  CHECK(report.parts[1].num_examples == validation.examples.size());
}

TEST_CASE("without a split all data are training's", "[trainer][preparation]") {
  const Files files;
  PreparationOptions options;
  options.split.reset();
  const auto [training, validation, report] = prepare(site(), files.evidence, options);
  CHECK(training.pools.size() == 10);
  CHECK(validation.pools.empty());
  CHECK(report.split.empty());
  REQUIRE(report.parts.size() == 1);
  CHECK(report.parts[0].part == DataPart::all);
  CHECK(report.parts[0].losses.num_positives > 0.0);
  CHECK(report.parts[0].half_life_days == kHalfLifeOfClicksAlone);
}

TEST_CASE("a split by time holds out the last queries of this log", "[trainer][preparation]") {
  const Files files;
  const auto [training, validation, report] = prepare(site(), files.evidence, split_by(LogSplit::time));
  CHECK(query_ids(training) == std::vector<std::string>{"q0", "q1", "q2", "q3", "q4", "q5", "q6"});
  CHECK(query_ids(validation) == std::vector<std::string>{"q7", "q8", "q9"});
  CHECK(report.split == "time from 2020-09-13T19:26:40Z");
  CHECK(validation.origin.split == report.split);
}

TEST_CASE("named queries are held out and left out of training", "[trainer][preparation]") {
  Files files;
  files.evidence.valid_queries = {files.evidence.queries[3], {"v", "kernel", "", ""}};
  const auto [training, validation, report] = prepare(site(), files.evidence);
  CHECK(training.pools.size() == 9);
  CHECK(query_ids(validation) == std::vector<std::string>{"q3"});  // nobody clicked for v
  CHECK(training.origin.split == "named queries");
  CHECK(report.num_left_out == 1);
  for (const PartReport& part : report.parts) CHECK(part.losses.num_unknown_queries == 0);
  files.evidence.valid_queries = files.evidence.queries;
  CHECK_THROWS_WITH(prepare(site(), files.evidence), Contains("valid_queries has all of the queries"));
}

TEST_CASE("judgments are split by query, or by name", "[trainer][preparation]") {
  Files files;
  std::string judgments;
  for (const QueryRow& query : files.evidence.queries)
    judgments += query.id + (query.text == "oil" ? " 0 pc 1\n" : " 0 lk 2\n");
  files.evidence.clicks.clear();
  files.evidence.qrels = files.folder.write("qrels", judgments);
  const PreparedData split = prepare(site(), files.evidence, split_by(LogSplit::query));
  CHECK(split.training.pools.size() + split.validation.pools.size() == 10);
  CHECK(split.report.log.files.empty());
  REQUIRE(split.report.parts.size() == 1);
  CHECK(split.report.parts[0].labels == LabelKind::grades);
  files.evidence.valid_queries = {files.evidence.queries[0]};
  const PreparedData named = prepare(site(), files.evidence);
  CHECK(named.training.pools.size() == 9);
  CHECK(query_ids(named.validation) == std::vector<std::string>{"q0"});
  files.evidence.valid_queries.clear();
  CHECK_THROWS_WITH(prepare(site(), files.evidence, split_by(LogSplit::time)),
                    Contains("split time is for clicks: judgments are split by query"));
}

TEST_CASE("the listener hears of the log, then of each part", "[trainer][preparation]") {
  Files files;
  files.evidence.clicks.push_back(files.folder.write("other", "query_id\tdoc_id\nq0\t\n"));
  files.evidence.log_options.max_bad = 1.0;
  std::vector<std::string> heard;
  PreparationListener listener;
  listener.on_read = [&](const PreparationReport& report) {
    REQUIRE(report.log.files.size() == 2);
    CHECK(report.log.files[1].path == files.evidence.clicks[1]);
    CHECK(report.log.files[1].num_rejected == 1);
    heard.push_back("read, " + std::to_string(report.parts.size()) + " parts");
  };
  double last_share = 2.0;
  listener.on_progress = [&](double share_done) {
    if (share_done < last_share) heard.push_back("features");
    last_share = share_done;
  };
  listener.on_part = [&](const PartReport& part) {
    heard.push_back(part.part == DataPart::training ? "training" : "validation");
    last_share = 2.0;
  };
  const PreparedData data = prepare(site(), files.evidence, split_by(LogSplit::session), listener);
  CHECK(heard == std::vector<std::string>{"read, 0 parts", "features", "training", "features", "validation"});
  CHECK(data.report.parts.size() == 2);
}

TEST_CASE("what the evidence lacks is said", "[trainer][preparation]") {
  Files files;
  const Evidence good = files.evidence;
  files.evidence.clicks.clear();
  CHECK_THROWS_AS(prepare(site(), files.evidence), ConfigError);
  files.evidence = good;
  files.evidence.queries.clear();
  CHECK_THROWS_WITH(prepare(site(), files.evidence), Contains("queries"));
  files.evidence = good;
  files.evidence.clicks = {"-"};
  CHECK_THROWS_WITH(prepare(site(), files.evidence, split_by(LogSplit::time)), Contains("read twice"));
  files.evidence.clicks = {files.folder.write("bare", "query_id\tdoc_id\nq0\tlk\nq1\tpc\n")};
  CHECK_THROWS_WITH(prepare(site(), files.evidence, split_by(LogSplit::time)),
                    Contains("split time: the log has no times"));
  CHECK_THROWS_WITH(prepare(site(), files.evidence, split_by(LogSplit::session)),
                    Contains("split session: the log has no sessions"));
  PreparationOptions with_behaviour;
  with_behaviour.behaviour = true;
  CHECK_THROWS_WITH(prepare(site(), good, with_behaviour), Contains("knows nothing of clicks yet"));
}

}  // namespace irgan::preparation_test
