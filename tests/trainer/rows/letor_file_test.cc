#include "trainer/rows/letor_file.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>

#include "plugin/src/encoding/encoding.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/rows/letor_line.h"

using namespace irgan;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
using Eigen::Index;

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

Pool make_pool(const std::string& query_id, const std::vector<std::string>& documents, const FeatureMatrix& rows) {
  return {query_id, documents, rows, pool_range(rows)};
}

// Three features of an index, numbers that are hard to write, missing values.
TrainingData indexed_data(LabelKind kind) {
  TrainingData data;
  data.schema.stemmer = "english";
  data.schema.fields = {{"title", "S", 1000, 2000, 7.0 / 3.0}, {"body", ""}};
  data.schema.values = {{"popularity", 3, Transform::log}};
  data.schema.features = {"first_stage.score", "title.bm25", "value.popularity"};
  data.facts = {"6a0b-uuid", 12345, 1.0 / 3.0, "Q", std::nullopt};
  data.depth = 77;
  data.labels = kind;
  FeatureMatrix first(4, 3);
  first << 1.0F / 3.0F, -0.0F, 1e-45F,                           //
      std::numeric_limits<float>::max(), kMissing, 16777217.0F,  //
      std::numeric_limits<float>::lowest(), 1e-30F, kMissing,    //
      kMissing, kMissing, kMissing;
  FeatureMatrix second(2, 3);
  second << 0.1F, 0.2F, 0.3F,  //
      0.7F, kMissing, 3.14159274F;
  data.pools.push_back(make_pool("q1", {"GX-1", "a=b", "http://x.org/?a=1", "4"}, first));
  data.pools.push_back(make_pool("q2", {"GX-1", "7"}, second));
  return data;
}

Example example_of(std::size_t pool, const std::vector<Index>& rows, const std::vector<int>& ranks,
                   const std::vector<double>& labels) {
  return {pool, rows, ranks, Eigen::Map<const Eigen::VectorXd>(labels.data(), static_cast<Index>(labels.size())),
          {},   {}};
}

TrainingData clicked_data() {
  TrainingData data = indexed_data(LabelKind::clicks);
  data.examples.push_back(example_of(0, {0, 1, 2, 3}, {}, {0.1 + 0.2, 0.0, 1e-9, 12345.678901234567}));
  data.examples.push_back(example_of(1, {0, 1}, {}, {0.0, 2.0}));
  return data;
}

// Two pages of the first query, which share a document, and one of the second.
TrainingData shown_data() {
  TrainingData data = indexed_data(LabelKind::impressions);
  data.examples.push_back(example_of(0, {0, 2}, {1, 3}, {1.5, 0.0}));
  data.examples.push_back(example_of(0, {1, 2, 3}, {2, 1, 10}, {0.0, 0.25, 0.0}));
  data.examples.push_back(example_of(1, {1}, {4}, {3.0}));
  data.examples[0].shown = (Eigen::VectorXd(2) << 12.0, 0.5).finished();
  data.examples[0].last_clicks = (Eigen::VectorXd(2) << 1.0, 0.0).finished();
  data.origin.half_life_days = 2.5;
  return data;
}

// The same after a click model.
TrainingData corrected_data() {
  TrainingData data = shown_data();
  data.labels = LabelKind::shown;
  data.origin = {"ips", 0.0, {1.0, 1.0 / 3.0}, "time from 2026-01-01T00:00:00Z", 0.875};
  return data;
}

std::string written(const TrainingData& data) {
  std::ostringstream out;
  write_letor(data, out);
  return out.str();
}

bool same_bits(const FeatureMatrix& a, const FeatureMatrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Index k = 0; k < a.size(); ++k) {
    const float x = a.data()[k];
    const float y = b.data()[k];
    if (std::isnan(x) && std::isnan(y)) continue;
    if (std::memcmp(&x, &y, sizeof x) != 0) return false;
  }
  return true;
}

void check_same(const TrainingData& read, const TrainingData& data) {
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

// The message with which a file of these lines is refused.
std::string refusal(const std::string& text) {
  const ScratchFolder folder;
  try {
    read_letor({folder.write("rows.txt", text)});
  } catch (const FormatError& error) {
    const std::string message = error.what();
    REQUIRE_THAT(message, StartsWith(folder.path().string()));
    return message.substr(folder.path().string().size() + 1);
  }
  return "(taken)";
}

}  // namespace

TEST_CASE("written feature rows read back to the same bits", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const TrainingData data = GENERATE(clicked_data(), shown_data(), corrected_data());
  const std::string text = written(data);
  check_same(read_letor({folder.write("features.txt", text)}), data);
  CHECK(written(read_letor({folder.file("features.txt")})) == text);
}

TEST_CASE("a written line is LETOR's, with missing values left out and the rank of what was shown",
          "[trainer][letor_file]") {
  const std::string text = written(shown_data());
  CHECK_THAT(text, StartsWith("# xapian-irgan features {"));
  CHECK_THAT(text, Contains("\n1.5 qid:q1 1:0.33333334 2:-0 3:1e-45 # docid = GX-1 rank = 1 shown = 12 last = 1\n"));
  CHECK_THAT(text, Contains("\n0 qid:q1 # docid = 4\n"));
  CHECK_THAT(text, Contains("\n3 qid:q2 1:0.7 3:3.1415927 # docid = 7 rank = 4\n"));
}

TEST_CASE("several files of one form become one data set", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const TrainingData data = shown_data();
  const std::string path = folder.write("features.txt", written(data));
  TrainingData twice = data;
  twice.examples.insert(twice.examples.end(), data.examples.begin(), data.examples.end());
  check_same(read_letor({path, path}), twice);  // equal pools are one
}

TEST_CASE("ids with spaces, # and % come back as they were", "[trainer][letor_file]") {
  const ScratchFolder folder;
  TrainingData data = shown_data();
  data.pools[0].query_id = "cheap flights #1";
  data.pools[1].query_id = "100%";
  data.pools[0].document_ids = {"a b", "a c", "/docs/50%25 off.html#top", "tab\tand rank = 7"};
  check_same(read_letor({folder.write("features.txt", written(data))}), data);
}

TEST_CASE("escaped ids are one word, and only those are taken apart", "[trainer][letor_file]") {
  CHECK(escape_id("GX001-00/\xC3\xA9=1") == "GX001-00/\xC3\xA9=1");
  CHECK(escape_id("a b#c%") == "a%20b%23c%25");
  CHECK(unescape_id("a%20b%23c%25", "f:1") == "a b#c%");
  for (const char* bad : {"%", "%2", "a%zz", "%2g", "50%-off"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(unescape_id(bad, "f:1"), FormatError);
  }
}

TEST_CASE("MQ2008's lines are read with their document ids", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const TrainingData data = read_letor(
      {folder.write("Fold1.txt",
                    "2 qid:10032 1:0.056537 2:0.000000 3:0.666667 #docid = GX029-35-5894638 inc = 0.0119881192468859 "
                    "prob = 0.139842\n"
                    "0 qid:10032 1:0.279152 2:0.000000 3:0.000000 #docid = GX030-77-6315042 inc = 1 prob = 0.341364\r\n"
                    "\n"
                    "# a remark\n"
                    "1 qid:10035 1:0.5 3:0.25 #docid=8\n"
                    "0 qid:10035 2:1e-60 # docid= 9 rank = 2\n"
                    "0 qid:10035\n")});
  CHECK(data.labels == LabelKind::grades);
  CHECK(data.schema.features == std::vector<std::string>{"1", "2", "3"});
  CHECK(data.schema.fields.empty());
  CHECK(data.depth == 100);
  REQUIRE(data.pools.size() == 2);
  CHECK(data.pools[0].query_id == "10032");
  CHECK(data.pools[0].document_ids == std::vector<std::string>{"GX029-35-5894638", "GX030-77-6315042"});
  CHECK(data.pools[0].rows(0, 2) == 0.666667F);
  CHECK(data.pools[1].document_ids == std::vector<std::string>{"8", "9", "3"});  // without an id: the place in the pool
  // Left out is 0, and so is what a float cannot tell from it.
  CHECK(data.pools[1].rows == (FeatureMatrix(3, 3) << 0.5F, 0, 0.25F, 0, 0, 0, 0, 0, 0).finished());
  REQUIRE(data.examples.size() == 2);
  CHECK(data.examples[0].labels == (Eigen::VectorXd(2) << 2, 0).finished());
  CHECK(data.examples[0].ranks.empty());
  CHECK(data.examples[1].rows == std::vector<Index>{0, 1, 2});
}

TEST_CASE("foreign labels are grades where all are whole numbers up to 4, else clicks, unless the user says",
          "[trainer][letor_file]") {
  const ScratchFolder folder;
  const std::string whole = folder.write("whole.txt", "4 qid:1 1:1\n0 qid:1 1:2\n");
  const std::string large = folder.write("large.txt", "5 qid:1 1:1\n0 qid:1 1:2\n");
  const std::string part = folder.write("part.txt", "0.5 qid:1 1:1\n0 qid:1 1:2\n");
  CHECK(read_letor({whole}).labels == LabelKind::grades);
  CHECK(read_letor({large}).labels == LabelKind::clicks);
  CHECK(read_letor({part}).labels == LabelKind::clicks);
  CHECK(read_letor({whole}, {"clicks"}).labels == LabelKind::clicks);
  CHECK(read_letor({large}, {"grades"}).labels == LabelKind::grades);
  CHECK_THROWS_AS(read_letor({whole}, {"stars"}), ConfigError);
}

TEST_CASE("qids need not be numbers in order, and may come back with a further list of the same documents",
          "[trainer][letor_file]") {
  const ScratchFolder folder;
  const TrainingData data = read_letor({folder.write("rows.txt",
                                                     "1 qid:b 1:1 #docid=x\n"
                                                     "0 qid:b 1:2 #docid=y\n"
                                                     "1 qid:a 1:3 #docid=x\n"
                                                     "1 qid:b 1:1 #docid=x\n"
                                                     "2 qid:b 1:2 #docid=y\n")});
  REQUIRE(data.pools.size() == 2);  // the second block of b has the rows of its first
  CHECK(data.pools[0].query_id == "b");
  CHECK(data.pools[1].query_id == "a");
  REQUIRE(data.examples.size() == 3);
  CHECK(data.examples[2].pool == 0);
  CHECK(data.examples[2].labels[1] == 2.0);
}

TEST_CASE("a document that its block already holds begins the next page", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const TrainingData data = read_letor({folder.write("rows.txt",
                                                     "1 qid:a 1:1 #docid=x\n"
                                                     "0 qid:a 1:2 #docid=y\n"
                                                     "0 qid:a 1:1 #docid=x\n"
                                                     "1 qid:a 1:2 #docid=y\n")});
  CHECK(data.pools.size() == 1);
  REQUIRE(data.examples.size() == 2);
  CHECK(data.examples[0].labels[0] == 1.0);
  CHECK(data.examples[1].labels[0] == 0.0);
}

TEST_CASE("foreign files may lack the last columns, and the deepest query is the depth", "[trainer][letor_file]") {
  const ScratchFolder folder;
  std::string deep;
  for (int i = 0; i < 150; ++i) deep += "1 qid:7 1:" + std::to_string(i) + "\n";
  const TrainingData data = read_letor({folder.write("narrow.txt", "1 qid:1 1:1\n"),
                                        folder.write("wide.txt", "1 qid:2 3:1\n"), folder.write("deep.txt", deep)});
  CHECK(data.schema.features.size() == 3);
  CHECK(data.pools[0].rows.cols() == 3);
  CHECK(data.depth == 150);
}

TEST_CASE("a bad line is refused with its place and reason", "[trainer][letor_file]") {
  const std::string good = "1 qid:1 1:0.5\n";
  const auto [line, reason] = GENERATE(table<std::string, std::string>({
      {"", "(taken)"},
      {"one qid:1 1:0.5", "rows.txt:2: the label 'one' is not a number from 0 up"},
      {"-1 qid:1 1:0.5", "rows.txt:2: the label '-1' is not a number from 0 up"},
      {"nan qid:1 1:0.5", "rows.txt:2: the label 'nan' is not a number from 0 up"},
      {"inf qid:1 1:0.5", "rows.txt:2: the label 'inf' is not a number from 0 up"},
      {"1 1:0.5", "rows.txt:2: the second word is not qid:QUERY"},
      {"1 qid: 1:0.5", "rows.txt:2: the second word is not qid:QUERY"},
      {"1", "rows.txt:2: the second word is not qid:QUERY"},
      {"1 qid:1 0:0.5", "rows.txt:2: '0:0.5' is not FEATURE:NUMBER with a feature from 1 up and a float"},
      {"1 qid:1 -3:0.5", "rows.txt:2: '-3:0.5' is not FEATURE:NUMBER with a feature from 1 up and a float"},
      {"1 qid:1 1:", "rows.txt:2: '1:' is not FEATURE:NUMBER with a feature from 1 up and a float"},
      {"1 qid:1 1", "rows.txt:2: '1' is not FEATURE:NUMBER with a feature from 1 up and a float"},
      {"1 qid:1 x:1", "rows.txt:2: 'x:1' is not FEATURE:NUMBER with a feature from 1 up and a float"},
      {"1 qid:1 1:0.5x", "rows.txt:2: '1:0.5x' is not FEATURE:NUMBER with a feature from 1 up and a float"},
      {"1 qid:1 1:1e40", "rows.txt:2: '1:1e40' is not FEATURE:NUMBER with a feature from 1 up and a float"},
      {"1 qid:1 2:nan", "rows.txt:2: feature 2 is not finite; leave a missing value out"},
      {"1 qid:1 2:-inf", "rows.txt:2: feature 2 is not finite; leave a missing value out"},
      {"1 qid:1 100001:1", "rows.txt:2: feature 100001 is beyond the 100000 that there can be"},
  }));
  CHECK_THAT(refusal(good + line + "\n"), Equals(reason));
}

TEST_CASE("a file without rows is refused", "[trainer][letor_file]") {
  CHECK_THAT(refusal(""), StartsWith("rows.txt: there are no feature rows in it"));
  CHECK_THAT(refusal("# nothing\n\n"), StartsWith("rows.txt: there are no feature rows in it"));
  const std::string header = written(shown_data());
  CHECK_THAT(refusal(header.substr(0, header.find('\n') + 1)), StartsWith("rows.txt: there are no feature rows in it"));
}

TEST_CASE("a damaged header is refused, every truncation of it", "[trainer][letor_file]") {
  const std::string text = written(shown_data());
  const std::string header = text.substr(0, text.find('\n'));
  const std::string rows = text.substr(text.find('\n'));
  const std::size_t begin = std::string("# xapian-irgan features ").size();
  for (std::size_t size = begin; size < header.size(); size += 5) {
    CAPTURE(size);
    CHECK_THAT(refusal(header.substr(0, size) + rows), StartsWith("rows.txt:1: "));
  }
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return refusal(changed);
  };
  CHECK_THAT(with("\"impressions\"", "\"stars\""), StartsWith("rows.txt:1: unknown kind of labels 'stars'"));
  CHECK_THAT(with("\"version\":1", "\"version\":9"), StartsWith("rows.txt:1: feature schema version 9"));
  CHECK_THAT(with("\"depth\":77", "\"depth\":\"x\""), StartsWith("rows.txt:1: "));
}

TEST_CASE("rows beyond the header's features, and ids that we would not write, are refused", "[trainer][letor_file]") {
  const std::string text = written(shown_data());
  CHECK_THAT(refusal(text + "1 qid:q9 4:1\n"), Contains("feature 4 is beyond the 3 that there can be"));
  CHECK_THAT(refusal(text + "1 qid:q9% 1:1\n"), Contains("'q9%' has a % without two hexadecimal digits"));
}

TEST_CASE("files of different features or kinds of labels are refused together", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const std::string ours = folder.write("ours.txt", written(shown_data()));
  TrainingData other = shown_data();
  other.schema.features = {"first_stage.score", "title.coverage", "value.popularity"};
  const std::string others = folder.write("others.txt", written(other));
  const std::string clicks = folder.write("clicks.txt", written(clicked_data()));
  const std::string foreign = folder.write("foreign.txt", "1 qid:1 1:0.5\n");
  for (const std::string& path : {others, clicks, foreign}) {
    CHECK_THROWS_AS(read_letor({ours, path}), FormatError);
    CHECK_THROWS_WITH(read_letor({ours, path}),
                      StartsWith(path + ": has not the features and kind of labels of " + ours));
  }
}

TEST_CASE("files whose labels were made in different ways are refused together", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const TrainingData first = shown_data();
  TrainingData second = shown_data();
  SECTION("another half-life") { second.origin.half_life_days = 5.0; }
  SECTION("another click model") { second.origin.click_model = "naive"; }
  const std::string path = folder.write("second", written(second));
  CHECK_THROWS_WITH(read_letor({folder.write("first", written(first)), path}),
                    StartsWith(path + ": its labels were made by click model ") && Contains("half-life 2.5"));
}

TEST_CASE("of files of different splits and examinations none is recorded", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const std::string first = folder.write("first", written(corrected_data()));
  CHECK(read_letor({first, first}).origin.split == "time from 2026-01-01T00:00:00Z");
  TrainingData second = corrected_data();
  second.origin.examination = {1.0, 0.5};
  second.origin.split = "query";
  const LabelOrigin origin = read_letor({first, folder.write("second", written(second))}).origin;
  CHECK(origin.click_model == "ips");
  CHECK(origin.examination.empty());
  CHECK(origin.split.empty());
}

TEST_CASE("a rank that no table could hold is none", "[trainer][letor_file]") {
  CHECK(parse_letor_line("1 qid:1 1:1 # rank = 1000000", "f:1").rank == 1000000);
  for (const char* rank : {"1000001", "2147483647", "99999999999", "-1", "x"}) {
    CAPTURE(rank);
    CHECK(parse_letor_line(std::string("1 qid:1 1:1 # rank = ") + rank, "f:1").rank == 0);
  }
}

TEST_CASE("rows of a query that do not stand together are put together, and that is said", "[trainer][letor_file]") {
  const ScratchFolder folder;
  std::vector<std::string> remarks;
  LetorOptions options;
  options.on_remark = [&](const std::string& remark) { remarks.push_back(remark); };
  const char* shuffled = GENERATE("1 qid:a 1:1 # docid = x\n0 qid:b 1:5\n0 qid:a 1:2 # docid = y\n1 qid:b 1:6\n",
                                  "1 qid:a 1:1\n0 qid:b 1:5\n0 qid:a 1:2\n1 qid:b 1:6\n");
  const TrainingData data = read_letor({folder.write("rows.txt", shuffled)}, options);
  REQUIRE(data.pools.size() == 2);
  REQUIRE(data.examples.size() == 2);
  CHECK(data.pools[0].query_id == "a");
  CHECK(data.pools[0].rows.rows() == 2);
  CHECK(data.examples[1].labels[1] == 1.0);
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], Contains("rows of 2 queries do not stand together"));
}

TEST_CASE("our own rows are shuffled with their first line, and come back with the first stage's order",
          "[trainer][letor_file]") {
  TrainingData data = indexed_data(LabelKind::clicks);
  for (Pool& pool : data.pools) {
    for (Index row = 0; row < pool.rows.rows(); ++row) pool.rows(row, 0) = 10.0F - static_cast<float>(row);
    pool.range = pool_range(pool.rows);
  }
  data.pools[0].num_added = 1;
  data.pools[0].range = pool_range(data.pools[0].found_rows());
  data.examples.push_back(example_of(0, {0, 1, 2, 3}, {}, {1.0, 0.0, 3.0, 2.0}));
  data.examples.push_back(example_of(1, {0, 1}, {}, {0.0, 2.0}));
  std::ostringstream out;
  write_letor(data, out);
  std::vector<std::string> lines;
  std::istringstream in(out.str());
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  REQUIRE(lines.size() == 7);
  std::string shuffled;
  for (const std::size_t place : {3, 5, 1, 0, 4, 6, 2}) shuffled += lines[place] + "\n";
  const ScratchFolder folder;
  TrainingData read = read_letor({folder.write("rows", shuffled)});
  if (read.pools[0].query_id != "q1") std::swap(read.pools[0], read.pools[1]);
  CHECK(read.schema.features == data.schema.features);
  CHECK(read.pools[0].document_ids == data.pools[0].document_ids);
  CHECK(read.pools[0].num_added == 1);
  CHECK(read.pools[1].document_ids == data.pools[1].document_ids);
}

TEST_CASE("a document twice in a list, and lists that were mixed up, are refused with their line",
          "[trainer][letor_file]") {
  const ScratchFolder folder;
  const auto refusal = [&](const std::string& text) -> std::string {
    try {
      read_letor({folder.write("rows", text)});
    } catch (const FormatError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(refusal("1 qid:1 1:1 # docid = a\n0 qid:1 1:2 # docid = b\n0 qid:1 1:3 # docid = a\n"),
             Contains("rows:3: document 'a' stands in query '1' a second time: leave one of the two out"));
  CHECK_THAT(refusal("1 qid:1 1:1 # docid = a\n0 qid:2 1:2 # docid = b\n0 qid:1 1:3 # docid = b\n0 qid:2 1:3\n"
                     "0 qid:1 1:3 # docid = a\n"),
             Contains("rows:5: document 'a'"));
  // Two pages of three documents, sorted by document.
  const std::string pages =
      "1 qid:1 1:1 # docid = a rank = 1 shown = 2\n0 qid:2 1:1 # docid = a rank = 1 shown = 2\n"
      "0 qid:1 1:1 # docid = a rank = 3 shown = 1\n0 qid:1 1:2 # docid = b rank = 2 shown = 2\n"
      "0 qid:2 1:2 # docid = b rank = 2 shown = 2\n0 qid:1 1:2 # docid = b rank = 1 shown = 1\n";
  CHECK_THAT(refusal(pages), Contains("rows:3: document 'a' stands in query '1' a second time") &&
                                 Contains("sort the rows by query and page"));
}

TEST_CASE("ids stand in comments of other forms", "[trainer][letor_file]") {
  const ScratchFolder folder;
  std::vector<std::string> remarks;
  LetorOptions options;
  options.needs_ids = true;
  options.on_remark = [&](const std::string& remark) { remarks.push_back(remark); };
  const auto ids = [&](const std::string& first, const std::string& second) {
    remarks.clear();
    return read_letor({folder.write("rows", "1 qid:1 1:1 " + first + "\n0 qid:1 1:2 " + second + "\n")}, options)
        .pools[0]
        .document_ids;
  };
  using Ids = std::vector<std::string>;
  CHECK(ids("# 7555\trambo", "# 1370\trambo iii") == Ids{"7555", "1370"});
  CHECK(ids("# 1A", "#2B") == Ids{"1A", "2B"});
  CHECK(ids("#docid = GX-1 inc = 1", "#docid=GX-2") == Ids{"GX-1", "GX-2"});
  CHECK(ids("# docid:http://x.org/", "# doc_id: 7") == Ids{"http://x.org/", "7"});
  CHECK(ids("# docno = LA-1", "# document_id = 7") == Ids{"LA-1", "7"});
  CHECK(remarks.empty());
  CHECK(ids("# relevant", "# relevant") == Ids{"1", "2"});
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], Contains("'relevant' stands twice in query '1'"));
  CHECK(ids("# 7555 rambo", "") == Ids{"1", "2"});
  CHECK(remarks.size() == 1);
  CHECK(ids("# docid = a", "") == Ids{"a", "2"});
  CHECK(remarks.size() == 1);
}

TEST_CASE("our rows without their first line are read as clicks on pages, and that is said", "[trainer][letor_file]") {
  TrainingData data = indexed_data(LabelKind::impressions);
  data.examples.push_back(example_of(0, {0, 2}, {1, 2}, {1.0, 0.0}));
  data.examples[0].shown = Eigen::VectorXd::Constant(2, 3.0);
  std::ostringstream out;
  write_letor(data, out);
  const std::string text = out.str();
  const ScratchFolder folder;
  const std::string whole = folder.write("whole", text);
  const std::string beheaded = folder.write("beheaded", text.substr(text.find('\n') + 1));
  std::vector<std::string> remarks;
  LetorOptions options;
  options.on_remark = [&](const std::string& remark) { remarks.push_back(remark); };
  const TrainingData read = read_letor({beheaded}, options);
  const TrainingData with_header = read_letor({whole}, options);
  CHECK(read.labels == LabelKind::impressions);
  CHECK(read.examples[0].ranks == with_header.examples[0].ranks);
  CHECK(read.examples[0].labels == with_header.examples[0].labels);
  CHECK(read.pools[0].document_ids == with_header.pools[0].document_ids);
  CHECK(std::isnan(read.pools[0].rows(3, 0)));
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], Contains("read as clicks on result pages"));
  options.labels = "grades";  // whoever says so
  CHECK(read_letor({beheaded}, options).labels == LabelKind::grades);
}

TEST_CASE("labels above 4 are read as clicks, and that is said in a sentence", "[trainer][letor_file]") {
  const ScratchFolder folder;
  std::vector<std::string> remarks;
  LetorOptions options;
  options.on_remark = [&](const std::string& remark) { remarks.push_back(remark); };
  const std::string path = folder.write("rows", "10 qid:1 1:1\n0 qid:1 1:2\n");
  CHECK(read_letor({path}, options).labels == LabelKind::clicks);
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], Contains("read as numbers of clicks") && Contains("labels grades"));
  options.labels = "clicks";
  read_letor({path}, options);
  CHECK(remarks.size() == 1);
}

TEST_CASE("a feature twice in a row is refused, a plus sign is not", "[trainer][letor_file]") {
  const ScratchFolder folder;
  CHECK_THROWS_WITH(read_letor({folder.write("twice", "1 qid:1 2:1 1:7 2:0\n")}),
                    Contains("twice:1: feature 2 stands twice"));
  const TrainingData data = read_letor({folder.write("plus", "+1 qid:1 1:+1.5\n0 qid:1 1:-2\n")});
  CHECK(data.examples[0].labels[0] == 1.0);
  CHECK(data.pools[0].rows(0, 0) == 1.5F);
  for (const char* bad : {"++1 qid:1 1:1\n", "+-1 qid:1 1:1\n", "1 qid:1 1:+-1\n", "+ qid:1 1:1\n"}) {
    CHECK_THROWS_AS(read_letor({folder.write("bad", bad)}), FormatError);
  }
}

TEST_CASE("files that were joined have a first line each, of the same features", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const auto text_of = [](const TrainingData& data) {
    std::ostringstream out;
    write_letor(data, out);
    return out.str();
  };
  TrainingData data = clicked_data();
  const std::string first = text_of(data);
  for (Pool& pool : data.pools) pool.query_id = "r" + pool.query_id;
  data.depth = 80;
  const TrainingData read = read_letor({folder.write("joined", first + text_of(data))});
  CHECK(read.pools.size() == 4);
  CHECK(read.depth == 80);
  data.schema.features.pop_back();
  for (Pool& pool : data.pools) pool.rows = FeatureMatrix(pool.rows.leftCols(2));
  CHECK_THROWS_WITH(read_letor({folder.write("mixed", first + text_of(data))}),
                    Contains("has not the features and kind of labels of the rows before"));
}
