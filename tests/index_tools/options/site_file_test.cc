#include "index_tools/options/site_file.h"

#include <catch2/catch.hpp>

#include "tests/index_tools/made_site.h"

namespace irgan::site_file_test {

using Catch::Matchers::Contains;

namespace {

const KnownOptions kKnown{{"train", {"db", "clicks", "epochs", "column", "model"}}, {"check", {"db", "clicks"}}};

std::vector<std::string> values(const std::vector<SiteOption>& options, const std::string& name) {
  for (const SiteOption& option : options) {
    if (option.name == name) return option.values;
  }
  return {};
}

}  // namespace

TEST_CASE("site file: a section is for its command alone, and replaces what stands above", "[index_tools][site]") {
  const ScratchFolder folder;
  folder.write("s.conf", "# a shop\ndb = a.db\ndb = b.db\nclicks = x.tsv\nepochs = 7\n[train]\nclicks = y.tsv\n");
  const auto train = read_site_file(folder.file("s.conf"), "train", kKnown);
  CHECK(values(train, "db") == std::vector<std::string>{"a.db", "b.db"});
  CHECK(values(train, "clicks") == std::vector<std::string>{"y.tsv"});
  const auto check = read_site_file(folder.file("s.conf"), "check", kKnown);
  CHECK(values(check, "clicks") == std::vector<std::string>{"x.tsv"});
}

TEST_CASE("site file: an unknown name is an error that names the near one", "[index_tools][site]") {
  const ScratchFolder folder;
  folder.write("s.conf", "cliks = x.tsv\n");
  CHECK_THROWS_WITH(read_site_file(folder.file("s.conf"), "train", kKnown),
                    Contains("'cliks' is no option of any command; did you mean clicks?"));
  folder.write("s.conf", "[check]\nepochs = 3\n");
  CHECK_THROWS_WITH(read_site_file(folder.file("s.conf"), "train", kKnown),
                    Contains("[check] has 'epochs', which is no option of 'check'"));
  folder.write("s.conf", "[trian]\ndb = x\n");
  CHECK_THROWS_WITH(read_site_file(folder.file("s.conf"), "train", kKnown), Contains("did you mean train?"));
  for (const char* line : {"quiet = yes\n", "[train]\njson = yes\n"}) {
    folder.write("s.conf", line);
    CHECK_THROWS_WITH(read_site_file(folder.file("s.conf"), "train", kKnown),
                      Contains("is an option of the command line only"));
  }
  folder.write("s.conf", "no line of ours\n");
  CHECK_THROWS_WITH(read_site_file(folder.file("s.conf"), "train", kKnown), Contains("a line is NAME = VALUE"));
  CHECK_THROWS_WITH(read_site_file(folder.file("none.conf"), "train", kKnown), Contains("cannot be opened"));
}

TEST_CASE("site file: paths are meant from its folder", "[index_tools][site]") {
  CHECK(path_of_site("a.db", "shop/s.conf") == "shop/a.db");
  CHECK(path_of_site("/a.db", "shop/s.conf") == "/a.db");
  CHECK(path_of_site("a.db", "s.conf") == "a.db");
  CHECK(path_of_site("-", "shop/s.conf") == "-");
  CHECK(path_of_site("tcp:host:1", "shop/s.conf") == "tcp:host:1");
}

TEST_CASE("OptionTable: flags win over the site's file; of pairs both count", "[index_tools][site]") {
  std::vector<std::string> clicks;
  std::vector<std::pair<std::string, std::string>> columns;
  int epochs = 1;
  bool force = false;
  std::string qrels, model;
  OptionTable table;
  table.texts("clicks", clicks, "");
  table.pairs("column", columns, "", "A=B");
  table.number("epochs", epochs, 0, 100, "");
  table.flag("force", force, "");
  table.text("qrels", qrels, "");
  table.text("model", model, "", "FILE");
  table.needs("column", {"clicks"});
  table.exclude("clicks", "qrels");
  const auto site = [](const std::string&) {
    return std::vector<SiteOption>{
        {"clicks", {"a", "b"}}, {"column", {"doc_id=sku", "rank=pos"}}, {"epochs", {"5"}},
        {"force", {"yes"}},     {"other", {"of another command"}},      {"model", {"/not/there"}}};
  };
  SECTION("what no flag gives is the file's") {
    table.parse({"--site", "s"}, site);
    CHECK(clicks == std::vector<std::string>{"a", "b"});
    CHECK(epochs == 5);
    CHECK(force);
    CHECK(columns.size() == 2);
    CHECK(model.empty());  // not there yet
  }
  SECTION("flags win") {
    table.parse({"--site", "s", "--clicks", "c", "--epochs", "2", "--column", "rank=place"}, site);
    CHECK(clicks == std::vector<std::string>{"c"});
    CHECK(epochs == 2);
    CHECK(columns == std::vector<std::pair<std::string, std::string>>{{"rank", "place"}, {"doc_id", "sku"}});
  }
  SECTION("what a rule would refuse beside a flag is left out") {
    table.parse({"--site", "s", "--qrels", "q"}, site);
    CHECK(clicks.empty());
    CHECK(columns.empty());
    CHECK(qrels == "q");
  }
}

TEST_CASE("site: commands read it, and bad values name the flag", "[index_tools][site]") {
  const MadeSite site;
  site.index();
  site.folder.write("s.conf", "db = db\nepochs = many\n");
  CHECK(site.run("inspect --site @s.conf").exit_code == 0);  // it has no epochs
  const CommandResult bad = site.run("train --site @s.conf --queries @learn.tsv --qrels @learn.qrels --model @m");
  CHECK(bad.exit_code == 2);
  CHECK_THAT(bad.err, Contains("--epochs many: must be a whole number"));
  site.folder.write("s.conf", "db = db\nepoch = 3\n");
  const CommandResult unknown = site.run("inspect --site @s.conf");
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.err, Contains("did you mean epochs?"));
}

}  // namespace irgan::site_file_test
