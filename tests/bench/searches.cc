// The searches alone, against which the commands are measured: each query's first hits, and nothing else.
#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include "irgan/query_file.h"
#include "irgan/site.h"
#include "trainer/site/first_stage.h"

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::cerr << "Use: irgan_searches DB QUERIES [DEPTH]; prints the seconds\n";
    return 2;
  }
  const irgan::Site site = irgan::site_at({argv[1]});
  irgan::FirstStage first_stage(site.open(), site.layout, site.default_op);
  const Xapian::doccount depth = argc > 3 ? static_cast<Xapian::doccount>(std::stoul(argv[3])) : 100;
  const auto begin = std::chrono::steady_clock::now();
  std::size_t num_hits = 0;
  for (const irgan::QueryRow& row : irgan::read_queries(argv[2])) {
    num_hits += first_stage.search(first_stage.query_of(row), depth).size();
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::cerr << num_hits << " hits\n";
  std::cout << seconds.count() << '\n';
  return num_hits > 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "irgan_searches: " << error.what() << '\n';
  return 1;
}
