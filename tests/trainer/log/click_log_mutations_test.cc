#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "irgan/click_log.h"
#include "tests/trainer/click_log_rows.h"

namespace irgan::click_log_mutations_test {

namespace {

// A form of log: what stands before the lines, and some lines that are good.
struct Form {
  std::string name;
  std::string header;
  std::vector<std::string> lines;
};

const std::vector<Form>& forms() {
  static const std::vector<Form> all = {
      {"tsv",
       "session\ttime\tquery_id\tquery\tdoc_id\trank\tclicked\tcount\n",
       {"s1\t2024-05-01T12:30:05.123+02:00\tq7\tblaue Schuhe \xC3\xBC\tD45\t3\ttrue\t2.5"}},
      {"csv",
       "session,time,query_id,query,doc_id,rank,clicked,count\n",
       {"s1,2024-05-01T12:30:05.123+02:00,\"q7\",\"say \"\"blue\"\", then\",D45,3,true,2.5"}},
      {"jsonl",
       "",
       {"{\"session\":\"s1\",\"time\":1714566605123,\"query_id\":7,\"query\":\"bl\\u00fce \xC3\xBC\","
        "\"doc_id\":\"D45\",\"rank\":3,\"clicked\":true,\"count\":2.5,\"x\":{\"a\":[1,null,{}]}}"}},
      {"search.log",
       "",
       {"821f03288846297c2cf43c34766a38f7,\"say \"\"book\"\"\",\"45,54\",10",
        "821f,\"b\xC3\xBC"
        "cher\",\"45,54\",0,\"time=1714566605\",\"session=9f3a\",\"id=/a.html\",\"id=/b,c.html\"",
        "d41d8cd98f00b204e9800998ecf8427e,\"\",\"\",0"}},
      {"clicks.log",
       "",
       {"\"821f03288846297c2cf43c34766a38f7\",\"54\"", "821f,54,\"time=1714566611\",\"id=/b,c.html\""}},
      {"final.log",
       "QueryID,Query,Hits,Offset,Clicks\n",
       {"821f03288846297c2cf43c34766a38f7,book,\"45,54\",0,\"45:0,54:2\"",
        "821f,book,\"45,54\",20,\"45:1,54:0\",id=/a,id=/b,\"time=2024-05-01T12:30:05Z\""}},
      {"ubi",
       "",
       {"{\"query_id\":\"1\",\"client_id\":\"c\",\"user_query\":\"bl\\u00fce\",\"timestamp\":1714566605123,"
        "\"query_response_hit_ids\":[\"a\",\"b\",7]}",
        "{\"action_name\":\"impression\",\"query_id\":\"1\",\"session_id\":\"s\",\"timestamp\":\"2024-05-01T12:30:05."
        "123Z\","
        "\"event_attributes\":{\"object\":{\"object_id\":\"a\"},\"position\":{\"ordinal\":0}}}",
        "{\"action_name\":\"click\",\"query_id\":\"1\",\"user_query\":\"red \xC3\xBC\","
        "\"event_attributes\":{\"object\":{\"object_id\":\"b\"},\"position\":{\"ordinal\":1},\"session_id\":\"s\"}}",
        "{\"index\":{\"_index\":\"ubi_events\",\"_id\":\"e7d6c8f8\"}}"}}};
  return all;
}

std::string mutated(std::string line, std::mt19937& random) {
  static const std::string letters("\t,\"'{}[]:\\-+.eEnNuU019 \r\x00\x01\x7F\x80\xC3\xED\xF0\xFF", 33);
  for (auto k = random() % 6; k-- > 0 && !line.empty();) {
    const std::size_t at = random() % line.size();
    const char letter = letters[random() % letters.size()];
    switch (random() % 5) {
      case 0:
        line[at] = letter;
        break;
      case 1:
        line.insert(at, 1, letter);
        break;
      case 2:
        line.erase(at, 1 + random() % 5);
        break;
      case 3:
        line.resize(at);
        break;
      default:
        line.insert(at, line.substr(random() % line.size(), random() % 20));
    }
  }
  return line;
}

bool is_counted(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line.find_first_not_of(" \t") != std::string::npos;
}

// IRGAN_MUTATIONS=1000000 for a long run by hand.
std::size_t num_lines() {
  const char* given = std::getenv("IRGAN_MUTATIONS");
  return given == nullptr ? 6'000 : std::strtoull(given, nullptr, 10);
}

std::string check_row(const ClickRow& row) {
  if (row.document_id.empty()) return "a row without a document";
  if (row.query.empty() && row.query_id.empty()) return "a row without a query";
  if (row.rank < (row.is_impression ? 1 : 0) || row.rank > 1'000'000) return "a bad rank";
  if (!(row.count > 0)) return "a bad count";
  if (!row.is_impression && !row.clicked) return "a row that says nothing";
  return {};
}

void check_sums(const ClickLogSummary& summary, std::uint64_t num_expected) {
  std::uint64_t num_by_reason = 0;
  for (const auto& [reason, rejected] : summary.rejected) {
    num_by_reason += rejected.count;
    CHECK(rejected.first.size() == std::min<std::uint64_t>(5, rejected.count));
  }
  CHECK(summary.num_rejected == num_by_reason);
  CHECK(summary.num_good + summary.num_rejected == num_expected);
}

}  // namespace

TEST_CASE("mutated lines are counted once each, as good or as rejected, and never crash", "[trainer][click_log]") {
  const Form& form = forms()[GENERATE(range(std::size_t{0}, std::size_t{7}))];
  INFO(form.name);
  const ScratchFolder folder;
  std::mt19937 random(20240501);
  std::string log = form.header + form.lines[0] + "\n";
  std::uint64_t num_expected = 1;
  for (std::size_t i = 0; i < num_lines(); ++i) {
    const std::string line = mutated(form.lines[random() % form.lines.size()], random);
    log += line + "\n";
    if (is_counted(line)) ++num_expected;
  }
  ClickLogReader reader(folder.write("log", log), tolerant());
  std::uint64_t num_rows = 0;
  reader.read([&](const ClickRow& row) {
    ++num_rows;
    const std::string fault = check_row(row);
    if (!fault.empty()) FAIL_CHECK(fault);
  });
  const ClickLogSummary& summary = reader.summary();
  check_sums(summary, num_expected);
  const bool is_row_a_line = form.name == "tsv" || form.name == "csv" || form.name == "jsonl";
  if (is_row_a_line) CHECK(summary.num_good == num_rows);
  CHECK(num_rows > 0);
  CHECK(summary.num_good > num_lines() / 6);
  CHECK(summary.num_rejected > num_lines() / 6);
  if (std::getenv("IRGAN_MUTATIONS") != nullptr) {
    WARN(form.name << ": " << summary.num_good << " good, " << summary.num_rejected << " rejected, " << num_rows
                   << " rows");
  }
}

TEST_CASE("the lines of a mutated pair add up in each of its files", "[trainer][click_log]") {
  const ScratchFolder folder;
  std::mt19937 random(7);
  std::string texts[2];
  std::uint64_t num_expected[2] = {1, 1};
  for (std::size_t part = 0; part < 2; ++part) {
    const Form& form = forms()[3 + part];
    texts[part] = form.lines[0] + "\n";
    for (std::size_t i = 0; i < num_lines() / 2; ++i) {
      const std::string line = mutated(form.lines[random() % form.lines.size()], random);
      texts[part] += line + "\n";
      if (is_counted(line)) ++num_expected[part];
    }
  }
  const std::vector<std::string> paths = {folder.write("search.log", texts[0]), folder.write("clicks.log", texts[1])};
  ClickLogReader reader(paths, tolerant());
  double num_clicks = 0.0;
  reader.read([&](const ClickRow& row) {
    const std::string fault = check_row(row);
    if (!fault.empty()) FAIL_CHECK(fault);
    if (row.clicked) num_clicks += row.count;
  });
  for (std::size_t part = 0; part < 2; ++part) check_sums(reader.summary(part), num_expected[part]);
  // Every click is on a page, alone, or on what was clicked already.
  const ClickLogSummary& clicks = reader.summary(1);
  const auto repeated = clicks.others.find("clicks on what was clicked already");
  const std::uint64_t num_repeated = repeated == clicks.others.end() ? 0 : repeated->second;
  CHECK(static_cast<std::uint64_t>(num_clicks) + num_repeated == clicks.num_good);
}

}  // namespace irgan::click_log_mutations_test
