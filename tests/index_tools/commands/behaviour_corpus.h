/// An index in two shards, and a log of clicks on what it finds.
#pragma once

#include <xapian.h>

#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "irgan/preparation.h"
#include "irgan/query_file.h"
#include "tests/index_tools/captured_command.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan {

/// Documents of a few words each, in two shards, and clicks of 60 sessions over 90 days on whatever has a query's word.
class BehaviourCorpus {
 public:
  static constexpr std::size_t kNumDocuments = 60;
  static constexpr std::size_t kNumQueries = 20;
  static constexpr std::size_t kNumClicks = 900;

  BehaviourCorpus() {
    const std::vector<std::string> kWords{"red", "hats", "running", "shoes", "blue", "coats", "green", "boats"};
    std::mt19937_64 random(7);
    std::vector<std::string> lines(2);
    std::vector<std::string> titles;
    for (std::size_t i = 0; i < kNumDocuments; ++i) {
      titles.push_back(kWords[random() % kWords.size()] + ' ' + kWords[random() % kWords.size()]);
      lines[i % 2] += nlohmann::json{{"id", "d" + std::to_string(i)}, {"title", titles.back()}}.dump() + '\n';
    }
    for (std::size_t s = 0; s < 2; ++s) {
      const CommandResult made =
          run_line("index --db " + path(s) + " --field title=S " + folder.write("docs", lines[s]));
      if (made.exit_code != 0) throw std::runtime_error(made.err);
    }
    std::string queries;
    for (std::size_t q = 0; q < kNumQueries; ++q) {
      texts.push_back(kWords[q % kWords.size()] +
                      (q >= kWords.size() ? ' ' + kWords[(3 * q + 1) % kWords.size()] : ""));
      queries += "q" + std::to_string(q) + '\t' + texts.back() + '\n';
    }
    folder.write("queries", queries);
    std::string log = "time\tsession\tquery_id\tdoc_id\n";
    for (std::size_t i = 0; i < kNumClicks; ++i) {
      const std::size_t query = random() % kNumQueries;
      std::size_t document = random() % kNumDocuments;
      while (titles[document].find(texts[query].substr(0, 4)) == std::string::npos) document = random() % kNumDocuments;
      log += std::to_string(1'600'000'000 + 8640 * i) + "\ts" + std::to_string(random() % 60) + "\tq" +
             std::to_string(query) + "\td" + std::to_string(document) + '\n';
    }
    folder.write("clicks", log);
    annotate(folder.file("clicks"));
  }

  std::string path(std::size_t shard) const { return folder.file("shard" + std::to_string(shard)); }

  void annotate(const std::string& log) const {
    const CommandResult done = run_line("annotate --db " + path(0) + " --db " + path(1) + " --clicks " + log +
                                        " --queries " + folder.file("queries") + " --min-sessions 3");
    if (done.exit_code != 0) throw std::runtime_error(done.err);
  }

  Xapian::Database open() const {
    Xapian::Database all;
    for (std::size_t s = 0; s < 2; ++s) all.add_database(Xapian::Database(path(s)));
    return all;
  }

  Site site() const { return site_at({path(0), path(1)}); }

  Evidence evidence() const {
    Evidence known;
    known.queries = read_queries(folder.file("queries"));
    known.clicks = {folder.file("clicks")};
    return known;
  }

  TrainingData prepare(const PreparationOptions& options) const { return prepare(evidence(), options); }
  TrainingData prepare(const Evidence& known, PreparationOptions options) const {
    options.split.reset();
    return irgan::prepare(site(), known, options).training;
  }

  ScratchFolder folder;
  std::vector<std::string> texts;
};

}  // namespace irgan
