#include "trainer/omega_clicks.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/trainer/click_log_rows.h"

using namespace irgan;

namespace {

// "words@time|document|clicked", or "|alone".
std::string brief(const ClickRow& row) {
  return std::string(row.query) + "@" + std::to_string(static_cast<int>(row.time.value_or(-1.0))) + "|" + std::string(row.document_id) +
         (!row.is_impression ? "|alone" : row.clicked ? "|clicked" : "|");
}

std::vector<std::string> briefs(const std::vector<std::string>& paths, ClickLogSummary* first = nullptr) {
  ClickLogReader reader(paths);
  std::vector<std::string> rows;
  reader.read([&](const ClickRow& row) { rows.push_back(brief(row)); });
  if (first != nullptr) *first = reader.summary();
  return rows;
}

std::string page_line(const std::string& query, const std::string& docids, int time) {
  return query + ',' + query + ",\"" + docids + "\",0,time=" + std::to_string(time) + '\n';
}
std::string click_line(const std::string& query, const std::string& docid, int time) {
  return query + ',' + docid + ",time=" + std::to_string(time) + '\n';
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("of pages with the same words a click goes to the last one before it", "[trainer][omega_clicks]") {
  const ScratchFolder folder;
  const std::string clicks = folder.write("c", click_line("q", "2", 35) + click_line("q", "1", 21) + click_line("q", "1", 22));
  const std::string early = page_line("q", "1,2", 10) + page_line("q", "1,2", 20);
  const std::string late = page_line("q", "2", 30) + page_line("q", "1", 40);
  const Rows expected = {"q@10|1|", "q@10|2|", "q@20|1|clicked", "q@20|2|", "q@30|2|clicked", "q@40|1|"};
  ClickLogSummary summary;
  CHECK(briefs({clicks, folder.write("s", early + late)}, &summary) == expected);
  CHECK(summary.others == std::map<std::string, std::uint64_t>{{"clicks on what was clicked already", 1}});
  // Rotated logs, in any order.
  CHECK(briefs({folder.write("s2", late), clicks, folder.write("s1", early)}) == expected);
}

TEST_CASE("a click in the same second is on the page, and one before all pages is on the first", "[trainer][omega_clicks]") {
  const ScratchFolder folder;
  const std::string clicks = folder.write("c", click_line("q", "1", 20) + click_line("q", "2", 5) + click_line("q", "3", 5));
  CHECK(briefs({clicks, folder.write("s", page_line("q", "1,2", 10) + page_line("q", "1,2", 20))}) ==
        Rows{"q@10|1|", "q@10|2|clicked", "q@20|1|clicked", "q@20|2|", "q@5|3|alone"});
}

TEST_CASE("a page waits only until one came that is newer than its clicks", "[trainer][omega_clicks]") {
  OmegaClicks clicks;
  clicks.add("q", "1", "1", 15.0);
  Rows rows;
  const auto take = [&](std::string_view query, std::string_view docid, double time) {
    rows.clear();
    clicks.take_page({query, query, "", time, 0, {docid}, {}}, [&](const ClickRow& row) { rows.push_back(brief(row)); });
    return rows;
  };
  CHECK(take("q", "1", 10).empty());
  CHECK(take("other", "1", 12) == Rows{"other@12|1|"});
  CHECK(take("q", "2", 13).empty());  // behind the one that waits
  CHECK(take("other", "1", 15) == Rows{"other@15|1|"});
  CHECK(take("other", "1", 16) == Rows{"other@16|1|", "q@10|1|clicked", "q@13|2|"});
  CHECK(take("q", "1", 17) == Rows{"q@17|1|"});
  CHECK(clicks.finish([](const ClickRow&) { FAIL("nothing is left"); }) == 0);
}

TEST_CASE("the clicks of random logs are those of a search through all pages for each", "[trainer][omega_clicks]") {
  const unsigned seed = GENERATE(range(1U, 30U));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  struct Page {
    std::string query, docids;
    int time;
  };
  std::vector<Page> pages;
  std::string searches, clicks;
  for (int i = 0, time = 0; i < 60; ++i) {
    time += below(4);
    pages.push_back({"q" + std::to_string(below(3)), below(2) == 0 ? "1,2" : "2,3", time});
    searches += page_line(pages.back().query, pages.back().docids, time);
  }
  std::map<std::pair<std::size_t, std::string>, int> clicked;  // by page and document
  for (int i = 0; i < 80; ++i) {
    const std::string query = "q" + std::to_string(below(3)), docid = std::to_string(1 + below(3));
    const int time = below(120);
    clicks += click_line(query, docid, time);
    std::optional<std::size_t> chosen;
    for (std::size_t p = 0; p < pages.size(); ++p) {
      if (pages[p].query != query || pages[p].docids.find(docid) == std::string::npos) continue;
      if (pages[p].time <= time || !chosen) chosen = p;
    }
    if (chosen) ++clicked[{*chosen, docid}];
  }
  std::map<std::string, Rows> expected, found;  // by query, whose pages keep their order
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
  ClickLogSummary summary;
  for (const std::string& row : briefs({folder.write("c", clicks), folder.write("s", searches)}, &summary)) found[row.substr(0, 2)].push_back(row);
  CHECK(found == expected);
  CHECK(summary.others["clicks on what was clicked already"] == static_cast<std::uint64_t>(num_repeated));
}
