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

namespace irgan {
namespace {

constexpr double kManyDays = 36500.0;

// FILE:SLOT or FILE:NAME, taken apart.
ValueFile value_file(const char* flag, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw ConfigError("--" + std::string(flag) + " " + text + ": must be FILE:SLOT or FILE:NAME");
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
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
  const Evidence evidence = options.log.evidence();
  QueryStemFinder finder(db, layout, options.database.default_op, evidence.queries);
  ClickHistory history([&](const ClickRow& row, const std::string& id) { return finder.stems_of(row, id); });
  const auto add = [&](const ClickRow& row, const std::string& id) { history.add(row, id); };
  show_reading(for_each_click(evidence, add));
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
  AnnotationOptions annotation = options.annotation;
  if (!annotation.field_lengths && !annotation.ids && options.values.empty() && options.pagerank.empty() &&
      !with_clicks) {
    throw ConfigError("nothing to add: give --field-lengths, --ids, --values, --pagerank or --clicks");
  }
  const Site site = options.database.site();
  for (const std::string& text : options.values) annotation.values.push_back(value_file("values", text));
  for (const std::string& text : options.pagerank) annotation.pagerank.push_back(value_file("pagerank", text));
  if (with_clicks) annotation.clicks = clicks_of(options);
  ProgressBar bar("annotating");
  annotation.on_progress = [&](double share_done) { bar.update(share_done); };
  const AnnotationReport report = annotate(site, annotation);
  bar.erase();
  out << "annotated " << report.num_documents << " documents";
  if (!options.values.empty() || !options.pagerank.empty())
    out << ": " << report.num_values << " values, " << report.num_unknown_values << " for unknown documents";
  out << '\n';
  if (with_clicks) {
    out << "clicks of " << report.num_clicked_documents << " documents, " << report.num_unknown_documents
        << " that the index does not have; " << report.num_words << " words and " << report.num_queries
        << " queries of at least " << options.behaviour.min_sessions << " sessions are kept (--min-sessions)\n";
  }
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
