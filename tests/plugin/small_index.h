/// Small in-memory Xapian indexes and queries, made by hand.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

namespace irgan {

/// A text of a document, and the term prefix under which it is indexed.
struct IndexedText {
  std::string prefix;
  std::string text;
};

/// Indexes `texts` as Xapian's own TermGenerator does: each word as it is and, with a stemmer, as Z and its stem.
inline Xapian::Document document_of(const std::vector<IndexedText>& texts, const std::string& stemmer = "english",
                                    Xapian::TermGenerator::flags flags = {}) {
  Xapian::Document document;
  Xapian::TermGenerator generator;
  generator.set_stemmer(Xapian::Stem(stemmer));
  generator.set_flags(flags);
  generator.set_document(document);
  for (const IndexedText& text : texts) {
    generator.index_text(text.text, 1, text.prefix);
    generator.increase_termpos();
  }
  return document;
}

/// An index of `documents`, whose docids are 1, 2, ... in their order.
inline Xapian::WritableDatabase index_of(const std::vector<Xapian::Document>& documents) {
  Xapian::WritableDatabase db(std::string(), Xapian::DB_BACKEND_INMEMORY);
  for (const Xapian::Document& document : documents) db.add_document(document);
  return db;
}

/// The same documents dealt in turn over shards: each has the docid that it has in index_of(documents).
inline Xapian::Database sharded_index_of(const std::vector<Xapian::Document>& documents, std::size_t num_shards) {
  std::vector<std::vector<Xapian::Document>> hands(num_shards);
  for (std::size_t i = 0; i < documents.size(); ++i) hands[i % num_shards].push_back(documents[i]);
  Xapian::Database all;
  for (const std::vector<Xapian::Document>& hand : hands) all.add_database(index_of(hand));
  return all;
}

/// What a site's parser makes of `words` typed for the field under `prefix`.
inline Xapian::Query parsed(const std::string& words, const std::string& prefix = "",
                            Xapian::QueryParser::stem_strategy strategy = Xapian::QueryParser::STEM_SOME,
                            const std::string& stemmer = "english",
                            unsigned flags = Xapian::QueryParser::FLAG_DEFAULT) {
  Xapian::QueryParser parser;
  parser.set_stemmer(Xapian::Stem(stemmer));
  parser.set_stemming_strategy(strategy);
  return parser.parse_query(words, flags, prefix);
}

inline std::vector<Xapian::docid> docids_of(const Xapian::MSet& mset) { return {mset.begin(), mset.end()}; }

}  // namespace irgan
