#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/showing/console.h"
#include "index_tools/showing/progress_bar.h"
#include "irgan/vector_making.h"
#include "trainer/machine/output_file.h"

namespace irgan {
namespace {

struct VectorsOptions {
  DatabaseOptions database;
  VectorOptions making;
  std::string from;
  std::string out;
};

void add_options(VectorsOptions& options, OptionTable& table) {
  table.everyday({"db", "out", "from", "dimensions"});
  options.database.add_to(table);
  table.group("Vectors");
  table.text("out", options.out, "the vectors to write", "FILE");
  table.writes("out", "from");
  for (const char* name : {"out", "from"}) table.site_key(name, "vectors");
  table.gives_way("from", "out");
  table.gives_way("from", "dimensions");
  table.yields("dimensions", "from");
  table.text("from", options.from,
             "keep the term vectors of this file, so that models that were trained on them still fit; documents get "
             "vectors from their terms of today, in seconds",
             "FILE");
  table.number("dimensions", options.making.dimensions, 2, 1024,
               "dimensions of each vector: more tell documents apart better, but slow each search");
  table.number("min-documents", options.making.min_documents, std::size_t{1}, std::size_t{1000000},
               "terms in fewer documents have no vector");
  table.number("max-share", options.making.max_document_share, 0.0, 1.0,
               "terms in a larger share of the documents have no vector");
  table.exclude("dimensions", "from", "they are those of the vectors that are kept");
  table.group("Machine");
  table.number("threads", options.making.num_threads, 0U, 1024U, "threads; 0: one a processor");
  table.number("seed", options.making.seed, std::uint64_t{0}, std::uint64_t{1} << 62,
               "seed of the random directions from which the search for vectors begins");
}

void run(const VectorsOptions& options, const Console& console) {
  if (options.out.empty()) throw ConfigError("--out is missing: name the file of vectors to write");
  require_writable(options.out);
  VectorOptions making = options.making;
  if (!options.from.empty()) making.from = CollectionVectors::from_file(options.from);
  std::string bytes;
  {
    ProgressBar bar = console.progress("vectors");
    making.on_progress = [&](double done) { bar.update(done); };
    bytes = make_vectors(options.database.site(console.err), making);
  }
  const auto vectors = CollectionVectors::from_bytes(bytes, options.out);
  replace_file(options.out, bytes);
  console.out << "wrote " << options.out << ": " << vectors->num_documents() << " documents, " << vectors->num_terms()
              << " terms, " << vectors->dimensions() << " dimensions\n";
  console.result({{"wrote", options.out},
                  {"documents", vectors->num_documents()},
                  {"terms", vectors->num_terms()},
                  {"dimensions", vectors->dimensions()}});
}

}  // namespace

Command vectors_command() {
  return make_command<VectorsOptions>(
      "vectors", "--db DB --out V",
      "compute a vector for each document, so that the generator can pick from the whole index",
      "  xapian-irgan vectors --db films --out films.vectors\n"
      "  xapian-irgan train --db films --vectors films.vectors --queries q.tsv --clicks log.tsv --model films.model\n"
      "Next: give 'rerank', 'search' and the preload module (IRGAN_VECTORS) the same vectors. After "
      "indexing, 'vectors --from films.vectors' makes those of new documents.\n");
}

}  // namespace irgan
