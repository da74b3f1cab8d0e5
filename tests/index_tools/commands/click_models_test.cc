#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "irgan/model.h"
#include "plugin/src/model/model_parts.h"
#include "tests/index_tools/made_site.h"
#include "trainer/row_files/letor_file.h"

namespace irgan::click_models_test {

using Catch::Matchers::Contains;

namespace {

// The site with its index and two days of simulated users.
struct Fixture : MadeSite {
  Fixture() {
    index();
    simulate("day1", "2026-01-01", 1);
    simulate("day2", "2026-01-02", 2);
  }

  void simulate(const std::string& name, const std::string& date, int seed) const {
    taken("simulate --db @db --queries @learn.tsv --qrels @learn.qrels --date " + date + " --seed " +
          std::to_string(seed) + " --out @" + name);
  }

  std::string taken(const std::string& line) const {
    const CommandResult result = run(line);
    INFO(line << '\n' << result.err);
    REQUIRE(result.exit_code == 0);
    return result.out + result.err;
  }

  std::string refused(const std::string& line) const {
    const CommandResult result = run(line);
    INFO(line << '\n' << result.out);
    CHECK(result.exit_code != 0);
    return result.err;
  }

  nlohmann::json record_of(const std::string& model) const {
    return nlohmann::json::parse(Model::from_file(file(model))->training_record());
  }

  // The lines of a log from the second on, in which `change` may alter a line by its time.
  template <class Change>
  void rewrite(const std::string& from, const std::string& to, const Change& change) const {
    std::istringstream lines(folder.read(from));
    std::string text;
    std::string line;
    std::getline(lines, line);
    text = line + '\n';
    while (std::getline(lines, line)) text += change(line) + '\n';
    folder.write(to, text);
  }
};

const std::string kEvidence = " --db @db --queries @learn.tsv --clicks @day1 --clicks @day2 ";

}  // namespace

TEST_CASE_METHOD(Fixture, "training splits a log by query, time or session, and the record says which",
                 "[index_tools][split]") {
  const std::string train = "train --force --epochs 2 --hidden 8 --model @m" + kEvidence;
  taken(train);
  CHECK(record_of("m")["validation"]["origin"]["split"] == "query");
  CHECK_THAT(taken(train), Contains(" held-out queries"));
  const std::string by_time = taken(train + "--split time");
  CHECK_THAT(by_time, Contains("split by time from 2026-01-02T"));
  CHECK_THAT(by_time, Contains("on the log's last clicks of ") && !Contains("held-out queries"));
  CHECK_THAT(record_of("m")["training"]["origin"]["split"].get<std::string>(), Contains("time from 2026-01-02T"));
  CHECK_THAT(taken(train + "--split session"),
             Contains("on the held-out sessions' clicks of ") && !Contains("held-out queries"));
  CHECK(record_of("m")["training"]["origin"]["split"] == "session");
  // A log without times and sessions.
  folder.write("bare", "query_id\tdoc_id\nq0\td0\n");
  const std::string bare = "train --force --model @m --db @db --queries @learn.tsv --clicks @bare --split ";
  CHECK_THAT(refused(bare + "time"), Contains("--split time: the log has no times"));
  CHECK_THAT(refused(bare + "session"), Contains("--split session: the log has no sessions"));
  CHECK_THAT(refused(bare + "query"), Contains("too few clicks to hold some out"));
}

TEST_CASE_METHOD(Fixture, "nothing of the held-out rows reaches the training rows, whatever the click model",
                 "[index_tools][split]") {
  const std::string model = GENERATE(as<std::string>{}, "auto", "decayed", "pbm", "dbn", "ips");
  const std::string features =
      "features --threads 1 --db @db --queries @learn.tsv --split time --click-model " + model + " --valid-share .3 ";
  const std::string split = taken(features + "--clicks @day1 --clicks @day2 --out @train --valid-out @valid");
  REQUIRE_THAT(split, Contains("split by time from 2026-01-02T"));
  const std::size_t at = split.find("from 2026-01-02T") + 5;
  const std::string begin = split.substr(at, 19);
  // What is held out: later, and all clicked.
  rewrite("day2", "altered", [&](const std::string& line) {
    const std::size_t tab = line.find('\t');
    if (line.substr(tab + 1, 19) < begin) return line;
    return line.substr(0, tab + 1) + "2026-01-05T" + line.substr(tab + 12, line.size() - tab - 13) + "1";
  });
  taken(features + "--clicks @day1 --clicks @altered --out @train2 --valid-out @valid2");
  const auto without_header = [](const std::string& text) { return text.substr(text.find('\n')); };
  CHECK((without_header(folder.read("train")) == without_header(folder.read("train2"))));
  CHECK((without_header(folder.read("valid")) != without_header(folder.read("valid2"))));
}

TEST_CASE_METHOD(Fixture, "features writes both parts, each with its own rows", "[index_tools][split]") {
  taken("features" + kEvidence + "--out @all");
  taken("features" + kEvidence + "--split query --valid-share .3 --out @train --valid-out @valid.gz");
  const auto queries = [](const TrainingData& data) {
    std::set<std::string> ids;
    for (const Pool& pool : data.pools) ids.insert(pool.query_id);
    return ids;
  };
  const TrainingData all = read_letor({file("all")});
  const TrainingData training = read_letor({file("train")});
  const TrainingData validation = read_letor({file("valid.gz")});
  CHECK(training.examples.size() + validation.examples.size() == all.examples.size());
  CHECK(validation.origin.split == "query");
  std::set<std::string> both = queries(training);
  for (const std::string& id : queries(validation)) CHECK(both.insert(id).second);
  CHECK(both == queries(all));

  taken("features" + kEvidence + "--split time --valid-out @valid --out @train");
  double shown[3] = {0, 0, 0};
  int part = 0;
  for (const char* name : {"train", "valid", "all"}) {
    for (const Example& example : read_letor({file(name)}).examples) shown[part] += example.shown.sum();
    ++part;
  }
  CHECK(shown[0] + shown[1] == shown[2]);  // every showing is in one part
  CHECK(shown[1] / shown[2] > 0.1);
  CHECK(shown[1] / shown[2] < 0.2);
  CHECK_THAT(refused("features" + kEvidence + "--split time --out @train"), Contains("--split needs --valid-out"));
  CHECK_THAT(refused("features" + kEvidence + "--out @train --valid-out @train"),
             Contains("--out and --valid-out name the same file"));
  CHECK_THAT(refused("features --db @db --queries - --clicks - --out @a"), Contains("--queries - and --clicks -"));
  CHECK_THAT(refused("features --db @db --queries @learn.tsv --clicks - --clicks - --out @a"),
             Contains("--clicks - and --clicks -"));
  for (const std::string flag : {"--half-life 0", "--add-clicked", "--depth 100", "--column rank=r", "--max-bad .01"}) {
    CHECK_THAT(refused("train --data @train --model @m " + flag),
               Contains("--data and " + flag.substr(0, flag.find(' ')) + " exclude each other"));
  }
  CHECK_THAT(refused("train --data @train --split time --model @m"), Contains("ready-made rows are split by query"));
  CHECK_THAT(
      refused("features --db @db --queries @learn.tsv --qrels @learn.qrels --split time --out @a --valid-out @b"),
      Contains("--split time is for clicks"));
}

TEST_CASE_METHOD(Fixture, "rows train by any click model as the log itself does", "[index_tools][click_model]") {
  const std::string model = GENERATE(as<std::string>{}, "naive", "offset", "pbm", "dbn", "ips");
  const std::string options = " --force --epochs 2 --hidden 8 --click-model " + model + " --model ";
  taken("features" + kEvidence + "--out @train --valid-out @valid");
  taken("train --data @train --valid @valid" + options + "@rows.model");
  taken("train" + kEvidence + options + "@log.model");
  const auto rows = Model::from_file(file("rows.model"));
  const auto log = Model::from_file(file("log.model"));
  for (const Pool& pool : read_letor({file("valid")}).pools) CHECK(rows->score(pool.rows) == log->score(pool.rows));
  CHECK(record_of("rows.model")["training"]["origin"] == record_of("log.model")["training"]["origin"]);
  CHECK(record_of("log.model")["training"]["origin"]["click_model"] == model);
}

TEST_CASE_METHOD(Fixture, "dbn says how users go on, and records it", "[index_tools][click_model]") {
  const std::string heard = taken("train --force --epochs 2 --hidden 8 --click-model dbn --model @m" + kEvidence);
  CHECK_THAT(heard, Contains("examination by rank: 1.00 ") && Contains("; users go on with chance 0."));
  const nlohmann::json origin = record_of("m")["training"]["origin"];
  CHECK(origin["click_model"] == "dbn");
  CHECK(origin["going_on"] > 0.0);
  CHECK(origin["going_on"] < 1.0);
  CHECK(record_of("m")["validation"]["origin"]["going_on"] == origin["going_on"]);
  // Rows of counts, or of another version's 'features', do not say which clicks were the last.
  folder.write("counts", "query_id\tdoc_id\trank\tclicked\tcount\nq0\td0\t1\t1\t30\nq0\td1\t2\t0\t40\n");
  CHECK_THAT(refused("features --click-model dbn --db @db --queries @learn.tsv --clicks @counts --out @rows"),
             Contains("--click-model dbn needs to know the last click of each page view"));
}

TEST_CASE_METHOD(Fixture, "flags of click models that exclude each other", "[index_tools][click_model]") {
  folder.write("p", "1\t1\n2\t.5\n");
  const std::string train = "train --force --epochs 12 --model @m" + kEvidence;
  CHECK_THAT(refused(train + "--click-model naive --half-life 3"),
             Contains("--half-life and --click-model naive exclude each other"));
  CHECK_THAT(refused(train + "--click-model pbm --half-life 3"),
             Contains("--half-life and --click-model pbm exclude each other"));
  CHECK_THAT(refused(train + "--click-model dbn --half-life 3"),
             Contains("--half-life and --click-model dbn exclude each other"));
  CHECK_THAT(refused(train + "--click-model decayed --half-life 0"), Contains("use --click-model naive"));
  CHECK_THAT(refused(train + "--propensities @p"), Contains("--propensities is read by --click-model ips only"));
  CHECK_THAT(refused("train --force --click-model ips --model @m --db @db --queries @learn.tsv --qrels @learn.qrels"),
             Contains("these labels are judgments"));
  // After one epoch a model may be worse than the site's own search: then it is kept aside.
  const auto trained = [&](const std::string& flags) {
    const CommandResult result = run(train + flags);
    INFO(result.err);
    if (result.exit_code != 0) REQUIRE_THAT(result.err, Contains("kept aside"));
    return std::make_pair(result.out + result.err, record_of(result.exit_code == 0 ? "m" : "m.refused"));
  };
  const auto [heard, by_root] = trained("--click-model ips --propensities @p");
  CHECK_THAT(heard, Contains("examination by rank: 1.00 0.50"));
  CHECK(by_root["options"]["query_weight"] == "sqrt");
  CHECK(trained("--query-weight one").second["options"]["query_weight"] == "one");
}

TEST_CASE_METHOD(Fixture, "training goes on from yesterday's model", "[index_tools][warm_start]") {
  const std::string options = "train --force --db @db --queries @learn.tsv ";
  taken(options + "--hidden 8 --epochs 3 --depth 25 --serve combined --temperature .5 --clicks @day1 --model @m1");
  taken(options + "--from @m1 --clicks @day2 --model @m2");
  const nlohmann::json record = record_of("m2");
  CHECK(record["history"][0]["version"] == Model::from_file(file("m1"))->version());
  CHECK(record["options"]["hidden_units"] == std::vector<int>{8});
  CHECK(record["networks"][0]["epochs"].size() == 8);  // fewer than from nothing
  for (const char* flags : {"", " --depth 100 --serve discriminator --temperature 1"}) {
    taken(options + "--from @m1 --clicks @day2 --model @m4" + flags);
    const auto model = Model::from_file(file("m4"));
    const ModelParts& parts = parts_of(*model);
    const bool given = flags[0] != '\0';
    CHECK(parts.depth == (given ? 100 : 25));
    CHECK(parts.ranker == (given ? Ranker::discriminator : Ranker::combined));
    CHECK(parts.temperature == (given ? 1.0F : 0.5F));
  }
  // The same by rows, which were made for the model: its own index may have moved on.
  taken("features --from @m1 --db @db --queries @learn.tsv --clicks @day2 --out @train --valid-out @valid");
  taken("train --force --from @m1 --data @train --valid @valid --model @m3");
  CHECK(parts_of(*Model::from_file(file("m3"))).discriminators[0].layers[0].weight ==
        parts_of(*Model::from_file(file("m2"))).discriminators[0].layers[0].weight);

  CHECK_THAT(refused(options + "--from @m1 --clicks @day2 --model @m --bins 4"),
             Contains("--bins and --from exclude each other"));
  CHECK_THAT(refused(options + "--from @m1 --clicks @day2 --model @m --hidden 4"),
             Contains("--hidden and --from exclude each other"));
  CHECK_THAT(refused(options + "--from @m1 --clicks @day2 --model @m --trials 3"),
             Contains("--trials and --from exclude each other"));
  CHECK_THAT(refused(options + "--from @m1 --clicks @day2 --model @m --features all"),
             Contains("--features and --from exclude each other"));
  CHECK_THAT(refused(options + "--from @nothing --clicks @day2 --model @m"), Contains("nothing"));
}

}  // namespace irgan::click_models_test
