#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/option_table.h"
#include "index_tools/reports/json_output.h"
#include "index_tools/showing/console.h"
#include "irgan/index_builder.h"

namespace irgan {
namespace {

struct IndexOptions : IndexBuilderOptions {
  std::vector<std::pair<std::string, std::string>> value_slots;  ///< values before their slots are read as numbers
};

void add_options(IndexOptions& options, OptionTable& table) {
  table.everyday({"db", "file", "id", "field", "value", "stemmer", "ngrams", "overwrite"});
  table.text("db", options.db, "the index to make", "DB");
  table.writes("db");
  table.texts("file", options.files, "documents: JSON Lines, plain, gzip or zstd; - is stdin; the flag may be left out",
              "FILE");
  table.positional("file");
  table.text("id", options.id, "key of the document's id", "KEY");
  table.pairs("field", options.fields,
              "the key of a text, or of an array of texts, and its term prefix: capital letters, or nothing; the first "
              "one is the title; may be given again",
              "KEY=PREFIX");
  table.pairs("value", options.value_slots, "the key of a number and its value slot, 0 to 999; may be given again",
              "KEY=SLOT");
  table.text("stemmer", options.stemmer, "language of Xapian's stemmer, or none", "LANGUAGE");
  table.flag("ngrams", options.ngrams,
             "index Chinese and Japanese, which have no spaces, by characters and pairs of them, as Xapian does where "
             "XAPIAN_CJK_NGRAM is set; the index keeps that, and searches of xapian-irgan know it");
  table.flag("overwrite", options.overwrite, "replace the index if there is one");
  table.number("threads", options.num_threads, 0U, 1024U, "threads; 0: one a processor");
}

// Of all files; nothing where one is packed or no plain file: how many lines it has is then not known.
std::optional<double> total_bytes(const std::vector<std::string>& files) {
  double total = 0.0;
  for (const std::string& path : files) {
    std::error_code fault;
    if (!std::filesystem::is_regular_file(path, fault)) return std::nullopt;
    const int first = std::ifstream(path, std::ios::binary).peek();
    constexpr int kGzip = 0x1f;
    constexpr int kZstd = 0x28;
    if (first == kGzip || first == kZstd) return std::nullopt;
    total += static_cast<double>(std::filesystem::file_size(path, fault));
  }
  return total;
}

void show_losses(const BuiltIndex& built, std::ostream& err) {
  if (built.num_mended > 0) {
    err << built.num_mended << " documents hold half a character, which is now U+FFFD; the first: " << built.mended
        << '\n';
  }
  if (built.num_with_lost_words > 0) {
    err << built.num_with_lost_words
        << " documents hold a word of more than 64 bytes, which Xapian drops; the first: " << built.lost_words << '\n';
  }
  if (built.num_unparted > 0) {
    err << built.num_unparted << " documents hold Chinese or Japanese, of which only whole runs of letters are found; "
        << "--ngrams finds its words\n";
  }
}

// Throws: as build_index(); ConfigError for a slot that is no number
void run(const IndexOptions& options, const Console& console) {
  IndexBuilderOptions builder = options;
  for (const auto& [name, slot] : options.value_slots) builder.values.emplace_back(name, parse_slot("value", slot));
  const std::optional<double> total = total_bytes(options.files);
  ProgressBar bar = console.progress("indexing", "documents");
  builder.on_progress = [&](const IndexingProgress& done) {
    bar.update(total ? static_cast<double>(done.num_bytes) / *total : std::nan(""),
               static_cast<double>(done.num_documents));
  };
  const BuiltIndex built = build_index(builder);
  bar.erase();
  console.out << "indexed " << built.num_documents << " documents into " << built.path << ", fields";
  for (const TextField& field : built.layout.fields)
    console.out << ' ' << field.name << '=' << (field.prefix.empty() ? "(none)" : field.prefix);
  console.out << (built.layout.has_ngrams ? ", Chinese and Japanese by n-grams\n" : "\n");
  show_losses(built, console.err);
  console.result({{"wrote", built.path},
                  {"documents", built.num_documents},
                  {"fields", names_of(built.layout.fields)},
                  {"mended_documents", built.num_mended},
                  {"documents_with_lost_words", built.num_with_lost_words},
                  {"documents_without_ngrams", built.num_unparted}});
}

}  // namespace

Command index_command() {
  return make_command<IndexOptions>(
      "index", "--db DB --field title=S --field body= FILE...", "build an index from JSON Lines documents",
      "A document is a line like {\"id\": \"7\", \"title\": \"Up\", \"body\": \"A balloon flight\", \"tags\": "
      "[\"air\"], \"votes\": 12}.\n"
      "  xapian-irgan index --db films --field title=S --field body= --field tags=XT --value votes=0 films.jsonl\n"
      "Next: 'inspect --db films' shows what the index holds. 'train' learns from a click log or from judgments. If "
      "you have neither, 'simulate' makes a log.\n");
}

}  // namespace irgan
