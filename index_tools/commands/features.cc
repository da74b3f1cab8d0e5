#include <optional>
#include <string>
#include <utility>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/showing/console.h"
#include "index_tools/showing/index_remarks.h"
#include "index_tools/showing/preparation_report.h"
#include "irgan/model.h"
#include "trainer/machine/output_file.h"
#include "trainer/rows/letor_file.h"
#include "trainer/training/first_model.h"

namespace irgan {
namespace {

struct FeaturesOptions {
  EvidenceOptions evidence;
  SplitOptions split;
  std::string from;  ///< a model whose features and constants the rows are to have
  std::string out;
  std::string valid_out;  ///< the held-out part; empty: everything goes to `out`
};

void check(const FeaturesOptions& options) {
  if (options.out.empty()) throw ConfigError("--out is missing: name the file to write");
}

std::string summary(const std::string& path, const TrainingData& data) {
  return "wrote " + path + ": " + std::to_string(data.pools.size()) + " queries, " +
         std::to_string(data.examples.size()) + (is_of_pages(data.labels) ? " pages, " : " examples, ") +
         std::to_string(data.schema.features.size()) + " features";
}

void add_options(FeaturesOptions& options, OptionTable& table) {
  table.everyday({"db", "queries", "clicks", "qrels", "out", "features", "prefix", "value", "valid-out"});
  options.evidence.add_to(table);
  table.group("Output");
  table.text("out", options.out, "the file to write: LETOR lines; .gz and .zst are packed; - is stdout", "FILE");
  for (const char* name : {"out", "valid-out"}) table.writes(name);
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
  OutputFile file(options.out);  // throws before the work if it cannot be written
  std::optional<OutputFile> valid_file;
  if (!options.valid_out.empty()) valid_file.emplace(options.valid_out);
  const EvidenceOptions& evidence = options.evidence;
  const ClickModelSettings settings =
      evidence.click_model.settings(options.split.seed, evidence.preparation.num_threads);

  evidence.labels.check();
  const Site site = evidence.database.site(console.err);
  auto [data, validation, report] =
      prepare(site, evidence.labels.evidence(console.err),
              evidence.preparing(valid_file ? std::optional<SplitOptions>(options.split) : std::nullopt),
              shown_preparation(evidence.preparation.half_life_days, console));
  show_account(*site.watch, console.err);
  const FittedClickModel fitted = learn_click_model(settings, data);
  apply_click_model(fitted, data);
  write_letor(data, file.stream());
  if (valid_file) {
    apply_click_model(fitted, validation);
    write_letor(validation, valid_file->stream());
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
}

}  // namespace

Command features_command() {
  return make_command<FeaturesOptions>(
      "features", "--db DB --queries Q (--clicks C | --qrels R) --out F",
      "write the feature rows of queries' candidates",
      "Use it to look at the rows, or to train on them many times. 'train --db' does this step by itself.\n"
      "  xapian-irgan features --db films --queries queries.tsv --qrels qrels.txt --out rows.zst\n"
      "Next: 'train --data rows.zst', then 'score --data' with the rows of other queries.\n");
}

}  // namespace irgan
