#include "trainer/daily/log_sample.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "trainer/log/omega_log.h"
#include "trainer/log/served_log.h"
#include "trainer/log/ubi_log.h"
#include "trainer/machine/delimited_row.h"
#include "trainer/machine/text_input.h"

namespace irgan {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxColumns = 1000;

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

std::string unquoted(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

// The separator that makes the most columns.
DelimitedRow row_like(std::string_view header) {
  DelimitedRow best('\t');
  std::size_t most = 0;
  for (const char delimiter : {'\t', ',', ';', '|'}) {
    DelimitedRow row(delimiter);
    if (!row.split(header, kMaxColumns) || row.fields().size() <= most) continue;
    most = row.fields().size();
    best = DelimitedRow(delimiter);
  }
  return best;
}

LogSample::Column& column_of(LogSample& sample, const std::string& name) {
  auto found = std::find_if(sample.columns.begin(), sample.columns.end(),
                            [&](const LogSample::Column& column) { return column.name == name; });
  if (found != sample.columns.end()) return *found;
  LogSample::Column column{name, {}};
  column.values.resize(sample.num_lines);
  return sample.columns.emplace_back(std::move(column));
}

void take_json(const json& object, LogSample& sample) {
  for (const auto& [key, value] : object.items()) {
    if (key == "_source" && value.is_object()) {
      take_json(value, sample);
    } else if (!value.is_structured() && sample.columns.size() < kMaxColumns) {
      LogSample::Column& column = column_of(sample, key);
      column.values.resize(sample.num_lines);
      column.values.back() = value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
    }
  }
}

}  // namespace

LogSample read_log_sample(const std::string& path, std::size_t num_lines) {
  TextInput input(path);
  LogSample sample;
  std::string_view line;
  do {
    if (!input.next(line)) throw FormatError(path + ": the click log is empty");
  } while (is_blank(line) || line.substr(0, 4) == "sep=");
  if (line[line.find_first_not_of(" \t")] == '{') {
    sample.form = is_served_log(line) ? LogSample::Form::searches
                  : is_ubi(line)      ? LogSample::Form::ubi
                                      : LogSample::Form::json_lines;
    if (sample.form != LogSample::Form::json_lines) return sample;
    do {
      const json object = json::parse(line, nullptr, false);
      if (!object.is_object()) continue;
      ++sample.num_lines;
      take_json(object, sample);
    } while (sample.num_lines < num_lines && input.next(line));
    for (LogSample::Column& column : sample.columns) column.values.resize(sample.num_lines);
    return sample;
  }
  if (omega_form(line) != OmegaForm::none) {
    sample.form = LogSample::Form::omega;
    return sample;
  }
  DelimitedRow row = row_like(line);
  row.split(line, kMaxColumns);
  for (const std::string_view name : row.fields()) sample.columns.push_back({unquoted(name), {}});
  while (sample.num_lines < num_lines && input.next(line)) {
    if (is_blank(line) || !row.split(line, kMaxColumns) || row.fields().size() != sample.columns.size()) continue;
    ++sample.num_lines;
    for (std::size_t i = 0; i < sample.columns.size(); ++i)
      sample.columns[i].values.push_back(unquoted(row.fields()[i]));
  }
  return sample;
}

}  // namespace irgan
