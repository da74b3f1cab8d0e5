#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "index_tools/showing/wrapped_text.h"
#include "tests/index_tools/made_site.h"

namespace irgan::screens_test {

namespace {

constexpr std::size_t kWidth = 80;

// What a person sees in a terminal of 80 columns: both streams, as they come.
std::string screen(const MadeSite& site, const std::string& line) {
  std::ostringstream shown;
  {
    FittedLines lines(shown.rdbuf(), kWidth);
    std::ostream stream(&lines);
    std::vector<std::string> words;
    std::istringstream parts(line);
    for (std::string word; parts >> word;) {
      const std::size_t mark = word.find('@');
      words.push_back(mark == std::string::npos ? word : word.substr(0, mark) + site.file(word.substr(mark + 1)));
    }
    run_command_line(words, Console(stream, stream, kWidth));
  }
  std::string text = shown.str();
  const std::string folder = site.file("");
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder))
    text.erase(at, folder.size());
  return text;
}

std::size_t columns_of(const std::string& line) {
  std::size_t columns = 0;
  for (const char c : line) columns += (c & 0xC0) != 0x80 ? 1 : 0;
  return columns;
}

// Compares with the file of that name; IRGAN_WRITE_SCREENS=1 writes it anew.
void check_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(IRGAN_SCREENS) / (name + ".txt");
  if (std::getenv("IRGAN_WRITE_SCREENS") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  CHECK(text == golden.str());
}

}  // namespace

TEST_CASE("every screen fits 80 columns", "[index_tools][screens]") {
  const MadeSite site;
  std::vector<std::string> lines{
      "help",
      "index --db @db --field title=S --field body= --value popularity=0 @docs.jsonl",
      "inspect --db @db",
      "annotate --db @db --ids",
      "search --db @db amber birch",
      "rerank --db @db --queries @test.tsv --baseline-out @old.run",
      "simulate --db @db --queries @learn.tsv --qrels @learn.qrels --sessions 400 --out @clicks.tsv",
      "check --db @db --queries @learn.tsv --clicks @clicks.tsv",
      "train --db @db --queries @learn.tsv --clicks @clicks.tsv --model @site.model --epochs 2 --networks 1 --force "
      "--verbose",
      "inspect @site.model --db @db",
      "search --db @db --model @site.model --explain amber birch",
      "search --db @db --model @site.model --compare --explain amber birch",
      "rerank --db @db --model @site.model --queries @test.tsv --out @new.run",
      "evaluate --qrels @test.qrels @old.run @new.run",
      "memory --clicks @clicks.tsv --queries @learn.tsv --out @site.memory",
      "search --db @db --modle @site.model amber",
      "serch --db @db amber",
  };
  for (const Command& command : commands()) lines.push_back("help " + command.name);
  for (const Command& command : commands()) lines.push_back(command.name + " --help-all");
  for (const std::string& line : lines) {
    CAPTURE(line);
    const std::string shown = screen(site, line);
    CHECK_FALSE(shown.empty());
    std::istringstream each(shown);
    for (std::string row; std::getline(each, row);) {
      if (columns_of(row) > kWidth) FAIL_CHECK(row);
    }
  }
}

TEST_CASE("screens are as they were", "[index_tools][screens]") {
  const MadeSite site;
  check_golden("search_help", screen(site, "help search"));
  check_golden("index", screen(site, "index --db @db --field title=S --field body= --value popularity=0 @docs.jsonl"));
  check_golden("search", screen(site, "search --db @db --top 5 amber birch"));
  check_golden("bad_flag", screen(site, "search --db @db --modle @site.model amber"));
  check_golden("bad_command", screen(site, "serch --db @db amber"));
}

TEST_CASE("search shows two orders side by side, as wide as the terminal", "[index_tools][screens]") {
  const MadeSite site;
  site.index();
  screen(
      site,
      "train --db @db --queries @learn.tsv --qrels @learn.qrels --model @site.model --epochs 1 --networks 1 --force");
  std::istringstream shown(screen(site, "search --db @db --model @site.model --compare --top 3 amber"));
  std::string row;
  std::getline(shown, row);
  CHECK(row == "     Xapian's order                    |      the model's order");
  while (std::getline(shown, row)) CHECK(row.find(" | ") == 38);
}

}  // namespace irgan::screens_test
