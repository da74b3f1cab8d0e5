#include "index_tools/store.h"

#include <vector>

#include <xapian.h>

#include "irgan/model.h"
#include "irgan/model_source.h"

namespace irgan {
namespace {

std::string stored_version(const std::string& bytes) {
  return bytes.empty() ? "none" : Model::from_bytes(bytes, kModelKey)->version().substr(0, 12);
}

}  // namespace

void add_options(StoreOptions& options, OptionTable& table) {
  table.texts("db", options.paths, "the index; name every shard of an index of several");
  table.text("model", options.model, "the model file");
  table.flag("previous", options.previous, "go back to the model before; the present one becomes the one before");
}

void run(const StoreOptions& options, std::ostream& out) {
  if (options.paths.empty()) throw ConfigError("--db is missing: name the index");
  if (options.model.empty() == !options.previous) throw ConfigError("give either --model or --previous");
  std::string bytes;
  if (!options.previous) bytes = Model::from_file(options.model)->to_bytes();
  // All locks are taken before anything is written.
  std::vector<Xapian::WritableDatabase> shards;
  for (const std::string& path : options.paths) shards.emplace_back(path, Xapian::DB_OPEN);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (options.previous && shards[i].get_metadata(kPreviousModelKey).empty()) {
      throw Error(options.paths[i] + ": there is no model before the present one");
    }
  }
  for (Xapian::WritableDatabase& shard : shards) {
    const std::string current = shard.get_metadata(kModelKey);
    const std::string next = options.previous ? shard.get_metadata(kPreviousModelKey) : bytes;
    if (next != current) shard.set_metadata(kPreviousModelKey, current);
    shard.set_metadata(kModelKey, next);
  }
  for (Xapian::WritableDatabase& shard : shards) shard.commit();
  out << "model " << stored_version(shards.front().get_metadata(kModelKey)) << " is now in " << options.paths.size()
      << (options.paths.size() == 1 ? " index" : " shards") << "; before it: "
      << stored_version(shards.front().get_metadata(kPreviousModelKey)) << '\n';
}

}  // namespace irgan
