#include <algorithm>
#include <cctype>
#include <sstream>
#include <utility>

#include "index_tools/help/pages.h"

namespace irgan {
namespace {

// Text as roff takes it: nothing in it is a request, and a dash is a dash that can be pasted.
std::string roff(const std::string& text) {
  std::string result;
  bool begins_line = true;
  for (const char c : text) {
    if (begins_line && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c == '^') {
      result += "\\(ha";
    } else if (c == '~') {
      result += "\\(ti";
    } else {
      result += c;
    }
    begins_line = c == '\n';
  }
  return result;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string heading(const std::string& name, const std::string& summary, const std::string& version) {
  return ".\\\" Made by the program of its options.\n.TH " + upper(roff(name)) + " 1 \"\" \"xapian\\-irgan " + version +
         "\" \"xapian\\-irgan\"\n.SH NAME\n" + roff(name) + " \\- " + roff(summary) + "\n";
}

// A choice may be broken between its names.
std::string form_text(const std::string& form) {
  std::string text;
  for (const char c : form) text += c == '|' ? std::string("|\\:") : roff(std::string(1, c));
  return text;
}

std::string option_text(const Option& option) {
  const std::string form = option.form.empty() ? "" : " \\fI" + form_text(option.form) + "\\fR";
  return ".TP\n\\fB\\-\\-" + roff(option.name) + "\\fR" + form + "\n" + roff(option.text) + "\n";
}

std::string guide_text(const std::string& guide) {
  std::string text;
  std::istringstream lines(guide);
  bool in_example = false;
  for (std::string line; std::getline(lines, line);) {
    const bool is_example = line.rfind("  ", 0) == 0;
    if (is_example && !in_example) text += ".PP\n.nf\n.RS 2\n";
    if (!is_example && in_example) text += ".RE\n.fi\n";
    if (!is_example) text += ".PP\n";
    text += roff(is_example ? line.substr(2) : line) + '\n';
    in_example = is_example;
  }
  return text + (in_example ? ".RE\n.fi\n" : "");
}

// What is said of every command.
std::string ending() {
  return ".SH EXIT STATUS\n.TP\n0\ndone\n.TP\n1\nthe work failed\n.TP\n2\nbad usage\n"
         ".SH ENVIRONMENT\n.TP\nCOLUMNS\nhow wide the lines of help and tables are\n.TP\nNO_COLOR\nif set, nothing is "
         "coloured\n";
}

}  // namespace

std::string program_page(const std::vector<DescribedCommand>& commands, const std::string& version) {
  std::string text = heading("xapian-irgan", "learn from clicks to rank the results of Xapian searches", version);
  text += ".SH SYNOPSIS\n.B xapian\\-irgan\n.I COMMAND\n[\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n" +
          roff(
              "Your site searches with Xapian. People search, look at the results and click some of them. xapian-irgan "
              "learns from these clicks which results belong on top, and puts them there.\n") +
          ".PP\n" +
          roff(
              "The usual way, from documents and a click log to better searches: index (or annotate, for an index that "
              "is there), train, rerank, evaluate, store, search.\n") +
          ".SH COMMANDS\nIn the order of use; each has a manual page of its own.\n";
  for (const DescribedCommand& command : commands)
    text += ".TP\n\\fB" + roff(command.name) + "\\fR\n" + roff(command.summary) + "\n";
  text +=
      ".SH OPTIONS\n.TP\n\\fBhelp\\fR \\fICOMMAND\\fR\nthe command's help\n.TP\n\\fB\\-\\-version\\fR\nthe version, "
      "and Xapian's\n" +
      ending() + ".SH SEE ALSO\n";
  const char* comma = "";
  for (const DescribedCommand& command : commands)
    text += std::exchange(comma, ",\n") + (".BR xapian\\-irgan\\-" + roff(command.name) + " (1)");
  return text + "\n";
}

std::string command_page(const DescribedCommand& command, const std::string& version) {
  std::string text = heading("xapian-irgan-" + command.name, command.summary, version);
  text += ".SH SYNOPSIS\n.B xapian\\-irgan " + roff(command.name) + "\n" + roff(command.usage) + "\n.SH DESCRIPTION\n" +
          guide_text(command.guide) + ".SH OPTIONS\n";
  std::vector<std::string> groups;
  for (const Option& option : command.options) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  }
  for (const std::string& group : groups) {
    if (group != "Options") text += ".SS " + roff(group) + "\n";
    for (const Option& option : command.options) {
      if (option.group == group) text += option_text(option);
    }
  }
  return text + ending() + ".SH SEE ALSO\n.BR xapian\\-irgan (1)\n";
}

}  // namespace irgan
