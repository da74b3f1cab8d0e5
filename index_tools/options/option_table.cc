#include "index_tools/options/option_table.h"

#include <algorithm>
#include <cassert>
#include <sstream>
#include <string_view>
#include <type_traits>
#include <utility>

#include "index_tools/showing/wrapped_text.h"
#include "trainer/machine/numbers.h"
#include "trainer/machine/output_file.h"
#include "trainer/machine/split.h"
#include "trainer/text/near_name.h"

namespace irgan {
namespace {

namespace po = boost::program_options;

template <class Number>
std::string shown(Number number) {
  std::ostringstream out;
  out << number;
  return out.str();
}

std::string range_text(const std::string& low, const std::string& high, const std::string& default_value) {
  return " (" + low + " to " + high + "; default " + default_value + ")";
}

// Boost's own reading takes -1 for the largest unsigned number, and its message does not say what is allowed.
template <class Number>
Number number_within(const char* name, const std::string& given, Number low, Number high) {
  Number number{};
  if (parse_number(given, number) && number >= low && number <= high) return number;  // false for NaN
  const char* kind = std::is_integral_v<Number> ? "a whole number" : "a number";
  throw ConfigError("--" + std::string(name) + " " + given + ": must be " + kind + " from " + shown(low) + " to " +
                    shown(high));
}

constexpr const char* kStray = "word without a flag";  // stands for what no option takes

// Where the help's texts begin; narrow terminals leave no room for two columns.
constexpr std::size_t kTextColumn = 26;
constexpr std::size_t kNarrowTextColumn = 6;
constexpr std::size_t kNarrow = 60;

std::string entry(const std::string& name, const std::string& form, const std::string& text, std::size_t width) {
  const std::size_t column = width < kNarrow ? kNarrowTextColumn : kTextColumn;
  std::string head = "  " + wrapped("--" + name + ' ' + form, {width, 2, column});
  const std::size_t last_line = head.size() - (head.rfind('\n') + 1);
  head += last_line + 2 > column ? "\n" + std::string(column, ' ') : std::string(column - last_line, ' ');
  return head + wrapped(text, {width, column, column}) + '\n';
}

}  // namespace

bool Option::takes_file() const {
  return form == "FILE" || form == "MODEL" || form == "DB" || form.rfind("FILE:", 0) == 0;
}

std::vector<std::string> Option::choices() const {
  if (form.find('|') == std::string::npos) return {};
  const auto names = split(form, '|');
  return {names.begin(), names.end()};
}

void OptionTable::add(const char* name, const char* form, const std::string& text, const po::value_semantic* semantic) {
  named_.add_options()(name, semantic);
  rows_.push_back({group_, name, form, text});
}

void OptionTable::flag(const char* name, bool& target, const std::string& text) {
  add(name, "", text, po::bool_switch(&target));
}

void OptionTable::text(const char* name, std::string& target, const std::string& text, const char* form) {
  add(name, form, target.empty() ? text : text + " (default " + target + ")", po::value<std::string>(&target));
  if (rows_.back().takes_file()) files_.push_back({name, [&target] { return std::vector<std::string>{target}; }});
}

void OptionTable::texts(const char* name, std::vector<std::string>& target, const std::string& text, const char* form) {
  add(name, form, text, po::value<std::vector<std::string>>(&target)->composing());
  if (rows_.back().takes_file()) files_.push_back({name, [&target] { return target; }});
}

template <class Number>
void OptionTable::add_number(const char* name, Number& target, Number low, Number high, const std::string& text) {
  const auto set = [=, &target](const std::string& given) { target = number_within(name, given, low, high); };
  add(name, "N", text + range_text(shown(low), shown(high), shown(target)), po::value<std::string>()->notifier(set));
}

void OptionTable::number(const char* name, int& target, int low, int high, const std::string& text) {
  add_number(name, target, low, high, text);
}
void OptionTable::number(const char* name, unsigned& target, unsigned low, unsigned high, const std::string& text) {
  add_number(name, target, low, high, text);
}
void OptionTable::number(const char* name, std::size_t& target, std::size_t low, std::size_t high,
                         const std::string& text) {
  add_number(name, target, low, high, text);
}
void OptionTable::number(const char* name, double& target, double low, double high, const std::string& text) {
  add_number(name, target, low, high, text);
}

template <class Number>
void OptionTable::add_optional(const char* name, std::optional<Number>& target, Number low, Number high,
                               const std::string& text) {
  const auto set = [=, &target](const std::string& given) { target = number_within(name, given, low, high); };
  add(name, "N", text + " (" + shown(low) + " to " + shown(high) + ")", po::value<std::string>()->notifier(set));
}

void OptionTable::number(const char* name, std::optional<double>& target, double low, double high,
                         const std::string& text) {
  add_optional(name, target, low, high, text);
}
void OptionTable::number(const char* name, std::optional<int>& target, int low, int high, const std::string& text) {
  add_optional(name, target, low, high, text);
}

void OptionTable::numbers(const char* name, std::vector<int>& target, int low, int high, const std::string& text) {
  std::string default_value;
  for (const int number : target) default_value += (default_value.empty() ? "" : ",") + shown(number);
  const std::string description = text + " (whole numbers with commas between, each " + shown(low) + " to " +
                                  shown(high) + (target.empty() ? "" : "; default " + default_value) + ")";
  const auto set = [name, low, high, &target](const std::string& given) {
    target.clear();
    for (const std::string_view number : split(given, ',')) {
      target.push_back(number_within(name, std::string(number), low, high));
    }
  };
  add(name, "N,N...", description, po::value<std::string>()->notifier(set));
}

void OptionTable::pairs(const char* name, std::vector<std::pair<std::string, std::string>>& target,
                        const std::string& text, const char* form) {
  const auto set = [name, form, &target](const std::vector<std::string>& given) {
    for (const std::string& item : given) {
      const std::size_t equals = item.find('=');
      if (equals == std::string::npos || equals == 0) {
        throw ConfigError("--" + std::string(name) + " " + item + ": must be " + form);
      }
      target.emplace_back(item.substr(0, equals), item.substr(equals + 1));
    }
  };
  add(name, form, text, po::value<std::vector<std::string>>()->composing()->notifier(set));
}

void OptionTable::add_choice(const char* name, const std::string& names, const std::string& default_name,
                             const std::string& text, const std::function<bool(const std::string&)>& set) {
  const auto checked = [=](const std::string& given) {
    if (!set(given)) throw ConfigError("--" + std::string(name) + " " + given + ": must be one of " + names);
  };
  add(name, names.c_str(), text + " (default " + default_name + ")", po::value<std::string>()->notifier(checked));
}

void OptionTable::choice(const char* name, const std::vector<const char*>& names, const char* default_name,
                         const std::string& text, const std::function<bool(const std::string&)>& set) {
  std::string joined;
  for (const char* each : names) joined += (joined.empty() ? "" : "|") + std::string(each);
  add_choice(name, joined, default_name, text, set);
}

void OptionTable::positional(const char* name) { positional_.add(name, -1); }

void OptionTable::needs(const char* name, const std::vector<const char*>& others, const std::string& reason) {
  rules_.push_back({name, {others.begin(), others.end()}, false, reason});
}

void OptionTable::exclude(const char* name, const char* other, const std::string& reason) {
  rules_.push_back({name, {other}, true, reason});
}

void OptionTable::check_rules(const std::set<std::string>& given) const {
  for (const Rule& rule : rules_) {
    if (given.count(rule.name) == 0) continue;
    const bool has_other = std::any_of(rule.others.begin(), rule.others.end(),
                                       [&](const std::string& other) { return given.count(other) > 0; });
    if (has_other != rule.excludes) continue;
    std::string message = "--" + rule.name + (rule.excludes ? " and" : " needs");
    for (const std::string& other : rule.others) message += (other == rule.others.front() ? " --" : " or --") + other;
    if (rule.excludes) message += " exclude each other";
    throw ConfigError(message + (rule.reason.empty() ? "" : ": " + rule.reason));
  }
}

void OptionTable::basis(const char* name, std::function<void(const std::string&)> set) {
  bases_.emplace_back(name, std::move(set));
}

std::unique_ptr<InputGuard> OptionTable::guard() const {
  std::map<std::string, std::string> written;  // path by option
  for (const FileRow& row : files_) {
    if (outputs_.count(row.name) > 0) written[row.name] = row.values().front();
  }
  std::vector<GuardedInput> inputs;
  for (const FileRow& row : files_) {
    if (outputs_.count(row.name) > 0) continue;
    std::string replaced_by;
    for (const auto& [output, in_place_of] : outputs_) {
      if (in_place_of == row.name) replaced_by = written[output];
    }
    for (const std::string& path : row.values()) {
      inputs.push_back({"--" + row.name, path, replaced_by});
      const std::size_t colon = path.rfind(':');  // of FILE:NAME
      if (colon != std::string::npos) inputs.push_back({"--" + row.name, path.substr(0, colon), replaced_by});
    }
  }
  auto guard = std::make_unique<InputGuard>(inputs);
  require_no_input("-");  // a shell's >> would write into it
  for (auto one = written.begin(); one != written.end(); ++one) {
    if (one->second.empty()) continue;
    require_no_input(one->second);
    for (auto other = written.begin(); other != one; ++other) {
      if (other->second.empty() || !is_same_output(one->second, other->second)) continue;
      throw ConfigError("--" + other->first + " and --" + one->first + " name the same file: " + one->second);
    }
  }
  return guard;
}

std::vector<std::string> OptionTable::names() const {
  std::vector<std::string> all;
  for (const Option& row : rows_) all.push_back(row.name);
  return all;
}

bool OptionTable::writes_file() const {
  return std::any_of(files_.begin(), files_.end(), [this](const FileRow& row) {
    if (outputs_.count(row.name) == 0) return false;
    const std::vector<std::string> paths = row.values();
    return !paths.empty() && !paths.front().empty() && paths.front() != "-";
  });
}

Request OptionTable::parse(const std::vector<std::string>& words) {
  po::options_description all;
  all.add(named_).add_options()("help,h", "")("help-all", "")(kStray, po::value<std::vector<std::string>>(), "");
  po::positional_options_description places = positional_;
  if (places.max_total_count() == 0) places.add(kStray, -1);
  po::variables_map values;
  try {
    // No guessing of shortened flags: a script must not change its meaning when a flag is added.
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(words).options(all).positional(places).style(style).run(), values);
    if (values.count("help-all") > 0) return Request::help_all;
    if (values.count("help") > 0) return Request::help;
    if (values.count(kStray) > 0) {
      const std::string word = values[kStray].as<std::vector<std::string>>().front();
      throw ConfigError("'" + word + "' belongs to no option" + meant(word, names(), "--"));
    }
    std::set<std::string> given;
    for (const auto& [name, value] : values) {
      if (!value.defaulted()) given.insert(name);
    }
    for (const auto& [name, set] : bases_) {
      if (given.count(name) > 0) set(values[name].as<std::string>());
    }
    po::notify(values);
    check_rules(given);
  } catch (const po::unknown_option& error) {
    const std::string& name = error.get_option_name();
    throw ConfigError("there is no option '" + name + "'" + meant(split(name, '=').front(), names(), "--"));
  } catch (const po::error& error) {
    throw ConfigError(error.what());
  }
  return Request::work;
}

std::string OptionTable::help(std::size_t width) const {
  if (everyday_.empty()) return help_all(width);
  std::string text = "Options:\n";
  for (const std::string& name : everyday_) {
    const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Option& each) { return each.name == name; });
    assert(row != rows_.end());
    text += entry(row->name, row->form, row->text, width);
  }
  return text;
}

std::string OptionTable::help_all(std::size_t width) const {
  std::vector<std::pair<std::string, std::string>> groups;
  for (const Option& row : rows_) {
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& each) { return each.first == row.group; });
    if (group == groups.end()) group = groups.insert(group, {row.group, ""});
    group->second += entry(row.name, row.form, row.text, width);
  }
  std::string text;
  for (const auto& [name, entries] : groups)
    text.append(text.empty() ? "" : "\n").append(name).append(":\n").append(entries);
  return text;
}

}  // namespace irgan
