#include "trainer/layout/shard_layouts.h"

#include <algorithm>

#include "irgan/errors.h"
#include "trainer/layout/detected_layout.h"
#include "trainer/layout/term_survey.h"

namespace irgan {
namespace {

/// One database and what it keeps, or what can be seen in it.
struct ShardLayout {
  std::string path;
  Xapian::Database db;
  std::optional<IndexLayout> kept;
  std::string id_prefix;
  std::string stemmer;  ///< found by looking
};

std::string prefix_text(const std::string& prefix) { return prefix.empty() ? "no prefix" : "prefix " + prefix; }

std::string slot_text(Xapian::valueno slot) {
  return slot == Xapian::BAD_VALUENO ? "in no slot" : "in slot " + std::to_string(slot);
}

[[noreturn]] void refuse(const ShardLayout& one, const std::string& in_one, const ShardLayout& other,
                         const std::string& in_other) {
  throw Error("the indexes cannot be searched as one: " + in_one + " in " + one.path + ", " + in_other + " in " +
              other.path + "; index both in one way, or name them one at a time");
}

void compare_fields(const ShardLayout& one, const TextField& a, const ShardLayout& other, const TextField& b) {
  const std::string in_a = "field " + a.name + " has ";
  const std::string in_b = "field " + b.name + " has ";
  if ((a.name == b.name) != (a.prefix == b.prefix))
    refuse(one, in_a + prefix_text(a.prefix), other, in_b + prefix_text(b.prefix));
  const bool is_same = a.name == b.name;
  const auto clash = [is_same](Xapian::valueno x, Xapian::valueno y) {
    const bool both = x != Xapian::BAD_VALUENO && y != Xapian::BAD_VALUENO;
    return both && (x == y) != is_same;
  };
  if (clash(a.length_slot, b.length_slot))
    refuse(one, in_a + "its length " + slot_text(a.length_slot), other, in_b + "it " + slot_text(b.length_slot));
  if (clash(a.text_slot, b.text_slot))
    refuse(one, in_a + "its text " + slot_text(a.text_slot), other, in_b + "it " + slot_text(b.text_slot));
}

void compare(const ShardLayout& one, const ShardLayout& other, const LayoutOverrides& said) {
  const IndexLayout& a = *one.kept;
  const IndexLayout& b = *other.kept;
  if (said.stemmer.empty() && a.stemmer != b.stemmer)
    refuse(one, "the stemmer is " + a.stemmer, other, "it is " + b.stemmer);
  for (const TextField& field : a.fields) {
    for (const TextField& theirs : b.fields) compare_fields(one, field, other, theirs);
  }
  for (const StoredValue& value : a.values) {
    for (const StoredValue& theirs : b.values) {
      if ((value.name == theirs.name) != (value.slot == theirs.slot))
        refuse(one, "value " + value.name + " is " + slot_text(value.slot), other,
               "value " + theirs.name + " is " + slot_text(theirs.slot));
    }
  }
}

template <class Item>
void add_missing(std::vector<Item>& all, const std::vector<Item>& more, const char* kind, const std::string& path,
                 const std::string& more_path, std::vector<LayoutRemark>& remarks) {
  const auto has = [](const std::vector<Item>& items, const std::string& name) {
    return std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
  };
  for (const Item& item : all) {
    if (!has(more, item.name))
      remarks.push_back({more_path + " keeps no " + kind + " '" + item.name + "', which " + path + " has", "", ""});
  }
  for (const Item& item : more) {
    if (has(all, item.name)) continue;
    remarks.push_back({path + " keeps no " + kind + " '" + item.name + "', which " + more_path + " has", "", ""});
    all.push_back(item);
  }
}

std::vector<ShardLayout> read_shards(const std::vector<std::string>& paths, const ShardOpener& open) {
  std::vector<ShardLayout> shards;
  for (const std::string& path : paths) {
    const Xapian::Database db = open(path);
    if (db.get_doccount() == 0) continue;
    ShardLayout shard{path, db, {}, {}, {}};
    const std::string stored = db.get_metadata(kLayoutKey);
    if (!stored.empty()) shard.kept = layout_from_json(stored, path + ": metadata " + kLayoutKey);
    shards.push_back(std::move(shard));
  }
  return shards;
}

// Where a shard keeps no layout, the prefix that another keeps is taken if the shard has such terms: `annotate` by a
// stub file leaves the layout in the first shard only.
void find_ids(std::vector<ShardLayout>& shards, const IndexLayout* kept) {
  std::vector<LayoutRemark> ignored;
  for (ShardLayout& shard : shards) {
    if (shard.kept) {
      shard.id_prefix = shard.kept->id_prefix;
    } else if (kept != nullptr && (kept->id_prefix.empty() || has_terms(shard.db, kept->id_prefix))) {
      shard.id_prefix = kept->id_prefix;
    } else {
      shard.id_prefix = detected_id_prefix(shard.db, ignored);
    }
  }
}

// Of shards that do not say how they were made: fields that only others have.
void remark_on_fields(const std::vector<ShardLayout>& shards, const std::vector<TextField>& fields,
                      std::vector<LayoutRemark>& remarks) {
  for (const ShardLayout& shard : shards) {
    for (const TextField& field : fields) {
      if (shard.kept || field.from_clicks || field.prefix.empty()) continue;
      if (has_terms(shard.db, field.prefix) || has_terms(shard.db, 'Z' + field.prefix)) continue;
      remarks.push_back(
          {shard.path + " has no words of field " + field.name + ", " + prefix_text(field.prefix), "", ""});
    }
  }
}

// Of the same: stems of several languages.
void remark_on_stems(std::vector<ShardLayout>& shards, std::vector<LayoutRemark>& remarks) {
  const ShardLayout* first = nullptr;
  for (ShardLayout& shard : shards) {
    if (shard.kept) continue;
    const TermSurvey survey(shard.db);
    if (survey.is_too_small()) continue;
    shard.stemmer = survey.best_stems().stemmer;
    if (first == nullptr) first = &shard;
    if (first->stemmer == shard.stemmer) continue;
    remarks.push_back({"the stemmer looks to be " + first->stemmer + " in " + first->path + " and " + shard.stemmer +
                           " in " + shard.path + ": with either, searches miss words of the other",
                       "stemmer", "LANGUAGE"});
  }
}

std::string ids_text(const std::string& prefix) {
  return prefix.empty() ? "document ids are docids" : "document ids stand under " + prefix;
}

}  // namespace

std::optional<IndexLayout> joined_layout(const std::vector<std::string>& paths, const ShardOpener& open,
                                         const LayoutOverrides& said, std::vector<LayoutRemark>& remarks) {
  std::vector<ShardLayout> shards = read_shards(paths, open);
  if (shards.empty()) return std::nullopt;
  const auto first = std::find_if(shards.begin(), shards.end(), [](const ShardLayout& one) { return one.kept; });
  if (said.id_prefix.empty()) find_ids(shards, first == shards.end() ? nullptr : &*first->kept);
  if (said.stemmer.empty() && first == shards.end()) remark_on_stems(shards, remarks);
  for (const ShardLayout& shard : shards) {
    if (said.id_prefix.empty() && shard.id_prefix != shards.front().id_prefix) {
      throw ConfigError("id_prefix", "is needed: " + ids_text(shards.front().id_prefix) + " in " + shards.front().path +
                                         ", " + ids_text(shard.id_prefix) + " in " + shard.path +
                                         "; index both in one way, or say which ids count, by a prefix or docid");
    }
  }
  if (first == shards.end()) {
    const bool has_titles = std::any_of(shards.begin(), shards.end(), [](const ShardLayout& shard) {
      return has_terms(shard.db, "S") || has_terms(shard.db, "ZS");
    });
    if (has_titles) remark_on_fields(shards, {{"title", "S"}}, remarks);
    return std::nullopt;
  }
  remark_on_fields(shards, first->kept->fields, remarks);
  for (auto one = shards.begin(); one != shards.end(); ++one) {
    for (auto other = one + 1; one->kept && other != shards.end(); ++other) {
      if (other->kept) compare(*one, *other, said);
    }
  }
  IndexLayout joined = *first->kept;
  for (auto shard = first + 1; shard != shards.end(); ++shard) {
    if (!shard->kept) continue;
    add_missing(joined.fields, shard->kept->fields, "field", first->path, shard->path, remarks);
    add_missing(joined.values, shard->kept->values, "value", first->path, shard->path, remarks);
    joined.has_ngrams = joined.has_ngrams || shard->kept->has_ngrams;
    if (!joined.behaviour) joined.behaviour = shard->kept->behaviour;
  }
  return joined;
}

}  // namespace irgan
