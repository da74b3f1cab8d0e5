#include "index_tools/command.h"

#include <algorithm>
#include <exception>
#include <iomanip>

#include <xapian.h>

#include "index_tools/annotate.h"
#include "index_tools/evaluate.h"
#include "index_tools/features.h"
#include "index_tools/index.h"
#include "index_tools/inspect.h"
#include "index_tools/rerank.h"
#include "index_tools/score.h"
#include "index_tools/search.h"
#include "index_tools/simulate.h"
#include "index_tools/store.h"
#include "index_tools/train.h"

namespace irgan {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kBadUsage = 2;

void print_overview(std::ostream& out) {
  out << "Usage: xapian-irgan COMMAND [OPTIONS]\n\nLearns from clicks to rank the results of Xapian searches.\n\nCommands:\n";
  for (const Command& command : commands()) {
    out << "  " << std::left << std::setw(10) << command.name << command.summary << '\n';
  }
  out << "\n'xapian-irgan COMMAND --help' explains a command, 'xapian-irgan --version' names the version.\n";
}

int fail(std::ostream& err, const std::string& command, const std::string& message, int code) {
  err << "xapian-irgan " << command << ": " << message << '\n';
  if (code == kBadUsage) err << "'xapian-irgan " << command << " --help' lists the options.\n";
  return code;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table{
      make_command<IndexOptions>("index", "--db DB --field title=S --field body= FILE...",
                                 "build an index from JSON Lines documents"),
      make_command<AnnotateOptions>("annotate", "--db DB [--field-lengths] [--values TSV:NAME] [--pagerank LINKS:NAME]",
                                    "add what features need to an existing index"),
      make_command<SimulateOptions>("simulate", "--db DB --queries Q --qrels R --out CLICKS",
                                    "make a click log of simulated users"),
      make_command<FeaturesOptions>("features", "--db DB --queries Q (--clicks C | --qrels R) --out F",
                                    "write the feature rows of queries' candidates"),
      make_command<TrainOptions>("train", "(--data F... | --db DB --queries Q (--clicks C | --qrels R)) --model M",
                                 "learn a model from clicks or judgments"),
      make_command<SearchOptions>("search", "--db DB [--model M] WORDS...", "search, in the model's order"),
      make_command<RerankRunOptions>("rerank", "--db DB --model M --queries Q --out RUN",
                                   "rank the candidates of many queries into a TREC run"),
      make_command<ScoreOptions>("score", "--model M --data F --out RUN", "rank ready-made feature rows"),
      make_command<EvaluateOptions>("evaluate", "--qrels R RUN...", "measure runs by judgments and compare them"),
      make_command<InspectOptions>("inspect", "MODEL | --db DB", "show what a model or an index holds"),
      make_command<StoreOptions>("store", "--db DB (--model M | --previous)", "put a model into an index"),
  };
  return table;
}

void print_help(const Command& command, const OptionTable& table, std::ostream& out) {
  out << "Usage: xapian-irgan " << command.name << ' ' << command.usage << "\n\n"
      << static_cast<char>(std::toupper(command.summary[0])) << command.summary.substr(1) << ".\n\n"
      << table.help();
}

int run_command_line(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) {
  if (words.empty()) {
    print_overview(err);
    return kBadUsage;
  }
  const std::string& name = words[0];
  if (name == "--help" || name == "-h") {
    print_overview(out);
    return kDone;
  }
  if (name == "--version") {
    out << "xapian-irgan " << IRGAN_VERSION << " (Xapian " << Xapian::version_string() << ")\n";
    return kDone;
  }
  const auto& table = commands();
  const auto command = std::find_if(table.begin(), table.end(), [&](const Command& row) { return row.name == name; });
  if (command == table.end()) {
    err << "xapian-irgan: there is no command '" << name << "'\n\n";
    print_overview(err);
    return kBadUsage;
  }
  try {
    command->execute(*command, {words.begin() + 1, words.end()}, out);
    out.flush();
    if (!out) return fail(err, name, "the output cannot be written", kFailed);
    return kDone;
  } catch (const ConfigError& error) {
    return fail(err, name, error.what(), kBadUsage);
  } catch (const Xapian::Error& error) {
    return fail(err, name, std::string(error.get_type()) + ": " + error.get_msg() +
                               (error.get_context().empty() ? "" : " (" + error.get_context() + ")"), kFailed);
  } catch (const std::exception& error) {
    return fail(err, name, error.what(), kFailed);
  }
}

}  // namespace irgan
