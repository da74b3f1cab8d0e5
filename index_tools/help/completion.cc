#include <algorithm>
#include <functional>

#include "index_tools/help/pages.h"

namespace irgan {
namespace {

const Option kHelp{"", "help", "", "show the options for every day"};
const Option kHelpAll{"", "help-all", "", "show all options"};

std::vector<Option> all_options(const DescribedCommand& command) {
  std::vector<Option> all = command.options;
  all.push_back(kHelp);
  all.push_back(kHelpAll);
  return all;
}

// The beginning of a text that says enough for one line.
std::string brief(const std::string& text) {
  constexpr std::size_t kLongest = 70;
  std::string first = text.substr(0, std::min({text.find(';'), text.find(" ("), text.find(": "), text.find('\n')}));
  if (first.size() <= kLongest) return first;
  return first.substr(0, first.rfind(' ', kLongest)) + " ...";
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string in_quotes(const std::string& text) { return '\'' + replaced(text, "'", "'\\''") + '\''; }

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::vector<std::string> names_of(const std::vector<DescribedCommand>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const DescribedCommand& command : commands) names.push_back(command.name);
  return names;
}

// The patterns COMMAND:--FLAG of options that `wanted` holds for, as bash's case takes them.
std::string patterns(const DescribedCommand& command, const std::function<bool(const Option&)>& wanted) {
  std::vector<std::string> found;
  for (const Option& option : command.options) {
    if (wanted(option)) found.push_back(command.name + ":--" + option.name);
  }
  return joined(found, "|");
}

}  // namespace

std::string bash_completion(const std::vector<DescribedCommand>& commands) {
  const std::string names = joined(names_of(commands), " ");
  std::string text = R"(# Completion of xapian-irgan for bash, made by the program of its options.
_xapian_irgan() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} flags=
  if [ "$word" = = ]; then word=; elif [ "$before" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "NAMES help --help --version" -- "$word")
    return
  fi
  case $command:$before in
    help:*) mapfile -t COMPREPLY < <(compgen -W "NAMES" -- "$word"); return ;;
)";
  text = replaced(text, "NAMES", names);
  std::string flags;
  for (const DescribedCommand& command : commands) {
    for (const Option& option : command.options) {
      if (option.choices().empty()) continue;
      text += "    " + command.name + ":--" + option.name + R"() mapfile -t COMPREPLY < <(compgen -W ")" +
              joined(option.choices(), " ") + "\" -- \"$word\"); return ;;\n";
    }
    const std::string free =
        patterns(command, [](const Option& o) { return !o.form.empty() && !o.takes_file() && o.choices().empty(); });
    if (!free.empty()) text += "    " + free + ") return ;;\n";
    const std::string files = patterns(command, [](const Option& o) { return o.takes_file(); });
    if (!files.empty()) text += "    " + files + ") word=${word/#\\~/$HOME}; command= ;;\n";
    std::vector<std::string> all;
    for (const Option& option : all_options(command)) all.push_back("--" + option.name);
    flags += "    " + command.name + ") flags=\"" + joined(all, " ") + "\" ;;\n";
  }
  return text + "  esac\n  case $command in\n" + flags + R"(  esac
  case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word") ;;
    *) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}
complete -F _xapian_irgan xapian-irgan
)";
}

std::string zsh_completion(const std::vector<DescribedCommand>& commands) {
  const auto plain = [](const std::string& text) {
    return replaced(replaced(replaced(replaced(text, "\\", "\\\\"), "[", "\\["), "]", "\\]"), ":", "\\:");
  };
  std::string text =
      "#compdef xapian-irgan\n# Completion of xapian-irgan for zsh, made by the program of its options.\n"
      "_xapian-irgan() {\n  local -a commands\n  commands=(\n";
  for (const DescribedCommand& command : commands)
    text += "    " + in_quotes(plain(command.name) + ':' + plain(brief(command.summary))) + '\n';
  text +=
      "    'help:show the help of a command'\n  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n"
      "    return\n  fi\n  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n"
      "    help) _describe command commands ;;\n";
  for (const DescribedCommand& command : commands) {
    text += "    " + command.name + ") _arguments \\\n";
    for (const Option& option : all_options(command)) {
      std::string spec = "*--" + option.name + (option.form.empty() ? "" : "=") + '[' + plain(brief(option.text)) + ']';
      if (option.takes_file()) {
        spec += ':' + plain(option.form) + ":_files";
      } else if (!option.choices().empty()) {
        spec += ":name:(" + joined(option.choices(), " ") + ')';
      } else if (!option.form.empty()) {
        spec += ':' + plain(option.form) + ": ";
      }
      text += "      " + in_quotes(spec) + " \\\n";
    }
    text += "      '*:file:_files' ;;\n";
  }
  return text +
         "  esac\n}\nif [ \"$funcstack[1]\" = _xapian-irgan ]; then _xapian-irgan \"$@\"; else compdef "
         "_xapian-irgan xapian-irgan; fi\n";
}

std::string fish_completion(const std::vector<DescribedCommand>& commands) {
  const auto text_of = [](const std::string& text) {
    return '\'' + replaced(replaced(brief(text), "\\", "\\\\"), "'", "\\'") + '\'';
  };
  const std::string start = "complete -c xapian-irgan ";
  std::string text = "# Completion of xapian-irgan for fish, made by the program of its options.\n";
  for (const DescribedCommand& command : commands)
    text += start + "-f -n __fish_use_subcommand -a " + command.name + " -d " + text_of(command.summary) + '\n';
  text += start + "-f -n __fish_use_subcommand -a help -d 'show the help of a command'\n";
  text += start + "-f -n '__fish_seen_subcommand_from help' -a '" + joined(names_of(commands), " ") + "'\n";
  for (const DescribedCommand& command : commands) {
    const std::string seen = start + "-n '__fish_seen_subcommand_from " + command.name + "' -l ";
    for (const Option& option : all_options(command)) {
      text += seen + option.name;
      if (!option.choices().empty()) {
        text += " -x -a '" + joined(option.choices(), " ") + '\'';
      } else if (option.takes_file()) {
        text += " -r -F";
      } else if (!option.form.empty()) {
        text += " -x";
      }
      text += " -d " + text_of(option.text) + '\n';
    }
  }
  return text;
}

}  // namespace irgan
