#include "index_tools/options/site_file.h"

#include <glob.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <filesystem>
#include <sstream>

#include "plugin/src/model/file_bytes.h"
#include "trainer/text/near_name.h"

namespace irgan {
namespace {

namespace po = boost::program_options;

std::string near(const std::string& name, const std::set<std::string>& names) {
  return meant(name, {names.begin(), names.end()});
}

std::set<std::string> names_of_all(const KnownOptions& known) {
  std::set<std::string> all;
  for (const auto& [command, names] : known) all.insert(names.begin(), names.end());
  return all;
}

// `key` is NAME, or COMMAND.NAME where it stands in a section.
void check_key(const std::string& path, const std::string& key, const KnownOptions& known) {
  const std::size_t dot = key.find('.');
  for (const char* general : {"json", "quiet", "site"}) {
    if (key.substr(dot + 1) == general)  // the whole key where there is no dot
      throw ConfigError(path + ": '" + general + "' is an option of the command line only");
  }
  if (dot == std::string::npos) {
    const std::set<std::string> names = names_of_all(known);
    if (names.count(key) == 0)
      throw ConfigError(path + ": '" + key + "' is no option of any command" + near(key, names));
    return;
  }
  const std::string command = key.substr(0, dot);
  const std::string name = key.substr(dot + 1);
  const auto found = known.find(command);
  if (found == known.end()) {
    std::set<std::string> commands;
    for (const auto& each : known) commands.insert(each.first);
    throw ConfigError(path + ": there is no command '" + command + "' for the section [" + command + "]" +
                      near(command, commands));
  }
  if (found->second.count(name) == 0) {
    throw ConfigError(path + ": [" + command + "] has '" + name + "', which is no option of '" + command + "'" +
                      near(name, found->second));
  }
}

SiteOption& option_of(std::vector<SiteOption>& options, const std::string& name, bool is_of_section) {
  auto found = std::find_if(options.begin(), options.end(), [&](const SiteOption& each) { return each.name == name; });
  if (found == options.end()) return options.emplace_back(SiteOption{name, {}, is_of_section});
  if (is_of_section && !found->is_of_section) *found = {name, {}, true};
  return *found;
}

}  // namespace

std::vector<SiteOption> read_site_file(const std::string& path, const std::string& command, const KnownOptions& known) {
  if (!std::filesystem::exists(path))
    throw Error("--site " + path + ": cannot be opened; 'xapian-irgan setup' writes such a file");
  std::istringstream file(read_file(path));
  const po::options_description none;
  po::parsed_options parsed(&none);
  try {
    parsed = po::parse_config_file(file, none, true);
  } catch (const po::error& error) {
    throw ConfigError(path + ": " + error.what() + "; a line is NAME = VALUE, [COMMAND] or a comment after #");
  }
  std::vector<SiteOption> options;
  for (const po::option& each : parsed.options) {
    const std::string& key = each.string_key;
    check_key(path, key, known);
    const std::size_t dot = key.find('.');
    if (dot != std::string::npos && key.substr(0, dot) != command) continue;
    const std::string name = dot == std::string::npos ? key : key.substr(dot + 1);
    SiteOption& option = option_of(options, name, dot != std::string::npos);
    if (option.is_of_section && dot == std::string::npos) continue;
    option.values.insert(option.values.end(), each.value.begin(), each.value.end());
  }
  return options;
}

std::string path_of_site(const std::string& value, const std::string& site_path) {
  const std::filesystem::path folder = std::filesystem::path(site_path).parent_path();
  if (value.empty() || value == "-" || value.front() == '/' || value.compare(0, 4, "tcp:") == 0 || folder.empty())
    return value;
  return (folder / value).string();
}

std::vector<std::string> matching_files(const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos) return {pattern};
  glob_t found{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  // A log that has just been rotated holds nothing yet; where all do, that is said.
  const auto is_empty = [](const std::string& path) {
    std::error_code error;
    return std::filesystem::file_size(path, error) == 0 && !error;
  };
  if (!std::all_of(files.begin(), files.end(), is_empty))
    files.erase(std::remove_if(files.begin(), files.end(), is_empty), files.end());
  return files;
}

}  // namespace irgan
