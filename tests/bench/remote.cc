// What reranking costs behind xapian-tcpsrv, and whether the order is that of the index itself.
// Use: irgan_remote DB PORT MODEL QUERIES [VECTORS], with `xapian-tcpsrv --interface 127.0.0.1 --port PORT DB` at work
#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "irgan/index_layout.h"
#include "irgan/query_file.h"
#include "irgan/reranker.h"
#include "trainer/site/first_stage.h"

namespace {

using namespace irgan;

constexpr Xapian::doccount kHits = 10;

template <typename Work>
double milliseconds(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

double quantile(std::vector<double> values, double share) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

RerankOptions strict(const std::shared_ptr<VectorSource>& vectors) {
  RerankOptions options;
  options.vectors = vectors;
  options.get_mset_fallback = Fallback::rethrow;
  return options;
}

std::vector<Xapian::docid> docids_of(const Xapian::MSet& page) { return {page.begin(), page.end()}; }

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 5) {
    std::cerr << "Use: irgan_remote DB PORT MODEL QUERIES [VECTORS]\n";
    return 2;
  }
  const Xapian::Database here(argv[1]);
  const Xapian::Database there = Xapian::Remote::open("127.0.0.1", static_cast<unsigned>(std::stoul(argv[2])));
  const auto model = Model::from_file(argv[3]);
  FirstStage first_stage(here, read_layout(here, {}), Xapian::Query::OP_OR);
  const auto vectors = argc > 5 ? vector_file(argv[5]) : nullptr;
  const Reranker local(here, fixed_model(model), strict(vectors)), remote(there, fixed_model(model), strict(vectors));
  std::vector<double> plain, reranked;
  std::size_t num_same = 0;
  for (const QueryRow& row : read_queries(argv[4])) {
    const Xapian::Query query = first_stage.parse(row.text);
    if (query.empty()) continue;
    Xapian::Enquire at_home(here), abroad(there);
    at_home.set_query(query);
    abroad.set_query(query);
    Xapian::MSet page;
    abroad.get_mset(0, kHits);  // the server reads the index from the disk
    plain.push_back(milliseconds([&] { abroad.get_mset(0, kHits); }));
    reranked.push_back(milliseconds([&] { page = remote.get_mset(abroad, 0, kHits); }));
    num_same += docids_of(page) == docids_of(local.get_mset(at_home, 0, kHits)) ? 1 : 0;
  }
  std::cout << plain.size() << " queries, " << num_same << " with the order of the index itself\n"
            << "milliseconds    median  95 %\n";
  for (const auto& [name, values] : {std::pair{"get_mset(0, 10)", &plain}, std::pair{"reranked       ", &reranked}}) {
    std::cout << name << "  " << quantile(*values, 0.5) << "  " << quantile(*values, 0.95) << '\n';
  }
} catch (const Xapian::Error& error) {
  std::cerr << error.get_description() << '\n';
  return 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
