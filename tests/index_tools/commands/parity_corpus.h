/// An index with all that features can meet, whole and in shards, and a site's own search in it.
#pragma once

#include <xapian.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "irgan/preparation.h"
#include "irgan/query_file.h"
#include "tests/index_tools/captured_command.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/site/first_stage.h"

namespace irgan {

/// Documents with all that features can meet: fields of differing lengths, empty and missing ones, letters beyond
/// ASCII, numbers and capitals in words, values that are missing, negative, tiny and large; as one index and dealt in
/// turn over three, so that each document has one docid in both.
class ParityCorpus {
 public:
  static constexpr std::size_t kNumDocuments = 150;
  static constexpr std::size_t kNumQueries = 40;
  static constexpr std::size_t kNumShards = 3;
  static constexpr std::size_t kDepth = 30;  ///< less than most queries find

  ParityCorpus() {
    std::mt19937_64 random(42);
    std::vector<std::string> shards(kNumShards);
    std::string whole;
    for (std::size_t i = 0; i < kNumDocuments; ++i) {
      nlohmann::json document{{"id", "doc " + std::to_string(i * 7 % 150)}, {"title", words(1 + random() % 5, random)}};
      if (random() % 8 != 0) document["body"] = words(random() % 40, random);
      if (random() % 3 != 0) document["tags"] = {words(1, random), words(2, random)};
      if (random() % 4 != 0) document["votes"] = static_cast<int>(random() % 5000);
      if (random() % 4 != 0) document["score"] = static_cast<double>(random() % 2001) / 1000.0 - 1.0;
      const std::string line = document.dump() + '\n';
      whole += line;
      shards[i % kNumShards] += line;
    }
    index("whole", whole);
    for (std::size_t s = 0; s < kNumShards; ++s) index("shard" + std::to_string(s), shards[s]);
    std::string queries, qrels;
    for (std::size_t q = 0; q < kNumQueries; ++q) {
      const std::string id = "q" + std::to_string(q);
      queries += id + '\t' + words(1 + random() % 4, random) + '\n';
      for (std::size_t i = 0; i < kNumDocuments; ++i) {
        if (random() % 5 == 0)
          clicks_ +=
              "s" + id + '\t' + id + "\tdoc " + std::to_string(i) + "\t" + std::to_string(random() % 3 == 0) + '\n';
      }
    }
    folder.write("queries", queries);
  }

  /// The whole index, or the shards.
  std::vector<std::string> paths(bool sharded) const {
    if (!sharded) return {folder.file("whole")};
    std::vector<std::string> all;
    for (std::size_t s = 0; s < kNumShards; ++s) all.push_back(folder.file("shard" + std::to_string(s)));
    return all;
  }

  /// Opened anew, as a site's own program does it.
  Xapian::Database open(bool sharded) const {
    Xapian::Database all;
    for (const std::string& path : paths(sharded)) all.add_database(Xapian::Database(path));
    return all;
  }

  std::string db_words(bool sharded) const {
    std::string line;
    for (const std::string& path : paths(sharded)) line += " --db " + path;
    return line;
  }

  /// The same as `features` does, with clicks on result pages as labels.
  TrainingData prepare(bool sharded, bool all_features, unsigned num_threads = 2) const {
    Evidence evidence;
    evidence.queries = read_queries(folder.file("queries"));
    evidence.clicks = {click_log()};
    PreparationOptions options;
    options.split.reset();
    options.depth = kDepth;
    options.num_threads = num_threads;
    if (all_features) options.features = {"all"};
    return irgan::prepare(site_at(paths(sharded)), evidence, options).training;
  }

  /// Impressions: a page of ten documents a query, from its pool and from beyond.
  std::string click_log() const {
    std::string log = "session\tquery_id\tdoc_id\trank\tclicked\n";
    std::istringstream lines(clicks_);
    std::string last;
    int rank = 0;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream parts(line);
      std::string session, query, document, clicked;
      std::getline(parts, session, '\t');
      std::getline(parts, query, '\t');
      std::getline(parts, document, '\t');
      std::getline(parts, clicked, '\t');
      rank = query == last ? rank + 1 : 1;
      last = query;
      log += session + '\t' + query + '\t' + document + '\t' + std::to_string(rank) + '\t' + clicked + '\n';
    }
    return folder.write("clicks", log);
  }

  ScratchFolder folder;

 private:
  static std::string words(std::size_t count, std::mt19937_64& random) {
    static const char* const kWords[] = {"running",     "runs",         "runner", "Berlin",
                                         "caf\xC3\xA9", "caf\xC3\xA9s", "x86",    "3.14",
                                         "nothing",     "hiking",       "hike",   "\xD0\xBC\xD0\xB8\xD1\x80",
                                         "wide-angle",  "C++",          "of",     "boats"};
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
      text += (i == 0 ? "" : " ") + std::string(kWords[random() % std::size(kWords)]);
    return text;
  }

  void index(const std::string& name, const std::string& documents) const {
    const CommandResult result =
        run_line("index --db " + folder.file(name) +
                 " --field title=S --field body= --field tags=XT --value votes=0 --value score=7 " +
                 folder.write(name + ".jsonl", documents));
    if (result.exit_code != 0) throw std::runtime_error(result.err);
  }

  std::string clicks_;
};

/// A search as a site's own program makes it: no code of ours up to the candidates.
struct LiveSearch {
  Xapian::Database db;
  Xapian::QueryParser parser;

  explicit LiveSearch(Xapian::Database database) : db(std::move(database)) {
    parser.set_database(db);
    parser.set_stemmer(Xapian::Stem("english"));
    parser.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
  }

  /// What FirstStage::parse says of itself, in Xapian's own calls: titles or anything, and the words as typed along.
  Xapian::Query parse(const std::string& text) {
    parser.set_stemming_strategy(Xapian::QueryParser::STEM_NONE);
    const Xapian::Query typed(Xapian::Query::OP_AND_MAYBE, Xapian::Query::MatchAll,
                              parser.parse_query(without_hyphens(text), 0));
    parser.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
    return Xapian::Query(Xapian::Query::OP_AND_MAYBE, parse_plainly(text),
                         Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, typed, 0.0));
  }

  Xapian::Query parse_plainly(const std::string& text) {
    const std::string words = without_hyphens(text);
    return Xapian::Query(Xapian::Query::OP_OR, parser.parse_query(words, 0, "S"), parser.parse_query(words, 0));
  }

  Xapian::MSet search(const Xapian::Query& query, Xapian::doccount depth) const {
    Xapian::Enquire enquire(db);
    enquire.set_query(query);
    return enquire.get_mset(0, depth);
  }

 private:
  // They would make phrases.
  static std::string without_hyphens(std::string text) {
    std::replace(text.begin(), text.end(), '-', ' ');
    return text;
  }
};

}  // namespace irgan
