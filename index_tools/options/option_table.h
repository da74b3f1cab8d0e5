/// The options of a command: their names, defaults, ranges and reasons, each stated once.
#pragma once

#include <boost/program_options.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index_tools/options/site_file.h"
#include "irgan/errors.h"
#include "trainer/machine/input_guard.h"

namespace irgan {

/// What the words of a command line ask for.
enum class Request { work, help, help_all };

/// What the help, the manual and shells say of an option.
struct Option {
  std::string group;
  std::string name;
  std::string form;  ///< of the value; empty for a flag; A|B for one of several names
  std::string text;

  /// True if the value is a file or an index.
  bool takes_file() const;
  /// The names of which the value is one; empty where any value is taken.
  std::vector<std::string> choices() const;
};

/// Binds flags of the command line to the members of an options struct, whose initial values are the defaults.
class OptionTable {
 public:
  /// Options that are added from now on stand under `name` in the long help; one group may be begun several times.
  void group(const std::string& name) { group_ = name; }

  /// The options that most sites need, in the order of the short help, the needed ones first. Without this call the
  /// short help shows all. They may be named before they are added.
  void everyday(const std::vector<const char*>& names) { everyday_.assign(names.begin(), names.end()); }

  void flag(const char* name, bool& target, const std::string& text);
  /// `form` is what the help calls the value. What is called FILE, MODEL or DB is read by the command, unless writes()
  /// says otherwise.
  void text(const char* name, std::string& target, const std::string& text, const char* form = "TEXT");
  void texts(const char* name, std::vector<std::string>& target, const std::string& text, const char* form = "TEXT");

  /// A number from `low` to `high`; the help shows the range and the default.
  void number(const char* name, int& target, int low, int high, const std::string& text);
  void number(const char* name, unsigned& target, unsigned low, unsigned high, const std::string& text);
  void number(const char* name, std::size_t& target, std::size_t low, std::size_t high, const std::string& text);
  void number(const char* name, double& target, double low, double high, const std::string& text);
  /// One whose default depends on other inputs; `text` says how.
  void number(const char* name, std::optional<double>& target, double low, double high, const std::string& text);
  void number(const char* name, std::optional<int>& target, int low, int high, const std::string& text);
  /// A point in time, in any form that logs have; seconds since 1970 UTC.
  void time(const char* name, std::optional<double>& target, const std::string& text);
  void numbers(const char* name, std::vector<int>& target, int low, int high, const std::string& text);

  /// Two texts with = between, any number of times; `form` is what the help calls them, e.g. "NAME=SLOT".
  void pairs(const char* name, std::vector<std::pair<std::string, std::string>>& target, const std::string& text,
             const char* form);

  /// The same where the second is a number above 0.
  void weights(const char* name, std::vector<std::pair<std::string, double>>& target, const std::string& text,
               const char* form);

  /// One of several names.
  template <class Enum>
  void choice(const char* name, Enum& target, const std::vector<std::pair<const char*, Enum>>& choices,
              const std::string& text) {
    std::string names;
    std::string default_name;
    for (const auto& [choice_name, value] : choices) {
      names += (names.empty() ? "" : "|") + std::string(choice_name);
      if (value == target) default_name = choice_name;
    }
    add_choice(name, names, default_name, text, [&target, choices](const std::string& given) {
      for (const auto& [choice_name, value] : choices) {
        if (given == choice_name) {
          target = value;
          return true;
        }
      }
      return false;
    });
  }

  /// The same where the value is not an enum: `set` takes the name, and returns false if it is none of `names`.
  void choice(const char* name, const std::vector<const char*>& names, const char* default_name,
              const std::string& text, const std::function<bool(const std::string&)>& set);

  /// Words without a flag are taken for values of `name`.
  void positional(const char* name);

  /// Has parse() refuse `name` unless one of `others` is given too: alone, `name` would have no effect.
  ///
  /// reason: the end of the message
  void needs(const char* name, const std::vector<const char*>& others, const std::string& reason = "");
  /// Has parse() refuse `name` and `other` together: one of them would have no effect.
  ///
  /// - Where several rules are broken, the message is that of the rule stated first.
  /// - A rule may be stated before its options are added.
  void exclude(const char* name, const char* other, const std::string& reason = "");

  /// States that the command writes the file `name`, and never reads it; rules may stand before their options.
  ///
  /// in_place_of: the option whose file it may replace; empty: none
  void writes(const char* name, const char* in_place_of = "") { outputs_[name] = in_place_of; }

  /// Keeps what the given options read from being written over while the result lives.
  ///
  /// Throws: ConfigError if an option writes to what another reads or writes, by whatever name
  std::unique_ptr<InputGuard> guard() const;

  /// Has parse() call `set` with the value of `name`, a text, before it fills any other member: what `set` puts there
  /// is the default of options that are not given.
  void basis(const char* name, std::function<void(const std::string& value)> set);

  /// Where a site's file gives `key`, it is the value of `name`: of one command's output, the file's name for it. What
  /// the file itself gives as `name` is then not taken.
  void site_key(const char* name, const char* key) { site_keys_.emplace(key, name); }
  /// The site's file does not give `name`, unless in the command's own section: its presence changes what is done.
  void only_by_flag(const char* name) { only_by_flag_.insert(name); }
  /// Where the flag `other` is given, what the site's file says of `name` is left out.
  void gives_way(const char* name, const char* other) { gives_way_.emplace_back(name, other); }
  /// Where the site's file gives both, what it says of `name` is left out.
  void yields(const char* name, const char* other) { yields_.emplace_back(name, other); }

  /// Says in the help that the command takes --site.
  void show_site() { shows_site_ = true; }

  /// Where the path of --site goes.
  void site_path(std::string& target) { site_target_ = &target; }

  /// Fills the bound members from the command line's words, unless --help or --help-all is among them; then from the
  /// file of --site what the words do not give. Of pairs both count, the words first.
  ///
  /// Of the file's options those are left out that a rule would refuse beside a flag, or without one; and models,
  /// memories and vectors to read that are not there yet.
  ///
  /// read_site: returns what the file at a path says for this command
  /// Throws: ConfigError naming the flag, what was given, and what is allowed; or both flags of a rule that is broken;
  ///         what read_site throws
  using ReadSite = std::function<std::vector<SiteOption>(const std::string& path)>;
  Request parse(const std::vector<std::string>& words, const ReadSite& read_site = {});

  /// The names of all options.
  std::set<std::string> names() const;

  /// All options, in the order in which they were added.
  const std::vector<Option>& options() const { return rows_; }
  /// True if the command line named a file to write, by writes(), that is not stdout. Requires: parse()
  bool writes_file() const;
  /// True if a file to write is -, which is stdout. Requires: parse()
  bool writes_stdout() const;

  /// The everyday options, in lines of at most `width` columns.
  std::string help(std::size_t width) const;
  /// All options by group, in the order in which the groups were begun.
  std::string help_all(std::size_t width) const;
  /// How many options only help_all() shows.
  std::size_t num_hidden() const { return everyday_.empty() ? 0 : rows_.size() - everyday_.size(); }

 private:
  struct Rule {
    std::string name;
    std::vector<std::string> others;
    bool excludes = false;
    std::string reason;
  };

  /// An option whose values are files.
  struct FileRow {
    std::string name;
    std::function<std::vector<std::string>()> values;
  };

  /// Takes `semantic`, which says how the value is read.
  void add(const char* name, const char* form, const std::string& text,
           const boost::program_options::value_semantic* semantic);
  /// What a mistyped option was meant to be, as the end of a message; nothing if it is like none.
  std::string near_option(std::string_view word, bool takes_site) const;
  void check_rules(const std::set<std::string>& given) const;

  using Values = std::map<std::string, std::vector<std::string>>;  // by option
  Values values_of_site(const std::vector<SiteOption>& options) const;
  std::vector<std::string> located(const std::string& name, const std::vector<std::string>& values) const;
  void leave_out(const std::set<std::string>& given, Values& site) const;
  void add_site(const Values& site, boost::program_options::variables_map& values) const;
  template <class Number>
  void add_number(const char* name, Number& target, Number low, Number high, const std::string& text);
  template <class Number>
  void add_optional(const char* name, std::optional<Number>& target, Number low, Number high, const std::string& text);
  void add_choice(const char* name, const std::string& names, const std::string& default_name, const std::string& text,
                  const std::function<bool(const std::string&)>& set);

  boost::program_options::options_description named_;
  boost::program_options::positional_options_description positional_;
  std::string group_ = "Options";
  std::vector<Option> rows_;
  std::vector<FileRow> files_;
  std::map<std::string, std::string> outputs_;  // by option: that whose file it may replace
  std::vector<std::string> everyday_;
  std::vector<Rule> rules_;
  std::vector<std::pair<std::string, std::function<void(const std::string&)>>> bases_;
  std::set<std::string> pairs_;                        // options of NAME=VALUE
  std::multimap<std::string, std::string> site_keys_;  // option by key
  std::set<std::string> only_by_flag_;
  std::vector<std::pair<std::string, std::string>> gives_way_;  // option, flag
  std::vector<std::pair<std::string, std::string>> yields_;     // option, other of the site's file
  bool shows_site_ = false;
  std::string site_path_;
  std::string* site_target_ = nullptr;
};

}  // namespace irgan
