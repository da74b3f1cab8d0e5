#include "irgan/index_annotator.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "plugin/src/features/clicked_field.h"
#include "plugin/src/features/unique_ids.h"
#include "trainer/evidence/click_history.h"
#include "trainer/machine/numbers.h"
#include "trainer/machine/text_input.h"
#include "trainer/site/behaviour_index.h"
#include "trainer/site/field_lengths.h"
#include "trainer/site/pagerank.h"

namespace irgan {
namespace {

constexpr std::size_t kDocumentsPerCommit = 50000;

using NumberOfDocument = std::unordered_map<std::string, double>;

/// A column of numbers on its way into a value slot.
struct NewValue {
  StoredValue target;
  NumberOfDocument numbers;
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
    throw ConfigError("ids", "cannot be stored: the index has no unique-id terms; id_prefix names their prefix");
  const Xapian::valueno known = id_slot_of(db);
  return known == Xapian::BAD_VALUENO ? free_slot(db, layout, kFirstIdSlot) : known;
}

// The value's place, which the layout has from then on.
StoredValue place_of(const char* member, const ValueFile& file, const Xapian::Database& db, IndexLayout& layout) {
  const std::string& name = file.target;
  const bool is_slot = name.find_first_not_of("0123456789") == std::string::npos;
  check_name(name);
  StoredValue target{is_slot ? "value" + name : name, is_slot ? parse_slot(member, name) : free_slot(db, layout, 0)};
  const auto known = std::find_if(layout.values.begin(), layout.values.end(), [&](const StoredValue& value) {
    return is_slot ? value.slot == target.slot : value.name == target.name;
  });
  if (known != layout.values.end()) return *known;
  if (belongs_to_field(layout, target.slot) || db.get_value_freq(target.slot) > 0) {
    throw ConfigError(member, file.path + ":" + name +
                                  ": the slot holds something else; give a name instead, or, to replace what is there, "
                                  "name the slot (value NAME=" +
                                  name + ")");
  }
  layout.values.push_back(target);
  return target;
}

NewValue read_values(const std::string& path, const StoredValue& target) {
  NewValue value{target, {}};
  TextInput input(path);
  for (std::string_view line; input.next(line);) {
    if (line.empty()) continue;
    const auto [id, text] = two_columns(line, input.place());
    double number = 0.0;
    if (!parse_number(text, number) || !std::isfinite(number)) {
      throw FormatError(input.place() + ": '" + std::string(text) + "' is no number");
    }
    value.numbers[std::string(id)] = number;
  }
  return value;
}

NewValue read_pagerank(const std::string& path, const StoredValue& place, const Xapian::Database& db,
                       const IndexLayout& layout) {
  const DocumentIds ids(db, layout.id_prefix);
  std::vector<std::string> names;
  std::unordered_map<std::string, std::size_t> number_of;
  for (auto posting = db.postlist_begin(""); posting != db.postlist_end(""); ++posting) {
    names.push_back(ids.id_of(*posting));
    number_of.emplace(names.back(), names.size() - 1);
  }
  std::vector<Link> links;
  TextInput input(path);
  for (std::string_view line; input.next(line);) {
    if (line.empty()) continue;
    const auto [from, to] = two_columns(line, input.place());
    const auto source = number_of.find(std::string(from));
    const auto target = number_of.find(std::string(to));
    if (source != number_of.end() && target != number_of.end()) links.emplace_back(source->second, target->second);
  }
  if (links.empty()) throw Error(path + ": none of its links is between documents of the index");
  const std::vector<double> ranks = pagerank(names.size(), links);
  NewValue value{place, {}};
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
      throw ConfigError("clicks", std::string("cannot be kept: the index has a field or value of its own called ") +
                                      kClickedField + " or " + kClicksValue + ", or with the prefix " + kClickedPrefix +
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

Behaviour read_behaviour(const Site& site, const AnnotatedClicks& clicks, const Xapian::Database& db,
                         const IndexLayout& layout) {
  QueryStemFinder finder(db, layout, site.default_op, clicks.queries);
  ClickHistory history([&](const ClickRow& row, const std::string& id) { return finder.stems_of(row, id); });
  clicks.read([&](const ClickRow& row, const std::string& id) { history.add(row, id); });
  if (history.empty()) throw Error(clicks.name + ": there are no clicks in the log");
  return history.behaviour(kClickedPrefix, *layout.behaviour);
}

/// All that is to be written.
struct Annotations {
  IndexLayout layout;
  bool field_lengths = false;
  std::vector<NewValue> values;
  Xapian::valueno id_slot = Xapian::BAD_VALUENO;
  std::optional<Behaviour> behaviour;

  bool have_ids() const { return !values.empty() || id_slot != Xapian::BAD_VALUENO || behaviour.has_value(); }
};

Annotations read_annotations(const Site& site, const Xapian::Database& db, const AnnotationOptions& options) {
  Annotations found;
  found.layout = site.layout;
  IndexLayout& layout = found.layout;
  found.field_lengths = options.field_lengths;
  if (options.field_lengths) {
    for (TextField& field : layout.fields) {
      if (field.length_slot == Xapian::BAD_VALUENO) field.length_slot = free_slot(db, layout, kFirstLengthSlot);
    }
  }
  for (const ValueFile& file : options.values) {
    found.values.push_back(read_values(file.path, place_of("values", file, db, layout)));
  }
  for (const ValueFile& file : options.pagerank) {
    const StoredValue place = place_of("pagerank", file, db, layout);
    found.values.push_back(read_pagerank(file.path, place, db, layout));
  }
  if (options.ids) found.id_slot = id_slot_for(db, layout);
  if (options.clicks) {
    add_behaviour_to(layout, db, options.clicks->behaviour);
    found.behaviour = read_behaviour(site, *options.clicks, db, layout);
  }
  return found;
}

/// Which docids a path's documents have in the whole: Xapian deals the numbers in turn over all shards.
struct Numbering {
  Xapian::docid num_before = 0;  ///< shards of the paths before
  Xapian::docid num_here = 1;    ///< shards of the path, which may be a stub
  Xapian::docid num_all = 1;

  Xapian::docid in_all(Xapian::docid docid) const {
    const Xapian::docid shard = num_before + (docid - 1) % num_here;
    return (docid - 1) / num_here * num_all + shard + 1;
  }
};

using SlotValues = std::vector<std::pair<Xapian::valueno, std::string>>;

SlotValues values_of(const Xapian::Document& document) {
  SlotValues values;
  for (auto value = document.values_begin(); value != document.values_end(); ++value)
    values.emplace_back(value.get_valueno(), *value);
  return values;
}

// Returns whether that was something else.
bool set_metadata(const char* key, const std::string& value, Xapian::WritableDatabase& db) {
  if (db.get_metadata(key) == value) return false;
  db.set_metadata(key, value);
  return true;
}

/// Writes annotations into shards, and counts. What is as it should be is not written again.
class ShardWriter {
 public:
  ShardWriter(const Annotations& annotations, AnnotationReport& report) : given_(annotations), report_(report) {
    if (given_.behaviour) {
      for (const auto& [id, behaviour] : *given_.behaviour) unseen_.insert(id);
    }
    for (const NewValue& value : given_.values) num_given_ += value.numbers.size();
  }

  void write(Xapian::WritableDatabase& db, const Numbering& numbering,
             const std::function<void(double share_done)>& on_progress) {
    const DocumentIds ids(db, given_.layout.id_prefix);
    const std::vector<Xapian::docid> docids(db.postlist_begin(""), db.postlist_end(""));
    bool is_changed = false;
    for (std::size_t i = 0; i < docids.size(); ++i) {
      Xapian::Document document = db.get_document(docids[i]);
      const SlotValues before = values_of(document);
      if (given_.id_slot != Xapian::BAD_VALUENO) add_id(document, id_term_of(db, given_.layout.id_prefix, docids[i]));
      annotate(document, given_.have_ids() ? ids.id_of(docids[i], numbering.in_all(docids[i])) : "");
      if (given_.behaviour || values_of(document) != before) {
        db.replace_document(docids[i], document);
        is_changed = true;
        if (++report_.num_changed % kDocumentsPerCommit == 0) {
          db.commit_transaction();
          db.begin_transaction();
        }
      }
      on_progress(static_cast<double>(i) / static_cast<double>(docids.size()));
    }
    is_changed |= set_metadata(kLayoutKey, layout_to_json(given_.layout), db);
    if (given_.id_slot != Xapian::BAD_VALUENO)
      is_changed |= set_metadata(kIdSlotKey, std::to_string(given_.id_slot), db);
    if (is_changed) db.commit_transaction();
    report_.num_words = words_.size();
    report_.num_queries = queries_.size();
    report_.num_unknown_documents = unseen_.size();
    report_.num_unknown_values = num_given_ - known_.size();
  }

 private:
  void add_id(Xapian::Document& document, const std::optional<std::string>& term) {
    if (term) {
      document.add_value(given_.id_slot, *term);
    } else {
      ++report_.num_without_id;
    }
  }

  void annotate(Xapian::Document& document, const std::string& id) {
    if (given_.field_lengths) set_field_lengths(document, given_.layout);
    if (given_.behaviour) {
      remove_behaviour(document, given_.layout);
      const auto known = given_.behaviour->find(id);
      if (known != given_.behaviour->end()) {
        write_behaviour(document, known->second, given_.layout);
        count(known->second);
        unseen_.erase(id);
      }
    }
    for (const NewValue& value : given_.values) {
      const auto number = value.numbers.find(id);
      if (number == value.numbers.end()) continue;
      known_.insert(&number->first);
      document.add_value(value.target.slot, Xapian::sortable_serialise(number->second));
      ++report_.num_values;
    }
  }

  void count(const DocumentBehaviour& behaviour) {
    ++report_.num_clicked_documents;
    words_.insert(behaviour.words.begin(), behaviour.words.end());
    for (const std::string& term : behaviour.terms) {
      if (is_query_share_term(kClickedPrefix, term))
        queries_.insert(term.substr(0, term.size() - 1));  // without its level
    }
  }

  const Annotations& given_;
  AnnotationReport& report_;
  std::set<std::string> words_;
  std::set<std::string> queries_;
  std::set<const std::string*> known_;  // ids of values that a shard so far has
  std::size_t num_given_ = 0;           // values of all ids
  std::set<std::string> unseen_;        // documents with clicks that no shard so far has
};

}  // namespace

AnnotationReport annotate(const Site& site, const AnnotationOptions& options) {
  const Xapian::Database db = site.open();
  const Annotations annotations = read_annotations(site, db, options);
  // All locks are taken before anything is written.
  std::vector<Xapian::WritableDatabase> shards;
  for (const std::string& path : site.paths) shards.push_back(open_writable(path));
  AnnotationReport report;
  ShardWriter writer(annotations, report);
  Numbering numbering;
  numbering.num_all = static_cast<Xapian::docid>(db.size());
  for (Xapian::WritableDatabase& shard : shards) {
    numbering.num_here = static_cast<Xapian::docid>(shard.size());
    writer.write(shard, numbering, options.on_progress);
    numbering.num_before += numbering.num_here;
  }
  report.num_documents = db.get_doccount();
  return report;
}

}  // namespace irgan
