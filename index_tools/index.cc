#include "index_tools/index.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <unordered_set>

#include <fcntl.h>
#include <unistd.h>
#include <xapian.h>

#include "index_tools/database_options.h"
#include "index_tools/field_lengths.h"
#include "index_tools/json_document.h"
#include "trainer/index_layout.h"
#include "trainer/text_input.h"

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
  std::set<std::string> names;
  std::set<std::string> prefixes;
  const auto check_name = [&](const std::string& name) {
    if (name.find_first_of(". \t") != std::string::npos || !names.insert(name).second) {
      throw ConfigError("'" + name + "': names of fields and values must differ and have no dots or spaces");
    }
  };
  for (const auto& [name, prefix] : options.fields) {
    check_name(name);
    const bool capitals = std::all_of(prefix.begin(), prefix.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!capitals || !prefixes.insert(prefix).second || prefix == layout.id_prefix || prefix[0] == 'Z') {
      throw ConfigError("--field " + name + "=" + prefix + ": a prefix is capital letters, used once, not Q (ids) or Z (stems)");
    }
    const auto slot = kFirstLengthSlot + static_cast<Xapian::valueno>(layout.fields.size());
    layout.fields.push_back({name, prefix, slot, Xapian::BAD_VALUENO, 0.0});
  }
  if (layout.fields.empty()) throw ConfigError("--field is missing: name at least one text field, e.g. --field title=S --field body=");
  layout.fields.front().text_slot = kTitleTextSlot;
  // All text stands once more without a prefix, as in Omega's indexes: a field of its own unless the user named it.
  if (prefixes.count("") == 0) {
    const auto slot = kFirstLengthSlot + static_cast<Xapian::valueno>(layout.fields.size());
    layout.fields.push_back({names.count("text") == 0 ? "text" : "all_text", "", slot, Xapian::BAD_VALUENO, 0.0});
  }
  for (const auto& [name, slot] : options.values) {
    check_name(name);
    layout.values.push_back({name, parse_slot("value", slot)});
    if (layout.values.back().slot >= kFirstLengthSlot) throw ConfigError("--value " + name + ": slots from 1000 on are ours");
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
  return document;
}

std::size_t index_file(const std::string& path, const IndexLayout& layout, JsonDocumentReader& reader,
                       Xapian::TermGenerator& generator, std::unordered_set<std::string>& ids, Xapian::WritableDatabase& db) {
  TextInput input(path);
  std::string_view line;
  std::size_t count = 0;
  while (input.next(line)) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const JsonDocument source = reader.read(line, input.place());
    if (layout.id_prefix.size() + source.id.size() > kMaxTermBytes) {
      throw FormatError(input.place() + ": the id is longer than the 244 bytes that a Xapian term can hold");
    }
    if (!ids.insert(source.id).second) throw FormatError(input.place() + ": the id '" + source.id + "' stands in an earlier document");
    Xapian::Document document = document_of(source, layout, generator);
    document.set_data(std::string(line));
    db.add_document(document);
    ++count;
  }
  return count;
}

// Puts the finished index at its place; an old one there is exchanged in one step and then removed.
void move_into_place(const std::string& built, const std::string& target) {
  if (fs::exists(target)) {
    if (::renameat2(AT_FDCWD, built.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0) {
      throw Error(target + ": the new index cannot be moved here: " + std::strerror(errno));
    }
    fs::remove_all(built);
  } else if (::rename(built.c_str(), target.c_str()) != 0) {
    throw Error(target + ": the new index cannot be moved here: " + std::strerror(errno));
  }
}

}  // namespace

void add_options(IndexOptions& options, OptionTable& table) {
  table.text("db", options.db, "the index to make");
  table.texts("file", options.files, "documents: JSON Lines, plain, gzip or zstd; - is stdin; may stand without the flag");
  table.positional("file");
  table.text("id", options.id, "key of the document's id");
  table.pairs("field", options.fields, "a text field and its term prefix; none: without; the first is the title");
  table.pairs("value", options.values, "a number and its value slot");
  table.text("stemmer", options.stemmer, "language of Xapian's stemmer, or none");
  table.flag("overwrite", options.overwrite, "replace an index that is there");
}

void run(const IndexOptions& options, std::ostream& out) {
  if (options.db.empty()) throw ConfigError("--db is missing: name the index to make");
  if (options.files.empty()) throw ConfigError("name at least one file of documents");
  if (fs::exists(options.db) && !options.overwrite) {
    throw ConfigError("--db " + options.db + ": exists; give --overwrite to replace it");
  }
  const IndexLayout layout = layout_of(options);
  std::vector<std::string> text_keys;
  std::vector<std::string> value_keys;
  for (const auto& field : options.fields) text_keys.push_back(field.first);
  for (const auto& value : options.values) value_keys.push_back(value.first);
  JsonDocumentReader reader(options.id, text_keys, value_keys);

  const std::string building = options.db + ".building-" + std::to_string(::getpid());
  std::size_t count = 0;
  try {
    Xapian::WritableDatabase db(building, Xapian::DB_CREATE_OR_OVERWRITE);
    Xapian::TermGenerator generator;
    generator.set_stemmer(Xapian::Stem(layout.stemmer));
    std::unordered_set<std::string> ids;
    for (const std::string& path : options.files) count += index_file(path, layout, reader, generator, ids, db);
    if (count == 0) throw Error("there are no documents in the files");
    db.set_metadata(kLayoutKey, layout_to_json(layout));
    db.commit();
    db.close();
    move_into_place(building, options.db);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(building, ignored);
    throw;
  }
  out << "indexed " << count << " documents into " << options.db << ", fields";
  for (const TextField& field : layout.fields) out << ' ' << field.name << '=' << (field.prefix.empty() ? "(none)" : field.prefix);
  out << '\n';
}

}  // namespace irgan
