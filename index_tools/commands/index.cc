#include "index_tools/commands/index.h"

#include "index_tools/options/database_options.h"

namespace irgan {

void add_options(IndexOptions& options, OptionTable& table) {
  table.text("db", options.db, "the index to make", "DB");
  table.texts("file", options.files,
              "documents: JSON Lines, plain, gzip or zstd; - is stdin; may stand without the flag", "FILE");
  table.positional("file");
  table.text("id", options.id, "key of the document's id", "KEY");
  table.pairs("field", options.fields,
              "the key of a text, or of an array of texts, and its term prefix: capital letters, or nothing; the first "
              "is the title",
              "KEY=PREFIX");
  table.pairs("value", options.value_slots, "the key of a number and its value slot, 0 to 999", "KEY=SLOT");
  table.text("stemmer", options.stemmer, "language of Xapian's stemmer, or none", "LANGUAGE");
  table.flag("overwrite", options.overwrite, "replace an index that is there");
}

void run(const IndexOptions& options, std::ostream& out) {
  IndexBuilderOptions builder = options;
  for (const auto& [name, slot] : options.value_slots) builder.values.emplace_back(name, parse_slot("value", slot));
  const BuiltIndex built = build_index(builder);
  out << "indexed " << built.num_documents << " documents into " << built.path << ", fields";
  for (const TextField& field : built.layout.fields)
    out << ' ' << field.name << '=' << (field.prefix.empty() ? "(none)" : field.prefix);
  out << '\n';
}

}  // namespace irgan
