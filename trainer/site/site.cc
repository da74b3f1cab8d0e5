#include "irgan/site.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "irgan/errors.h"
#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/process/stub_files.h"
#include "trainer/layout/detected_layout.h"
#include "trainer/layout/id_check.h"
#include "trainer/layout/number_slots.h"
#include "trainer/layout/shard_layouts.h"
#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

[[noreturn]] void refuse(const std::string& path, const Xapian::Error& error) {
  throw Error("index " + path + ": cannot be opened: " + error.get_msg() +
              "; name the folder of a Xapian index, a stub file, or tcp:HOST:PORT");
}

Xapian::Database open_remote(const std::string& path) {
  const std::size_t colon = path.rfind(':');
  unsigned port = 0;
  if (colon < 5 || !parse_number(std::string_view(path).substr(colon + 1), port) || port == 0 || port > 65535) {
    throw ConfigError("db", path + ": must be tcp:HOST:PORT");
  }
  return Xapian::Remote::open(path.substr(4, colon - 4), port);
}

void check_path(const std::string& path) {
  if (path.empty()) throw ConfigError("db", "is empty: name the index");
}

Xapian::Database open_one(const std::string& path) {
  check_path(path);
  check_stubs(path);
  try {
    return path.compare(0, 4, "tcp:") == 0 ? open_remote(path) : Xapian::Database(path);
  } catch (const Xapian::Error& error) {
    refuse(path, error);
  }
}

// The layout that the index keeps, in its only database or in all of them alike.
std::optional<IndexLayout> kept_layout(const Xapian::Database& db, const LayoutOverrides& said,
                                       const std::vector<std::string>& paths, std::vector<LayoutRemark>& remarks) {
  std::vector<std::string> shards;
  for (const std::string& path : paths) {
    for (std::string& shard : shard_paths(path)) shards.push_back(std::move(shard));
  }
  if (shards.size() > 1) return joined_layout(shards, open_one, said, remarks);
  const std::string stored = db.get_metadata(kLayoutKey);
  if (stored.empty()) return std::nullopt;
  return layout_from_json(stored, std::string("metadata ") + kLayoutKey);
}

void check_unique_ids(const Xapian::Database& db, const LayoutOverrides& said, const IndexLayout& layout,
                      std::vector<LayoutRemark>& remarks) {
  if (layout.id_prefix.empty() || db.get_doccount() == 0) return;
  if (said.id_prefix.empty() && has_remote_shard(db)) return;  // the server would send all terms
  const std::string& prefix = layout.id_prefix;
  const IdCheck check = check_ids(db, prefix);
  if (check.num_terms == 0 && !said.id_prefix.empty())
    throw ConfigError("id_prefix", prefix + ": no document has a term under this prefix");
  if (check.num_terms > 0 && !check.are_ids())
    throw ConfigError("id_prefix", prefix + ": the terms under this prefix are no unique ids: " + check.objection());
  if (check.num_shared > 0) {
    remarks.push_back({std::to_string(check.num_shared) +
                           " ids belong to several documents each, and stand for the "
                           "first of them: " +
                           check.objection(),
                       "", ""});
  }
  const Xapian::doccount num_without = documents_without(db, check);
  if (num_without > 0) {
    remarks.push_back({std::to_string(num_without) + " of " + std::to_string(db.get_doccount()) +
                           " documents have no unique id under " + prefix + ": they go by docid:NUMBER",
                       "", ""});
  }
}

// Refuses slots that the user names and that hold no numbers; those that the index keeps are left out.
void check_values(const Xapian::Database& db, const LayoutOverrides& said, IndexLayout& layout,
                  std::vector<LayoutRemark>& remarks) {
  const auto is_said = [&said](const StoredValue& value) {
    return std::any_of(said.values.begin(), said.values.end(),
                       [&](const auto& one) { return one.first == value.name; });
  };
  const auto is_bad = [&](const StoredValue& value) {
    const std::string objection = value.from_clicks ? "" : objection_to_numbers(db, value.slot);
    if (objection.empty()) return false;
    const std::string reason =
        value.name + "=" + std::to_string(value.slot) +
        ": the slot does not hold numbers as Xapian's sortable_serialise writes them: " + objection;
    if (is_said(value))
      throw ConfigError("value", reason +
                                     "; index them so (scriptindex: valuenumeric), or annotate the index with a "
                                     "file of values");
    remarks.push_back({"value " + reason + "; it is left out", "", ""});
    return true;
  };
  layout.values.erase(std::remove_if(layout.values.begin(), layout.values.end(), is_bad), layout.values.end());
}

}  // namespace

Xapian::Database open_database(const std::vector<std::string>& paths) {
  if (paths.empty()) throw ConfigError("db", "is missing: name the index");
  Xapian::Database all;
  for (const std::string& path : paths) all.add_database(open_one(path));
  return all;
}

Xapian::WritableDatabase open_writable(const std::string& path) {
  check_path(path);
  if (path.compare(0, 4, "tcp:") == 0) {
    throw ConfigError("db", path + ": only an index on this machine can be changed");
  }
  try {
    check_stubs(path);
    const Xapian::Database readable(path);  // a writer leaves a lock file in a folder that is no index
    Xapian::WritableDatabase db(path, Xapian::DB_OPEN);
    db.begin_transaction();
    return db;
  } catch (const Xapian::DatabaseLockError&) {
    if (::access(path.c_str(), W_OK) != 0)  // for Xapian this is one more way not to get the lock
      throw Error("index " + path + ": cannot be written: " + std::strerror(errno));
    throw Error("index " + path +
                ": another program is writing to the index and has locked it; try again when it has ended");
  } catch (const Xapian::Error& error) {
    refuse(path, error);
  }
}

IndexLayout checked_layout(const Xapian::Database& db, const LayoutOverrides& said,
                           const std::vector<std::string>& paths, std::vector<LayoutRemark>& remarks) {
  check_stemmer(said.stemmer);
  for (const auto& prefix : said.prefixes) check_name(prefix.first);
  for (const auto& value : said.values) check_name(value.first);
  IndexLayout layout;
  try {
    layout = read_layout(db, said, kept_layout(db, said, paths, remarks), remarks);
  } catch (const FormatError& error) {
    throw FormatError((paths.empty() ? "" : paths.front() + ": ") + error.what() + "; index the documents anew");
  }
  check_unique_ids(db, said, layout, remarks);
  check_values(db, said, layout, remarks);
  return layout;
}

Site site_at(std::vector<std::string> paths, const LayoutOverrides& said, Xapian::Query::op default_op) {
  const Xapian::Database db = open_database(paths);
  if (db.get_doccount() == 0) throw Error("index " + paths.front() + ": there are no documents in the index");
  Site site;
  site.layout = checked_layout(db, said, paths, site.remarks);
  site.watch = std::make_shared<IndexWatch>(db, paths);
  site.open = [paths] { return open_database(paths); };
  site.paths = std::move(paths);
  site.default_op = default_op;
  return site;
}

void check_stemmer(const std::string& language) {
  try {
    const Xapian::Stem stem(language);
  } catch (const Xapian::InvalidArgumentError&) {
    throw ConfigError("stemmer", language + ": must be none or one of " + Xapian::Stem::get_available_languages());
  }
}

Xapian::valueno parse_slot(const std::string& member, const std::string& text) {
  Xapian::valueno slot = 0;
  if (!parse_number(text, slot)) {
    throw ConfigError(member, "'" + text + "' is no value slot: must be a number from 0 up");
  }
  return slot;
}

void check_name(const std::string& name) {
  if (name.empty() || name.find_first_of(". \t") != std::string::npos || name == "value" || name == "query" ||
      name == "first_stage") {
    throw ConfigError("'" + name +
                      "': names of fields and values have no dots or spaces and are not value, query or first_stage");
  }
}

}  // namespace irgan
