#include "trainer/log/served_clicks.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "tests/trainer/click_log_rows.h"
#include "trainer/log/served_log.h"

namespace irgan::served_clicks_test {

using Catch::Matchers::Contains;

namespace {

using Rows = std::vector<std::string>;
using Counts = std::map<std::string, std::uint64_t>;

constexpr int kStart = 1'700'000'000;  // 2023-11-14T22:13:20Z, to which times are added

std::string time_text(double seconds) {
  const auto whole = static_cast<int>(seconds) + 22 * 3600 + 13 * 60 + 20;
  char text[64];
  std::snprintf(text, sizeof text, "2023-11-%02dT%02d:%02d:%02d.%03dZ", 14 + whole / 86400, whole / 3600 % 24,
                whole / 60 % 60, whole % 60, static_cast<int>(std::lround(1000.0 * (seconds - std::floor(seconds)))));
  return text;
}

// A line as the module writes it; words: null if empty
std::string search_line(const std::string& page, double time, const std::string& words, const std::string& ids,
                        const std::string& rest = R"("log_probabilities":null)", int first = 0) {
  const auto num_ids = std::count(ids.begin(), ids.end(), ',') + 1;
  std::string docids;
  for (int i = 0; i < num_ids; ++i) docids += (i > 0 ? "," : "") + std::to_string(i + 1);
  return R"({"page":")" + page + R"(","time":")" + time_text(time) + R"(","database":"u","query":"AQID","text":)" +
         (words.empty() ? "null" : '"' + words + '"') + R"(,"first":)" + std::to_string(first) + R"(,"docids":[)" +
         docids + R"(],"ids":[)" + ids + R"(],"model":"m",)" + rest + "}\n";
}

std::string at(double seconds) { return std::to_string(kStart + static_cast<int>(seconds)); }

// "query@rank|document|clicked", or "query|document|alone", with the session where the log of clicks names one.
std::string brief(const ClickRow& row) {
  const std::string query(row.query.empty() ? row.query_id : row.query);
  const std::string session = row.session.substr(0, 7) == "search " ? "" : "|" + std::string(row.session);
  if (!row.is_impression) return query + "|" + std::string(row.document_id) + "|alone" + session;
  return query + "@" + std::to_string(row.rank) + "|" + std::string(row.document_id) +
         (row.clicked ? "|clicked" : "|") + (row.count == 1.0 ? "" : std::to_string(static_cast<int>(row.count))) +
         session;
}

struct Read {
  Rows rows;  ///< sorted
  Counts others;
  std::vector<std::string> remarks;
  std::vector<KeptRow> kept;
};

// The first of `logs` is the module's.
Read read(const std::vector<std::string>& logs, ClickLogOptions options = {}) {
  const ScratchFolder folder;
  std::vector<std::string> paths;
  for (const std::string& log : logs) paths.push_back(folder.write(std::to_string(paths.size()), log));
  ClickLogReader reader(paths, std::move(options));
  Read result;
  reader.read([&](const ClickRow& row) {
    result.rows.push_back(brief(row));
    result.kept.emplace_back(row);
  });
  CHECK(reader.has_impressions());
  std::sort(result.rows.begin(), result.rows.end());
  result.others = reader.summary().others;
  result.remarks = reader.summary().remarks;
  return result;
}

std::string joined(int by_page, int by_words) {
  return "clicks joined to searches: " + std::to_string(by_page) + " by page id, " + std::to_string(by_words) +
         " by words, document and time";
}

}  // namespace

TEST_CASE("a click that names its page is one on it, whatever its time and words", "[trainer][served_clicks]") {
  const std::string searches = search_line("p1", 0, "red", R"("a","b")") + search_line("p2", 9, "red", R"("a","b")") +
                               search_line("p3", 20, "red", R"("c")", R"("log_probabilities":null)", 10);
  const Read result =
      read({searches, "page_id\tdoc_id\tsession\np1\tb\tv1\np1\tb\tv1\np3\tc\t\np9\ta\tv2\np2\tx\tv3\n"});
  CHECK(result.rows ==
        Rows{"red@11|c|clicked", "red@1|a|", "red@1|a||v1", "red@2|b|", "red@2|b|clicked|v1", "red|x|alone|v3"});
  CHECK(result.others == Counts{{"clicks on what was clicked already", 1},
                                {"clicks of a page that no log has", 1},
                                {"clicks on what their page did not show", 1}});
  REQUIRE(result.remarks.size() == 2);
  CHECK(result.remarks.front() == joined(3, 0));
  CHECK_THAT(result.remarks.back(), Contains("2 of 5 clicks belong to no search"));
}

TEST_CASE("a click without a page goes to the latest search that showed the document", "[trainer][served_clicks]") {
  const std::string searches =
      search_line("p1", 0, "Red  Shoes", R"("a","b")") + search_line("p2", 100, "red shoes", R"("a")") +
      search_line("p3", 200.4, "red shoes", R"("b","c")") + search_line("p4", 5000, "red shoes", R"("a")");
  const auto click = [&](const std::string& words, const std::string& document, double time) {
    return words + "," + document + "," + at(time) + "\n";
  };
  const std::string header = "query,doc_id,time\n";
  SECTION("of several") {
    const Read result = read({searches, header + click("RED shoes", "a", 150) + click("red shoes", "b", 150)});
    CHECK(result.rows == Rows{"Red  Shoes@1|a|", "Red  Shoes@2|b|clicked", "red shoes@1|a|", "red shoes@1|a|clicked",
                              "red shoes@1|b|", "red shoes@2|c|"});
    CHECK(result.others.empty());
    CHECK(result.remarks == Rows{joined(0, 2)});
  }
  SECTION("logged in whole seconds, just after the search") {
    CHECK(read({searches, header + click("red shoes", "c", 200)}).remarks == Rows{joined(0, 1)});
  }
  SECTION("but not hours later, or for other words, or without a time") {
    const Read result =
        read({searches, header + click("red shoes", "c", 9000) + click("blue", "a", 10) + "red shoes,a,\n"});
    CHECK(result.others == Counts{{"clicks more than an hour after the search, or before it", 1},
                                  {"clicks on what no search with their words showed", 1},
                                  {"clicks without page_id, or query and time", 1}});
    CHECK(std::count_if(result.kept.begin(), result.kept.end(),
                        [](const KeptRow& row) { return row.rest.clicked && !row.rest.is_impression; }) == 3);
  }
  SECTION("times of another zone are remarked") {
    const Read result = read({searches, header + click("red shoes", "a", -7200) + click("red shoes", "b", -7200)});
    REQUIRE(result.remarks.size() == 2);
    CHECK_THAT(result.remarks.back(), Contains("are their times UTC"));
  }
}

TEST_CASE("drawn and mixed pages keep their probabilities and teams", "[trainer][served_clicks]") {
  const Read result = read({search_line("p1", 0, "red", R"("a","b","c")",
                                        R"("log_probabilities":[-0.5,-1,null],"teams":["new",null,"old"])"),
                            "page_id,doc_id\np1,b\n"});
  REQUIRE(result.kept.size() == 3);
  CHECK(result.kept[0].rest.log_probability == -0.5);
  CHECK(result.kept[1].rest.log_probability == -1.0);
  CHECK_FALSE(result.kept[2].rest.log_probability.has_value());
  CHECK(result.kept[0].team == "new");
  CHECK(result.kept[1].team.empty());
  CHECK(result.kept[2].team == "old");
  CHECK(result.kept[1].rest.clicked);
}

TEST_CASE("a search without words goes by its query, one without either is refused", "[trainer][served_clicks]") {
  const Read result =
      read({search_line("p1", 0, "", R"("a")") + search_line("p2", 5, "", R"("b")"), "page_id,doc_id\np1,a\n"});
  REQUIRE(result.kept.size() == 2);
  CHECK_FALSE(result.kept[0].query_id.empty());
  CHECK(result.kept[0].query_id == result.kept[1].query_id);
  CHECK(result.kept[0].rest.serialised_query.data() != nullptr);
  std::string neither = search_line("p1", 0, "", R"("a")");
  neither.replace(neither.find("\"AQID\""), 6, "null");
  CHECK(reason_of(neither) == "no query");
}

TEST_CASE("what a purchase counts adds to the click", "[trainer][served_clicks]") {
  ClickLogOptions options;
  options.actions = {{"purchase", 5.0}};
  const Read result =
      read({search_line("p1", 0, "red", R"("a","b")"),
            "page_id,doc_id,action\np1,a,click\np1,a,purchase\np1,a,purchase\np1,b,purchase\np1,b,view\n"},
           options);
  CHECK(result.rows == Rows{"red@1|a|clicked6", "red@2|b|clicked5"});
}

TEST_CASE("rows of what was shown give their clicks alone", "[trainer][served_clicks]") {
  const Read result = read({search_line("p1", 0, "red", R"("a","b")"),
                            "query,doc_id,rank,clicked,time\nred,a,1,0," + at(0) + "\nred,b,2,1," + at(3) + "\n"});
  CHECK(result.rows == Rows{"red@1|a|", "red@2|b|clicked"});
  CHECK(result.others == Counts{{"rows without a click, beside the log of searches", 1}});
}

TEST_CASE("clicks in JSON Lines, UBI and Omega's logs are joined, too", "[trainer][served_clicks]") {
  const std::string searches = search_line("p1", 0, "red", R"("a","b")");
  const Rows expected = {"red@1|a||s", "red@2|b|clicked|s"};
  CHECK(read({searches, R"({"page_id":"p1","doc_id":"b","session":"s"})"
                        "\n"})
            .rows == expected);
  CHECK(read({searches, R"({"action_name":"click","query_id":"q","user_query":"red","session_id":"s","timestamp":")" +
                            time_text(4) +
                            R"(","event_attributes":{"object":{"object_id":"b"}}})"
                            "\n"})
            .rows == expected);
  CHECK(read({searches, "q7,red,\"1,2\",0,time=" + at(1) + ",session=s,id=a,id=b\n",
              "q7,2,time=" + at(4) + ",session=s,id=b\n"})
            .rows == expected);
}

TEST_CASE("searches of several servers are read by time", "[trainer][served_clicks]") {
  const std::string early = search_line("p1", 0, "red", R"("a")") + search_line("p3", 1000, "red", R"("a")");
  const std::string late = search_line("p2", 500, "red", R"("a")") + search_line("p4", 1500, "red", R"("a")");
  const std::string clicks = "query,doc_id,time,session\nred,a," + at(900) + ",v\n";
  for (const Read& result : {read({early, late, clicks}), read({late, clicks, early})}) {
    CHECK(result.remarks == Rows{joined(0, 1)});
    const auto clicked =
        std::find_if(result.kept.begin(), result.kept.end(), [](const KeptRow& row) { return row.rest.clicked; });
    REQUIRE(clicked != result.kept.end());
    CHECK(clicked->rest.time == kStart + 500.0);
  }
}

TEST_CASE("without a log of clicks the module's log says so", "[trainer][served_clicks]") {
  const Read result = read({search_line("p1", 0, "red", R"("a")")});
  CHECK(result.rows == Rows{"red@1|a|"});
  REQUIRE(result.remarks.size() == 1);
  CHECK_THAT(result.remarks.front(), Contains("give the site's own log of clicks"));
}

TEST_CASE("clicks by page without the module's log are refused with what is missing", "[trainer][served_clicks]") {
  const ScratchFolder folder;
  CHECK_THROWS_WITH(ClickLogReader(folder.write("clicks", "page_id,doc_id\np1,a\n")), Contains("IRGAN_LOG"));
  CHECK(reason_of(R"({"page_id":"p1","doc_id":"a"})"
                  "\n") == "no query");
}

TEST_CASE("lines of the module's log that are damaged are counted by reason", "[trainer][served_clicks]") {
  const std::string good = search_line("p1", 0, "red", R"("a")");
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string line = good;
    line.replace(line.find(from), from.size(), to);
    return good + line;
  };
  CHECK(reason_of(good + "{\"page\": \n") == "not JSON");
  CHECK(reason_of(changed("\"first\":0", "\"first\":-1")) == "bad rank");
  CHECK(reason_of(changed("[\"a\"]", "[\"a\",\"b\"]")) == "no document id");
  CHECK(reason_of(changed("[\"a\"]", "[\"\"]")) == "no document id");
  CHECK(reason_of(changed("2023-11", "1983-11")) == "time before 1990");
  CHECK(reason_of(changed("2023-11", "2923-11")) == "time in the future, more than a day ahead");
  CHECK(reason_of(changed("\"log_probabilities\":null", "\"log_probabilities\":[0.5]")) == "bad log probability");
  CHECK(reason_of(changed("\"log_probabilities\":null", "\"log_probabilities\":[-1,-1]")) == "bad log probability");
  CHECK(reason_of(changed("red", "r\xff")) == "not UTF-8");
}

TEST_CASE("random clicks go where a look at all searches puts them", "[trainer][served_clicks]") {
  std::mt19937_64 random(5);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int trial = 0; trial < 60; ++trial) {
    struct Page {
      double time;
      int words;
      std::vector<int> documents;
      std::vector<bool> clicked;
    };
    std::vector<Page> pages;
    std::string searches;
    double time = 0.0;
    for (int p = 0; p < 80; ++p) {
      time += below(trial % 2 == 0 ? 60 : 900);
      Page page{time, below(3), {}, {}};
      for (int d = 0; d < 6; ++d) {
        if (below(2) == 0) page.documents.push_back(d);
      }
      if (page.documents.empty()) page.documents.push_back(0);
      page.clicked.resize(page.documents.size());
      std::string ids;
      for (const int d : page.documents) ids += (ids.empty() ? "\"d" : ",\"d") + std::to_string(d) + '"';
      searches += search_line("p" + std::to_string(p), page.time, "w" + std::to_string(page.words), ids);
      pages.push_back(std::move(page));
    }
    std::string clicks = "query,doc_id,time\n";
    int num_lost = 0;
    for (int c = 0; c < 60; ++c) {
      const int words = below(3);
      const int document = below(6);
      const double when = below(static_cast<int>(time) + 1);
      clicks += "w" + std::to_string(words) + ",d" + std::to_string(document) + "," + at(when) + "\n";
      Page* best = nullptr;
      std::size_t place = 0;
      for (Page& page : pages) {
        const auto found = std::find(page.documents.begin(), page.documents.end(), document);
        const bool fits = page.words == words && found != page.documents.end() && page.time <= when + kClockSlack &&
                          page.time >= when - kLongestVisit;
        if (!fits) continue;
        best = &page;
        place = static_cast<std::size_t>(found - page.documents.begin());
      }
      if (best == nullptr) ++num_lost;
      if (best != nullptr) best->clicked[place] = true;
    }
    const Read result = read({searches, clicks});
    CHECK(result.remarks.front() == joined(0, 60 - num_lost));
    Rows expected;
    for (const Page& page : pages) {
      for (std::size_t i = 0; i < page.documents.size(); ++i)
        expected.push_back(at(page.time) + "|w" + std::to_string(page.words) + "|d" +
                           std::to_string(page.documents[i]) + (page.clicked[i] ? "|clicked" : "|"));
    }
    Rows found;
    for (const KeptRow& row : result.kept) {
      if (row.rest.is_impression)
        found.push_back(at(*row.rest.time - kStart) + "|" + row.query + "|" + row.document_id +
                        (row.rest.clicked ? "|clicked" : "|"));
    }
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    CHECK(found == expected);
  }
}

TEST_CASE("pages that nobody clicked, or whose clicks are settled, are not kept", "[trainer][served_clicks]") {
  ServedClicks clicks;
  ClickRow click;
  click.query = "red";
  click.document_id = "a";
  click.time = 100.0;
  clicks.add(click);
  int num_rows = 0;
  int num_clicked = 0;
  const EachRow each = [&](const ClickRow& row) {
    ++num_rows;
    num_clicked += row.clicked ? 1 : 0;
  };
  const auto take = [&](const std::string& words, double time) {
    ServedPage page;
    page.words = words;
    page.time = time;
    page.documents = {"a"};
    clicks.take_page(page, each);
    return num_rows;
  };
  CHECK(take("red", 90.0) == 0);
  CHECK(take("blue", 95.0) == 1);
  CHECK(take("red", 99.0) == 2);                      // the first one is not the latest
  CHECK(take("blue", 101.0 + kServedDisorder) == 3);  // an older search may still come
  CHECK(take("blue", 103.0 + kServedDisorder) == 5);
  CHECK(num_clicked == 1);
}

TEST_CASE("the module's log says what a search was beside its words, for what was not clicked, too",
          "[trainer][click_log][context]") {
  const ScratchFolder folder;
  const std::string searches = folder.write(
      "searches",
      search_line("p1", 0, "pear", R"("a","b")", R"("log_probabilities":null,"context":{"device":"mobile"})") +
          search_line("p2", 10, "pear", R"("a")", R"("log_probabilities":null,"context":null)") +
          search_line("p3", 20, "pear", R"("b")", R"("log_probabilities":null,"context":{"device":7,"x":"y"})") +
          search_line("p4", 30, "pear", R"("c")", R"("log_probabilities":null,"context":"mobile")"));
  const std::string clicks = folder.write("clicks", "page_id,doc_id,device\np1,b,desktop\n");
  ClickLogOptions options;
  options.contexts = {"device"};
  std::vector<std::string> rows;
  ClickLogReader({searches, clicks}, options).read([&](const ClickRow& row) {
    rows.push_back(std::string(row.page_id) + ' ' + std::string(row.document_id) + (row.clicked ? "! " : " ") +
                   std::string(row.contexts[0]));
  });
  std::sort(rows.begin(), rows.end());
  CHECK(rows == std::vector<std::string>{"p1 a mobile", "p1 b! mobile", "p2 a ", "p3 b ", "p4 c "});
  options.contexts = {"segment"};
  ClickLogReader other({searches, clicks}, options);
  CHECK_THROWS_WITH(other.read([](const ClickRow&) {}),
                    Contains("segment: ") && Contains("is the module's log of searches, and says no such thing"));
}

}  // namespace irgan::served_clicks_test
