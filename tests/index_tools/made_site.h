/// A small made-up site: documents, queries and judgments from which a model can learn, in a scratch folder.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/index_tools/captured_command.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan {

/// 60 documents over 20 words. People like what is popular, which BM25 cannot know: a candidate's label is 2 if its
/// popularity is 700 or more, 1 from 400 on. Each word stands in the titles of 6 documents and in the bodies of others,
/// and each query is a word or two, so that a pool has some 20 to 35 documents.
class MadeSite {
 public:
  static constexpr int kNumDocuments = 60;
  static constexpr int kNumQueries = 40;

  /// Writes docs.jsonl, and queries and judgments twice: of 30 queries to learn from (learn.tsv, learn.qrels) and of 10
  /// others to test on (test.tsv, test.qrels).
  MadeSite() {
    std::mt19937_64 random(20170807);
    std::string lines;
    for (int i = 0; i < kNumDocuments; ++i) {
      Document document;
      document.id = "d" + std::to_string(i);
      document.title = {i % 20, (7 * i + 3 + i / 20) % 20};
      for (int k = 0; k < 4; ++k) document.body.push_back(static_cast<int>(random() % 20));
      document.popularity = static_cast<int>(random() % 1000);
      documents_.push_back(document);
      lines += json_of(document).dump() + '\n';
    }
    folder.write("docs.jsonl", lines);
    std::string queries[2], qrels[2];
    for (int q = 0; q < kNumQueries; ++q) {
      std::vector<int> words{q % 20};
      if (q >= 20) words.push_back((q * 3 + 1) % 20);
      const int part = q % 4 == 3 ? 1 : 0;
      const std::string id = "q" + std::to_string(q);
      queries[part] += id + '\t' + text_of(words) + '\n';
      for (const Document& document : documents_) {
        qrels[part] += id + " 0 " + document.id + ' ' + std::to_string(label_of(document, words)) + '\n';
      }
    }
    folder.write("learn.tsv", queries[0]);
    folder.write("learn.qrels", qrels[0]);
    folder.write("test.tsv", queries[1]);
    folder.write("test.qrels", qrels[1]);
  }

  std::string file(const std::string& name) const { return folder.file(name); }

  /// Runs a command line in which @NAME stands for the file NAME of the site.
  CommandResult run(const std::string& line) const {
    std::string filled;
    for (const char c : line) filled += c == '@' ? folder.path().string() + '/' : std::string(1, c);
    return run_line(filled);
  }

  /// Builds the index @db.
  void index() const {
    const CommandResult result = run("index --db @db --field title=S --field body= --value popularity=0 @docs.jsonl");
    if (result.exit_code != 0) throw std::runtime_error(result.err);
  }

  /// Builds the index and one file of each other kind: @clicks, @rows, @model, @run, @memory.
  void one_file_of_each_kind() const {
    index();
    for (const char* line : {"simulate --db @db --queries @learn.tsv --qrels @learn.qrels --sessions 20 --out @clicks",
                             "features --db @db --queries @learn.tsv --qrels @learn.qrels --out @rows",
                             "train --force --data @rows --epochs 2 --model @model",
                             "rerank --db @db --queries @test.tsv --baseline-out @run",
                             "memory --clicks @clicks --queries @learn.tsv --min-sessions 1 --out @memory"}) {
      const CommandResult result = run(line);
      if (result.exit_code != 0) throw std::runtime_error(line + result.err);
    }
  }

  ScratchFolder folder;

 private:
  struct Document {
    std::string id;
    std::vector<int> title;
    std::vector<int> body;
    int popularity = 0;
  };

  static std::string text_of(const std::vector<int>& words, int times = 1) {
    static const char* const kWords[20] = {"amber", "birch",  "copper", "delta", "ember",   "flint", "garnet",
                                           "hazel", "indigo", "jasper", "kelp",  "lilac",   "maple", "nickel",
                                           "olive", "pearl",  "quartz", "ruby",  "saffron", "topaz"};
    std::string text;
    for (const int word : words) {
      for (int k = 0; k < times; ++k) text += (text.empty() ? "" : " ") + std::string(kWords[word]);
    }
    return text;
  }

  static nlohmann::json json_of(const Document& document) {
    return {{"id", document.id},
            {"title", text_of(document.title)},
            {"body", text_of(document.body, 3)},
            {"popularity", document.popularity}};
  }

  static int label_of(const Document& document, const std::vector<int>& words) {
    bool found = false;
    for (const int word : words) {
      for (const auto* field : {&document.title, &document.body}) {
        for (const int other : *field) found |= other == word;
      }
    }
    return !found ? 0 : document.popularity >= 700 ? 2 : document.popularity >= 400 ? 1 : 0;
  }

  std::vector<Document> documents_;
};

}  // namespace irgan
