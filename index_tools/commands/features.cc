#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/showing/console.h"
#include "index_tools/showing/index_remarks.h"
#include "index_tools/showing/preparation_report.h"
#include "irgan/model.h"
#include "trainer/machine/numbers.h"
#include "trainer/machine/output_file.h"
#include "trainer/row_files/rows_files.h"
#include "trainer/training/first_model.h"

namespace irgan {
namespace {

struct FeaturesOptions {
  EvidenceOptions evidence;
  SplitOptions split;
  std::string from;  ///< a model whose features and constants the rows are to have
  std::string out;
  std::string valid_out;  ///< the held-out part; empty: everything goes to `out`
  bool is_mapped = false;
  std::string shard;               ///< I/N: the rows of that run of the queries; empty: of all
  std::vector<std::string> merge;  ///< files of shards, to be put together; empty: rows are made

  RowForm form() const { return is_mapped ? RowForm::mapped : RowForm::text; }
};

void check(const FeaturesOptions& options) {
  if (options.out.empty()) throw ConfigError("--out is missing: name the file to write");
  for (const std::string& path : {options.out, options.valid_out}) {
    if (options.is_mapped && is_packed_name(path))
      throw ConfigError("--mapped and " + path + ": what is mapped cannot be packed");
  }
}

// "2/8" is the second of eight.
PreparationOptions::Shard shard_of(const std::string& text) {
  if (text.empty()) return {};
  const std::size_t slash = text.find('/');
  PreparationOptions::Shard shard;
  const bool is_read = slash != text.npos && parse_number(std::string_view(text).substr(0, slash), shard.number) &&
                       parse_number(std::string_view(text).substr(slash + 1), shard.count);
  if (!is_read || shard.number < 1 || shard.number > shard.count) {
    throw ConfigError("--shard " + text + ": must be such as 2/8, the second of eight");
  }
  --shard.number;
  return shard;
}

void merge(const FeaturesOptions& options, const Console& console) {
  OutputFile file(options.out);
  const std::size_t num_queries = merge_rows(options.merge, options.form(), file.stream());
  file.commit();
  if (options.out != "-") console.out << "wrote " << options.out << ": " << num_queries << " queries\n";
  console.result({{"wrote", options.out},
                  {"queries", num_queries},
                  {"examples", nullptr},
                  {"features", nullptr},
                  {"valid", nullptr}});
}

std::string summary(const std::string& path, const TrainingData& data) {
  return "wrote " + path + ": " + std::to_string(data.pools.size()) + " queries, " +
         std::to_string(data.examples.size()) + (is_of_pages(data.labels) ? " pages, " : " examples, ") +
         std::to_string(data.schema.features.size()) + " features";
}

nlohmann::json sizes_of(const std::string& path, const TrainingData& data) {
  return {{"wrote", path}, {"queries", data.pools.size()}, {"examples", data.examples.size()}};
}

void add_options(FeaturesOptions& options, OptionTable& table) {
  table.everyday({"db", "queries", "clicks", "qrels", "out", "features", "prefix", "value", "valid-out"});
  options.evidence.add_to(table);
  options.evidence.add_collection_to(table);
  table.group("Output");
  table.text("out", options.out, "the file to write: LETOR lines; .gz and .zst are packed; - is stdout", "FILE");
  for (const char* name : {"out", "valid-out"}) table.writes(name);
  table.flag("mapped", options.is_mapped,
             "write rows that 'train' and 'score' look at where they lie, in place of text: for more rows than memory "
             "holds");
  table.group("Several machines");
  table.text("shard", options.shard,
             "make the rows of one part of the queries, such as 2/8, the second of eight equal parts; each run reads "
             "the whole log",
             "I/N");
  table.texts(
      "merge", options.merge,
      "put the files of all shards together, in the order given, and make no rows; one file is written anew, as "
      "text or, with --mapped, mapped",
      "FILE");
  for (const char* name : {"db", "queries", "clicks", "qrels", "shard", "valid-out", "from"})
    table.exclude("merge", name, "rows are there already");
  for (const char* name : {"valid-out", "behaviour", "vectors"})
    table.exclude("shard", name, "it takes the rows of all queries");
  table.exclude("shard", "click-model", "it is learnt from the rows of all queries: give it to 'train --data'");
  table.group("What is held out");
  table.text("valid-out", options.valid_out,
             "the file for the rows that are held out; if not given, all rows go to --out", "FILE");
  add_split_options(options.split, table);
  for (const char* name : {"split", "valid-share"})
    table.needs(name, {"valid-out"}, "name the file for what is held out");
  table.number("seed", options.split.seed, std::size_t{0}, std::size_t{1} << 62,
               "seed of the split by query or session");
  table.group("Features");
  table.text("from", options.from,
             "make rows for 'train --from' this model: with its features and constants, and with its --depth if that "
             "is not given",
             "MODEL");
  table.basis("from", [&options](const std::string& path) { options.evidence.take_from(*Model::from_file(path)); });
  table.exclude("features", "from", "features are the model's");
}

void run(const FeaturesOptions& options, const Console& console) {
  check(options);
  if (!options.merge.empty()) return merge(options, console);
  OutputFile file(options.out);  // throws before the work if it cannot be written
  std::optional<OutputFile> valid_file;
  if (!options.valid_out.empty()) valid_file.emplace(options.valid_out);
  const EvidenceOptions& evidence = options.evidence;
  const ClickModelSettings settings =
      evidence.click_model.settings(options.split.seed, evidence.preparation.num_threads);

  evidence.labels.check();
  evidence.say_unlearnt(console.err);
  const Site site = evidence.database.site(console.err);
  PreparationOptions preparing =
      evidence.preparing(valid_file ? std::optional<SplitOptions>(options.split) : std::nullopt);
  preparing.shard = shard_of(options.shard);
  auto [data, validation, report] = prepare(site, evidence.labels.evidence(console.err), preparing,
                                            shown_preparation(evidence.preparation.half_life_days, console));
  show_account(*site.watch, console.err);
  const FittedClickModel fitted = learn_click_model(settings, data);
  apply_click_model(fitted, data);
  write_rows(data, options.form(), file.stream());
  if (valid_file) {
    apply_click_model(fitted, validation);
    write_rows(validation, options.form(), valid_file->stream());
    valid_file->commit();
  }
  file.commit();
  if (options.out == "-") return;
  const std::string line = examination_line(fitted);
  if (!line.empty()) console.out << line << '\n';
  console.out << summary(options.out, data) << ":\n";
  for (std::size_t j = 0; j < data.schema.features.size(); ++j)
    console.out << "  " << j + 1 << ' ' << data.schema.features[j] << '\n';
  if (valid_file) console.out << summary(options.valid_out, validation) << '\n';
  nlohmann::json result = sizes_of(options.out, data);
  result["features"] = data.schema.features;
  result["valid"] = valid_file ? sizes_of(options.valid_out, validation) : nlohmann::json();
  console.result(result);
}

}  // namespace

Command features_command() {
  return make_command<FeaturesOptions>(
      "features", "--db DB --queries Q (--clicks C | --qrels R) --out F",
      "write the feature rows of queries' candidates",
      "Use it to look at the rows, or to train on them many times. 'train --db' does this step by itself.\n"
      "  xapian-irgan features --db films --queries queries.tsv --qrels qrels.txt --out rows.zst\n"
      "Next: 'train --data rows.zst', then 'score --data' with the rows of other queries.\n"
      "Rows that memory does not hold are looked at in the mapped form:\n"
      "  xapian-irgan features --mapped --merge S1.txt --out S1.rows\n");
}

}  // namespace irgan
