// A small collection about a few things, each with words of its own: what vectors are to tell apart.
#pragma once

#include <xapian.h>

#include <random>
#include <string>
#include <vector>

#include "irgan/site.h"

namespace irgan {

inline const std::vector<std::vector<std::string>>& topics() {
  static const std::vector<std::vector<std::string>> words{
      {"kernel", "driver", "module", "boot", "firmware", "device"},
      {"piano", "violin", "concert", "melody", "chord", "orchestra"},
      {"flour", "butter", "oven", "cake", "sugar", "dough"},
      {"goal", "match", "league", "striker", "referee", "stadium"}};
  return words;
}

// Documents of the topics in turn: document i is about topic i % 4, in four of its six words; each has a word that all
// documents have, and one that no other has.
// Without a path it is in memory, for one thread.
inline Xapian::WritableDatabase topic_database(std::size_t num_documents, const std::string& path = "") {
  Xapian::WritableDatabase db(path, path.empty() ? Xapian::DB_BACKEND_INMEMORY : Xapian::DB_CREATE);
  Xapian::TermGenerator generator;
  generator.set_stemmer(Xapian::Stem("english"));
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < num_documents; ++i) {
    const std::vector<std::string>& words = topics()[i % topics().size()];
    std::string text = "everywhere only" + std::to_string(i);
    for (int k = 0; k < 4; ++k) text += ' ' + words[random() % words.size()];
    Xapian::Document document;
    generator.set_document(document);
    generator.index_text(text);
    document.add_boolean_term("Qd" + std::to_string(i));
    document.add_boolean_term(i % 2 == 0 ? "XPeven" : "XPodd");
    db.add_document(document);
  }
  db.commit();
  return db;
}

inline Site topic_site(const Xapian::Database& db) {
  Site site;
  site.open = [db] { return db; };
  site.layout.fields = {{"text", ""}};
  return site;
}

}  // namespace irgan
