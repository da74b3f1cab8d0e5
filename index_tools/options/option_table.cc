#include "index_tools/options/option_table.h"

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <type_traits>
#include <utility>

#include "index_tools/showing/wrapped_text.h"
#include "trainer/machine/numbers.h"
#include "trainer/machine/output_file.h"
#include "trainer/machine/split.h"
#include "trainer/machine/timestamps.h"
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

// Of what a site's file names these may not be there yet.
bool may_be_absent(const std::string& name) {
  return name == "model" || name == "memory" || name == "vectors" || name == "from";
}

constexpr const char* kSiteHelp =
    "options of this and all other commands, lines NAME = VALUE; flags win over it; 'setup' writes one";

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

void OptionTable::time(const char* name, std::optional<double>& target, const std::string& text) {
  const auto set = [name, &target](const std::string& given) {
    target = parse_time(given);
    if (!target)
      throw ConfigError("--" + std::string(name) + " " + given + ": must be a time (taken: " + kTimeForms + ")");
  };
  add(name, "TIME", text, po::value<std::string>()->notifier(set));
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
  pairs_.insert(name);
}

void OptionTable::weights(const char* name, std::vector<std::pair<std::string, double>>& target,
                          const std::string& text, const char* form) {
  const auto set = [name, form, &target](const std::vector<std::string>& given) {
    for (const std::string& item : given) {
      const std::size_t equals = item.find('=');
      double weight = 0.0;
      if (equals == std::string::npos || equals == 0 ||
          !parse_number(std::string_view(item).substr(equals + 1), weight) || !(weight > 0.0 && weight <= 1e6)) {
        throw ConfigError("--" + std::string(name) + " " + item + ": must be " + form + ", a number up to 1e+06");
      }
      target.emplace_back(item.substr(0, equals), weight);
    }
  };
  add(name, form, text, po::value<std::vector<std::string>>()->composing()->notifier(set));
  pairs_.insert(name);
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
    const std::vector<std::string> paths = row.values();
    if (outputs_.count(row.name) > 0 && !paths.empty()) written[row.name] = paths.front();
  }
  std::vector<GuardedInput> inputs;
  if (!site_path_.empty()) inputs.push_back({"--site", site_path_, ""});
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

std::set<std::string> OptionTable::names() const {
  std::set<std::string> all;
  for (const Option& row : rows_) all.insert(row.name);
  return all;
}

std::string OptionTable::near_option(std::string_view word, bool takes_site) const {
  std::set<std::string> all = names();
  all.insert({"help", "help-all"});
  if (takes_site) all.insert("site");
  return meant(word, {all.begin(), all.end()}, "--");
}

bool OptionTable::writes_file() const {
  return std::any_of(files_.begin(), files_.end(), [this](const FileRow& row) {
    if (outputs_.count(row.name) == 0) return false;
    const std::vector<std::string> paths = row.values();
    return !paths.empty() && !paths.front().empty() && paths.front() != "-";
  });
}

bool OptionTable::writes_stdout() const {
  return std::any_of(files_.begin(), files_.end(), [this](const FileRow& row) {
    const std::vector<std::string> paths = row.values();
    return outputs_.count(row.name) > 0 && std::find(paths.begin(), paths.end(), "-") != paths.end();
  });
}

// Paths are meant from the file's folder, and logs may be named by a pattern.
std::vector<std::string> OptionTable::located(const std::string& name, const std::vector<std::string>& values) const {
  const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Option& each) { return each.name == name; });
  if (row == rows_.end() || !row->takes_file() || values == std::vector<std::string>{"none"}) return values;
  std::vector<std::string> paths;
  for (const std::string& value : values) {
    const std::string path = path_of_site(value, site_path_);
    const std::vector<std::string> files = row->form == "FILE" ? matching_files(path) : std::vector<std::string>{path};
    if (files.empty()) throw ConfigError(site_path_ + ": " + name + " = " + value + ": there is no such file");
    paths.insert(paths.end(), files.begin(), files.end());
  }
  return paths;
}

OptionTable::Values OptionTable::values_of_site(const std::vector<SiteOption>& options) const {
  const std::set<std::string> own = names();
  Values site;
  for (const SiteOption& option : options) {
    const auto [first, last] = site_keys_.equal_range(option.name);
    for (auto key = first; key != last && !option.is_of_section; ++key) site[key->second] = option.values;
    if (own.count(option.name) == 0 || (first != last && !option.is_of_section)) continue;
    if (only_by_flag_.count(option.name) == 0 || option.is_of_section) site[option.name] = option.values;
  }
  for (auto& [name, values] : site) values = located(name, values);
  return site;
}

void OptionTable::leave_out(const std::set<std::string>& given, Values& site) const {
  for (const std::string& name : given) {
    if (pairs_.count(name) == 0) site.erase(name);
  }
  for (const auto& [name, flag] : gives_way_) {
    if (given.count(flag) > 0) site.erase(name);
  }
  for (auto option = site.begin(); option != site.end();) {
    const bool is_read = outputs_.count(option->first) == 0;
    const bool is_absent = is_read && may_be_absent(option->first) && option->second.front() != "none" &&
                           !std::filesystem::exists(option->second.front());
    option = is_absent ? site.erase(option) : std::next(option);
  }
  for (const auto& [name, other] : yields_) {
    if (site.count(other) > 0) site.erase(name);
  }
  for (std::size_t num_before = site.size() + 1; site.size() < num_before;) {
    num_before = site.size();
    for (const Rule& rule : rules_) {
      const auto is_there = [&](const std::string& name) { return given.count(name) > 0 || site.count(name) > 0; };
      const bool is_refused = rule.excludes ? given.count(rule.others.front()) > 0 && given.count(rule.name) == 0
                                            : std::none_of(rule.others.begin(), rule.others.end(), is_there);
      if (is_refused && given.count(rule.name) == 0) site.erase(rule.name);
      if (rule.excludes && given.count(rule.name) > 0) site.erase(rule.others.front());
    }
  }
}

void OptionTable::add_site(const Values& site, po::variables_map& values) const {
  po::parsed_options parsed(&named_);
  for (const auto& [name, texts] : site) {
    std::set<std::string> keys;  // of pairs that flags give
    if (pairs_.count(name) > 0 && values.count(name) > 0) {
      for (const std::string& pair : values[name].as<std::vector<std::string>>())
        keys.insert(pair.substr(0, pair.find('=')));
    }
    for (const std::string& text : texts) {
      if (keys.count(text.substr(0, text.find('='))) > 0) continue;
      po::option& option = parsed.options.emplace_back();
      option.string_key = name;
      option.value = {text};
    }
  }
  try {
    po::store(parsed, values);
  } catch (const po::error& error) {
    throw ConfigError(site_path_ + ": " + error.what());
  }
}

Request OptionTable::parse(const std::vector<std::string>& words, const ReadSite& read_site) {
  po::options_description all;
  all.add(named_).add_options()("help,h", "")("help-all", "")(kStray, po::value<std::vector<std::string>>(), "");
  if (read_site) all.add_options()("site", po::value<std::string>(&site_path_), "");
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
      const bool may_be_site = read_site && values.count("site") == 0 && std::filesystem::is_regular_file(word);
      throw ConfigError("'" + word + "' belongs to no option" +
                        (may_be_site ? "; did you mean --site " + word + "?" : near_option(word, bool(read_site))));
    }
    std::set<std::string> given;
    for (const auto& [name, value] : values) {
      if (!value.defaulted()) given.insert(name);
    }
    if (given.erase("site") > 0) {
      site_path_ = values["site"].as<std::string>();
      if (site_target_ != nullptr) *site_target_ = site_path_;
      Values site = values_of_site(read_site(site_path_));
      leave_out(given, site);
      add_site(site, values);
      for (const auto& option : site) given.insert(option.first);
    }
    for (const auto& [name, set] : bases_) {
      if (given.count(name) > 0) set(values[name].as<std::string>());
    }
    po::notify(values);
    check_rules(given);
  } catch (const po::unknown_option& error) {
    const std::string& name = error.get_option_name();
    throw ConfigError("there is no option '" + name + "'" + near_option(split(name, '=').front(), bool(read_site)));
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
  return shows_site_ ? text + entry("site", "FILE", kSiteHelp, width) : text;
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
  return shows_site_ ? text + "\nThe site:\n" + entry("site", "FILE", kSiteHelp, width) : text;
}

}  // namespace irgan
