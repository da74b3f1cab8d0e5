#include "index_tools/commands/annotate.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>
#include <unordered_map>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/showing/progress_bar.h"
#include "plugin/src/features/clicked_field.h"
#include "plugin/src/features/remote_candidates.h"
#include "trainer/machine/text_input.h"
#include "trainer/site/behaviour_index.h"
#include "trainer/site/field_lengths.h"
#include "trainer/site/index_layout.h"
#include "trainer/site/pagerank.h"

namespace irgan {
namespace {

constexpr Xapian::valueno kFirstLengthSlot = 1000;  // as `index` chooses them
constexpr std::size_t kDocumentsPerCommit = 50000;
constexpr double kManyDays = 36500.0;

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

bool belongs_to_field(const IndexLayout& layout, Xapian::valueno slot) {
  return std::any_of(layout.fields.begin(), layout.fields.end(),
                     [&](const TextField& field) { return field.length_slot == slot || field.text_slot == slot; });
}

// The first slot from `first` on that neither the layout nor a document uses: other programs have theirs (omindex 0 to
// 2).
Xapian::valueno free_slot(const Xapian::Database& db, const IndexLayout& layout, Xapian::valueno first) {
  const auto is_taken = [&](Xapian::valueno slot) {
    return belongs_to_field(layout, slot) || db.get_value_freq(slot) > 0 ||
           std::any_of(layout.values.begin(), layout.values.end(),
                       [&](const StoredValue& value) { return value.slot == slot; });
  };
  while (is_taken(first)) ++first;
  return first;
}

// Where ids are already, or else a free slot.
Xapian::valueno id_slot_for(const Xapian::Database& db, const IndexLayout& layout) {
  if (layout.id_prefix.empty())
    throw ConfigError("--ids: the index has no unique-id terms; --id-prefix names their prefix");
  const Xapian::valueno known = id_slot_of(db);
  return known == Xapian::BAD_VALUENO ? free_slot(db, layout, kFirstIdSlot) : known;
}

Destination destination_of(const char* flag, const std::string& text, const Xapian::Database& db, IndexLayout& layout) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw ConfigError("--" + std::string(flag) + " " + text + ": must be FILE:SLOT or FILE:NAME");
  }
  const std::string name = text.substr(colon + 1);
  const bool is_slot = name.find_first_not_of("0123456789") == std::string::npos;
  check_name(name);
  StoredValue target{is_slot ? "value" + name : name, is_slot ? parse_slot(flag, name) : free_slot(db, layout, 0)};
  const auto known = std::find_if(layout.values.begin(), layout.values.end(), [&](const StoredValue& value) {
    return is_slot ? value.slot == target.slot : value.name == target.name;
  });
  if (known == layout.values.end()) {
    if (belongs_to_field(layout, target.slot) || db.get_value_freq(target.slot) > 0) {
      throw ConfigError("--" + std::string(flag) + " " + text +
                        ": the slot holds something else; give a name instead, or, to "
                        "replace what is there, --value NAME=" +
                        name);
    }
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

NewValue read_pagerank(const Destination& destination, const Xapian::Database& db, const IndexLayout& layout) {
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

// The places of what clicks say, which keep those of an earlier run.
void add_behaviour_to(IndexLayout& layout, const Xapian::Database& db, const BehaviourOptions& options) {
  if (!layout.behaviour) {
    const auto is_taken = [](const TextField& field) {
      return field.name == kClickedField || field.prefix == kClickedPrefix;
    };
    const auto is_named = [](const StoredValue& value) { return value.name == kClicksValue; };
    if (std::any_of(layout.fields.begin(), layout.fields.end(), is_taken) ||
        std::any_of(layout.values.begin(), layout.values.end(), is_named)) {
      throw ConfigError(std::string("--clicks: the index has a field or value of its own called ") + kClickedField +
                        " or " + kClicksValue + ", or with the prefix " + kClickedPrefix +
                        ", which is where clicks are kept");
    }
    TextField field{kClickedField, kClickedPrefix};
    field.length_slot = free_slot(db, layout, kFirstLengthSlot);
    field.from_clicks = true;
    layout.fields.push_back(field);
    layout.values.push_back({kClicksValue, free_slot(db, layout, kFirstLengthSlot), true});
  }
  layout.behaviour = options;
}

Behaviour read_behaviour(const AnnotateOptions& options, const Xapian::Database& db, const IndexLayout& layout) {
  const std::vector<QueryRow> queries =
      options.log.queries.empty() ? std::vector<QueryRow>() : read_queries(options.log.queries);
  QueryStemFinder finder(db, layout, options.database.default_op, queries);
  ClickHistory history([&](const ClickRow& row, const std::string& id) { return finder.stems_of(row, id); });
  options.log.for_each_click(queries, [&](const ClickRow& row, const std::string& id) { history.add(row, id); });
  if (history.empty()) throw Error(options.log.clicks.front() + ": there are no clicks in the log");
  return history.behaviour(kClickedPrefix, *layout.behaviour);
}

// How much of a log is in the index now.
struct BehaviourCounts {
  std::size_t num_documents = 0;
  std::set<std::string> words;
  std::set<std::string> queries;

  void add(const DocumentBehaviour& behaviour) {
    ++num_documents;
    words.insert(behaviour.words.begin(), behaviour.words.end());
    for (const std::string& term : behaviour.terms) {
      if (is_query_share_term(kClickedPrefix, term))
        queries.insert(term.substr(0, term.size() - 1));  // without its level
    }
  }
};

void print(const BehaviourCounts& counts, const Behaviour& behaviour, const BehaviourOptions& options,
           std::ostream& out) {
  out << "clicks of " << counts.num_documents << " documents, " << behaviour.size() - counts.num_documents
      << " that the index does not have; " << counts.words.size() << " words and " << counts.queries.size()
      << " queries of at least " << options.min_sessions << " sessions are kept (--min-sessions)\n";
}

std::size_t annotate_shard(Xapian::WritableDatabase& db, const IndexLayout& layout, bool field_lengths,
                           const std::vector<NewValue>& values, Xapian::valueno id_slot, const Behaviour* behaviour,
                           BehaviourCounts& counts) {
  const DocumentIds ids(db, layout.id_prefix);
  std::vector<Xapian::docid> docids(db.postlist_begin(""), db.postlist_end(""));
  ProgressBar bar("annotating");
  std::size_t num_found = 0;
  for (std::size_t i = 0; i < docids.size(); ++i) {
    Xapian::Document document = db.get_document(docids[i]);
    if (field_lengths) set_field_lengths(document, layout);
    const bool wants_id = !values.empty() || id_slot != Xapian::BAD_VALUENO || behaviour != nullptr;
    const std::string id = wants_id ? ids.id_of(docids[i]) : "";
    if (id_slot != Xapian::BAD_VALUENO) document.add_value(id_slot, layout.id_prefix + id);
    if (behaviour != nullptr) {
      remove_behaviour(document, layout);
      const auto known = behaviour->find(id);
      if (known != behaviour->end()) {
        write_behaviour(document, known->second, layout);
        counts.add(known->second);
      }
    }
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
  if (id_slot != Xapian::BAD_VALUENO) db.set_metadata(kIdSlotKey, std::to_string(id_slot));
  db.commit();
  return num_found;
}

}  // namespace

void add_options(AnnotateOptions& options, OptionTable& table) {
  table.everyday(
      {"db", "field-lengths", "ids", "values", "pagerank", "clicks", "queries", "prefix", "value", "column"});
  options.database.add_to(table);
  table.group("What is added");
  table.flag("field-lengths", options.field_lengths, "store each field's length in words, for fields that lack it");
  table.flag("ids", options.ids, "store each document's unique-id term, which reranking behind xapian-tcpsrv needs");
  table.texts("values", options.values,
              "a number a document, lines id<TAB>number; NAME is what features call it; may be given again",
              "FILE:NAME|SLOT");
  table.texts("pagerank", options.pagerank,
              "PageRank over links between documents, lines id<TAB>id; may be given again", "FILE:NAME|SLOT");
  options.log.add_log_to(table);
  table.group("Behaviour features");
  table.number(
      "half-life", options.behaviour.half_life_days, 0.0, kManyDays,
      "days after which a click counts half, its age taken from the newest one; 0: never; what people want moves on");
  table.number("min-sessions", options.behaviour.min_sessions, std::size_t{1}, std::size_t{1000000},
               "sessions that a query or word must be seen in to be kept, so that the index tells nothing of single "
               "users; all rows "
               "without a session are one");
  for (const char* name : {"queries", "half-life", "min-sessions"}) table.needs(name, {"clicks"});
}

void run(const AnnotateOptions& options, std::ostream& out) {
  const bool with_clicks = !options.log.clicks.empty();
  if (!options.field_lengths && !options.ids && options.values.empty() && options.pagerank.empty() && !with_clicks) {
    throw ConfigError("nothing to add: give --field-lengths, --ids, --values, --pagerank or --clicks");
  }
  const Site site = options.database.site();
  const Xapian::Database db = site.open();
  IndexLayout layout = site.layout;
  if (options.field_lengths) {
    for (TextField& field : layout.fields) {
      if (field.length_slot == Xapian::BAD_VALUENO) field.length_slot = free_slot(db, layout, kFirstLengthSlot);
    }
  }
  std::vector<NewValue> values;
  for (const std::string& text : options.values)
    values.push_back(read_values(destination_of("values", text, db, layout)));
  for (const std::string& text : options.pagerank) {
    values.push_back(read_pagerank(destination_of("pagerank", text, db, layout), db, layout));
  }
  const Xapian::valueno id_slot = options.ids ? id_slot_for(db, layout) : Xapian::BAD_VALUENO;
  Behaviour behaviour;
  if (with_clicks) {
    add_behaviour_to(layout, db, options.behaviour);
    behaviour = read_behaviour(options, db, layout);
  }
  // All locks are taken before anything is written.
  std::vector<Xapian::WritableDatabase> shards;
  for (const std::string& path : options.database.paths) shards.push_back(open_writable(path));
  std::size_t num_found = 0;
  BehaviourCounts counts;
  for (Xapian::WritableDatabase& shard : shards) {
    num_found += annotate_shard(shard, layout, options.field_lengths, values, id_slot,
                                with_clicks ? &behaviour : nullptr, counts);
  }
  std::size_t num_given = 0;
  for (const NewValue& value : values) num_given += value.numbers.size();
  out << "annotated " << db.get_doccount() << " documents";
  if (!values.empty())
    out << ": " << num_found << " values, " << num_given - std::min(num_found, num_given) << " for unknown documents";
  out << '\n';
  if (with_clicks) print(counts, behaviour, *layout.behaviour, out);
}

Command annotate_command() {
  return make_command<AnnotateOptions>(
      "annotate", "--db DB [--field-lengths] [--ids] [--values TSV:NAME] [--pagerank LINKS:NAME] [--clicks C]",
      "add what features need to an existing index",
      "This is for an index that omindex, scriptindex or a program of yours made. No other program may write to it "
      "meanwhile.\n"
      "  xapian-irgan annotate --db site --field-lengths --values sales.tsv:sales --pagerank links.tsv:pagerank\n"
      "The index keeps what you say of it here (--prefix, --value, --stemmer, --id-prefix), so that the other commands "
      "know it.\n"
      "  xapian-irgan annotate --db site --clicks clicks.tsv\n"
      "This keeps what people clicked, for 'train --behaviour'. The clicks of a newer log replace the old ones.\n"
      "Next: 'inspect --db site' shows the result; then 'train'.\n");
}

}  // namespace irgan
