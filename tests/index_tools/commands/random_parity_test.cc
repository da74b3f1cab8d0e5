/// Training rows are serving rows, for indexes, schemas and queries that nobody thought of.

#include <xapian.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "irgan/preparation.h"
#include "irgan/reranker.h"
#include "tests/plugin/small_index.h"
#include "tests/plugin/small_model.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/row_files/letor_file.h"

namespace irgan::random_parity_test {

namespace {

using Random = std::mt19937_64;

constexpr std::size_t kNumQueries = 12;
constexpr std::size_t kDepth = 25;

bool one_in(unsigned n, Random& random) { return random() % n == 0; }

// Words of one and of several bytes, stems and their forms, numbers, and some that no stemmer knows.
std::string word(Random& random) {
  static const char* const kWords[] = {"run",    "running",
                                       "runner", "lamp",
                                       "lamps",  "r\xC3\xA9sum\xC3\xA9",
                                       "x86",    "12",
                                       "12.5",   "\xD0\xBC\xD0\xB8\xD1\x80",
                                       "of",     "blue",
                                       "bluer",  "ox",
                                       "a",      "zzzzz"};
  return kWords[random() % std::size(kWords)];
}

std::string words(std::size_t count, Random& random) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + word(random);
  return text;
}

/// An index that some site might have: fields with and without lengths and texts, values here and there.
struct RandomIndex {
  std::string stemmer;
  std::vector<TextField> fields;
  std::vector<ValueField> values;
  std::vector<std::string> paths;
  std::size_t num_documents = 0;

  RandomIndex(const ScratchFolder& folder, Random& random) {
    stemmer = one_in(4, random) ? "none" : one_in(2, random) ? "german" : "english";
    const std::size_t num_fields = 1 + random() % 3;
    for (std::size_t f = 0; f < num_fields; ++f) {
      TextField field;
      field.name = "field" + std::to_string(f);
      field.prefix = f + 1 == num_fields ? "" : std::string("X") + static_cast<char>('A' + f) + (f == 0 ? "" : "LONG");
      if (one_in(2, random)) field.length_slot = static_cast<Xapian::valueno>(10 + f);
      if (!one_in(3, random)) field.text_slot = static_cast<Xapian::valueno>(20 + f);
      field.average_length = 1.0 + static_cast<double>(random() % 100) / 10.0;
      fields.push_back(field);
    }
    for (std::size_t v = 0; v < random() % 3; ++v) {
      values.push_back({"value" + std::to_string(v), static_cast<Xapian::valueno>(30 + v),
                        one_in(2, random) ? Transform::log : Transform::identity});
    }
    num_documents = 20 + random() % 60;
    const std::size_t num_shards = 1 + random() % 3;
    std::vector<Xapian::WritableDatabase> shards;
    for (std::size_t s = 0; s < num_shards; ++s) {
      paths.push_back(folder.file("shard" + std::to_string(s)));
      shards.emplace_back(paths.back(), Xapian::DB_CREATE_OR_OVERWRITE);
    }
    for (std::size_t i = 0; i < num_documents; ++i) shards[i % num_shards].add_document(document(i, random));
    for (Xapian::WritableDatabase& shard : shards) shard.commit();
  }

 private:
  Xapian::Document document(std::size_t number, Random& random) const {
    std::vector<IndexedText> texts;
    for (const TextField& field : fields) {
      texts.push_back({field.prefix, one_in(6, random) ? "" : words(random() % 12, random)});
    }
    Xapian::Document made = document_of(texts, stemmer);
    for (std::size_t f = 0; f < fields.size(); ++f) {
      // Some lengths and texts are not there, and some lengths lie.
      if (fields[f].length_slot != Xapian::BAD_VALUENO && !one_in(5, random)) {
        made.add_value(fields[f].length_slot, Xapian::sortable_serialise(static_cast<double>(random() % 15)));
      }
      if (fields[f].text_slot != Xapian::BAD_VALUENO && !one_in(5, random)) {
        made.add_value(fields[f].text_slot, texts[f].text);
      }
    }
    static const double kNumbers[] = {0.0, -1.5, 1e-30, 7.0, 1e6, 1e30, -1e300};
    for (const ValueField& value : values) {
      if (!one_in(4, random)) {
        made.add_value(value.slot, Xapian::sortable_serialise(kNumbers[random() % std::size(kNumbers)]));
      }
    }
    made.add_boolean_term("Qid" + std::to_string(number));
    made.add_boolean_term(one_in(2, random) ? "XKodd" : "XKeven");
    return made;
  }
};

Xapian::Query word_query(const RandomIndex& index, Random& random) {
  const TextField& field = index.fields[random() % index.fields.size()];
  const auto how = random() % 6;
  if (how == 0) return Xapian::Query(field.prefix + word(random), static_cast<Xapian::termcount>(1 + random() % 3));
  if (how == 1) return Xapian::Query(Xapian::Query::OP_WILDCARD, field.prefix + word(random).substr(0, 2));
  return parsed(words(1 + random() % 3, random), field.prefix, Xapian::QueryParser::STEM_SOME, index.stemmer);
}

// OP_MAX is left out: over an OP_FILTER Xapian 1.4.22 reads memory that it has freed.
Xapian::Query query(const RandomIndex& index, Random& random, int depth = 0) {
  if (depth == 2 || one_in(3, random)) return word_query(index, random);
  const Xapian::Query a = query(index, random, depth + 1);
  const Xapian::Query b = query(index, random, depth + 1);
  switch (random() % 8) {
    case 0:
      return a & b;
    case 1:
      return Xapian::Query(Xapian::Query::OP_AND_MAYBE, a, b);
    case 2:
      return Xapian::Query(Xapian::Query::OP_FILTER, a, Xapian::Query("XKodd"));
    case 3:
      return Xapian::Query(Xapian::Query::OP_AND_NOT, a, b);
    case 4:
      return Xapian::Query(Xapian::Query::OP_SYNONYM, a, b);
    case 5:
      return Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, a, 0.25) | b;
    default:
      return a | b;
  }
}

// Some of all features, in any order.
std::vector<std::string> some_features(const RandomIndex& index, Random& random) {
  std::vector<std::string> features = all_features(index.fields, index.values);
  std::shuffle(features.begin(), features.end(), random);
  features.resize(1 + random() % features.size());
  return features;
}

std::shared_ptr<const Model> random_model(const RandomIndex& index, const FeatureSchema& schema, Random& random) {
  ModelParts parts;
  parts.schema = schema;
  parts.encoding = random_encoding(schema.features.size(), random);
  const Eigen::Index width = parts.encoding.width();
  const auto seed = [&] { return static_cast<unsigned>(random()); };
  parts.discriminators = {random_network({width, 1 + static_cast<Eigen::Index>(random() % 70), 5, 1}, seed()),
                          random_network({width, 8, 1}, seed())};
  parts.generators = {random_network({width, 3, 1}, seed()), random_network({width, 3, 1}, seed())};
  parts.ranker = one_in(2, random) ? Ranker::combined : Ranker::discriminator;
  parts.depth = kDepth;
  parts.facts = index_facts(open_database(index.paths), site_at(index.paths).layout);
  return model_of(std::move(parts));
}

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

// Returns how many scores were compared.
std::size_t check_case(std::uint64_t seed) {
  CAPTURE(seed);
  Random random(seed);
  const ScratchFolder folder;
  const RandomIndex index(folder, random);

  Evidence evidence;
  std::string judgments;
  for (std::size_t q = 0; q < kNumQueries; ++q) {
    const std::string id = "q" + std::to_string(q);
    evidence.queries.push_back({id, one_in(2, random) ? words(2, random) : "", one_in(4, random) ? "XKeven" : "",
                                query(index, random).serialise()});
    for (std::size_t i = 0; i < index.num_documents; i += 2) {
      judgments += id + " 0 id" + std::to_string(i) + (i % 4 == 0 ? " 1\n" : " 0\n");
    }
  }
  evidence.qrels = folder.write("qrels", judgments);

  FeatureSchema schema;
  schema.stemmer = index.stemmer;
  schema.fields = index.fields;
  schema.values = index.values;
  schema.features = some_features(index, random);
  PreparationOptions options;
  options.split.reset();
  options.schema = schema;
  options.depth = kDepth;
  options.num_threads = 1 + static_cast<unsigned>(random() % 3);
  LayoutOverrides said;
  said.stemmer = index.stemmer;
  said.id_prefix = "Q";
  const TrainingData prepared = prepare(site_at(index.paths, said), evidence, options).training;
  {
    std::ofstream out(folder.file("rows"));
    write_letor(prepared, out);
  }
  const TrainingData rows = read_letor({folder.file("rows")});

  const std::shared_ptr<const Model> model = random_model(index, schema, random);
  RerankOptions live;
  live.depth = kDepth;
  live.rerank_fallback = Fallback::rethrow;
  const Xapian::Database db = open_database(index.paths);
  const Reranker reranker(db, fixed_model(model), live);
  std::size_t num_compared = 0;
  for (const Pool& pool : rows.pools) {
    CAPTURE(pool.query_id);
    const QueryRow& row = evidence.queries[std::stoul(pool.query_id.substr(1))];
    Xapian::Query searched = Xapian::Query::unserialise(row.serialised_query);
    if (!row.filter.empty()) searched = Xapian::Query(Xapian::Query::OP_FILTER, searched, Xapian::Query(row.filter));
    Xapian::Enquire enquire(db);
    enquire.set_query(searched);
    SearchRequest request;
    request.typed_text = row.text;
    const Xapian::MSet hits = enquire.get_mset(0, kDepth);
    std::map<std::string, double> served;
    for (const RankedHit& hit : reranker.rerank(searched, hits, request)) {
      served[DocumentIds(db, "Q").id_of(hit.docid)] = hit.score;
    }
    const Eigen::VectorXf scores = model->score(pool.rows);
    REQUIRE(served.size() == pool.document_ids.size());
    for (std::size_t i = 0; i < pool.document_ids.size(); ++i) {
      CAPTURE(pool.document_ids[i]);
      REQUIRE(served.count(pool.document_ids[i]) == 1);
      CHECK(same_bits(served.at(pool.document_ids[i]), scores[static_cast<Eigen::Index>(i)]));
      ++num_compared;
    }
  }
  return num_compared;
}

}  // namespace

// IRGAN_TEST_CASES: how many, from seed IRGAN_TEST_FIRST_CASE on.
TEST_CASE("what a live search scores is what the trainer scores, whatever the index, the schema and the query",
          "[index_tools][parity][random]") {
  const char* const cases = std::getenv("IRGAN_TEST_CASES");
  const char* const first = std::getenv("IRGAN_TEST_FIRST_CASE");
  const std::uint64_t begin = first == nullptr ? 1 : std::stoull(first);
  const std::uint64_t count = cases == nullptr ? 40 : std::stoull(cases);
  std::size_t num_compared = 0;
  for (std::uint64_t seed = begin; seed < begin + count; ++seed) num_compared += check_case(seed);
  CHECK(num_compared > count * kNumQueries);  // most queries find something
}

}  // namespace irgan::random_parity_test
