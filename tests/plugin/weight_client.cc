// For tests/weight_remote.sh: `make DB` writes an index; `compare DB PORT` searches it by irgan::Weight here and
// through the server on this machine, and exits 0 if every list is the same, 3 if the server does not know the class, 1
// otherwise.
#include <iostream>
#include <string>

#include "irgan/weight.h"
#include "tests/plugin/weighed_index.h"

namespace {

Xapian::MSet search(const Xapian::Database& db, const Xapian::Query& query, const irgan::Weight& weight) {
  Xapian::Enquire enquire(db);
  enquire.set_query(query);
  enquire.set_weighting_scheme(weight);
  return enquire.get_mset(0, 20);
}

int compare(const std::string& path, unsigned port) {
  const Xapian::Database here(path);
  const Xapian::Database there = Xapian::Remote::open("127.0.0.1", port);
  irgan::WeightMixture mixture;
  mixture.k1 = 1.3;
  mixture.presence = 0.3;
  mixture.idf = 0.2;
  mixture.log_wdf = 0.1;
  mixture.brevity = 0.7;
  mixture.length = 1.0 / 3.0;
  const irgan::Weight weight(mixture);
  std::mt19937_64 random(9);
  std::size_t num_hits = 0;
  for (int i = 0; i < 200; ++i) {
    const Xapian::Query query = irgan::random_query(random);
    const Xapian::MSet expected = search(here, query, weight);
    const Xapian::MSet found = search(there, query, weight);
    num_hits += found.size();
    bool same = found.size() == expected.size();
    for (Xapian::doccount k = 0; same && k < found.size(); ++k) {
      same = *found[k] == *expected[k] && found[k].get_weight() == expected[k].get_weight();
    }
    if (!same) {
      std::cerr << "another list from the server: " << query.get_description() << '\n';
      return 1;
    }
  }
  std::cout << "200 queries, " << num_hits << " hits, the same from the server\n";
  return num_hits > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string task = argc > 1 ? argv[1] : "";
  try {
    if (task == "make" && argc == 3) {
      irgan::weighed_index(argv[2], 500, 4);
      return 0;
    }
    if (task == "compare" && argc == 4) return compare(argv[2], static_cast<unsigned>(std::stoul(argv[3])));
  } catch (const Xapian::Error& error) {
    std::cerr << error.get_description() << '\n';
    return error.get_msg().find("not registered") != std::string::npos ? 3 : 1;
  }
  std::cerr << "Use: irgan_weight_client make DB | compare DB PORT\n";
  return 2;
}
