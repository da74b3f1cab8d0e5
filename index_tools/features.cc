#include "index_tools/features.h"

#include "trainer/letor_file.h"
#include "trainer/output_file.h"

namespace irgan {

void add_options(FeaturesOptions& options, OptionTable& table) {
  options.evidence.add_to(table);
  table.text("out", options.out, "the file to write: LETOR lines; .gz and .zst are packed; - is stdout", "FILE");
}

void run(const FeaturesOptions& options, std::ostream& out) {
  if (options.out.empty()) throw ConfigError("--out is missing: name the file to write");
  OutputFile file(options.out);  // throws before the work if it cannot be written
  const TrainingData data = options.evidence.prepare_data(options.evidence.queries);
  write_letor(data, file.stream());
  file.commit();
  if (options.out == "-") return;
  out << "wrote " << options.out << ": " << data.schema.features.size() << " features";
  for (std::size_t j = 0; j < data.schema.features.size(); ++j) {
    out << (j == 0 ? ":\n" : "\n") << "  " << j + 1 << ' ' << data.schema.features[j];
  }
  out << '\n';
}

}  // namespace irgan
