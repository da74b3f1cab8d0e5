#include "index_tools/options/option_table.h"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <type_traits>
#include <utility>

#include "trainer/machine/numbers.h"
#include "trainer/machine/split.h"

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

}  // namespace

void OptionTable::flag(const char* name, bool& target, const std::string& text) {
  named_.add_options()(name, po::bool_switch(&target), text.c_str());
}

void OptionTable::text(const char* name, std::string& target, const std::string& text, const char* form) {
  const std::string with_default = target.empty() ? text : text + " (default " + target + ")";
  named_.add_options()(name, po::value<std::string>(&target)->value_name(form), with_default.c_str());
}

void OptionTable::texts(const char* name, std::vector<std::string>& target, const std::string& text, const char* form) {
  named_.add_options()(name, po::value<std::vector<std::string>>(&target)->composing()->value_name(form), text.c_str());
}

template <class Number>
void OptionTable::add_number(const char* name, Number& target, Number low, Number high, const std::string& text) {
  const std::string description = text + range_text(shown(low), shown(high), shown(target));
  const auto set = [=, &target](const std::string& given) { target = number_within(name, given, low, high); };
  named_.add_options()(name, po::value<std::string>()->value_name("N")->notifier(set), description.c_str());
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

void OptionTable::number(const char* name, std::optional<double>& target, double low, double high,
                         const std::string& text) {
  const std::string description = text + " (" + shown(low) + " to " + shown(high) + ")";
  const auto set = [=, &target](const std::string& given) { target = number_within(name, given, low, high); };
  named_.add_options()(name, po::value<std::string>()->value_name("N")->notifier(set), description.c_str());
}

void OptionTable::number(const char* name, std::optional<int>& target, int low, int high, const std::string& text) {
  const std::string description = text + " (" + shown(low) + " to " + shown(high) + ")";
  const auto set = [=, &target](const std::string& given) { target = number_within(name, given, low, high); };
  named_.add_options()(name, po::value<std::string>()->value_name("N")->notifier(set), description.c_str());
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
  named_.add_options()(name, po::value<std::string>()->value_name("N,N...")->notifier(set), description.c_str());
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
  named_.add_options()(name, po::value<std::vector<std::string>>()->composing()->value_name(form)->notifier(set),
                       text.c_str());
}

void OptionTable::add_choice(const char* name, const std::string& names, const std::string& default_name,
                             const std::string& text, std::function<bool(const std::string&)> set) {
  const auto checked = [=](const std::string& given) {
    if (!set(given)) throw ConfigError("--" + std::string(name) + " " + given + ": must be one of " + names);
  };
  named_.add_options()(name, po::value<std::string>()->value_name(names)->notifier(checked),
                       (text + " (default " + default_name + ")").c_str());
}

void OptionTable::choice(const char* name, const std::vector<const char*>& names, const char* default_name,
                         const std::string& text, std::function<bool(const std::string&)> set) {
  std::string joined;
  for (const char* each : names) joined += (joined.empty() ? "" : "|") + std::string(each);
  add_choice(name, joined, default_name, text, std::move(set));
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

void OptionTable::note_given(std::set<std::string>& target) { given_ = &target; }

bool OptionTable::parse(const std::vector<std::string>& words) {
  po::options_description all;
  all.add(named_).add_options()("help,h", "this text")(kStray, po::value<std::vector<std::string>>(), "");
  po::positional_options_description places = positional_;
  if (places.max_total_count() == 0) places.add(kStray, -1);
  po::variables_map values;
  try {
    // No guessing of shortened flags: a script must not change its meaning when a flag is added.
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(words).options(all).positional(places).style(style).run(), values);
    if (values.count("help") > 0) return false;
    if (values.count(kStray) > 0) {
      throw ConfigError("'" + values[kStray].as<std::vector<std::string>>().front() + "' stands without a flag");
    }
    po::notify(values);
    std::set<std::string> given;
    for (const auto& [name, value] : values) {
      if (!value.defaulted()) given.insert(name);
    }
    check_rules(given);
    if (given_ != nullptr) *given_ = std::move(given);
  } catch (const po::error& error) {
    throw ConfigError(error.what());
  }
  return true;
}

std::string OptionTable::help() const {
  std::ostringstream out;
  out << named_;
  return out.str();
}

}  // namespace irgan
