#include "trainer/daily/nightly_state.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "plugin/src/model/file_bytes.h"
#include "trainer/daily/log_sample.h"
#include "trainer/log/served_clicks.h"
#include "trainer/machine/output_file.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {
namespace {

using nlohmann::json;

json json_of(const LogProgress& progress) {
  json object{{"files", progress.files}};
  if (progress.until) object["until"] = *progress.until;
  return object;
}

LogProgress progress_of(const json& object) {
  LogProgress progress;
  progress.files = object.value("files", progress.files);
  if (object.contains("until")) progress.until = object["until"].get<double>();
  return progress;
}

// What changes when a file is written to.
std::string stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw Error(path + ": cannot be read: " + std::strerror(errno));
  return std::to_string(status.st_size) + ' ' + std::to_string(status.st_mtim.tv_sec) + '.' +
         std::to_string(status.st_mtim.tv_nsec);
}

// New clicks may be on searches that stand in a file that has not changed since it was read: those written to so late,
// or else the last of them.
void add_searches_of_new_clicks(const std::vector<std::string>& unchanged, std::optional<double> until,
                                std::vector<std::string>& files) {
  const bool has_new = std::any_of(files.begin(), files.end(), [](const std::string& path) {
    return read_log_sample(path, 1).form == LogSample::Form::searches;
  });
  std::vector<std::string> late;
  for (const std::string& path : unchanged) {
    struct stat status {};
    const bool is_found = ::stat(path.c_str(), &status) == 0;
    if (!is_found || !until || static_cast<double>(status.st_mtim.tv_sec) >= *until - kLongestVisit)
      late.push_back(path);
  }
  if (late.empty() && !has_new && !unchanged.empty()) late.push_back(unchanged.back());
  files.insert(files.begin(), late.begin(), late.end());
}

}  // namespace

NightlyState read_nightly_state(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  const std::string text = read_file(path);
  try {
    const json object = json::parse(text);
    return {progress_of(object.at("memory")), progress_of(object.at("training"))};
  } catch (const json::exception&) {
    throw FormatError(path + ": is damaged");
  }
}

void write_nightly_state(const NightlyState& state, const std::string& path) {
  const json object{{"memory", json_of(state.memory)}, {"training", json_of(state.training)}};
  replace_file(path, object.dump(1) + '\n');
}

NewLogs new_in_logs(const std::vector<std::string>& files, const ClickLogOptions& reading, const LogProgress& before) {
  NewLogs found;
  found.after = found.until = before.until;
  found.progress = before;
  std::vector<std::string> unchanged_searches;
  bool has_searches = false;
  for (const std::string& path : files) {
    const bool is_searches = read_log_sample(path, 1).form == LogSample::Form::searches;
    has_searches = has_searches || is_searches;
    const std::string stamp = stamp_of(path);
    const auto known = before.files.find(path);
    if (known != before.files.end() && known->second == stamp) {
      if (is_searches) unchanged_searches.push_back(path);
      continue;
    }
    found.files.push_back(path);
    found.progress.files[path] = stamp;
  }
  if (found.files.empty()) return found;
  add_searches_of_new_clicks(unchanged_searches, before.until, found.files);
  ClickLogOptions later = reading;
  later.after = before.until;
  read_ahead(found.files, later, [&](const ClickRow& row) {
    ++found.num_rows;
    if (row.clicked) ++found.num_clicks;
    // Clicks on searches may come in a later night than these: what follows the last click is read again.
    const bool is_whole = row.clicked || !has_searches;
    if (row.time && is_whole) found.until = std::max(found.until.value_or(*row.time), *row.time);
  });
  found.progress.until = found.until;
  return found;
}

}  // namespace irgan
