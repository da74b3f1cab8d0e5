// What reranking adds to a search, as a share of the search itself in the same run, by step and by words a query.
// Use: irgan_overhead DB MODEL QUERIES [REPEATS [MEMORY [VECTORS]]]        "": none
// With a click memory, what it takes is in "added" and in "the rest". With vectors, "picks" is what the generator over
// the whole collection takes: to look at the vectors, to choose candidates and to score them.
#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>

#include "irgan/feature_extractor.h"
#include "irgan/index_layout.h"
#include "irgan/query_file.h"
#include "irgan/reranker.h"
#include "plugin/src/candidates/picking.h"
#include "trainer/site/first_stage.h"

namespace {

using namespace irgan;

constexpr Xapian::doccount kHits = 100;
constexpr std::size_t kMaxWords = 4;

/// Microseconds a step.
struct Times {
  double plain = 0.0;     // get_mset(0, 100)
  double reranked = 0.0;  // Reranker::get_mset(0, 100), which does the same first
  double features = 0.0;
  double forward = 0.0;
  double picks = 0.0;
};

template <typename Work>
double microseconds(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The first 1, 2, 3 and 4 words of each query, each text once, by their number.
std::map<std::size_t, std::vector<std::string>> texts_by_length(const std::string& path) {
  std::map<std::string, std::size_t> lengths;
  for (const QueryRow& row : read_queries(path)) {
    std::istringstream words(row.text);
    std::string text;
    std::size_t length = 0;
    for (std::string word; length < kMaxWords && words >> word;) {
      text += (length == 0 ? "" : " ") + word;
      lengths[text] = ++length;
    }
  }
  std::map<std::size_t, std::vector<std::string>> texts;
  for (const auto& [text, length] : lengths) texts[length].push_back(text);
  return texts;
}

class Bench {
 public:
  Bench(const std::string& db, const std::string& model, const std::string& memory,
        const std::shared_ptr<const CollectionVectors>& vectors)
      : db_(db),
        model_(Model::from_file(model)),
        first_stage_(db_, read_layout(db_, {}), Xapian::Query::OP_OR),
        extractor_(db_, model_->schema(), std::make_shared<ValueCache>()),
        picker_(picker_of(db_, *model_, vectors)),
        reranker_(db_, fixed_model(model_), options_with(memory, vectors)) {}

  /// Returns false if the query finds fewer hits than are reranked.
  bool measure(const std::string& text, int repeats, Times& times) {
    Xapian::Enquire enquire(db_);
    enquire.set_query(first_stage_.parse(text));
    std::map<const char*, std::vector<double>> all;
    for (int repeat = 0; repeat <= repeats; ++repeat) {
      Xapian::MSet hits, reranked;
      FeatureMatrix rows;
      const double plain = microseconds([&] { hits = enquire.get_mset(0, kHits); });
      if (hits.size() < kHits) return false;
      const double whole = microseconds([&] { reranked = reranker_.get_mset(enquire, 0, kHits); });
      std::vector<Candidate> candidates = candidates_of(hits, kHits);
      const double picks = microseconds([&] { pick(enquire.get_query(), candidates); });
      const double features = microseconds([&] { rows = extractor_.extract(enquire.get_query(), candidates); });
      const double forward = microseconds([&] { sum_ += static_cast<double>(model_->score(rows).sum()); });
      if (repeat == 0) continue;  // the first reads the index from the disk
      all["plain"].push_back(plain);
      all["reranked"].push_back(whole);
      all["features"].push_back(features);
      all["forward"].push_back(forward);
      all["picks"].push_back(picks);
    }
    times = {median(all["plain"]), median(all["reranked"]), median(all["features"]), median(all["forward"]),
             median(all["picks"])};
    return true;
  }

 private:
  static RerankOptions options_with(const std::string& memory,
                                    const std::shared_ptr<const CollectionVectors>& vectors) {
    RerankOptions options;
    if (vectors != nullptr) options.vectors = fixed_vectors(vectors);
    if (!memory.empty()) options.memory = memory_file(memory);
    options.get_mset_fallback = Fallback::rethrow;
    return options;
  }

  void pick(const Xapian::Query& query, std::vector<Candidate>& candidates) {
    if (!picker_) return;
    const CollectionGenerator& generator = *model_->collection();
    const VectorQuery wanted = picker_->wanted(generator.towers, query);
    picker_->add(wanted, query, nullptr, generator.num_picks, candidates);
    picker_->score(wanted, candidates);
  }

  Xapian::Database db_;
  std::shared_ptr<const Model> model_;
  FirstStage first_stage_;
  FeatureExtractor extractor_;
  std::unique_ptr<Picker> picker_;
  Reranker reranker_;
  double sum_ = 0.0;  // so that no step is optimised away
};

template <typename Value>
double median_of(const std::vector<Times>& all, const Value& value) {
  std::vector<double> values;
  for (const Times& times : all) values.push_back(value(times));
  return median(std::move(values));
}

void print_row(const std::string& name, const std::vector<Times>& all) {
  if (all.empty()) return;
  std::cout << std::left << std::setw(8) << name << std::right << std::fixed << std::setprecision(0) << std::setw(8)
            << all.size() << std::setw(10) << median_of(all, [](const Times& t) { return t.plain; }) << std::setw(10)
            << median_of(all, [](const Times& t) { return t.reranked - t.plain; }) << std::setw(10)
            << median_of(all, [](const Times& t) { return t.features; }) << std::setw(10)
            << median_of(all, [](const Times& t) { return t.forward; }) << std::setw(10)
            << median_of(all, [](const Times& t) { return t.picks; }) << std::setw(10)
            << median_of(all, [](const Times& t) { return t.reranked - t.plain - t.features - t.forward - t.picks; })
            << std::setprecision(3) << std::setw(10)
            << median_of(all, [](const Times& t) { return (t.reranked - t.plain) / t.plain; }) << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4) {
    std::cerr << "Use: irgan_overhead DB MODEL QUERIES [REPEATS [MEMORY [VECTORS]]]\n";
    return 2;
  }
  const auto vectors = argc > 6 ? CollectionVectors::from_file(argv[6]) : nullptr;
  Bench bench(argv[1], argv[2], argc > 5 ? argv[5] : "", vectors);
  const int repeats = argc > 4 ? std::stoi(argv[4]) : 9;
  std::vector<Times> every;
  std::cout << "medians in microseconds over queries that find at least " << kHits << " documents\n"
            << "words    queries  get_mset     added  features   forward     picks  the rest     share\n";
  for (const auto& [length, texts] : texts_by_length(argv[3])) {
    std::vector<Times> all;
    for (const std::string& text : texts) {
      Times times;
      if (bench.measure(text, repeats, times)) all.push_back(times);
    }
    print_row(std::to_string(length), all);
    every.insert(every.end(), all.begin(), all.end());
  }
  print_row("all", every);
} catch (const Xapian::Error& error) {
  std::cerr << error.get_description() << '\n';
  return 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
