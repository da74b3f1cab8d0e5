/// One file with the options of a site, which every command takes by --site.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// The names of the options that each command has.
using KnownOptions = std::map<std::string, std::set<std::string>>;

/// An option as a site's file gives it, with all its values.
struct SiteOption {
  std::string name;
  std::vector<std::string> values;
  bool is_of_section = false;  ///< stands under [command], and so is meant for that command alone
};

/// Returns what the file at `path` says for `command`: lines `name = value` with the names of flags, an option that may
/// be given again on several lines; what stands under `[command]` is for that command and replaces what stands above
/// for all. `#` begins a comment.
///
/// - An option above the first section is for all commands that have it.
/// - Names that no command has are errors, and so are names in a section that its command does not have.
///
/// Throws: Error if the file cannot be opened; ConfigError naming the file, the name, and the nearest one that there
/// is;
///         or the line that is none
std::vector<SiteOption> read_site_file(const std::string& path, const std::string& command, const KnownOptions& known);

/// Returns `value`, a path that stands in the site file at `site_path`, as seen from the current folder: a path that
/// does not begin with / is meant from the file's own folder. `-`, an empty one and tcp:HOST:PORT stay as they are.
std::string path_of_site(const std::string& value, const std::string& site_path);

/// Returns the files that a path with *, ? or [ stands for, in the order of their names; the path itself if it has none
/// of these.
std::vector<std::string> matching_files(const std::string& pattern);

}  // namespace irgan
