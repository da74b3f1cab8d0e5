#include <xapian.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <sstream>

#include "irgan/index_layout.h"
#include "irgan/measures.h"
#include "irgan/qrels.h"
#include "tests/index_tools/made_site.h"
#include "trainer/site/first_stage.h"

namespace irgan::distill_test {

using Catch::Matchers::Contains;

namespace {

struct DistilledSite : MadeSite {
  DistilledSite() {
    index();
    const CommandResult trained =
        run("train --force --db @db --queries @learn.tsv --qrels @learn.qrels --model @model --epochs 3");
    if (trained.exit_code != 0) throw std::runtime_error(trained.err);
  }

  std::string read(const std::string& name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

const DistilledSite& site() {
  static const DistilledSite made;
  return made;
}

// The figure behind `name` in the table.
double figure(const std::string& out, const std::string& name) {
  const std::size_t at = out.find("  " + name);
  if (at == std::string::npos) throw std::runtime_error("no line " + name + " in\n" + out);
  return std::stod(out.substr(at + 36));
}

// nDCG@10 over the test queries of what `query_of` makes of a text, weighed by `weight`.
template <typename QueryOf>
double measured(const Xapian::Weight& weight, QueryOf query_of) {
  const Xapian::Database db(site().file("db"));
  FirstStage first_stage(db, read_layout(db));
  const DocumentIds ids(db, "Q");
  const Qrels qrels = read_qrels(site().file("test.qrels"));
  double sum = 0.0;
  double count = 0.0;
  for (const QueryRow& row : read_queries(site().file("test.tsv"))) {
    Xapian::Enquire enquire(db);
    enquire.set_query(query_of(first_stage, row.text));
    enquire.set_weighting_scheme(weight);
    std::vector<int> ranked, judged;
    const Judgments& judgments = qrels.by_query.at(row.id);
    for (const auto& judgment : judgments) judged.push_back(judgment.second);
    const Xapian::MSet hits = enquire.get_mset(0, 10);
    for (auto hit = hits.begin(); hit != hits.end(); ++hit) ranked.push_back(judgments.at(ids.id_of(*hit)));
    sum += ndcg(ranked, judged, 10);
    count += 1.0;
  }
  return sum / count;
}

Xapian::BM25Weight printed_bm25(const std::string& out, const std::string& pattern) {
  std::smatch found;
  if (!std::regex_search(out, found, std::regex(pattern))) throw std::runtime_error("no " + pattern + " in\n" + out);
  std::string numbers = found[1];
  std::replace(numbers.begin(), numbers.end(), ',', ' ');
  std::istringstream in(numbers);
  double k1, k2, k3, b, least;
  if (!(in >> k1 >> k2 >> k3 >> b >> least)) throw std::runtime_error("not five numbers: " + numbers);
  return Xapian::BM25Weight(k1, k2, k3, b, least);
}

// The fields of the Python recipe, a line each.
std::vector<ScaledField> printed_fields(const std::string& out) {
  std::vector<ScaledField> fields;
  std::istringstream lines(out.substr(out.find("Stock form, Python")));
  const std::regex parsed("flags, \"([A-Z]*)\"\\)(, ([0-9.]+)\\))?");
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    std::smatch found;
    if (!std::regex_search(line, found, parsed)) continue;
    const double scale = found[3].matched ? std::stod(found[3]) : 1.0;
    fields.push_back({found[1], scale, line.find("OP_AND_MAYBE") == std::string::npos});
  }
  return fields;
}

}  // namespace

TEST_CASE("distill prints figures that its recipes give", "[index_tools][distill]") {
  const CommandResult result =
      site().run("distill --db @db --model @model --queries @learn.tsv --test-queries @test.tsv --qrels @test.qrels");
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  INFO(result.out);
  CHECK_THAT(result.out, Contains("nDCG@10 over 10 queries, by judgments"));

  const Xapian::BM25Weight omega = printed_bm25(result.out, R"(\$set\{weighting,bm25 ([^}]*)\})");
  CHECK(figure(result.out, "Omega form") ==
        Approx(measured(omega, [](FirstStage& first_stage, const std::string& text) {
          return first_stage.parse_scaled(text, {{"", 1.0, true}});
        })).margin(6e-5));

  const Xapian::BM25Weight stock = printed_bm25(result.out, R"(xapian\.BM25Weight\(([^)]*)\))");
  const std::vector<ScaledField> fields = printed_fields(result.out);
  CHECK(figure(result.out, "stock form") ==
        Approx(measured(stock, [&](FirstStage& first_stage, const std::string& text) {
          return first_stage.parse_scaled(text, fields);
        })).margin(6e-5));
  CHECK(figure(result.out, "Omega's order") ==
        Approx(measured(Xapian::BM25Weight(), [](FirstStage& first_stage, const std::string& text) {
          return first_stage.parse_scaled(text, {{"", 1.0, true}});
        })).margin(6e-5));
  CHECK(figure(result.out, "Xapian's order") ==
        Approx(measured(Xapian::BM25Weight(), [](FirstStage& first_stage, const std::string& text) {
          return first_stage.parse(text);
        })).margin(6e-5));
  CHECK_THAT(result.out, Contains("Stock form, C++") && Contains("Stock form, Perl"));
}

TEST_CASE("distill measures by the model's own order where there are no judgments", "[index_tools][distill]") {
  const CommandResult result = site().run("distill --db @db --model @model --queries @learn.tsv");
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(figure(result.out, "the model itself") == 1.0);
  CHECK(figure(result.out, "Xapian's order") < 1.0);
  CHECK_THAT(result.out, Contains("by the model's own order"));
}

TEST_CASE("distill --out writes the recipes there, the same every time", "[index_tools][distill]") {
  const std::string line = "distill --db @db --model @model --queries @learn.tsv --out @recipe";
  const CommandResult result = site().run(line);
  REQUIRE(result.exit_code == 0);
  const std::string recipe = site().read("recipe");
  CHECK_THAT(recipe, Contains("BM25Weight") && Contains("$set{weighting,bm25"));
  CHECK_THAT(result.out, !Contains("BM25Weight") && Contains("nDCG@10"));
  CHECK(site().run(line).out == result.out);
  CHECK(site().read("recipe") == recipe);
}

TEST_CASE("distill says what it lacks", "[index_tools][distill]") {
  CHECK(site().run("distill --db @db --model @model").exit_code == 2);
  CHECK_THAT(site().run("distill --db @db --model @model").err, Contains("--queries is missing"));

  site().folder.write("few.tsv", "a\tamber\nb\tbirch\n");
  const CommandResult few = site().run("distill --db @db --model @model --queries @few.tsv");
  CHECK(few.exit_code == 1);
  CHECK_THAT(few.err, Contains("2 queries") && Contains("at least 20"));

  site().folder.write("serialised.tsv", "qid\tquery\na\tVWFtYmVy\n");  // Xapian::Query("amber"), serialised
  const CommandResult serialised = site().run("distill --db @db --model @model --queries @serialised.tsv");
  CHECK(serialised.exit_code == 1);
  CHECK_THAT(serialised.err, Contains("no query has a text"));

  site().folder.write("other.qrels", "nobody 0 d1 1\n");
  const CommandResult other = site().run("distill --db @db --model @model --queries @learn.tsv --qrels @other.qrels");
  CHECK(other.exit_code == 1);
  CHECK_THAT(other.err, Contains("other.qrels") && Contains("query ids"));

  const CommandResult missing = site().run("distill --db @db --model @nowhere --queries @learn.tsv");
  CHECK(missing.exit_code == 1);
}

}  // namespace irgan::distill_test
