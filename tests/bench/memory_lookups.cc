// How large a click memory is, how long it takes to open, and how many look-ups a second of processor time it answers.
//
// Use: irgan_memory_lookups FILE [QUERIES]     writes FILE, with QUERIES (1,000,000) made-up queries
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "irgan/click_memory.h"
#include "plugin/src/model/memory_codec.h"
#include "trainer/machine/output_file.h"

using namespace irgan;

namespace {

using Words = std::vector<std::string>;

constexpr std::size_t kNumWords = 50'000;

// Processor time: other programs may be at work.
double seconds_since(std::clock_t begin) { return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC; }

// Words as rare as those of a language: the i-th as frequent as 1 / i.
std::size_t zipf(std::mt19937_64& random, std::size_t count) {
  const double u = std::uniform_real_distribution<double>()(random);
  return static_cast<std::size_t>(std::pow(static_cast<double>(count), u)) - 1;
}

Words query(std::size_t number) {
  std::mt19937_64 random(number);
  Words words;
  for (std::size_t k = 1 + random() % 3; k > 0; --k) words.push_back("w" + std::to_string(zipf(random, kNumWords)));
  words.push_back("q" + std::to_string(number));
  return words;
}

// Three documents a query in the mean, and the thousand most clicked of each word.
std::string made_memory(std::size_t num_queries) {
  MemoryContents contents;
  contents.facts.stemmer = "english";
  const std::size_t num_documents = num_queries / 4 + 1;
  for (std::size_t i = 0; i < num_documents; ++i) contents.documents.push_back("document-" + std::to_string(i));
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < num_queries; ++i) {
    MemoryEntry entry{query_key(query(i)), 0.0, {}};
    for (std::size_t k = 1 + random() % 5; k > 0; --k) {
      entry.clicks.emplace_back(static_cast<std::uint32_t>(random() % num_documents),
                                1.0F + static_cast<float>(random() % 100));
      entry.num_clicks += entry.clicks.back().second;
    }
    contents.queries.push_back(std::move(entry));
  }
  for (std::size_t i = 0; i < kNumWords; ++i) {
    MemoryEntry entry{word_key("w" + std::to_string(i)), 0.0, {}};
    const std::size_t count = 1 + std::min<std::size_t>(3 * num_queries / 11 / (i + 1), kMostOfWord);
    for (std::size_t k = 0; k < count; ++k) {
      entry.clicks.emplace_back(static_cast<std::uint32_t>(random() % num_documents),
                                1.0F + static_cast<float>(random() % 100));
      entry.num_clicks += entry.clicks.back().second;
    }
    contents.words.push_back(std::move(entry));
  }
  return encode_memory(std::move(contents));
}

template <class Work>
void report(const char* what, std::size_t count, const Work& work) {
  std::mt19937_64 random(2);
  std::size_t found = 0;
  const auto begin = std::clock();
  for (std::size_t i = 0; i < count; ++i) found += work(random);
  const double seconds = seconds_since(begin);
  std::printf("%-46s %12.0f a second (%.2f us), %.1f documents each\n", what, static_cast<double>(count) / seconds,
              1e6 * seconds / static_cast<double>(count), static_cast<double>(found) / static_cast<double>(count));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::size_t num_queries = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  replace_file(argv[1], made_memory(num_queries));
  const auto begin = std::clock();
  const auto memory = ClickMemory::from_file(argv[1]);
  std::printf("%zu queries, %zu words, %zu documents: %.1f MB, opened and checked in %.0f ms\n",
              memory->facts().num_queries, memory->facts().num_words, memory->facts().num_documents,
              static_cast<double>(memory->facts().num_bytes) / 1e6, 1e3 * seconds_since(begin));
  std::vector<Words> asked, unknown;
  std::mt19937_64 random(3);
  for (int i = 0; i < 4096; ++i) asked.push_back(query(random() % num_queries));
  for (int i = 0; i < 4096; ++i) unknown.push_back(query(num_queries + random() % num_queries));
  report("queries that are remembered", 1'000'000,
         [&](auto& engine) { return memory->query(asked[engine() % 4096]).documents.size(); });
  report("queries that are not", 1'000'000,
         [&](auto& engine) { return memory->query(unknown[engine() % 4096]).documents.size(); });
  report("the top 50 by the words of a query", 20'000,
         [&](auto& engine) { return memory->by_words(asked[engine() % 4096], 50).size(); });
  return 0;
}
