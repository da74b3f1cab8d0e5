/// Contexts of searches, such as the device: from the log through training to live searches, and what they are worth.

#include <xapian.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <stdexcept>

#include "irgan/feature_extractor.h"
#include "irgan/preparation.h"
#include "irgan/reranker.h"
#include "tests/index_tools/captured_command.h"
#include "tests/plugin/same_bits.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/row_files/letor_file.h"
#include "trainer/site/first_stage.h"

namespace irgan::context_test {

using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

constexpr unsigned kNumDocuments = 300;
constexpr unsigned kNumWords = 120;
constexpr unsigned kNumLearnt = 90;  // words that the log asks for; the others are held out
const std::vector<std::string> kDevices{"mobile", "desktop"};

std::string word(unsigned i) { return "word" + std::to_string(i); }

/// Documents that are short (an app) or long (a paper), half each, of some words; people on a mobile click the short
/// ones, those at a desktop the long ones.
class Shop {
 public:
  Shop() {
    std::mt19937_64 random(11);
    std::string lines;
    for (unsigned i = 0; i < kNumDocuments; ++i) {
      std::string text;
      for (unsigned k = 0; k < 8; ++k) {
        const unsigned number = static_cast<unsigned>(random() % kNumWords);
        text += word(number) + ' ';
        documents_of[number].insert(i);
      }
      const bool is_long = i % 2 == 1;
      lines += json{{"id", "d" + std::to_string(i)}, {"title", text}, {"pages", is_long ? 200 : 3}}.dump() + '\n';
    }
    made("index --db " + db() + " --field title=S --value pages=0 " + folder.write("docs", lines));
    folder.write("log", log(1, 0, kNumLearnt));
    std::string queries = "qid\ttext\tcontext.device\n";
    std::string bare = "qid\ttext\n";
    std::string qrels;
    for (unsigned i = kNumLearnt; i < kNumWords; ++i) {
      for (const std::string& device : kDevices) {
        const std::string id = word(i) + '-' + device;
        queries += id + '\t' + word(i) + '\t' + device + '\n';
        bare += id + '\t' + word(i) + '\n';
        for (const unsigned document : documents_of[i])
          qrels += id + " 0 d" + std::to_string(document) + (is_wanted(document, device) ? " 1\n" : " 0\n");
      }
    }
    folder.write("test.tsv", queries);
    folder.write("bare.tsv", bare);
    folder.write("test.qrels", qrels);
  }

  static bool is_wanted(unsigned document, const std::string& device) {
    return (document % 2 == 0) == (device == "mobile");
  }

  /// Pages of ten documents in a random order, of which lower ones are looked at less; without a header's column for
  /// the device if it is not named.
  std::string log(unsigned seed, unsigned first_word, unsigned end_word, const std::string& device_column = "device",
                  unsigned sessions = 12) const {
    std::mt19937_64 random(seed);
    std::string rows =
        "session\ttime\tquery\tdoc_id\trank\tclicked" + (device_column.empty() ? "" : '\t' + device_column) + '\n';
    unsigned session = 0;
    for (unsigned s = 0; s < sessions; ++s) {
      for (unsigned i = first_word; i < end_word; ++i) {
        const auto found = documents_of.find(i);
        if (found == documents_of.end()) continue;
        std::vector<unsigned> page(found->second.begin(), found->second.end());
        std::shuffle(page.begin(), page.end(), random);
        page.resize(std::min<std::size_t>(page.size(), 10));
        const std::string& device = kDevices[random() % 2];
        ++session;
        for (std::size_t r = 0; r < page.size(); ++r) {
          const bool looks = random() % 100 < 100 / (r + 1);
          const bool clicks = looks && random() % 100 < (is_wanted(page[r], device) ? 60 : 3);
          rows += "s" + std::to_string(seed) + '-' + std::to_string(session) + '\t' +
                  std::to_string(1'600'000'000 + 100'000 * seed + 60 * session) + '\t' + word(i) + "\td" +
                  std::to_string(page[r]) + '\t' + std::to_string(r + 1) + '\t' + (clicks ? '1' : '0');
          if (!device_column.empty()) rows += '\t' + device;
          rows += '\n';
        }
      }
    }
    return rows;
  }

  std::string db() const { return folder.file("db"); }
  std::string file(const std::string& name) const { return folder.file(name); }

  static CommandResult made(const std::string& line) {
    CommandResult done = run_line(line);
    if (done.exit_code != 0) throw std::runtime_error(line + ": " + done.err);
    return done;
  }

  /// Trains on `log` to the model `name`.
  CommandResult train(const std::string& name, const std::string& options, const std::string& log = "log") const {
    return made("train --db " + db() + " --clicks " + file(log) + " --model " + file(name) + " --threads 2 " + options);
  }

  double ndcg(const std::string& model, const std::string& queries) const {
    const std::string run = file(model + "." + queries + ".run");
    made("rerank --db " + db() + " --model " + file(model) + " --queries " + file(queries) + " --out " + run);
    const CommandResult judged =
        made("evaluate --qrels " + file("test.qrels") + ' ' + run + " --measures ndcg@10 --json");
    return json::parse(judged.out)["runs"][0]["means"]["ndcg@10"];
  }

  ScratchFolder folder;
  std::map<unsigned, std::set<unsigned>> documents_of;  // by word
};

const Shop& shop() {
  static const Shop made;
  return made;
}

/// The shop with two models of its log.
const Shop& learnt() {
  static const bool is_trained = [] {
    shop().train("plain.model", "--epochs 12");
    const CommandResult trained = shop().train("device.model", "--epochs 12 --context device");
    if (trained.err.find("context device: ") == std::string::npos) throw std::runtime_error(trained.err);
    return true;
  }();
  (void)is_trained;
  return shop();
}

PreparationOptions whole() {
  PreparationOptions options;
  options.split.reset();
  options.num_threads = 2;
  return options;
}

Evidence evidence_of(const std::string& log, const std::vector<std::string>& contexts) {
  Evidence evidence;
  for (unsigned i = 0; i < kNumLearnt; ++i) evidence.queries.push_back({word(i), word(i), "", "", {}});
  evidence.clicks = {log};
  evidence.log_options.contexts = contexts;
  return evidence;
}

}  // namespace

TEST_CASE("what people want on a device is learnt, for queries that nobody has asked before",
          "[index_tools][context]") {
  const Shop& site = learnt();
  const double plain = site.ndcg("plain.model", "test.tsv");
  const double with_device = site.ndcg("device.model", "test.tsv");
  const double unknown = site.ndcg("device.model", "bare.tsv");
  INFO("nDCG@10 by device: without the context " << plain << ", with it " << with_device
                                                 << ", with it and not told the device " << unknown);
  CHECK(with_device > plain + .2);
  CHECK(with_device > .9);
  CHECK(unknown > plain - .1);  // an unknown device ranks about as it did without devices
}

TEST_CASE("search takes a context, and says which one the model does not know", "[index_tools][context]") {
  const Shop& site = learnt();
  const auto top = [&](const std::string& context) {
    const CommandResult found = run_line("search --db " + site.db() + " --model " + site.file("device.model") +
                                         context + " --json " + word(95));
    REQUIRE(found.exit_code == 0);
    std::vector<unsigned> numbers;
    const json result = json::parse(found.out);
    for (const json& hit : result["hits"])
      numbers.push_back(static_cast<unsigned>(std::stoul(hit["id"].get<std::string>().substr(1))));
    return std::pair(numbers, found.err);
  };
  const auto [mobile, nothing_said] = top(" --context device=mobile");
  const auto [desktop, nothing] = top(" --context device=desktop");
  REQUIRE(mobile.size() > 3);
  CHECK(Shop::is_wanted(mobile.front(), "mobile"));
  CHECK(Shop::is_wanted(desktop.front(), "desktop"));
  CHECK_THAT(nothing_said, !Contains("context"));
  const auto [watch, said] = top(" --context device=watch");
  CHECK(watch == top("").first);
  CHECK_THAT(said, Contains("context device=watch: the model has not learnt from it"));
  CHECK(run_line("search --db " + site.db() + " --context device=mobile " + word(95)).exit_code == 2);
  CHECK(run_line("search --db " + site.db() + " --context device --model m " + word(95)).exit_code == 2);
}

TEST_CASE("check and inspect show contexts", "[index_tools][context]") {
  const Shop& site = learnt();
  const CommandResult check = Shop::made("check --clicks " + site.file("log") + " --context device");
  CHECK_THAT(check.out, Contains("contexts   device: ") && Contains("mobile (") && Contains("desktop ("));
  const json found = json::parse(Shop::made("check --clicks " + site.file("log") + " --context device --json").out);
  CHECK(found["contexts"].size() == 1);
  CHECK(found["contexts"][0]["name"] == "device");
  CHECK(found["contexts"][0]["values"].size() == 2);
  CHECK(found["contexts"][0]["rare_values"] == 0);
  CHECK(json::parse(Shop::made("check --clicks " + site.file("log") + " --json").out)["contexts"] == json::array());
  const CommandResult inspect = Shop::made("inspect " + site.file("device.model"));
  CHECK_THAT(inspect.out, Contains("  context.device=mobile\n") && Contains("  context.device=desktop\n"));
  CHECK_THAT(Shop::made("inspect " + site.file("device.model") + " --features").out,
             Contains("context.device=mobile\n    1 if the search has that value"));
  CHECK_THAT(Shop::made("inspect " + site.file("device.model") + " --db " + site.db()).out,
             Contains("drift      none"));
}

TEST_CASE("rows of a query in two contexts are examples of their own, with the bits of a live search",
          "[index_tools][context]") {
  const Shop& site = shop();
  const Site index = site_at({site.db()});
  const PreparedData prepared = prepare(index, evidence_of(site.file("log"), {"device"}), whole());
  const FeatureSchema& schema = prepared.training.schema;
  CHECK(context_names(schema) == std::vector<std::string>{"device"});
  REQUIRE(prepared.report.contexts.size() == 1);
  CHECK(prepared.report.contexts[0].values.size() == 2);
  const Xapian::Database db = index.open();
  FirstStage first_stage(db, index.layout, index.default_op);
  const FeatureExtractor extractor(db, schema);
  std::map<std::string, std::set<std::string>> devices_of;
  const auto mobile = std::find(schema.features.begin(), schema.features.end(), "context.device=mobile");
  REQUIRE(mobile != schema.features.end());
  const auto column = static_cast<Eigen::Index>(mobile - schema.features.begin());
  for (const Pool& pool : prepared.training.pools) {
    const std::string device = pool.rows(0, column) == 1.0F ? "mobile" : "desktop";
    CHECK(devices_of[pool.query_id].insert(device).second);
    const Xapian::Query query = first_stage.query_of({pool.query_id, pool.query_id, "", "", {}});
    const std::vector<Candidate> candidates = candidates_of(first_stage.search(query, 100), 100);
    CHECK(same_bits(pool.rows, extractor.extract(query, candidates, {{"device", device}})));
  }
  CHECK(devices_of.size() > 80);
  for (const auto& [query, devices] : devices_of) CHECK(devices.size() == 2);
  // Clicks on either page stay with their device.
  double wanted = 0.0;
  double all = 0.0;
  for (const Example& example : prepared.training.examples) {
    const Pool& pool = prepared.training.pools[example.pool];
    const std::string device = pool.rows(0, column) == 1.0F ? "mobile" : "desktop";
    for (std::size_t i = 0; i < example.rows.size(); ++i) {
      const std::string& id = pool.document_ids[static_cast<std::size_t>(example.rows[i])];
      const double label = example.labels[static_cast<Eigen::Index>(i)];
      all += label;
      if (Shop::is_wanted(static_cast<unsigned>(std::stoul(id.substr(1))), device)) wanted += label;
    }
  }
  CHECK(wanted > .9 * all);
  const double num_clicks = prepared.report.log.num_clicks;
  CHECK(all == Approx(num_clicks));
}

TEST_CASE("feature rows hold contexts as ordinary features", "[index_tools][context]") {
  const Shop& site = shop();
  Shop::made("features --db " + site.db() + " --clicks " + site.file("log") + " --context device --out " +
             site.file("rows") + " --threads 2");
  CHECK_THAT(site.folder.read("rows").substr(0, 3000), Contains("\"context.device=mobile\""));
  const TrainingData read = read_letor({site.file("rows")}, {});
  std::map<std::string, std::size_t> num_pools;
  for (const Pool& pool : read.pools) ++num_pools[pool.query_id];
  CHECK(num_pools.size() > 80);
  for (const auto& [query, count] : num_pools) CHECK(count == 2);
  Shop::made("train --data " + site.file("rows") + " --model " + site.file("rows.model") + " --epochs 12 --threads 2");
  CHECK(site.ndcg("rows.model", "test.tsv") > .9);
}

TEST_CASE("without --context a column of the log changes nothing", "[index_tools][context]") {
  const Shop& site = shop();
  site.folder.write("bare.log", site.log(1, 0, kNumLearnt, ""));
  site.train("with-column.model", "--epochs 1");
  site.train("without-column.model", "--epochs 1", "bare.log");
  CHECK(site.folder.read("with-column.model") == site.folder.read("without-column.model"));
}

TEST_CASE("a later log judges a model in the contexts of its searches", "[index_tools][context]") {
  const Shop& site = learnt();
  site.folder.write("later", site.log(2, kNumLearnt, kNumWords));
  const CommandResult judged =
      Shop::made("evaluate --clicks " + site.file("later") + " --db " + site.db() + " --model " +
                 site.file("plain.model") + " --model " + site.file("device.model") + " --json");
  const json rankings = json::parse(judged.out)["rankings"];
  INFO(rankings.dump());
  REQUIRE(rankings.size() == 3);
  CHECK(rankings[2]["value"]["low"].get<double>() > rankings[1]["value"]["high"].get<double>());
}

TEST_CASE("training goes on from a model in the contexts that it knows", "[index_tools][context]") {
  const Shop& site = learnt();
  site.folder.write("next", site.log(3, 0, kNumLearnt, "Dev-Type", 4));
  const std::string line = "train --db " + site.db() + " --clicks " + site.file("next") + " --from " +
                           site.file("device.model") + " --model " + site.file("next.model") + " --threads 2";
  const CommandResult without = run_line(line);
  CHECK(without.exit_code == 2);
  CHECK_THAT(without.err, Contains("device: ") && Contains("has no such column"));
  const CommandResult done = run_line(line + " --column device=Dev-Type");
  INFO(done.err);
  CHECK(done.exit_code == 0);
  CHECK(site.ndcg("next.model", "test.tsv") > .9);
  const CommandResult more =
      run_line("train --db " + site.db() + " --clicks " + site.file("log") + " --from " + site.file("plain.model") +
               " --model " + site.file("more.model") + " --threads 2 --epochs 1 --context device");
  INFO(more.err);
  CHECK(more.exit_code == 0);
  CHECK_THAT(more.err, Contains("context device: the model of --from has not learnt from it"));
}

TEST_CASE("a model with contexts and one without are compared by the same examples", "[index_tools][context]") {
  const Shop& site = learnt();
  for (const bool has_device : {true, false}) {
    const std::string path = site.file("replaced.model");
    site.folder.write("replaced.model", site.folder.read(has_device ? "plain.model" : "device.model"));
    const CommandResult done =
        run_line("train --db " + site.db() + " --clicks " + site.file("log") + " --model " + path +
                 " --threads 2 --epochs 12 --split session" + (has_device ? " --context device" : ""));
    INFO(done.out << done.err);
    CHECK(done.exit_code == (has_device ? 0 : 1));
    if (has_device) CHECK_THAT(done.out, Contains("which it would replace: better"));
    if (!has_device) CHECK_THAT(done.err, Contains("the new model is worse than"));
  }
}

TEST_CASE("bad contexts are refused, with what is wrong", "[index_tools][context]") {
  const Shop& site = shop();
  const std::string train = "train --db " + site.db() + " --clicks " + site.file("log") + " --model " +
                            site.file("none.model") + " --context ";
  const auto refusal = [&](const std::string& context) {
    const CommandResult done = run_line(train + context);
    CHECK(done.exit_code == 2);
    return done.err;
  };
  CHECK_THAT(refusal("dvice"), Contains("--context dvice: ") && Contains("has no such column"));
  CHECK_THAT(refusal("session"), Contains("session: is a column of the log with a meaning of its own"));
  CHECK_THAT(refusal("device --context device"), Contains("stands twice"));
  CHECK_THAT(refusal("device=mobile"), Contains("device=mobile: its name"));
  CHECK_THAT(
      refusal("a --context b --context c --context d --context e --context f --context g --context h --context i"),
      Contains("i: a log has at most 8"));
  CHECK_THAT(run_line("train --db " + site.db() + " --queries " + site.file("bare.tsv") + " --qrels " +
                      site.file("test.qrels") + " --context device --model " + site.file("none.model"))
                 .err,
             Contains("--context"));
  const CommandResult rare = Shop::made("train --db " + site.db() + " --clicks " + site.file("log") + " --model " +
                                        site.file("session.model") + " --epochs 1 --context visitor " +
                                        "--column visitor=session --column session=");
  CHECK_THAT(rare.err, Contains("context visitor: no value has clicks enough to be learnt from"));
}

TEST_CASE("nightly begins anew where the log has a context that the model does not know, and then goes on",
          "[index_tools][context][nightly]") {
  const Shop& site = shop();
  const ScratchFolder folder;
  const auto add_day = [&](unsigned day) {
    folder.write("day" + std::to_string(day) + ".tsv", site.log(day, 0, kNumLearnt, "device", 4));
  };
  const std::string lines = "db = " + site.db() + "\nclicks = day*.tsv\nmodel = n.model\n";
  const std::string training = "[train]\nepochs = 2\nforce = yes\nthreads = 2\n";
  const auto night = [&](const std::string& more) {
    folder.write("s.conf", lines + more + training);
    return Shop::made("nightly --no-annotate --no-store --site " + folder.file("s.conf")).out;
  };
  const auto contexts = [&] { return context_names(Model::from_file(folder.file("n.model"))->schema()); };
  const std::string named = "context = device\ncontext = session2\ncolumn = session2=session\ncolumn = session=\n";
  add_day(1);
  CHECK_THAT(night(""), Contains("train: done") && !Contains("begins anew"));
  CHECK(contexts().empty());
  add_day(2);
  CHECK_THAT(night(named), Contains("n.model has not learnt from the context 'device'") && Contains("train: done"));
  CHECK(contexts() == std::vector<std::string>{"device"});
  add_day(3);
  CHECK_THAT(night(named), !Contains("begins anew") && Contains("train: done"));  // session2 has only rare values
  CHECK(contexts() == std::vector<std::string>{"device"});
  // What a search is comes from its own words: the site's file names columns of the log.
  const CommandResult found = Shop::made("search --site " + folder.file("s.conf") + " --json " + word(95));
  CHECK(json::parse(found.out)["hits"].size() > 3);
}

}  // namespace irgan::context_test
