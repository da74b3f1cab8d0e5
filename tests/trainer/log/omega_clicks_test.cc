#include "trainer/log/omega_clicks.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "tests/trainer/click_log_rows.h"

namespace irgan::omega_clicks_test {

namespace {

constexpr int kStart = 1'700'000'000;  // to which times in logs are added

// "words@time|document|clicked", or "|alone".
std::string brief(const ClickRow& row) {
  const int time = static_cast<int>(row.time.value_or(-1.0));
  return std::string(row.query) + "@" + std::to_string(time < kStart ? time : time - kStart) + "|" +
         std::string(row.document_id) +
         (!row.is_impression ? "|alone"
          : row.clicked      ? "|clicked"
                             : "|");
}

std::vector<std::string> briefs(const std::vector<std::string>& paths, ClickLogSummary* first = nullptr) {
  ClickLogReader reader(paths);
  std::vector<std::string> rows;
  reader.read([&](const ClickRow& row) { rows.push_back(brief(row)); });
  if (first != nullptr) *first = reader.summary();
  return rows;
}

std::string page_line(const std::string& query, const std::string& docids, int time) {
  return query + ',' + query + ",\"" + docids + "\",0,time=" + std::to_string(kStart + time) + '\n';
}
std::string click_line(const std::string& query, const std::string& docid, int time) {
  return query + ',' + docid + ",time=" + std::to_string(kStart + time) + '\n';
}

using Rows = std::vector<std::string>;

// Pages come when their clicks are known.
Rows sorted(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

TEST_CASE("of pages with the same words a click goes to the last one before it", "[trainer][omega_clicks]") {
  const ScratchFolder folder;
  const std::string clicks =
      folder.write("c", click_line("q", "2", 35) + click_line("q", "1", 21) + click_line("q", "1", 22));
  const std::string early = page_line("q", "1,2", 10) + page_line("q", "1,2", 20);
  const std::string late = page_line("q", "2", 30) + page_line("q", "1", 40);
  const Rows expected = {"q@10|1|", "q@10|2|", "q@20|1|clicked", "q@20|2|", "q@30|2|clicked", "q@40|1|"};
  ClickLogSummary summary;
  CHECK(sorted(briefs({clicks, folder.write("s", early + late)}, &summary)) == expected);
  CHECK(summary.others == std::map<std::string, std::uint64_t>{{"clicks on what was clicked already", 1}});
  // Rotated logs, in any order.
  CHECK(sorted(briefs({folder.write("s2", late), clicks, folder.write("s1", early)})) == expected);
}

TEST_CASE("a click in the same second is on the page, and one before all pages is on the first",
          "[trainer][omega_clicks]") {
  const ScratchFolder folder;
  const std::string clicks =
      folder.write("c", click_line("q", "1", 20) + click_line("q", "2", 5) + click_line("q", "3", 5));
  CHECK(briefs({clicks, folder.write("s", page_line("q", "1,2", 10) + page_line("q", "1,2", 20))}) ==
        Rows{"q@10|1|", "q@10|2|clicked", "q@20|1|clicked", "q@20|2|", "q@5|3|alone"});
}

TEST_CASE("clicks that no page accounts for keep their times and sessions", "[trainer][omega_clicks]") {
  const ScratchFolder folder;
  const std::string clicks =
      folder.write("c",
                   "q,3,time=1700000050,session=u\nq,3,time=1700900000,session=v\nq,3,time=1700000040\n"
                   "q,3\nq,3\nq,3,session=w\n");
  ClickLogReader reader({clicks, folder.write("s", page_line("q", "1", 45))});
  std::vector<KeptRow> rows;
  reader.read([&](const ClickRow& row) { rows.emplace_back(row); });
  REQUIRE(rows.size() == 6);
  const auto is = [&](std::size_t i, std::optional<double> time, std::string_view session, double count) {
    return rows[i].query == "q" && rows[i].document_id == "3" && !rows[i].rest.is_impression && rows[i].rest.clicked &&
           rows[i].rest.time == time && rows[i].session == session && rows[i].rest.count == count;
  };
  CHECK(is(1, std::nullopt, "", 2));
  CHECK(is(2, std::nullopt, "w", 1));
  CHECK(is(3, kStart + 50.0, "u", 1));
  CHECK(is(4, kStart + 900000.0, "v", 1));
  CHECK(is(5, kStart + 40.0, "", 1));
}

TEST_CASE("a page waits only until its own clicks are known", "[trainer][omega_clicks]") {
  OmegaClicks clicks;
  clicks.add("q", "1", "1", 2000.0, "");
  clicks.add("q", "1", "1", 50'000.0, "");
  clicks.add("q", "2", "2", 2010.0, "");
  Rows rows;
  const auto take = [&](std::string_view query, std::string_view docid, double time) {
    rows.clear();
    clicks.take_page({query, query, "", time, 0, {docid}, {}},
                     [&](const ClickRow& row) { rows.push_back(brief(row)); });
    return rows;
  };
  CHECK(take("q", "1", 1000).empty());
  CHECK(take("other", "1", 1400) == Rows{"other@1400|1|"});
  CHECK(take("q", "2", 1500).empty());
  CHECK(take("q", "3", 1600).empty());  // that has no click, but an older one might come
  CHECK(take("other", "1", 1600 + kOmegaDisorder) == Rows{"other@1900|1|"});
  CHECK(take("other", "1", 1601 + kOmegaDisorder) == Rows{"other@1901|1|", "q@1600|3|"});
  CHECK(take("other", "1", 2010 + kOmegaDisorder) == Rows{"other@2310|1|"});
  CHECK(take("other", "1", 2011 + kOmegaDisorder) ==
        Rows{"other@2311|1|", "q@1500|2|clicked"});  // the first still waits
  CHECK(take("q", "1", 3000).empty());
  CHECK(take("other", "1", 3001 + kOmegaDisorder) == Rows{"other@3301|1|", "q@1000|1|clicked"});
  rows.clear();
  CHECK(clicks.finish([&](const ClickRow& row) { rows.push_back(brief(row)); }) == 0);
  CHECK(rows == Rows{"q@3000|1|clicked"});
}

TEST_CASE("pages without a time take many clicks with times, each page one", "[trainer][omega_clicks]") {
  constexpr int kNumClicks = 200'000;
  OmegaClicks clicks;
  for (int i = 0; i < kNumClicks; ++i) clicks.add("q", "1", "1", static_cast<double>(i), "");
  int num_clicked = 0;
  const EachRow each = [&](const ClickRow& row) { num_clicked += row.clicked && row.count == 1.0 ? 1 : 0; };
  for (int i = 0; i < kNumClicks; ++i) clicks.take_page({"q", "q", "", std::nullopt, 0, {"1"}, {}}, each);
  CHECK(num_clicked == kNumClicks);
  CHECK(clicks.finish(each) == 0);
}

TEST_CASE("the searches of several servers are read side by side", "[trainer][omega_clicks]") {
  const ScratchFolder folder;
  const std::string first =
      page_line("q", "1", 1000) + "q,time=99999999,1,0,time=1700005000\n" + page_line("q", "1", 9000);
  const std::string second = page_line("q", "1", 2000) + page_line("q", "1", 6000) + page_line("q", "1", 9000);
  const std::string clicks = folder.write("c", click_line("q", "1", 2100) + click_line("q", "1", 6100));
  CHECK(sorted(briefs({folder.write("s1", first), folder.write("s2", second), clicks})) ==
        Rows{"q@1000|1|", "q@2000|1|clicked", "q@6000|1|clicked", "q@9000|1|", "q@9000|1|", "time=99999999@5000|1|"});
}

TEST_CASE("lines of a file may be some minutes out of order", "[trainer][omega_clicks]") {
  const ScratchFolder folder;
  const std::string searches = page_line("q", "1", 10) + page_line("q", "1", 210) + page_line("q", "1", 100);
  CHECK(sorted(briefs({folder.write("s", searches), folder.write("c", click_line("q", "1", 110))})) ==
        Rows{"q@100|1|clicked", "q@10|1|", "q@210|1|"});
}

TEST_CASE("the clicks of random logs are those of a search through all pages for each", "[trainer][omega_clicks]") {
  const unsigned seed = GENERATE(range(1U, 60U));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  // Short logs with equal times, or long ones of several servers, with lines out of order.
  const bool is_short = seed % 2 == 0;
  struct Page {
    std::string query, docids;
    int time;
  };
  std::vector<Page> pages;
  std::array<std::multimap<int, std::string>, 3> searches;  // by file and where the line stands
  int time = 0;
  for (int i = 0; i < 60; ++i) {
    time += is_short ? below(4) : 1 + below(100);
    pages.push_back({"q" + std::to_string(below(3)), below(2) == 0 ? "1,2" : "2,3", time});
    searches[is_short ? 0 : static_cast<std::size_t>(below(3))].emplace(
        is_short ? time : time + below(static_cast<int>(kOmegaDisorder)),
        page_line(pages.back().query, pages.back().docids, time));
  }
  std::map<std::string, Rows> expected, found;                 // by query
  std::map<std::pair<std::size_t, std::string>, int> clicked;  // by page and document
  std::string clicks;
  for (int i = 0; i < 80; ++i) {
    const std::string query = "q" + std::to_string(below(3)), docid = std::to_string(1 + below(4));
    const int click_time = below(time + 10);
    clicks += click_line(query, docid, click_time);
    std::optional<std::size_t> chosen;
    for (std::size_t p = 0; p < pages.size(); ++p) {
      if (pages[p].query != query || pages[p].docids.find(docid) == std::string::npos) continue;
      if (pages[p].time <= click_time || !chosen) chosen = p;
    }
    if (chosen) {
      ++clicked[{*chosen, docid}];
    } else {
      expected[query].push_back(query + "@" + std::to_string(click_time) + "|" + docid + "|alone");
    }
  }
  int num_repeated = 0;
  for (std::size_t p = 0; p < pages.size(); ++p) {
    for (const char digit : pages[p].docids) {
      if (digit == ',') continue;
      const auto count = clicked.find({p, std::string(1, digit)});
      if (count != clicked.end()) num_repeated += count->second - 1;
      expected[pages[p].query].push_back(pages[p].query + "@" + std::to_string(pages[p].time) + "|" + digit + "|" +
                                         (count != clicked.end() ? "clicked" : ""));
    }
  }
  const ScratchFolder folder;
  std::vector<std::string> paths = {folder.write("c", clicks)};
  for (const auto& lines : searches) {
    std::string text;
    for (const auto& line : lines) text += line.second;
    if (!text.empty()) paths.push_back(folder.write("s" + std::to_string(paths.size()), text));
  }
  ClickLogSummary summary;
  for (const std::string& row : briefs(paths, &summary)) found[row.substr(0, 2)].push_back(row);
  for (auto& rows : expected) rows.second = sorted(rows.second);
  for (auto& rows : found) rows.second = sorted(rows.second);
  CHECK(found == expected);
  CHECK(summary.others["clicks on what was clicked already"] == static_cast<std::uint64_t>(num_repeated));
}

}  // namespace irgan::omega_clicks_test
