#include "irgan/metrics.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "plugin/src/metrics/search_figures.h"
#include "tests/plugin/exposition_reader.h"
#include "tests/plugin/fruit.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::metrics_test {

using Catch::Matchers::Contains;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

SearchFigures reranked() {
  SearchFigures figures;
  figures.outcome = Outcome::reranked;
  figures.steps[static_cast<std::size_t>(Step::first_pass)] = std::chrono::milliseconds(5);
  figures.steps[static_cast<std::size_t>(Step::features)] = std::chrono::microseconds(150);
  figures.num_documents = 100;
  figures.num_incomplete = 7;
  figures.model = 0xabc;
  return figures;
}

ExpositionReader file_of(const ScratchFolder& folder) { return ExpositionReader(folder.read("m.prom")); }
ExpositionReader now(const Metrics& metrics) { return ExpositionReader(metrics.text()); }

std::string fallback(const char* reason) { return std::string("irgan_fallbacks_total{reason=\"") + reason + "\"}"; }
std::string alone(const char* reason) { return std::string("irgan_left_alone_total{reason=\"") + reason + "\"}"; }

}  // namespace

TEST_CASE("metrics: the text is what Prometheus takes, from the first search on", "[plugin][metrics]") {
  const ScratchFolder folder;
  Metrics metrics(folder.file("m.prom"));
  CHECK(now(metrics)["irgan_searches_total"] == 0.0);
  CHECK_FALSE(std::filesystem::exists(folder.file("m.prom")));
  metrics.add(reranked());
  SearchFigures slow = reranked();
  slow.steps[static_cast<std::size_t>(Step::second_pass)] = seconds(2);
  metrics.add(slow);
  SearchFigures failed;
  failed.outcome = Outcome::time_limit;
  metrics.add(failed);
  metrics.count_logged(true);
  metrics.count_logged(false);
  const ExpositionReader read = now(metrics);
  CHECK(read["irgan_searches_total"] == 3.0);
  CHECK(read["irgan_reranked_total"] == 2.0);
  CHECK(read[fallback("time_limit")] == 1.0);
  CHECK(read[fallback("model")] == 0.0);
  CHECK(read["irgan_step_seconds_count{step=\"features\"}"] == 2.0);
  CHECK(read["irgan_step_seconds_sum{step=\"features\"}"] == Approx(300e-6));
  CHECK(read["irgan_step_seconds_sum{step=\"first_pass\"}"] == Approx(10e-3));
  CHECK(read["irgan_rerank_seconds_bucket{le=\"0.0001\"}"] == 0.0);
  CHECK(read["irgan_rerank_seconds_bucket{le=\"0.0002\"}"] == 1.0);  // the first pass is the site's own
  CHECK(read["irgan_rerank_seconds_bucket{le=\"1\"}"] == 1.0);
  CHECK(read["irgan_rerank_seconds_bucket{le=\"+Inf\"}"] == 2.0);
  CHECK(read["irgan_rerank_seconds_sum"] == Approx(2.0003));
  CHECK(read["irgan_documents_total"] == 200.0);
  CHECK(read["irgan_documents_incomplete_total"] == 14.0);
  CHECK(read["irgan_model_info{version=\"0000000000000abc\"}"] == 1.0);
  CHECK(read["irgan_log_lines_total"] == 1.0);
  CHECK(read["irgan_log_failures_total"] == 1.0);
  CHECK(read.types().at("irgan_rerank_seconds") == "histogram");
}

TEST_CASE("metrics: the reader of the tests refuses what Prometheus would", "[plugin][metrics]") {
  const std::string good = "# HELP a_total Help.\n# TYPE a_total counter\na_total{b=\"c\"} 1\n";
  CHECK(ExpositionReader(good)["a_total{b=\"c\"}"] == 1.0);
  const std::string histogram = "# HELP h Help.\n# TYPE h histogram\n";
  for (const std::string& bad :
       {std::string("a_total 1\n"), good + "a_total{b=\"c\"} 2\n", good + "b_total 2\n",
        good.substr(0, good.size() - 1), good + "a_total -1\n", good + "a_total one\n", good + good,
        good + "a_total{b=c} 1\n", histogram + "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
        histogram + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        histogram + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n"}) {
    INFO(bad);
    CHECK_THROWS(ExpositionReader(bad));
  }
}

TEST_CASE("metrics: the file is written when it is time, by one of all processes", "[plugin][metrics]") {
  const ScratchFolder folder;
  Metrics metrics(folder.file("m.prom"), {}, hours(1));
  metrics.add(reranked());
  CHECK(file_of(folder)["irgan_searches_total"] == 1.0);
  metrics.add(reranked());
  CHECK(file_of(folder)["irgan_searches_total"] == 1.0);
  Metrics other(folder.file("m.prom"), {}, hours(1));  // as of another process
  other.add(reranked());
  CHECK(file_of(folder)["irgan_searches_total"] == 1.0);
  Metrics eager(folder.file("m.prom"), {}, seconds(0));
  eager.add(reranked());
  CHECK(file_of(folder)["irgan_searches_total"] == 4.0);
  CHECK_FALSE(std::filesystem::exists(folder.file("m.prom.tmp")));
  struct stat status {};
  REQUIRE(stat(folder.file("m.prom").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0644);
}

TEST_CASE("metrics: threads and forked children count together", "[plugin][metrics][fork]") {
  const ScratchFolder folder;
  Metrics metrics(folder.file("m.prom"), {}, seconds(0));
  constexpr int kNumThreads = 6;
  constexpr int kNumSearches = 300;
  std::vector<std::thread> threads;
  for (int i = 0; i < kNumThreads; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < kNumSearches; ++k) metrics.add(reranked());
    });
  }
  int num_good = 0;
  for (int i = 0; i < 5; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(600);  // ends a child that hangs
      for (int k = 0; k < kNumSearches; ++k) metrics.add(reranked());
      _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) == child && status == 0) ++num_good;
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(num_good == 5);
  CHECK(now(metrics)["irgan_searches_total"] == (kNumThreads + 5) * kNumSearches);
  CHECK(file_of(folder)["irgan_searches_total"] > 0.0);
}

TEST_CASE("metrics: what cannot be written is told once, and searches go on", "[plugin][metrics]") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.file("room"));
  Problems problems;
  Metrics metrics(folder.file("room/m.prom"), listener(problems), seconds(0));
  metrics.add(reranked());
  CHECK(problems.empty());
  std::filesystem::rename(folder.file("room"), folder.file("moved"));
  for (int i = 0; i < 3; ++i) metrics.add(reranked());
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems.front(), Contains("m.prom"));
  std::filesystem::rename(folder.file("moved"), folder.file("room"));
  metrics.add(reranked());
  CHECK(ExpositionReader(folder.read("room/m.prom"))["irgan_searches_total"] == 5.0);

  CHECK_THROWS_AS(Metrics(folder.file("nowhere/m.prom")), Error);
}

TEST_CASE("metrics: counters that were removed begin anew, and other files are left alone", "[plugin][metrics]") {
  const ScratchFolder folder;
  const std::string counters = folder.file("m.prom.counters");
  Metrics metrics(folder.file("m.prom"), {}, seconds(0));
  metrics.add(reranked());
  SECTION("removed") {
    std::filesystem::remove(counters);
    metrics.add(reranked());  // sees it when it writes
    metrics.add(reranked());
    CHECK(file_of(folder)["irgan_searches_total"] == 1.0);
  }
  SECTION("of another version") {
    folder.write("o.prom.counters", "irgan counters 0 and what that version kept");
    Metrics of_other(folder.file("o.prom"));
    of_other.add(reranked());
    CHECK(now(of_other)["irgan_searches_total"] == 1.0);
  }
  SECTION("of something else") {
    folder.write("o.prom.counters", "my shopping list, which is quite long");
    CHECK_THROWS_WITH(Metrics(folder.file("o.prom")), Contains("is a file of something else"));
    CHECK(folder.read("o.prom.counters") == "my shopping list, which is quite long");
  }
  SECTION("a link, or a folder") {
    std::filesystem::create_symlink(counters, folder.file("l.prom.counters"));
    CHECK_THROWS_AS(Metrics(folder.file("l.prom")), Error);
    std::filesystem::create_directory(folder.file("f.prom.counters"));
    CHECK_THROWS_AS(Metrics(folder.file("f.prom")), Error);
  }
}

TEST_CASE("metrics: a Reranker says what its searches came to", "[plugin][metrics]") {
  const ScratchFolder folder;
  const Xapian::Database db = fruit_index(1);
  const auto metrics = std::make_shared<Metrics>(folder.file("m.prom"), ProblemListener(), seconds(0));
  Problems problems;
  RerankOptions options = lenient(problems);
  options.metrics = metrics;
  Xapian::Enquire enquire = enquire_of(db);

  SECTION("reranked") {
    const auto model = popularity_model();
    const Reranker reranker(db, fixed_model(model), options);
    reranker.search(enquire, {0, 10});
    reranker.get_mset(enquire, 10, 10);
    CHECK(reranker.rerank(enquire.get_query(), enquire.get_mset(0, 5)).size() == 5);
    const ExpositionReader read = now(*metrics);
    CHECK(read["irgan_searches_total"] == 3.0);
    CHECK(read["irgan_reranked_total"] == 3.0);
    CHECK(read["irgan_documents_total"] == 2.0 * kDepth + 5.0);
    CHECK(read["irgan_values_total"] == 2.0 * kDepth + 5.0);  // a feature
    CHECK(read["irgan_values_missing_total"] == 0.0);
    CHECK(read["irgan_model_info{version=\"" + model->version().substr(0, 16) + "\"}"] == 1.0);
    CHECK(read["irgan_step_seconds_count{step=\"first_pass\"}"] == 2.0);
    for (const char* step : {"model", "candidates", "features", "order"})
      CHECK(read["irgan_step_seconds_count{step=\"" + std::string(step) + "\"}"] == 3.0);
    CHECK(read["irgan_rerank_seconds_count"] == 3.0);
    CHECK(file_of(folder)["irgan_searches_total"] == 3.0);
  }
  SECTION("documents that lack values") {
    Xapian::WritableDatabase writer(folder.file("gaps"), Xapian::DB_CREATE);
    for (Xapian::Document document : fruit()) {
      if (writer.get_doccount() % 2 == 1) document.remove_value(kPopularity);
      writer.add_document(document);
    }
    writer.commit();
    const Xapian::Database gaps(folder.file("gaps"));
    Xapian::Enquire all = enquire_of(gaps, parsed("apples"));
    options.depth = kNumDocuments;
    const Reranker reranker(
        gaps, fixed_model(fruit_model(linear_model(fruit_schema({"value.popularity", "body.length"}), {1.0F, 1.0F}))),
        options);
    reranker.search(all, {0, 10});
    INFO((problems.empty() ? "" : problems.front()));
    const ExpositionReader read = now(*metrics);
    CHECK(read["irgan_documents_total"] == kNumDocuments);
    CHECK(read["irgan_documents_incomplete_total"] == kNumDocuments / 2);
    CHECK(read["irgan_values_missing_total"] == kNumDocuments / 2);
    CHECK(read["irgan_values_total"] == 2.0 * kNumDocuments);
  }
  SECTION("a model of another index") {
    FeatureSchema schema = fruit_schema({"value.nothing"});
    schema.values = {{"nothing", 99, Transform::identity}};
    const Reranker reranker(db, fixed_model(fruit_model(linear_model(schema, {1.0F}))), options);
    reranker.search(enquire, {0, 10});
    CHECK(now(*metrics)[fallback("misfit")] == 1.0);
  }
  SECTION("left alone, and why") {
    const Reranker reranker(db, fixed_model(popularity_model()), options);
    reranker.search(enquire, {0, 0});
    CHECK(now(*metrics)[alone("only_counts")] == 1.0);
    Xapian::Enquire nothing = enquire_of(db, Xapian::Query("nosuchword"));
    reranker.search(nothing, {0, 10});
    CHECK(now(*metrics)[alone("no_hits")] == 1.0);
    enquire.set_sort_by_value(kPopularity, true);
    reranker.search(enquire, {0, 10});
    CHECK(now(*metrics)[alone("not_by_relevance")] == 1.0);
    CHECK(now(*metrics)["irgan_reranked_total"] == 0.0);
    CHECK(now(*metrics)["irgan_searches_total"] == 3.0);
  }
  SECTION("without a model") {
    const Reranker reranker(db, model_file(folder.file("model")), options);
    reranker.search(enquire, {0, 10});
    CHECK(now(*metrics)[fallback("model")] == 1.0);
    CHECK(problems.size() == 1);
  }
  SECTION("out of time") {
    options.max_rerank_time = std::chrono::microseconds(1);
    const Reranker reranker(db, fixed_model(nonlinear_model()), options);
    reranker.search(enquire, {0, 10});
    CHECK(now(*metrics)[fallback("time_limit")] == 1.0);
  }
  SECTION("the program's own error") {
    const Reranker reranker(db, fixed_model(popularity_model()), options);
    struct Failing : Xapian::MatchDecider {
      bool operator()(const Xapian::Document&) const override { throw Xapian::InternalError("mine"); }
    } failing;
    CHECK_THROWS_AS(reranker.search(enquire, {0, 10, 0, nullptr, &failing}), Xapian::InternalError);
    CHECK(now(*metrics)[alone("program_error")] == 1.0);
  }
  SECTION("drawn") {
    options.explore = 1.0;
    const Reranker reranker(db, fixed_model(popularity_model()), options);
    reranker.search(enquire, {0, 10});
    CHECK(now(*metrics)["irgan_explored_total"] == 1.0);
  }
}

}  // namespace irgan::metrics_test
