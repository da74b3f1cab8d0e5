#include "trainer/mining/mining_identity.h"

#include <sys/stat.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "plugin/src/features/index_state.h"
#include "plugin/src/model/safetensors.h"
#include "trainer/mining/mining_options_json.h"

namespace irgan {
namespace {

using nlohmann::json;

/// One digest of any number of texts and numbers, in bounded memory.
class Digest {
 public:
  void add(std::string_view text) {
    add(static_cast<double>(text.size()));
    bytes_ += text;
    if (bytes_.size() > kMostBytes) bytes_ = hex_digest(bytes_);
  }
  void add(double number) {
    char text[32];
    bytes_.append(text, std::to_chars(text, text + sizeof text, number).ptr) += ' ';
  }
  std::string text() const { return hex_digest(bytes_); }

 private:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20;

  std::string bytes_;
};

// A file as far as another one would change the output.
std::string stamp(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return path;
  return path + ' ' + std::to_string(facts.st_size) + ' ' + std::to_string(facts.st_mtim.tv_sec) + '.' +
         std::to_string(facts.st_mtim.tv_nsec);
}

std::string digest_of(const MiningEvidence& evidence) {
  Digest digest;
  for (const QueryRow& query : evidence.queries) {
    for (const std::string* text : {&query.id, &query.text, &query.filter, &query.serialised_query}) digest.add(*text);
  }
  for (const auto& [query, documents] : evidence.by_query) {
    digest.add(query);
    for (const KnownDocument& known : documents) {
      digest.add(known.id);
      for (const double count : {known.clicks, known.skipped}) digest.add(count);
      for (const ShowingCount& showing : known.showings) {
        for (const double count : {double(showing.rank), showing.shown, showing.clicks}) digest.add(count);
      }
    }
  }
  digest.add(evidence.has_impressions ? 1.0 : 0.0);
  digest.add(static_cast<double>(evidence.most_positives));
  return digest.text();
}

std::string digest_of(const std::shared_ptr<const Run>& run) {
  Digest digest;
  if (!run) return "";
  for (const auto& [query, ranking] : run->by_query) {
    digest.add(query);
    for (const RankedDocument& ranked : ranking) {
      digest.add(ranked.document_id);
      digest.add(ranked.score);
    }
  }
  return digest.text();
}

}  // namespace

std::string mining_identity(const Site& site, const Xapian::Database& db, const Model* model,
                            const MiningEvidence& evidence, const MiningOptions& options) {
  const json parts{{"index", {site.paths, index_state(db).text, layout_to_json(site.layout), site.default_op}},
                   {"model", model != nullptr ? model->version() : ""},
                   {"evidence", digest_of(evidence)},
                   {"run", digest_of(options.run)},
                   {"scores", digest_of(options.scores)},
                   {"texts", options.text_file ? stamp(options.text_file->path()) : ""},
                   {"options", record_of(options)}};
  return hex_digest(parts.dump());
}

}  // namespace irgan
