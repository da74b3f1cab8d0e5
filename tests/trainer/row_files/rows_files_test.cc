#include "trainer/row_files/rows_files.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/trainer/row_files/letor_data.h"
#include "tests/trainer/row_files/same_data.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::rows_files_test {

using Catch::Matchers::Contains;

namespace {

// These tests name mapped files ".rows".
RowForm form_of(const std::string& name) { return name.find(".rows") != name.npos ? RowForm::mapped : RowForm::text; }

std::string write_to(const ScratchFolder& folder, const std::string& name, const TrainingData& data) {
  std::ostringstream out;
  write_rows(data, form_of(name), out);
  return folder.write(name, out.str());
}

std::string merged(const std::vector<std::string>& paths, const std::string& name) {
  std::ostringstream out;
  merge_rows(paths, form_of(name), out);
  return out.str();
}

TrainingData with_other_queries(TrainingData data) {
  for (Pool& pool : data.pools) pool.query_id += "'";
  return data;
}

LetorOptions with_ids() {
  LetorOptions options;
  options.needs_ids = true;
  return options;
}

}  // namespace

TEST_CASE("the first bytes of a file say its form, whatever its name", "[trainer][rows_files]") {
  const ScratchFolder folder;
  const TrainingData data = shown_data();
  check_same(read_rows({write_to(folder, "a.rows", data)}, with_ids()), data);
  check_same(read_rows({write_to(folder, "a.txt", data)}), data);
  CHECK(folder.read("a.txt") == written(data));
  const std::string renamed = folder.write("renamed", folder.read("a.rows"));
  check_same(read_rows({renamed}, with_ids()), data);
}

TEST_CASE("several mapped files become one data set, whose features must be alike", "[trainer][rows_files]") {
  const ScratchFolder folder;
  const std::string first = write_to(folder, "1.rows", shown_data());
  const std::string second = write_to(folder, "2.rows", with_other_queries(shown_data()));
  const TrainingData read = read_rows({first, second}, with_ids());
  REQUIRE(read.pools.size() == 4);
  REQUIRE(read.examples.size() == 6);
  CHECK(read.pools[3].query_id == "q2'");
  CHECK(read.examples[5].pool == 3);
  CHECK_THROWS_WITH(read_rows({first, write_to(folder, "3.rows", clicked_data())}),
                    Contains("3.rows: has not the features and kind of labels of"));
  CHECK_THROWS_WITH(read_rows({first, write_to(folder, "1.txt", shown_data())}),
                    Contains("1.txt: feature rows as text, those of"));
}

TEST_CASE("files are merged in either form, and one is written anew in the other", "[trainer][rows_files]") {
  const ScratchFolder folder;
  const TrainingData data = shown_data();
  const TrainingData others = with_other_queries(data);
  const std::string text = write_to(folder, "1.txt", data), other_text = write_to(folder, "2.txt", others);
  const std::string rows = write_to(folder, "1.rows", data), other_rows = write_to(folder, "2.rows", others);
  const std::string whole = merged({text, other_text}, "all.txt");
  const std::string mapped_whole = merged({rows, other_rows}, "all.rows");
  CHECK(merged({text, other_text}, "all.rows") == mapped_whole);
  CHECK(merged({rows, other_rows}, "all.txt") == whole);
  CHECK(merged({folder.write("all.txt", whole)}, "all.rows") == mapped_whole);
  CHECK(merged({rows}, "1.txt") == folder.read("1.txt"));
}

TEST_CASE("mapped files that do not belong together are not merged", "[trainer][rows_files]") {
  const ScratchFolder folder;
  const std::string rows = write_to(folder, "1.rows", shown_data());
  CHECK_THROWS_WITH(merged({rows, rows}, "all.rows"), Contains("1.rows: query 'q1' stands in"));
  TrainingData deeper = with_other_queries(shown_data());
  deeper.depth += 1;
  CHECK_THROWS_WITH(merged({rows, write_to(folder, "2.rows", deeper)}, "all.rows"),
                    Contains("2.rows: these rows were made of another index, log or options"));
}

TEST_CASE("other people's LETOR files are brought into the mapped form", "[trainer][rows_files]") {
  const ScratchFolder folder;
  const std::string text = folder.write("S1.txt", "2 qid:7 1:0.5 3:1 #docid = A\n0 qid:7 1:0.25 #docid = B\n");
  const std::string mapped = folder.write("S1.rows", merged({text}, "S1.rows"));
  check_same(read_rows({mapped}, with_ids()), read_rows({text}, with_ids()));
  CHECK(read_rows({mapped}).labels == LabelKind::grades);
}

}  // namespace irgan::rows_files_test
