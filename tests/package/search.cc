// Searches an index in the order of the model in it. Use: search DB WORDS
#include <irgan/reranker.h>

#include <iostream>

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const Xapian::Database db(argv[1]);
  Xapian::QueryParser parser;
  parser.set_stemmer(Xapian::Stem("english"));
  Xapian::Enquire enquire(db);
  enquire.set_query(parser.parse_query(argv[2]));
  irgan::RerankOptions options;
  options.on_problem = [](const std::string& problem) { std::cerr << problem << '\n'; };
  const irgan::Reranker reranker(db, irgan::model_in_index(), options);
  const Xapian::MSet hits = reranker.get_mset(enquire, 0, 20);  // was: enquire.get_mset(0, 20)
  for (auto hit = hits.begin(); hit != hits.end(); ++hit) std::cout << *hit << '\n';
} catch (const Xapian::Error& error) {
  std::cerr << error.get_description() << '\n';
  return 1;
}
