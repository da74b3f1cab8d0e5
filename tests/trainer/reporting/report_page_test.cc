#include "irgan/report_page.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>

#include "trainer/reporting/html.h"
#include "trainer/reporting/report_charts.h"

namespace irgan::report_page_test {

using Catch::Contains;
using Catch::StartsWith;

namespace {

const std::string kHostile = "</script><script>alert('\"1\"')</script><img src=x onerror=alert(2)>&\x01\xff\u202Etxt";

Report made_report(const std::string& text = "balloon") {
  Report report;
  report.model_version = "0123456789abcdef";
  report.num_documents = 60;
  report.num_queries = 3;
  report.num_judged = 3;
  report.rankings = {{"Xapian's order", {0.4, 0.3, 0.5}, 0.5, 0.6, {0.2, 0.1, 0.3}, 0.01},
                     {text, {0.5, 0.4, 0.6}, 0.6, 0.7, {0.1, -0.1, 0.3}, 0.3},
                     {"this model", {0.6, 0.5, 0.7}, 0.7, 0.8, {}, 1.0}};
  report.gains = {-0.1, 0.2, 0.5};
  ReportedHit hit;
  hit.id = hit.title = text;
  hit.is_good = true;
  hit.clicks = 3;
  hit.rank_before = 7;
  hit.reasons = {{text, 0.5}, {"title.bm25", -0.25}};
  report.winners = {{"q1", text, 0.1, 0.6, {hit}, {hit}}};
  report.losers = {{"q2", text, 0.3, 0.2, {hit}, {hit}}};
  report.ranks = {{1, 100, 40, 1.0}, {2, 100, 20, std::nan("")}};
  report.features = {{text, 0.5, {0, 1, 2}, true, {0.25, 0.75}, 0.1, 0.2}, {"flag", 0.1, {0}, false, {}, 0, 0}};
  NetworkRecord network;
  for (int e = 0; e < 2; ++e) {
    EpochReport epoch;
    epoch.epoch = e;
    epoch.hidden_hits = 0.5;
    epoch.hidden_uniform_hits = e == 0 ? 0.0 : 0.25;  // infinite at first
    network.epochs.push_back(epoch);
  }
  report.record.networks = {network};
  return report;
}

nlohmann::json data_of(const std::string& page) {
  const std::string begin = "id=\"data\">";
  const std::size_t at = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(at, page.find("</script>", at) - at));
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("text in HTML is text", "[trainer][report]") {
  CHECK(escaped("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  CHECK(escaped("a\x01\n\x7f"
                "b") == "a   b");
  CHECK(escaped("\u202Eabc\u2066") == "abc");
  CHECK(escaped("\xff") == "\u00ff");
}

TEST_CASE("the page says first whether the new order is better, and how sure that is", "[trainer][report]") {
  const Report report = made_report();
  CHECK(verdict_of(report) ==
        "The new order is better. The quality of the first ten hits (nDCG@10) goes from 0.400 to 0.600 (+50 %), on 3 "
        "judged queries. So large a difference is hardly chance (p 0.0100).");
  const std::string page = report_page(report, "");
  CHECK_THAT(page, Contains("60 % → 80 %") && Contains("2 of 3") && Contains("1 are worse") &&
                       Contains("0.100 to 0.300") &&
                       Contains("was 7; because of balloon +0.50, query&#39;s words in title, rare ones more −0.25"));
  CHECK(page.find("The new order is better") < page.find("Against other orders"));

  Report worse = report;
  worse.rankings.front().gain.value = -0.2;
  CHECK_THAT(verdict_of(worse), Contains("is worse: it should not go live"));
  worse.rankings.front().p = 0.4;
  CHECK_THAT(verdict_of(worse), Contains("No gain is seen") && Contains("may be chance"));
  worse.rankings.clear();
  CHECK_THAT(verdict_of(worse), Contains("not known"));
  worse.record.check = ServingCheck{0.3, 0.4, 0.01, 9, true};
  CHECK_THAT(verdict_of(worse), Contains("By held-out clicks the new order is better") && Contains("+33 %"));
}

TEST_CASE("a later log judges where there are no judgments", "[trainer][report]") {
  Report report = made_report();
  LaterLogReport log;
  log.has_impressions = true;
  log.num_searches = 900;
  log.num_sessions = 300;
  LaterVerdict served;
  served.name = "the served order";
  served.value = {0.30, 0.28, 0.32};
  LaterVerdict model;
  model.name = "this model";
  model.value = {0.36, 0.33, 0.39};
  model.against_first = {0.06, 0.03, 0.09};
  model.p = 0.001;
  model.uncovered = 0.12;
  log.verdicts = {served, model};
  report.later = log;
  report.served = {{"2026-11-28T00:00:00Z", kHostile, "stored", "nDCG@10 0.4"}};
  CHECK_THAT(verdict_of(report), StartsWith("The new order is better. The quality"));  // judgments come first
  const std::string page = report_page(report, "");
  CHECK_THAT(page, Contains("By 900 later searches of 300 sessions") && Contains("0.360 (0.330 to 0.390)") &&
                       Contains("0.060 (0.030 to 0.090)") && Contains("12 %") && Contains("2026-11-28T00:00:00Z"));
  CHECK(page.find("<img src=x") == std::string::npos);
  report.rankings.clear();
  CHECK(verdict_of(report) ==
        "By the later log the new order is better. Clicks a search: 0.360 against 0.300 (the served order), p 0.0010.");
  report.later->why_nothing = "every document was shown at one rank";
  CHECK_THAT(verdict_of(report), Contains("not known"));
  CHECK_THAT(report_page(report, ""), Contains("every document was shown at one rank"));
}

TEST_CASE("each chart has its data and a table", "[trainer][report]") {
  const std::string page = report_page(made_report(), "");
  const nlohmann::json data = data_of(page);
  for (const char* const id : {"rankings", "gains", "ranks", "importance", "values", "players", "generator"}) {
    CAPTURE(id);
    CHECK(data.contains(id));
    CHECK(count(page, "<canvas id=\"" + std::string(id) + "\" role=\"img\"") == 1);
  }
  CHECK(count(page, "<canvas") == data.size());
  CHECK(count(page, "<details><summary>The figures as a table") == data.size());
  CHECK(data["ranks"]["examination"][1].is_null());
  CHECK(data["generator"]["lines"][0]["values"] == nlohmann::json({nullptr, 2.0}));
  CHECK(data["values"]["features"].size() == 1);
}

TEST_CASE("a report of little has no empty parts", "[trainer][report]") {
  Report report;
  const std::string page = report_page(report, "");
  CHECK(count(page, "<canvas") == 0);
  CHECK(data_of(page).empty());
  CHECK_THAT(page, !Contains("Features") && !Contains("Against other orders"));
}

TEST_CASE("hostile titles, queries and names do nothing", "[trainer][report]") {
  const std::string page = report_page(made_report(kHostile), "/* chart </script> */");
  CHECK_THAT(page, !Contains("<img") && Contains("&lt;/script&gt;") && !Contains("\u202E"));
  CHECK(count(page, "<script") == 3);  // data, Chart.js, our own
  CHECK(count(page, "</script") == 3);
  CHECK_THAT(page, Contains("<\\/script> */") && Contains("default-src 'none'"));
  CHECK(data_of(page)["rankings"]["labels"][1].is_string());
}

TEST_CASE("the page names nothing outside itself", "[trainer][report]") {
  const std::string page = report_page(made_report(), "");
  CHECK_FALSE(std::regex_search(page, std::regex("(src|href)=\"[^#]")));
  CHECK_THAT(page, !Contains("url(") && !Contains("@import") && !Contains("http://") && !Contains("https://"));
}

}  // namespace irgan::report_page_test
