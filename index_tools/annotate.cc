#include "index_tools/annotate.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "index_tools/field_lengths.h"
#include "index_tools/pagerank.h"
#include "index_tools/progress_bar.h"
#include "trainer/index_layout.h"
#include "trainer/text_input.h"

namespace irgan {
namespace {

constexpr Xapian::valueno kFirstLengthSlot = 1000;  // as `index` chooses them
constexpr std::size_t kDocumentsPerCommit = 50000;

using NumberOfDocument = std::unordered_map<std::string, double>;

/// A column of numbers on its way into a value slot.
struct NewValue {
  StoredValue target;
  NumberOfDocument numbers;
};

// FILE:SLOT or FILE:NAME, taken apart.
struct Destination {
  std::string path;
  StoredValue target;
};

std::pair<std::string_view, std::string_view> two_columns(std::string_view line, const std::string& place) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos || tab == 0) throw FormatError(place + ": must be two columns with a tab between");
  return {line.substr(0, tab), line.substr(tab + 1)};
}

Xapian::valueno free_slot(const IndexLayout& layout) {
  Xapian::valueno slot = 0;
  for (const StoredValue& value : layout.values) slot = std::max(slot, value.slot + 1);
  return slot;
}

Destination destination_of(const char* flag, const std::string& text, IndexLayout& layout) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw ConfigError("--" + std::string(flag) + " " + text + ": must be FILE:SLOT or FILE:NAME");
  }
  const std::string name = text.substr(colon + 1);
  const bool is_slot = name.find_first_not_of("0123456789") == std::string::npos;
  if (name.find_first_of(". \t") != std::string::npos) throw ConfigError("'" + name + "': a value's name has no dots or spaces");
  StoredValue target{is_slot ? "value" + name : name, is_slot ? parse_slot(flag, name) : free_slot(layout)};
  const auto known = std::find_if(layout.values.begin(), layout.values.end(), [&](const StoredValue& value) {
    return is_slot ? value.slot == target.slot : value.name == target.name;
  });
  if (known == layout.values.end()) {
    layout.values.push_back(target);
  } else {
    target = *known;
  }
  return {text.substr(0, colon), target};
}

NewValue read_values(const Destination& destination) {
  NewValue value{destination.target, {}};
  TextInput input(destination.path);
  for (std::string_view line; input.next(line);) {
    if (line.empty()) continue;
    const auto [id, text] = two_columns(line, input.place());
    double number = 0.0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || !std::isfinite(number)) {
      throw FormatError(input.place() + ": '" + std::string(text) + "' is no number");
    }
    value.numbers[std::string(id)] = number;
  }
  return value;
}

NewValue read_pagerank(const Destination& destination, const DatabaseOptions& database, const IndexLayout& layout) {
  const Xapian::Database db = database.open();
  const DocumentIds ids(db, layout.id_prefix);
  std::vector<std::string> names;
  std::unordered_map<std::string, std::size_t> number_of;
  for (auto posting = db.postlist_begin(""); posting != db.postlist_end(""); ++posting) {
    names.push_back(ids.id_of(*posting));
    number_of.emplace(names.back(), names.size() - 1);
  }
  std::vector<Link> links;
  TextInput input(destination.path);
  for (std::string_view line; input.next(line);) {
    if (line.empty()) continue;
    const auto [from, to] = two_columns(line, input.place());
    const auto source = number_of.find(std::string(from));
    const auto target = number_of.find(std::string(to));
    if (source != number_of.end() && target != number_of.end()) links.emplace_back(source->second, target->second);
  }
  if (links.empty()) throw Error(destination.path + ": none of its links is between documents of the index");
  const std::vector<double> ranks = pagerank(names.size(), links);
  NewValue value{destination.target, {}};
  for (std::size_t i = 0; i < names.size(); ++i) value.numbers.emplace(names[i], ranks[i]);
  return value;
}

std::size_t annotate_shard(const std::string& path, const IndexLayout& layout, bool field_lengths,
                           const std::vector<NewValue>& values) {
  Xapian::WritableDatabase db(path, Xapian::DB_OPEN);
  const DocumentIds ids(db, layout.id_prefix);
  std::vector<Xapian::docid> docids(db.postlist_begin(""), db.postlist_end(""));
  ProgressBar bar("annotating");
  std::size_t num_found = 0;
  for (std::size_t i = 0; i < docids.size(); ++i) {
    Xapian::Document document = db.get_document(docids[i]);
    if (field_lengths) set_field_lengths(document, layout);
    const std::string id = values.empty() ? "" : ids.id_of(docids[i]);
    for (const NewValue& value : values) {
      const auto number = value.numbers.find(id);
      if (number == value.numbers.end()) continue;
      document.add_value(value.target.slot, Xapian::sortable_serialise(number->second));
      ++num_found;
    }
    db.replace_document(docids[i], document);
    if ((i + 1) % kDocumentsPerCommit == 0) db.commit();
    bar.update(static_cast<double>(i) / static_cast<double>(docids.size()));
  }
  db.set_metadata(kLayoutKey, layout_to_json(layout));
  db.commit();
  return num_found;
}

}  // namespace

void add_options(AnnotateOptions& options, OptionTable& table) {
  options.database.add_to(table);
  table.flag("field-lengths", options.field_lengths, "store each field's length in words, for fields that lack it");
  table.texts("values", options.values, "FILE:SLOT or FILE:NAME: a number a document, id<TAB>number");
  table.texts("pagerank", options.pagerank, "LINKS:SLOT or LINKS:NAME: PageRank over links between documents, id<TAB>id");
}

void run(const AnnotateOptions& options, std::ostream& out) {
  if (!options.field_lengths && options.values.empty() && options.pagerank.empty()) {
    throw ConfigError("nothing to add: give --field-lengths, --values or --pagerank");
  }
  IndexLayout layout = options.database.layout(options.database.open());
  if (options.field_lengths) {
    Xapian::valueno slot = kFirstLengthSlot;
    for (TextField& field : layout.fields) {
      if (field.length_slot == Xapian::BAD_VALUENO) field.length_slot = slot;
      ++slot;
    }
  }
  std::vector<NewValue> values;
  for (const std::string& text : options.values) values.push_back(read_values(destination_of("values", text, layout)));
  for (const std::string& text : options.pagerank) {
    values.push_back(read_pagerank(destination_of("pagerank", text, layout), options.database, layout));
  }
  std::size_t num_found = 0;
  for (const std::string& path : options.database.paths) num_found += annotate_shard(path, layout, options.field_lengths, values);
  std::size_t num_given = 0;
  for (const NewValue& value : values) num_given += value.numbers.size();
  out << "annotated " << options.database.open().get_doccount() << " documents";
  if (!values.empty()) out << ": " << num_found << " values, " << num_given - std::min(num_found, num_given) << " for unknown documents";
  out << '\n';
}

}  // namespace irgan
