#include "index_tools/commands/index.h"

#include <fcntl.h>
#include <unistd.h>
#include <xapian.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <unordered_set>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "plugin/src/features/remote_candidates.h"
#include "trainer/machine/text_input.h"
#include "trainer/site/field_lengths.h"
#include "trainer/site/index_layout.h"
#include "trainer/site/json_document.h"

namespace irgan {
namespace {

namespace fs = std::filesystem;

// Slots that no user's --value is likely to name.
constexpr Xapian::valueno kFirstLengthSlot = 1000;
constexpr Xapian::valueno kTitleTextSlot = 2000;
constexpr std::size_t kMaxTermBytes = 245;  // Xapian's own limit
constexpr int kPositionGap = 100;           // no phrase crosses fields or items of an array

IndexLayout layout_of(const IndexOptions& options) {
  IndexLayout layout;
  layout.stemmer = options.stemmer;
  check_stemmer(layout.stemmer);
  std::set<std::string> names;
  std::set<std::string> prefixes;
  const auto add_name = [&](const std::string& name) {
    check_name(name);
    if (!names.insert(name).second) throw ConfigError("'" + name + "' is named twice among --field and --value");
  };
  for (const auto& [name, prefix] : options.fields) {
    add_name(name);
    const bool capitals = std::all_of(prefix.begin(), prefix.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!capitals || !prefixes.insert(prefix).second || prefix[0] == 'Q' || prefix[0] == 'Z') {
      throw ConfigError("--field " + name + "=" + prefix +
                        ": a prefix is capital letters, used once, and begins with neither Q (ids) nor Z (stems)");
    }
    const auto slot = kFirstLengthSlot + static_cast<Xapian::valueno>(layout.fields.size());
    layout.fields.push_back({name, prefix, slot, Xapian::BAD_VALUENO, 0.0});
  }
  if (layout.fields.empty())
    throw ConfigError("--field is missing: name at least one text field, e.g. --field title=S --field body=");
  layout.fields.front().text_slot = kTitleTextSlot;
  // All text stands once more without a prefix, as in Omega's indexes: a field of its own unless the user named it.
  if (prefixes.count("") == 0) {
    const auto slot = kFirstLengthSlot + static_cast<Xapian::valueno>(layout.fields.size());
    layout.fields.push_back({names.count("text") == 0 ? "text" : "all_text", "", slot, Xapian::BAD_VALUENO, 0.0});
  }
  std::set<Xapian::valueno> slots;
  for (const auto& [name, slot] : options.values) {
    add_name(name);
    layout.values.push_back({name, parse_slot("value", slot)});
    if (layout.values.back().slot >= kFirstLengthSlot) {
      throw ConfigError("--value " + name + "=" + slot + ": slots from " + std::to_string(kFirstLengthSlot) +
                        " on are ours");
    }
    if (!slots.insert(layout.values.back().slot).second) {
      throw ConfigError("--value " + name + "=" + slot + ": the slot holds another value");
    }
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

Xapian::Document document_of(const JsonDocument& source, const IndexLayout& layout, Xapian::TermGenerator& generator) {
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
  return document;
}

std::size_t index_file(const std::string& path, const IndexLayout& layout, JsonDocumentReader& reader,
                       Xapian::TermGenerator& generator, std::unordered_set<std::string>& ids,
                       Xapian::WritableDatabase& db) {
  TextInput input(path);
  std::string_view line;
  std::size_t count = 0;
  while (input.next(line)) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const JsonDocument source = reader.read(line, input.place());
    if (layout.id_prefix.size() + source.id.size() > kMaxTermBytes) {
      throw FormatError(input.place() + ": the id is longer than the 244 bytes that a Xapian term can hold");
    }
    if (!ids.insert(source.id).second)
      throw FormatError(input.place() + ": the id '" + source.id + "' stands in an earlier document");
    Xapian::Document document = document_of(source, layout, generator);
    document.set_data(std::string(line));
    db.add_document(document);
    ++count;
  }
  return count;
}

// Only what a Xapian index is made of may be replaced: --overwrite must not cost anybody a folder of other files.
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

Xapian::WritableDatabase create_index(const std::string& path) {
  try {
    return Xapian::WritableDatabase(path, Xapian::DB_CREATE_OR_OVERWRITE);
  } catch (const Xapian::Error& error) {
    throw Error(path + ": no index can be made here: " + error.get_msg());
  }
}

// The name of a folder without the slashes that a shell's completion puts behind it.
std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

void add_options(IndexOptions& options, OptionTable& table) {
  table.text("db", options.db, "the index to make", "DB");
  table.texts("file", options.files,
              "documents: JSON Lines, plain, gzip or zstd; - is stdin; may stand without the flag", "FILE");
  table.positional("file");
  table.text("id", options.id, "key of the document's id", "KEY");
  table.pairs("field", options.fields,
              "the key of a text, or of an array of texts, and its term prefix: capital letters, or nothing; the first "
              "one is the title; may be given again",
              "KEY=PREFIX");
  table.pairs("value", options.values, "the key of a number and its value slot, 0 to 999; may be given again",
              "KEY=SLOT");
  table.text("stemmer", options.stemmer, "language of Xapian's stemmer, or none", "LANGUAGE");
  table.flag("overwrite", options.overwrite, "replace the index if there is one");
}

void run(const IndexOptions& options, std::ostream& out) {
  if (options.db.empty()) throw ConfigError("--db is missing: name the index to make");
  if (options.files.empty()) throw ConfigError("name at least one file of documents");
  const std::string target = without_slashes(options.db);
  if (fs::exists(target)) {
    if (!options.overwrite) throw ConfigError("--db " + target + ": exists; give --overwrite to replace it");
    if (!is_index(target))
      throw ConfigError("--db " + target + ": is no Xapian index, so --overwrite does not replace it; name another");
  }
  const IndexLayout layout = layout_of(options);
  std::vector<std::string> text_keys;
  std::vector<std::string> value_keys;
  for (const auto& field : options.fields) text_keys.push_back(field.first);
  for (const auto& value : options.values) value_keys.push_back(value.first);
  JsonDocumentReader reader(options.id, text_keys, value_keys);

  const std::string building = target + ".building-" + std::to_string(::getpid());
  std::size_t count = 0;
  try {
    Xapian::WritableDatabase db = create_index(building);
    Xapian::TermGenerator generator;
    generator.set_stemmer(Xapian::Stem(layout.stemmer));
    std::unordered_set<std::string> ids;
    for (const std::string& path : options.files) count += index_file(path, layout, reader, generator, ids, db);
    if (count == 0) throw Error(options.files.front() + ": there are no documents in it");
    const std::string unseen = reader.unseen_key();
    if (!unseen.empty())
      throw Error("none of the " + std::to_string(count) + " documents has '" + unseen + "'; is the key spelt so?");
    db.set_metadata(kLayoutKey, layout_to_json(layout));
    db.set_metadata(kIdSlotKey, std::to_string(kFirstIdSlot));
    db.commit();
    db.close();
    move_into_place(building, target);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(building, ignored);
    throw;
  }
  out << "indexed " << count << " documents into " << target << ", fields";
  for (const TextField& field : layout.fields)
    out << ' ' << field.name << '=' << (field.prefix.empty() ? "(none)" : field.prefix);
  out << '\n';
}

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
