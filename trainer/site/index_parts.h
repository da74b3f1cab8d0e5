/// Writes the documents of an index in parts, side by side, and joins the parts.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "trainer/parallel/thread_pool.h"
#include "trainer/site/json_document.h"

namespace irgan {

/// A part of 1,000 of the demo's documents took 1.2 s, one of 4,000 6.6 s (means of the first eight and four).
inline constexpr std::size_t kDocumentsOfPart = 1000;

/// What an index takes of a line of documents.
struct SourceDocument {
  JsonDocument fields;
  std::string data;  ///< the document's data in the index, not empty
};

/// A large index is slow to add to, since the postings of each document lie all over it. So each part of a thousand
/// documents is an index of its own, and Xapian's compaction joins them into one. Parts are the same at any number of
/// threads, and so is the index but for its UUID.
///
/// Threads: of one thread; it starts others
class IndexParts {
 public:
  /// Makes a document with data and a term at least, with a generator that is the calling thread's own.
  using DocumentMaker = std::function<Xapian::Document(const SourceDocument&, Xapian::TermGenerator&)>;

  /// folder:    an empty one, in which all is made
  /// generator: makes a generator for each part
  /// metadata:  of the index
  /// part_size: documents of a part; fewer where they are long
  IndexParts(std::string folder, unsigned num_threads, std::function<Xapian::TermGenerator()> generator,
             DocumentMaker document, std::map<std::string, std::string> metadata,
             std::size_t part_size = kDocumentsOfPart);

  /// Takes the next document.
  ///
  /// Throws: Error naming the folder if no index can be made; Xapian::Error
  void add(SourceDocument document);

  /// Writes what is left and joins the parts. Returns the folder of the index, in which nothing else is.
  ///
  /// Throws: as add(); Error if the joined index lacks what a part had
  std::string finish();

 private:
  using Part = std::vector<SourceDocument>;

  /// A document by which a joined index shows that it has all tables of a part.
  struct Witness {
    Xapian::docid docid;
    std::string term;  ///< one with positions; empty if there is none
  };

  struct Written {
    std::string path;
    Xapian::doccount num_documents = 0;
    std::vector<Witness> witnesses{};
  };

  std::string new_path();
  void write_pending();
  void write(const Part& part, bool is_first, int flags, Written& written) const;
  void join_until_few();
  static void join(const std::vector<Written>& parts, Written& joined);

  const std::string folder_;
  const std::function<Xapian::TermGenerator()> generator_;
  const DocumentMaker document_;
  const std::map<std::string, std::string> metadata_;
  const std::size_t part_size_;
  ThreadPool threads_;
  std::size_t num_paths_ = 0;
  std::vector<Written> written_;  // in the order of their documents
  std::vector<Part> pending_;     // the last one is not full
  std::size_t num_bytes_ = 0;     // of the last one
};

}  // namespace irgan
