// One log, many coats: whatever the form in which it is written, the same feature rows and labels come out.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "irgan/preparation.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/small_index.h"
#include "trainer/machine/output_file.h"
#include "trainer/row_files/letor_file.h"

namespace irgan::many_coats_test {

namespace {

struct Shown {
  std::string document;
  bool clicked = false;
};
struct Search {
  std::string session;
  std::size_t query = 0;
  long long time = 0;
  std::vector<Shown> page;
};
struct Words {
  const char* in_file;
  const char* typed_otherwise;  // capitals, decomposed letters, other blanks
};

const std::vector<Words> kQueries = {{"red shoes", "RED\u00A0 Shoes"},
                                     {"café crème", "CAFE\u0301 cre\u0300me"},
                                     {"москва", "МОСКВА"},
                                     {"\"13 inch\" lamp, new; | x", "\"13  INCH\" Lamp, New; | X"},
                                     {"東京 タワー", "東京\u3000タワー"},
                                     {"über-uns", "U\u0308BER-Uns"}};

std::vector<std::string> ids(bool are_odd) {
  std::vector<std::string> result;
  for (int i = 0; i < 12; ++i) {
    const std::string number = std::to_string(i);
    result.push_back(!are_odd ? "d" + number : "/a b/" + number + ",\"x\";|ü\\'=" + number + "#");
  }
  return result;
}

std::vector<Search> random_log(std::mt19937& random, const std::vector<std::string>& documents) {
  const auto below = [&](std::size_t n) { return random() % n; };
  std::vector<Search> log;
  for (int s = 0; s < 80; ++s) {
    Search search{"s" + std::to_string(s), below(kQueries.size()), 1'714'566'605 + 1000 * s, {}};
    std::vector<std::string> shown = documents;
    std::shuffle(shown.begin(), shown.end(), random);
    shown.resize(2 + below(8));
    for (const std::string& document : shown) search.page.push_back({document, below(5) == 0});
    log.push_back(search);
  }
  return log;
}

// As Python's csv.writer writes a field.
std::string written(const std::string& field, char delimiter, bool is_always_quoted) {
  if (!is_always_quoted && field.find('"') == std::string::npos && field.find(delimiter) == std::string::npos) {
    return field;
  }
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

std::string json(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return quoted + "\"";
}

std::string words_of(const Search& search, bool are_typed_otherwise) {
  const Words& words = kQueries[search.query];
  return are_typed_otherwise ? words.typed_otherwise : words.in_file;
}

struct Table {
  char delimiter = '\t';
  bool is_quoted = false;
  bool are_typed_otherwise = false;
  std::vector<std::string> header = {"session", "time", "query", "doc_id", "rank", "clicked"};
  std::vector<std::string> clicked = {"0", "1"};
};

std::vector<std::string> table_lines(const std::vector<Search>& log, const Table& table) {
  const auto line = [&](const std::vector<std::string>& fields) {
    std::string text;
    for (const std::string& field : fields) {
      if (&field != &fields.front()) text += table.delimiter;
      text += written(field, table.delimiter, table.is_quoted);
    }
    return text + "\n";
  };
  std::vector<std::string> lines = {line(table.header)};
  for (const Search& search : log) {
    for (std::size_t i = 0; i < search.page.size(); ++i) {
      lines.push_back(line({search.session, std::to_string(search.time), words_of(search, table.are_typed_otherwise),
                            search.page[i].document, std::to_string(i + 1), table.clicked[search.page[i].clicked]}));
    }
  }
  return lines;
}

// unclicked: what the rows say that were not clicked
std::vector<std::string> json_lines(const std::vector<Search>& log, const std::string& unclicked) {
  std::vector<std::string> lines;
  for (const Search& search : log) {
    for (std::size_t i = 0; i < search.page.size(); ++i) {
      lines.push_back("{\"session\":" + json(search.session) + ",\"time\":" + std::to_string(1000 * search.time) +
                      ",\"query\":" + json(words_of(search, false)) + ",\"doc_id\":" + json(search.page[i].document) +
                      ",\"rank\":" + std::to_string(i + 1) +
                      (search.page[i].clicked ? ",\"clicked\":true" : unclicked) + "}\n");
    }
  }
  return lines;
}

std::vector<std::string> ubi_lines(const std::vector<Search>& log, int first_ordinal) {
  std::vector<std::string> lines;
  for (const Search& search : log) {
    const std::string rest = ",\"query_id\":\"x" + search.session + "\",\"session_id\":" + json(search.session) +
                             ",\"timestamp\":" + std::to_string(1000 * search.time);
    lines.push_back("{\"user_query\":" + json(words_of(search, true)) + rest + "}\n");
    for (std::size_t i = 0; i < search.page.size(); ++i) {
      const std::string attributes =
          ",\"event_attributes\":{\"object\":{\"object_id\":" + json(search.page[i].document) +
          "},\"position\":{\"ordinal\":" + std::to_string(static_cast<int>(i) + first_ordinal) + "}}}\n";
      lines.push_back("{\"action_name\":\"impression\"" + rest + attributes);
      if (search.page[i].clicked) lines.push_back("{\"action_name\":\"click\"" + rest + attributes);
    }
  }
  return lines;
}

std::vector<std::vector<std::string>> omega_lines(const std::vector<Search>& log,
                                                  const std::vector<std::string>& documents) {
  const auto quoted = [](const std::string& text) { return written(text, ',', true); };
  const auto docid = [&](const std::string& id) {
    return std::to_string(std::find(documents.begin(), documents.end(), id) - documents.begin() + 1);
  };
  std::vector<std::string> searches;
  std::vector<std::string> clicks;
  for (const Search& search : log) {
    const std::string time = "," + quoted("time=" + std::to_string(search.time));
    std::string docids;
    std::string own_ids;
    for (const Shown& shown : search.page) {
      docids += (docids.empty() ? "" : ",") + docid(shown.document);
      own_ids += "," + quoted("id=" + shown.document);
      if (!shown.clicked) continue;
      clicks.push_back("x" + search.session + "," + docid(shown.document) + time + "," +
                       quoted("id=" + shown.document) + "\n");
    }
    searches.push_back("x" + search.session + "," + quoted(words_of(search, false)) + "," + quoted(docids) + ",0" +
                       time + "," + quoted("session=" + search.session) + own_ids + "\n");
  }
  return {searches, clicks};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

// Puts all lines but the first `num_kept` into another order.
std::vector<std::string> shuffled(std::vector<std::string> lines, std::size_t num_kept, std::mt19937& random) {
  std::shuffle(lines.begin() + static_cast<std::ptrdiff_t>(num_kept), lines.end(), random);
  return lines;
}

// The site that the log is of: document i has the words of query i % 6 twice, those of the next one once.
SmallIndex index_of(const std::vector<std::string>& documents) {
  std::vector<SmallDocument> all;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const std::string words = kQueries[i % kQueries.size()].in_file;
    all.push_back({documents[i], words, words + " " + kQueries[(i + 1) % kQueries.size()].in_file + " in a shop",
                   static_cast<double>(i)});
  }
  return SmallIndex(all);
}

Site site_of(const SmallIndex& index) {
  Site site;
  site.paths = {index.path()};
  site.open = [&index] { return index.open(); };
  site.layout = small_layout();
  return site;
}

// The lines of the feature rows, in an order of their own: that of pages and of equal clicks is the log's.
std::multiset<std::string> rows_of(const Site& site, const std::vector<std::string>& paths,
                                   const ClickLogOptions& options) {
  Evidence evidence;
  for (std::size_t i = 0; i < kQueries.size(); ++i) {
    evidence.queries.push_back({"q" + std::to_string(i), kQueries[i].in_file, "", ""});
  }
  evidence.clicks = paths;
  evidence.log_options = options;
  PreparationOptions whole;
  whole.split.reset();
  const PreparedData prepared = prepare(site, evidence, whole);
  CHECK(prepared.report.log.num_unknown_rows == 0);
  for (const ClickLogSummary& file : prepared.report.log.files) {
    CHECK(file.num_rejected == 0);
    CHECK(file.remarks.empty());
  }
  std::ostringstream text;
  write_letor(prepared.training, text);
  std::multiset<std::string> rows;
  std::istringstream lines(text.str());
  for (std::string line; std::getline(lines, line);) rows.insert(line);
  return rows;
}

}  // namespace

TEST_CASE("one log gives the same feature rows and labels in many coats", "[trainer][many_coats]") {
  const unsigned seed = GENERATE(range(1U, 5U));
  const bool are_odd = GENERATE(false, true);
  CAPTURE(seed, are_odd);
  std::mt19937 random(seed);
  const std::vector<std::string> documents = ids(are_odd);
  const std::vector<Search> log = random_log(random, documents);
  const ScratchFolder folder;
  const auto pack = [&](const std::string& name, const std::string& text) {
    OutputFile out(folder.file(name));
    out.stream() << text;
    out.commit();
    return folder.file(name);
  };
  const SmallIndex index = index_of(documents);
  const Site site = site_of(index);
  const auto of = [&](const std::string& text, const ClickLogOptions& options = {}) {
    return rows_of(site, {folder.write("log", text)}, options);
  };

  const std::vector<std::string> tsv = table_lines(log, {});
  const std::multiset<std::string> expected = of(joined(tsv));
  REQUIRE(expected.size() > 80);
  CHECK(of(joined(shuffled(tsv, 1, random))) == expected);
  for (const char delimiter : {',', ';', '|'}) CHECK(of(joined(table_lines(log, {delimiter}))) == expected);
  for (const char delimiter : {'\t', ','}) CHECK(of(joined(table_lines(log, {delimiter, true}))) == expected);
  CHECK(of(joined(table_lines(log, {'\t', false, true}))) == expected);
  const std::vector<std::string> header = {"Session", "Time", "Query", "docId", "RANK", "Clicked"};
  CHECK(of(joined(table_lines(log, {',', false, true, header, {"", "yes"}}))) == expected);
  const std::vector<std::string> others = {"visitor", "ts", "search_term", "sku", "position", "was_clicked"};
  ClickLogOptions named;
  named.columns = {{"session", "visitor"}, {"time", "ts"},       {"query", "search_term"},
                   {"doc_id", "sku"},      {"rank", "position"}, {"clicked", "was_clicked"}};
  CHECK(of(joined(table_lines(log, {',', false, false, others, {"False", "True"}})), named) == expected);
  CHECK(rows_of(site, {pack("log.gz", joined(tsv))}, {}) == expected);
  CHECK(rows_of(site, {pack("log.zst", joined(tsv))}, {}) == expected);

  for (const char* unclicked : {"", ",\"clicked\":null", ",\"clicked\":false", ",\"clicked\":0"}) {
    INFO(unclicked);
    const std::vector<std::string> lines = json_lines(log, unclicked);
    CHECK(of(joined(lines)) == expected);
    CHECK(of(joined(shuffled(lines, 0, random))) == expected);
  }

  for (const int first_ordinal : {0, 1}) {
    INFO("UBI from " << first_ordinal);
    ClickLogOptions based;
    based.rank_base = first_ordinal;
    const std::vector<std::string> lines = ubi_lines(log, first_ordinal);
    CHECK(of(joined(lines), based) == expected);
    CHECK(of(joined(shuffled(lines, 0, random)), based) == expected);
  }

  const auto omega = omega_lines(log, documents);
  CHECK(rows_of(site, {folder.write("search.log", joined(omega[0])), folder.write("clicks.log", joined(omega[1]))},
                {}) == expected);
}

}  // namespace irgan::many_coats_test
