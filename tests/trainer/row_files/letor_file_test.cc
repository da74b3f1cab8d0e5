#include "trainer/row_files/letor_file.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "plugin/src/encoding/encoding.h"
#include "tests/trainer/changed_rows.h"
#include "tests/trainer/row_files/letor_data.h"
#include "tests/trainer/row_files/same_data.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::letor_file_test {

using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
using Eigen::Index;

namespace {

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

TEST_CASE("our own rows are shuffled with their first line, and come back with the first stage's order",
          "[trainer][letor_file]") {
  TrainingData data = indexed_data(LabelKind::clicks);
  for (Pool& pool : data.pools) {
    change_rows(pool, [](FeatureMatrix& rows) {
      for (Index row = 0; row < rows.rows(); ++row) rows(row, 0) = 10.0F - static_cast<float>(row);
    });
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

}  // namespace irgan::letor_file_test
