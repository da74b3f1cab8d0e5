#include "irgan/index_builder.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <unordered_set>

#include "irgan/site.h"
#include "plugin/src/features/unique_ids.h"
#include "trainer/machine/input_guard.h"
#include "trainer/machine/output_file.h"
#include "trainer/machine/temporary_file.h"
#include "trainer/machine/text_input.h"
#include "trainer/site/field_lengths.h"
#include "trainer/site/index_parts.h"
#include "trainer/site/json_document.h"

namespace irgan {
namespace {

namespace fs = std::filesystem;

constexpr Xapian::valueno kTitleTextSlot = 2000;
constexpr std::size_t kMaxTermBytes = 245;    // Xapian's own limit
constexpr std::ptrdiff_t kMaxWordBytes = 64;  // of Xapian's TermGenerator
constexpr int kPositionGap = 100;             // no phrase crosses fields or items of an array

/// Names and prefixes that are taken.
class TakenNames {
 public:
  void add_name(const std::string& name) {
    check_name(name);
    if (!names_.insert(name).second) throw ConfigError("'" + name + "' is named twice among fields and values");
  }

  void add_field(const std::string& name, const std::string& prefix) {
    add_name(name);
    const bool capitals = std::all_of(prefix.begin(), prefix.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!capitals || !prefixes_.insert(prefix).second || prefix[0] == 'Q' || prefix[0] == 'Z') {
      throw ConfigError("field", name + "=" + prefix +
                                     ": a prefix is capital letters, used once, and begins with neither Q (ids) nor Z "
                                     "(stems)");
    }
  }

  void add_value(const std::string& name, Xapian::valueno slot) {
    add_name(name);
    const std::string given = name + "=" + std::to_string(slot);
    if (slot >= kFirstLengthSlot) {
      throw ConfigError("value", given + ": slots from " + std::to_string(kFirstLengthSlot) + " on are ours");
    }
    if (!slots_.insert(slot).second) throw ConfigError("value", given + ": the slot holds another value");
  }

  bool has_name(const std::string& name) const { return names_.count(name) > 0; }
  bool has_prefix(const std::string& prefix) const { return prefixes_.count(prefix) > 0; }

 private:
  std::set<std::string> names_;
  std::set<std::string> prefixes_;
  std::set<Xapian::valueno> slots_;
};

// Xapian's own switch.
bool environment_asks_for_ngrams() {
  const char* value = std::getenv("XAPIAN_CJK_NGRAM");
  return value != nullptr && *value != '\0';
}

IndexLayout layout_of(const IndexBuilderOptions& options) {
  IndexLayout layout;
  layout.stemmer = options.stemmer;
  layout.has_ngrams = options.ngrams || environment_asks_for_ngrams();
  check_stemmer(layout.stemmer);
  TakenNames taken;
  const auto add_field = [&](const std::string& name, const std::string& prefix) {
    const auto slot = kFirstLengthSlot + static_cast<Xapian::valueno>(layout.fields.size());
    layout.fields.push_back({name, prefix, slot, Xapian::BAD_VALUENO, 0.0});
  };
  for (const auto& [name, prefix] : options.fields) {
    taken.add_field(name, prefix);
    add_field(name, prefix);
  }
  if (layout.fields.empty()) {
    throw ConfigError("field", "is missing: name at least one text field and its prefix, e.g. title=S");
  }
  layout.fields.front().text_slot = kTitleTextSlot;
  // All text stands once more without a prefix, as in Omega's indexes: a field of its own unless the user named it.
  if (!taken.has_prefix("")) add_field(taken.has_name("text") ? "all_text" : "text", "");
  for (const auto& [name, slot] : options.values) {
    taken.add_value(name, slot);
    layout.values.push_back({name, slot});
  }
  return layout;
}

void index_texts(const JsonDocument& source, const TextField& field, const std::string& prefix,
                 Xapian::TermGenerator& generator) {
  const auto texts = source.texts.find(field.name);
  if (texts == source.texts.end()) return;
  for (const std::string& text : texts->second) {
    generator.index_text(text, 1, prefix);
    generator.increase_termpos(kPositionGap);
  }
}

Xapian::Document document_of(const SourceDocument& line, const IndexLayout& layout, Xapian::TermGenerator& generator) {
  const JsonDocument& source = line.fields;
  Xapian::Document document;
  generator.set_document(document);
  generator.set_termpos(0);
  for (const TextField& field : layout.fields) {
    if (!field.prefix.empty()) index_texts(source, field, field.prefix, generator);
  }
  for (const TextField& field : layout.fields) index_texts(source, field, "", generator);
  set_field_lengths(document, layout);
  const TextField& title = layout.fields.front();
  const auto title_texts = source.texts.find(title.name);
  if (title_texts != source.texts.end() && !title_texts->second.empty()) {
    document.add_value(title.text_slot, title_texts->second.front());
  }
  for (const StoredValue& value : layout.values) {
    const auto number = source.values.find(value.name);
    if (number != source.values.end()) document.add_value(value.slot, Xapian::sortable_serialise(number->second));
  }
  document.add_boolean_term(layout.id_prefix + source.id);
  document.add_value(kFirstIdSlot, layout.id_prefix + source.id);
  document.set_data(line.data);
  return document;
}

bool is_kana_or_han(unsigned letter) {
  return (letter >= 0x3040 && letter <= 0x30FF) || (letter >= 0x3400 && letter <= 0x9FFF);
}

bool is_unparted(const std::string& text) {
  return std::any_of(Xapian::Utf8Iterator(text), Xapian::Utf8Iterator(), is_kana_or_han);
}

// Whether letters follow each other for longer than a word may be, so that they give no term.
bool has_lost_word(const std::string& text, bool has_ngrams) {
  std::ptrdiff_t size = 0;
  for (Xapian::Utf8Iterator i(text); i != Xapian::Utf8Iterator();) {
    const bool is_in_word = Xapian::Unicode::is_wordchar(*i) && !(has_ngrams && is_kana_or_han(*i));
    const std::size_t left = i.left();
    ++i;
    size = is_in_word ? size + static_cast<std::ptrdiff_t>(left - (i == Xapian::Utf8Iterator() ? 0 : i.left())) : 0;
    if (size > kMaxWordBytes) return true;
  }
  return false;
}

// Counts what the reader of the index would miss.
void count_losses(const JsonDocument& source, const std::string& place, BuiltIndex& built) {
  if (!source.mended.empty() && built.num_mended++ == 0) built.mended = place;
  bool lost = false;
  bool unparted = false;
  for (const auto& [field, texts] : source.texts) {
    for (const std::string& text : texts) {
      lost = lost || has_lost_word(text, built.layout.has_ngrams);
      unparted = unparted || (!built.layout.has_ngrams && is_unparted(text));
    }
  }
  if (lost && built.num_with_lost_words++ == 0) built.lost_words = place;
  if (unparted) ++built.num_unparted;
}

// Bytes of another encoding are an exception, or else the file is of that encoding.
void refuse_other_encoding(const BuiltIndex& built, std::size_t num_not_utf8, const std::string& place) {
  constexpr std::size_t kOneIn = 10;
  if (num_not_utf8 * kOneIn <= built.num_documents) return;
  throw FormatError(place + ": not a JSON object: bytes that are not UTF-8, as in " + std::to_string(num_not_utf8) +
                    " of " + std::to_string(built.num_documents) +
                    " documents; convert the file first (iconv -f ITS-ENCODING -t UTF-8)");
}

void index_file(const std::string& path, JsonDocumentReader& reader, std::unordered_set<std::string>& ids,
                IndexParts& parts, BuiltIndex& built, const std::function<void(std::size_t line_bytes)>& on_document) {
  const IndexLayout& layout = built.layout;
  std::size_t num_not_utf8 = 0;
  std::string not_utf8;  // the first place
  TextInput input(path);
  std::string_view line;
  while (input.next(line)) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    JsonDocument source = reader.read(line, input.place());
    if (layout.id_prefix.size() + source.id.size() > kMaxTermBytes) {
      throw FormatError(input.place() + ": the id is longer than the 244 bytes that a Xapian term can hold");
    }
    if (!ids.insert(source.id).second)
      throw FormatError(input.place() + ": the id '" + source.id + "' stands in an earlier document");
    count_losses(source, input.place(), built);
    ++built.num_documents;
    if (source.is_not_utf8 && num_not_utf8++ == 0) not_utf8 = input.place();
    std::string data = source.mended.empty() ? std::string(line) : source.mended;
    parts.add({std::move(source), std::move(data)});
    on_document(line.size() + 1);
  }
  refuse_other_encoding(built, num_not_utf8, not_utf8);
}

// Only what a Xapian index is made of may be replaced: overwriting must not cost anybody a folder of other files.
bool is_index(const fs::path& path) {
  std::error_code ignored;
  for (const char* mark : {"iamglass", "iamchert", "iamhoney"}) {
    if (fs::exists(path / mark, ignored)) return true;
  }
  return fs::is_directory(path, ignored) && fs::is_empty(path, ignored);
}

// Puts the finished index at its place; an old one there is exchanged in one step and then removed. Where the file
// system has no such step, the old one stands aside for a moment.
void move_into_place(const std::string& built, const std::string& target) {
  const auto fail = [&] { throw Error(target + ": the new index cannot be moved here: " + std::strerror(errno)); };
  if (!fs::exists(target)) {
    if (::rename(built.c_str(), target.c_str()) != 0) fail();
    return;
  }
  if (::renameat2(AT_FDCWD, built.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) {
    fs::remove_all(built);
    return;
  }
  if (errno != EINVAL && errno != ENOSYS) fail();
  const std::string aside = built + ".old";
  if (::rename(target.c_str(), aside.c_str()) != 0) fail();
  if (::rename(built.c_str(), target.c_str()) != 0) {
    const int reason = errno;
    ::rename(aside.c_str(), target.c_str());
    errno = reason;
    fail();
  }
  fs::remove_all(aside);
}

// Where the index is made before it takes its place.
std::unique_ptr<TemporaryFolder> folder_beside(const std::string& target) {
  try {
    return std::make_unique<TemporaryFolder>(target + ".building-", false);
  } catch (const Error& error) {
    throw Error(target + ": no index can be made here: " + error.what());
  }
}

// The name of a folder without the slashes that a shell's completion puts behind it.
std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// Returns what stands in an index's folder and is no part of it, which replacing the folder would delete; empty:
// nothing.
std::string foreign_file(const std::string& folder) {
  std::error_code ignored;
  for (fs::directory_iterator one(folder, ignored), end; one != end; one.increment(ignored)) {
    std::string name = one->path().filename().string();
    const std::string kind = one->path().extension().string();
    const bool is_part = name == "flintlock" || name == "iamglass" || name == "iamchert" || name == "iamhoney" ||
                         kind == ".glass" || kind == ".baseA" || kind == ".baseB" || kind == ".DB" || kind == ".honey";
    if (!is_part) return name;
    if (ignored) break;
  }
  return "";
}

void check_target(const std::string& target, bool overwrite) {
  if (!fs::exists(target)) return;
  if (!overwrite) throw ConfigError("db", target + ": exists; only overwrite replaces it");
  if (!is_index(target))
    throw ConfigError("db", target + ": is no Xapian index, which overwrite does not replace; name another");
  const std::string foreign = foreign_file(target);
  if (!foreign.empty())
    throw ConfigError("db", target + ": holds '" + foreign + "', which is no part of an index and would be lost");
}

// Makes the index somewhere in `folder` and returns where. Counts into `built`, whose layout is used.
std::string write_index(const std::string& folder, const IndexBuilderOptions& options, BuiltIndex& built) {
  std::vector<std::string> text_keys;
  std::vector<std::string> value_keys;
  for (const auto& field : options.fields) text_keys.push_back(field.first);
  for (const auto& value : options.values) value_keys.push_back(value.first);
  JsonDocumentReader reader(options.id, text_keys, value_keys);
  const IndexLayout& layout = built.layout;
  const auto generator = [&] {
    Xapian::TermGenerator one;
    one.set_stemmer(Xapian::Stem(layout.stemmer));
    if (layout.has_ngrams) one.set_flags(Xapian::TermGenerator::FLAG_CJK_NGRAM);
    return one;
  };
  const auto document = [&](const SourceDocument& source, Xapian::TermGenerator& one) {
    return document_of(source, layout, one);
  };
  IndexParts parts(folder, options.num_threads > 0 ? options.num_threads : default_num_threads(), generator, document,
                   {{kLayoutKey, layout_to_json(layout)}, {kIdSlotKey, std::to_string(kFirstIdSlot)}});
  std::unordered_set<std::string> ids;
  IndexingProgress progress;
  const auto on_document = [&](std::size_t line_bytes) {
    progress.num_documents = built.num_documents;
    progress.num_bytes += line_bytes;
    if (options.on_progress) options.on_progress(progress);
  };
  for (const std::string& file : options.files) index_file(file, reader, ids, parts, built, on_document);
  if (built.num_documents == 0) throw Error(options.files.front() + ": there are no documents in it");
  const std::string unseen = reader.unseen_key();
  if (!unseen.empty()) {
    throw Error("none of the " + std::to_string(built.num_documents) + " documents has '" + unseen +
                "'; is the key spelt so?");
  }
  return parts.finish();
}

}  // namespace

BuiltIndex build_index(const IndexBuilderOptions& options) {
  if (options.db.empty()) throw ConfigError("db", "is missing: name the index to make");
  if (options.files.empty()) throw ConfigError("file", "is missing: name at least one file of documents");
  BuiltIndex built;
  built.path = without_slashes(options.db);
  // A link stays, and what it leads to is replaced.
  if (fs::is_symlink(built.path)) built.path = output_destination(built.path).string();
  check_target(built.path, options.overwrite);
  built.layout = layout_of(options);
  require_no_input_inside(built.path);
  const std::unique_ptr<TemporaryFolder> building = folder_beside(built.path);
  move_into_place(write_index(building->path(), options, built), built.path);
  return built;
}

}  // namespace irgan
