#include <xapian.h>

#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/option_table.h"
#include "irgan/click_memory.h"
#include "irgan/feature_schema.h"
#include "irgan/model.h"
#include "irgan/model_source.h"
#include "irgan/serving_history.h"
#include "trainer/machine/timestamps.h"
#include "trainer/ranking/strict_rerank.h"

namespace irgan {
namespace {

struct StoreOptions {
  std::vector<std::string> paths;
  std::string model;
  std::string memory;
  bool previous = false;
  bool none = false;  ///< take the model away
};

std::string stored_version(const std::string& bytes) {
  if (bytes.empty()) return "none";
  try {
    return Model::from_bytes(bytes, kModelKey)->version().substr(0, 12);
  } catch (const FormatError&) {
    return "a damaged one";
  }
}

// Returns the model in `bytes`. A search by one whose features cannot be had would keep the model before, if it has
// one.
std::shared_ptr<const Model> servable(const std::string& bytes, const std::string& place) {
  std::shared_ptr<const Model> model = Model::from_bytes(bytes, place);
  try {
    parse_features(model->schema());
  } catch (const FormatError& error) {
    throw FormatError(place + ": no search can be served by this model: " + error.what());
  }
  return model;
}

// Searches would keep the index's own order.
void refuse_unserved(const Model& model, const std::string& place,
                     const std::vector<Xapian::WritableDatabase>& shards) {
  Xapian::Database all;
  for (const Xapian::WritableDatabase& shard : shards) all.add_database(shard);
  refuse_misfit(all, model, place);
}

// A larger one is better served from a file: an index's metadata are read whole, and copied with the index.
constexpr std::size_t kLargestMemory = std::size_t{4} << 20;

std::shared_ptr<const ClickMemory> storable(const std::string& path) {
  std::shared_ptr<const ClickMemory> memory = ClickMemory::from_file(path);
  if (memory->bytes().size() > kLargestMemory) {
    throw Error(path + ": has " + std::to_string(memory->bytes().size()) +
                " bytes, and an index keeps up to 4 MiB; let searches " +
                "read the file instead (RerankOptions::memory)");
  }
  return memory;
}

// No memory removes what is there. Returns whether something else was there.
bool store_memory(const std::shared_ptr<const ClickMemory>& memory, Xapian::WritableDatabase& shard) {
  const std::string bytes = memory ? std::string(memory->bytes()) : std::string();
  if (shard.get_metadata(kMemoryKey) == bytes) return false;
  shard.set_metadata(kMemoryKey, bytes);
  shard.set_metadata(kMemoryVersionKey, memory ? memory->version() : std::string());
  return true;
}

// Nothing before is as good as a model: it undoes the first roll-out.
void check_previous(const StoreOptions& options, const std::vector<Xapian::WritableDatabase>& shards) {
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const std::string previous = shards[i].get_metadata(kPreviousModelKey);
    if (previous.empty()) {
      throw Error("--db " + options.paths[i] + ": there is no model before the present one; --none takes that away");
    }
    const std::string place = "--db " + options.paths[i] + ", " + kPreviousModelKey;
    refuse_unserved(*servable(previous, place), place, shards);
  }
}

// What searches then find, with a line in the index's history. Returns whether it was something else.
bool change_model(const StoreOptions& options, const Model* model, Xapian::WritableDatabase& shard) {
  const std::string current = shard.get_metadata(kModelKey);
  const std::string next = options.previous ? shard.get_metadata(kPreviousModelKey) : model ? model->to_bytes() : "";
  if (next == current) return false;
  shard.set_metadata(kPreviousModelKey, current);
  shard.set_metadata(kModelKey, next);
  const std::shared_ptr<const Model> served = next.empty() ? nullptr : Model::from_bytes(next, kModelKey);
  shard.set_metadata(kModelVersionKey, served ? served->version() : "");
  add_to_history({utc_text(static_cast<double>(std::time(nullptr))), served ? served->version().substr(0, 12) : "",
                  options.previous ? "previous"
                  : served         ? "stored"
                                   : "none",
                  served ? figures_of(*served) : ""},
                 shard);
  return true;
}

void add_options(StoreOptions& options, OptionTable& table) {
  table.texts("db", options.paths, "the index; if it has several shards, name each", "DB");
  table.text("model", options.model, "the model file", "FILE");
  table.text("memory", options.memory, "the click memory, up to 4 MiB; none: remove the one that is there", "FILE");
  table.flag("previous", options.previous, "exchange the present model with the one before it");
  table.flag("none", options.none,
             "take the model away, so that searches keep the index's own order; --previous brings it back");
  for (const char* task : {"previous", "none"}) {
    table.exclude("model", task);
    for (const char* name : {"model", "memory"}) table.gives_way(name, task);
  }
  table.exclude("previous", "none");
  table.gives_way("model", "memory");
  table.gives_way("memory", "model");
}

// Writes the model into the metadata of every shard and keeps the one before; with `previous`, exchanges the two; with
// `none`, takes it away. A memory replaces the one before; "none" removes it.
//
// Throws: FormatError for a bad model or memory; Error if an indexer is at work; no shard is changed then
void run(const StoreOptions& options, const Console& console) {
  if (options.paths.empty()) throw ConfigError("--db is missing: name the index");
  const bool has_model_task = !options.model.empty() || options.previous || options.none;
  if (!has_model_task && options.memory.empty())
    throw ConfigError("nothing to store: give --model, --previous or --none, or --memory");
  std::shared_ptr<const ClickMemory> memory;
  if (!options.memory.empty() && options.memory != "none") memory = storable(options.memory);
  std::shared_ptr<const Model> model;
  if (!options.model.empty()) model = servable(Model::from_file(options.model)->to_bytes(), options.model);
  // All locks are taken before anything is written.
  std::vector<Xapian::WritableDatabase> shards;
  for (const std::string& path : options.paths) shards.push_back(open_writable(path));
  if (model) refuse_unserved(*model, options.model, shards);
  if (options.previous) check_previous(options, shards);
  if (options.none && shards.front().get_metadata(kModelKey).empty())
    throw Error("--db " + options.paths.front() + ": there is no model to take away");
  bool is_changed = false;
  for (Xapian::WritableDatabase& shard : shards) {
    if (!options.memory.empty()) is_changed |= store_memory(memory, shard);
    if (has_model_task) is_changed |= change_model(options, model.get(), shard);
  }
  if (is_changed) {
    for (Xapian::WritableDatabase& shard : shards) shard.commit_transaction();
  }
  const std::string place = std::to_string(options.paths.size()) + (options.paths.size() == 1 ? " index" : " shards");
  if (!is_changed) {
    console.out << "nothing to store: " << place << (options.paths.size() == 1 ? " has" : " have") << " it already\n";
  } else if (memory)
    console.out << "stored the memory of " << memory->facts().num_queries << " queries in " << place << '\n';
  if (is_changed && options.memory == "none") console.out << "removed the memory from " << place << '\n';
  const std::string now = stored_version(shards.front().get_metadata(kModelKey));
  const std::string before = stored_version(shards.front().get_metadata(kPreviousModelKey));
  console.result({{"indexes", options.paths},
                  {"model", now},
                  {"model_before", before},
                  {"memory_queries", memory ? nlohmann::json(memory->facts().num_queries) : nlohmann::json()}});
  if (!has_model_task || !is_changed) return;
  console.out << "stored model " << now << " in " << place << "; before it: " << before << '\n';
}

}  // namespace

Command store_command() {
  return make_command<StoreOptions>(
      "store", "--db DB (--model M | --memory MEMORY | --previous | --none)", "put a model into an index",
      "  xapian-irgan store --db films --model films.model\n"
      "Next: 'search --db films' and 'rerank --db films' find the model there, as live "
      "searches do. 'store --previous' goes back, 'store --none' to the order of the index itself. 'inspect --history' "
      "lists the changes.\n");
}

}  // namespace irgan
