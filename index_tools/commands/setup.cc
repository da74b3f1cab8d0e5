#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/option_table.h"
#include "index_tools/options/site_file.h"
#include "index_tools/reports/site_text.h"
#include "trainer/machine/output_file.h"

namespace irgan {
namespace {

struct SetupOptions {
  DatabaseOptions database;
  std::vector<std::string> clicks;
  std::string out;
  bool force = false;
};

void add_options(SetupOptions& options, OptionTable& table) {
  table.everyday({"db", "clicks", "out", "force"});
  options.database.add_to(table);
  table.needs("stemmer", {"db"});
  table.group("The log");
  table.texts(
      "clicks", options.clicks,
      "click log; a pattern in quotes, such as 'logs/*.tsv.gz', stands for all logs that match, today and later",
      "FILE");
  table.group("Output");
  table.text("out", options.out, "the site's file to write; - is stdout", "FILE");
  table.writes("out");
  table.flag("force", options.force, "replace a file that is there");
}

// As the file in `folder` must name it.
std::string seen_from(const std::filesystem::path& folder, const std::string& path) {
  const bool is_as_it_stands = path == "-" || path.compare(0, 4, "tcp:") == 0 || path.front() == '/' || folder.empty();
  if (is_as_it_stands) return path;
  return std::filesystem::absolute(path).lexically_proximate(std::filesystem::absolute(folder)).string();
}

void check(const SetupOptions& options) {
  if (options.clicks.empty()) throw ConfigError("--clicks is missing: name the click log");
  if (options.out.empty()) throw ConfigError("--out is missing: name the site's file to write");
  if (options.out != "-" && !options.force && std::filesystem::exists(options.out))
    throw Error(options.out + " is there already: --force replaces it, with all that you wrote into it");
}

// Of the first file that names its columns itself. The module's log of searches has no clicks: another file has.
LogSample sample_of(const std::vector<std::string>& clicks, SetupFindings& findings) {
  LogSample sample;
  sample.form = LogSample::Form::searches;
  for (const std::string& pattern : clicks) {
    const std::vector<std::string> logs = matching_files(pattern);
    if (logs.empty()) throw Error("--clicks " + pattern + ": there is no such file");
    for (const std::string& path : logs) {
      LogSample each = read_log_sample(path);
      const bool is_searches = each.form == LogSample::Form::searches;
      if (is_searches && findings.searches_path.empty()) findings.searches_path = path;
      if (is_searches || !findings.log_path.empty()) continue;
      findings.log_path = path;
      sample = std::move(each);
    }
  }
  return sample;
}

void look_at_log(const LogSample& sample, const std::function<bool(const std::string&)>& is_known_id,
                 SetupFindings& findings) {
  findings.form = sample.form;
  findings.num_lines = sample.num_lines;
  const bool has_searches = !findings.searches_path.empty();
  try {
    findings.log = guess_columns(sample, is_known_id, has_searches);
  } catch (const FormatError& error) {
    throw FormatError(findings.log_path + ":1: " + error.what());
  }
  if (!findings.log_path.empty()) return;
  findings.log_path = std::exchange(findings.searches_path, {});
  findings.log.doubts.emplace_back(
      "The module's log says what was shown, not what was clicked: add a line clicks = FILE with the site's own "
      "clicks.");
}

// The log knows the ids' prefix where the index does not show it.
Site site_with_ids(DatabaseOptions database, const LogSample& sample, std::ostream& err) {
  std::ostringstream remarks;
  Site site = database.site(remarks);
  if (site.layout.id_prefix.empty() && database.id_prefix.empty()) {
    database.id_prefix = id_prefix_by_log(site.open(), sample);
    if (!database.id_prefix.empty()) {
      remarks.str("");
      site = database.site(remarks);
    }
  }
  err << remarks.str();
  return site;
}

void run(const SetupOptions& options, const Console& console) {
  check(options);
  SetupFindings findings;
  const LogSample sample = sample_of(options.clicks, findings);
  const Site site = site_with_ids(options.database, sample, console.err);
  const DocumentIds ids(site.open(), site.layout.id_prefix);
  findings.site = &site;
  findings.index = look_at_index(site, options.database.overrides());
  look_at_log(
      sample, [&](const std::string& id) { return ids.docid_of(id) != 0; }, findings);
  const std::filesystem::path out = options.out == "-" ? "site.conf" : options.out;
  for (const std::string& path : options.database.paths)
    findings.databases.push_back(seen_from(out.parent_path(), path));
  for (const std::string& path : options.clicks) findings.clicks.push_back(seen_from(out.parent_path(), path));
  findings.stem = out.stem().string();
  OutputFile file(options.out);
  write_site_file(findings, file.stream());
  file.commit();
  if (options.out == "-") return;
  print_findings(findings, console.out);
  console.out << "wrote " << options.out << "; next: xapian-irgan check --site " << options.out << '\n';
  nlohmann::json result = json_of(findings);
  result["wrote"] = options.out;
  console.result(result);
}

}  // namespace

Command setup_command() {
  return make_command<SetupOptions>(
      "setup", "--db DB --clicks C --out SITE", "look at an index and a log, and write the site's file",
      "The file holds what all commands must know: the index, its prefixes and values, the log and its columns, where "
      "model and memory stand. Look through it once; then every command takes it by --site.\n"
      "  xapian-irgan setup --db shop.db --clicks today.csv --out shop.conf\n"
      "Next: 'check --site shop.conf', then 'train --site shop.conf', or 'nightly --site shop.conf'.\n");
}

}  // namespace irgan
