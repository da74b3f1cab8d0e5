/// Every reader of foreign bytes under libFuzzer: IRGAN_FUZZ_TARGET names one of kTargets. Built and run by fuzz.sh.
///
/// What a reader may do with bytes is to give a value or to throw; what else happens, the sanitizers see. A value goes
/// on a step: a model scores, a memory is asked, a checkpoint is written again.
#include <unistd.h>
#include <xapian.h>
#include <xxhash.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <utility>

#include "irgan/click_log.h"
#include "irgan/click_memory.h"
#include "irgan/collection_vectors.h"
#include "irgan/index_layout.h"
#include "irgan/model.h"
#include "irgan/qrels.h"
#include "irgan/query_file.h"
#include "irgan/run_file.h"
#include "irgan/training_record.h"
#include "irgan/weight.h"
#include "plugin/src/features/serialised_query.h"
#include "plugin/src/model/safetensors.h"
#include "plugin/src/process/printable.h"
#include "trainer/machine/text_input.h"
#include "trainer/memory/memory_state.h"
#include "trainer/row_files/letor_file.h"
#include "trainer/row_files/row_file.h"
#include "trainer/site/json_document.h"
#include "trainer/training/checkpoint.h"

using namespace irgan;

namespace {

// Our files end with a digest of the rest: mutations would never come past it.
std::string sealed(std::string bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  return bytes.append(reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest);
}

/// A file of this process's own in memory, with other bytes each time.
const std::string& file_of(const std::string& bytes) {
  static const std::string path = "/dev/shm/irgan-fuzz-" + std::to_string(getpid());
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size()) std::abort();
  std::fclose(file);
  return path;
}

void model(const std::string& bytes) {
  const auto read = Model::from_bytes(sealed(bytes), "model");
  const auto width = static_cast<Eigen::Index>(read->schema().features.size());
  if (width > 1000) return;
  FeatureMatrix rows = FeatureMatrix::Constant(3, width, 0.5F);
  if (width > 0) rows(1, 0) = NAN;
  read->score(rows);
  read->explain(rows);
  record_of(*read);
}

void memory(const std::string& bytes) {
  const auto read = ClickMemory::from_bytes(sealed(bytes), "memory");
  read->query({"red"});
  read->by_words({"red", "lamp"}, 10);
}

void vectors(const std::string& bytes) {
  const auto read = CollectionVectors::from_bytes(sealed(bytes), "vectors");
  read->best(untrained_towers(*read).query(read->query_vector({"red"})), 3);
}

void carry(const std::string& bytes) { decode_state(sealed(bytes), "carry"); }

void checkpoint(const std::string& bytes) {
  const std::string whole = sealed(bytes);
  const TrainingState state = decode_checkpoint(whole, decode_tensors(whole, "checkpoint").text("run"), "checkpoint");
  encode_checkpoint(state, "run");
}

void rows(const std::string& bytes) { read_letor({file_of(bytes)}, {}); }

void mapped_rows(const std::string& bytes) {
  const TrainingData data = read_row_file(file_of(sealed(bytes)), true);
  std::ostringstream out;
  write_row_file(data, out);
}

void clicks(const std::string& bytes) {
  ClickLogOptions options;
  options.max_bad = 1.0;
  if (bytes.find("device") != bytes.npos) options.contexts = {"device"};
  ClickLogReader reader(file_of(bytes), options);
  std::size_t size = 0;
  reader.read([&](const ClickRow& row) { size += row.query.size() + row.document_id.size() + row.query_id.size(); });
}

void queries(const std::string& bytes) {
  for (const QueryRow& row : read_queries(file_of(bytes))) {
    if (!row.serialised_query.empty()) query_of_bytes(row.serialised_query, row.id);
  }
}

void query(const std::string& bytes) { query_of_bytes(bytes, "query").get_description(); }
void judgments(const std::string& bytes) { read_qrels(file_of(bytes)); }
void run(const std::string& bytes) { read_run(file_of(bytes)); }
void layout(const std::string& bytes) { layout_from_json(bytes, "layout"); }
void schema(const std::string& bytes) { schema_to_json(schema_from_json(bytes, "schema")); }
void record(const std::string& bytes) { to_text(record_from_text(bytes)); }
void text(const std::string& bytes) {
  if (printable(printable(bytes)) != printable(bytes)) std::abort();
}

void documents(const std::string& bytes) {
  TextInput input(file_of(bytes));
  JsonDocumentReader reader("id", {"title", "body"}, {"votes"});
  for (std::string_view line; input.next(line);) {
    if (!line.empty()) reader.read(line, input.place());
  }
}

void weight(const std::string& bytes) {
  Xapian::Registry registry;
  register_weight(registry);
  const Xapian::Weight* const known = registry.get_weighting_scheme(Weight().name());
  if (known == nullptr) std::abort();
  delete known->unserialise(bytes);
}

struct Target {
  const char* name;
  void (*read)(const std::string&);
};
constexpr Target kTargets[] = {
    {"model", model},           {"memory", memory}, {"vectors", vectors},         {"carry", carry},
    {"checkpoint", checkpoint}, {"rows", rows},     {"mapped_rows", mapped_rows}, {"clicks", clicks},
    {"queries", queries},       {"query", query},   {"judgments", judgments},     {"run", run},
    {"layout", layout},         {"schema", schema}, {"record", record},           {"text", text},
    {"documents", documents},   {"weight", weight}};

const Target& chosen() {
  const char* const name = std::getenv("IRGAN_FUZZ_TARGET");
  for (const Target& target : kTargets) {
    if (name != nullptr && std::strcmp(name, target.name) == 0) return target;
  }
  std::fprintf(stderr, "IRGAN_FUZZ_TARGET must be one of:");
  for (const Target& target : kTargets) std::fprintf(stderr, " %s", target.name);
  std::fprintf(stderr, "\n");
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Target& target = chosen();
  try {
    target.read(std::string(reinterpret_cast<const char*>(bytes), size));
  } catch (const Error&) {
  } catch (const Xapian::Error&) {
  }
  return 0;
}
