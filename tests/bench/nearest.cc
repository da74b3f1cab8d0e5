// How long it takes to find the documents that a generator picks, and how many of them are found: by a pass over all,
// by the cells that vector files have, and by hnswlib's graph, if it was there at the build.
//
// Use: irgan_nearest VECTORS MODEL QUERIES [COPIES [LINKS]]
//   COPIES  of each document, each with a third of its direction changed at random; 1 if not said
//   LINKS   of each document in the graph; 16 if not said, 0: no graph
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "irgan/collection_vectors.h"
#include "irgan/model.h"
#include "irgan/query_file.h"
#include "irgan/query_words.h"
#include "plugin/src/vectors/vector_parts.h"
#include "trainer/collection/vector_cells.h"
#include "trainer/parallel/thread_pool.h"

#ifdef IRGAN_HNSWLIB
#include <hnswlib/hnswlib.h>
#endif

using namespace irgan;

namespace {

using Docids = std::vector<Xapian::docid>;

constexpr double kChanged = 0.33;

// Processor time: other programs may be at work.
double seconds_since(std::clock_t begin) { return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC; }

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Eigen::VectorXf floats_of(const std::int8_t* numbers, float scale, Eigen::Index dimensions) {
  return scale * Eigen::Map<const Eigen::Matrix<std::int8_t, Eigen::Dynamic, 1>>(numbers, dimensions).cast<float>();
}

// The documents of `from`, `copies` times, without cells and terms.
VectorParts many_documents(const CollectionVectors& from, std::size_t copies) {
  VectorParts parts;
  parts.facts = from.facts();
  parts.dimensions = from.dimensions();
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  const double size = kChanged / std::sqrt(static_cast<double>(parts.dimensions));
  for (std::size_t copy = 0; copy < copies; ++copy) {
    for (std::size_t i = 0; i < from.num_documents(); ++i) {
      const auto [numbers, scale] = from.row(i);
      Eigen::VectorXf vector = floats_of(numbers, scale, parts.dimensions);
      if (copy > 0) {
        for (float& number : vector) number += static_cast<float>(size) * normal(random);
      }
      const ByteRow row = byte_row(vector);
      parts.docids.push_back(static_cast<Xapian::docid>(parts.docids.size() + 1));
      parts.document_numbers.insert(parts.document_numbers.end(), row.numbers.begin(), row.numbers.end());
      parts.document_scales.push_back(row.scale);
    }
  }
  return parts;
}

Docids docids_of(const std::vector<ScoredDocument>& documents) {
  Docids docids;
  for (const ScoredDocument& one : documents) docids.push_back(one.docid);
  return docids;
}

double share_found(const Docids& found, const Docids& wanted) {
  const std::unordered_set<Xapian::docid> all(wanted.begin(), wanted.end());
  const auto count = std::count_if(found.begin(), found.end(), [&](Xapian::docid one) { return all.count(one) > 0; });
  return static_cast<double>(count) / static_cast<double>(wanted.size());
}

/// Asks each query of a way to find its best documents, and prints what it takes and finds.
class Comparison {
 public:
  Comparison(const std::vector<VectorQuery>& queries, std::size_t count) : queries_(queries), count_(count) {}

  template <class Find>
  void row(const char* name, double seconds, double megabytes, const Find& find) {
    std::vector<double> times;
    std::vector<Docids> found;
    for (const VectorQuery& query : queries_) {
      const std::clock_t begin = std::clock();
      found.push_back(find(query, count_));
      times.push_back(1e6 * seconds_since(begin));
    }
    if (wanted_.empty()) wanted_ = found;
    double sum = 0.0;
    for (std::size_t q = 0; q < found.size(); ++q) sum += share_found(found[q], wanted_[q]);
    std::printf("%-28s %9.0f us  recall@%zu %.3f  %7.1f s to make  %6.0f MB\n", name, median(times), count_,
                sum / static_cast<double>(found.size()), seconds, megabytes);
    std::fflush(stdout);
  }

 private:
  const std::vector<VectorQuery>& queries_;
  const std::size_t count_;
  std::vector<Docids> wanted_;  // of the first row
};

#ifdef IRGAN_HNSWLIB
void compare_graph(const CollectionVectors& vectors, std::size_t links, Comparison& comparison) {
  const auto dimensions = static_cast<std::size_t>(vectors.dimensions());
  hnswlib::InnerProductSpace space(dimensions);
  hnswlib::HierarchicalNSW<float> graph(&space, vectors.num_documents(), links, 100);
  const std::clock_t begin = std::clock();
  ThreadPool threads(default_num_threads());
  const auto add = [&](std::size_t i, unsigned) {
    const auto [numbers, scale] = vectors.row(i);
    const Eigen::VectorXf vector = floats_of(numbers, scale, vectors.dimensions());
    graph.addPoint(vector.data(), vectors.docid(i));
  };
  add(0, 0);
  threads.for_each(vectors.num_documents() - 1, [&](std::size_t i, unsigned thread) { add(i + 1, thread); });
  const double seconds = seconds_since(begin);
  const double megabytes =
      static_cast<double>(vectors.num_documents()) * static_cast<double>(4 * dimensions + 8 * links + 16) / 1e6;
  for (const std::size_t looked_at : {100U, 200U, 400U, 800U}) {
    graph.setEf(looked_at);
    const std::string name = "hnswlib, ef " + std::to_string(looked_at);
    comparison.row(name.c_str(), seconds, megabytes, [&](const VectorQuery& query, std::size_t count) {
      const std::vector<float> wanted(query.numbers.begin(), query.numbers.end());
      auto nearest = graph.searchKnn(wanted.data(), count);
      Docids docids;
      for (; !nearest.empty(); nearest.pop()) docids.push_back(static_cast<Xapian::docid>(nearest.top().second));
      return docids;
    });
  }
}
#else
void compare_graph(const CollectionVectors&, std::size_t, Comparison&) {
  std::puts("without hnswlib, which was not there at the build");
}
#endif

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4) {
    std::fputs("Use: irgan_nearest VECTORS MODEL QUERIES [COPIES [LINKS]]\n", stderr);
    return 2;
  }
  const auto given = CollectionVectors::from_file(argv[1]);
  const auto model = Model::from_file(argv[2]);
  const std::size_t copies = argc > 4 ? std::stoul(argv[4]) : 1;
  const std::size_t links = argc > 5 ? std::stoul(argv[5]) : 16;
  if (!model->collection() || model->collection()->towers.basis != given->facts().basis)
    throw Error("the model does not pick by these vectors");
  QueryWords words(field_prefixes(model->schema()), model->schema().stemmer);
  std::vector<VectorQuery> queries;
  for (const QueryRow& row : read_queries(argv[3])) {
    VectorQuery query = model->collection()->towers.query(given->query_vector(words.of_text(row.text)));
    if (!query.numbers.empty()) queries.push_back(std::move(query));
  }

  VectorParts parts = many_documents(*given, copies);
  const double megabytes = static_cast<double>(parts.document_numbers.size()) / 1e6;
  const auto plain = CollectionVectors::from_bytes(encode_vectors(parts), "without cells");
  std::printf("%zu documents, %zu queries, medians of processor time\n", plain->num_documents(), queries.size());
  Comparison comparison(queries, model->collection()->num_picks);
  comparison.row("a pass over all", 0.0, megabytes,
                 [&](const VectorQuery& query, std::size_t count) { return docids_of(plain->best(query, count)); });
  const std::clock_t begin = std::clock();
  ThreadPool threads(default_num_threads());
  make_cells(nullptr, threads, parts);
  const double seconds = seconds_since(begin);
  const auto in_cells = CollectionVectors::from_bytes(encode_vectors(parts), "with cells");
  comparison.row("cells, as they are served", seconds, megabytes,
                 [&](const VectorQuery& query, std::size_t count) { return docids_of(in_cells->best(query, count)); });
  if (links > 0) compare_graph(*plain, links, comparison);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
