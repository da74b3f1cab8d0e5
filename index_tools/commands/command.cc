#include "index_tools/commands/command.h"

#include <xapian.h>

#include <algorithm>
#include <exception>
#include <iomanip>

#include "index_tools/commands/annotate.h"
#include "index_tools/commands/check.h"
#include "index_tools/commands/distill.h"
#include "index_tools/commands/evaluate.h"
#include "index_tools/commands/features.h"
#include "index_tools/commands/index.h"
#include "index_tools/commands/inspect.h"
#include "index_tools/commands/memory.h"
#include "index_tools/commands/mine.h"
#include "index_tools/commands/rerank.h"
#include "index_tools/commands/score.h"
#include "index_tools/commands/search.h"
#include "index_tools/commands/simulate.h"
#include "index_tools/commands/store.h"
#include "index_tools/commands/train.h"
#include "index_tools/options/training_options.h"

namespace irgan {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kBadUsage = 2;

void print_overview(std::ostream& out) {
  out << "Usage: xapian-irgan COMMAND [OPTIONS]\n\nLearns from clicks to rank the results of Xapian "
         "searches.\n\nCommands:\n";
  for (const Command& command : commands()) {
    out << "  " << std::left << std::setw(10) << command.name << command.summary << '\n';
  }
  out << "\nThe usual way, from documents and a click log to better searches:\n"
         "  index (or annotate, for an index that is there) -> train -> rerank -> evaluate -> store -> search\n"
         "\n'xapian-irgan COMMAND --help' explains a command and names the next, 'xapian-irgan --version' names the "
         "version.\n";
}

// A library names the member of a struct; here it is a flag.
std::string with_flag(const ConfigError& error) {
  if (error.member().empty()) return error.what();
  return flag_of(error.member()) + (error.what() + error.member().size());
}

int fail(std::ostream& err, const std::string& command, const std::string& message, int code) {
  err << "xapian-irgan " << command << ": " << message << '\n';
  if (code == kBadUsage) err << "'xapian-irgan " << command << " --help' lists the options.\n";
  return code;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table{
      make_command<IndexOptions>(
          "index", "--db DB --field title=S --field body= FILE...", "build an index from JSON Lines documents",
          "A document is a line like {\"id\": \"7\", \"title\": \"Up\", \"body\": \"A balloon flight\", \"tags\": "
          "[\"air\"], \"votes\": 12}.\n"
          "  xapian-irgan index --db films --field title=S --field body= --field tags=XT --value votes=0 films.jsonl\n"
          "Next: 'inspect --db films' shows what is in it; 'train' learns from a click log, or from judgments; "
          "without\n"
          "either, 'simulate' makes a log.\n"),
      make_command<AnnotateOptions>(
          "annotate", "--db DB [--field-lengths] [--ids] [--values TSV:NAME] [--pagerank LINKS:NAME] [--clicks C]",
          "add what features need to an existing index",
          "For an index that omindex, scriptindex or a program of yours made, while no other program writes to it:\n"
          "  xapian-irgan annotate --db site --field-lengths --values sales.tsv:sales --pagerank links.tsv:pagerank\n"
          "What is said of the index here (--prefix, --value, --stemmer, --id-prefix) is kept in it for the other "
          "commands.\n"
          "  xapian-irgan annotate --db site --clicks clicks.tsv\n"
          "keeps what people clicked, for 'train --behaviour'; given a newer log, its clicks replace the old ones.\n"
          "Next: 'inspect --db site' shows the result; then 'train'.\n"),
      make_command<SimulateOptions>(
          "simulate", "--db DB --queries Q --qrels R (--out CLICKS | --compare M1 M2)",
          "make a click log of simulated users",
          "Judgments are lines 'qid 0 docid label'; labels above 0 are what the users look for.\n"
          "  xapian-irgan simulate --db films --queries queries.tsv --qrels qrels.txt --out clicks.tsv.zst\n"
          "  xapian-irgan simulate --db films --queries queries.tsv --qrels qrels.txt --compare new.model first-stage\n"
          "Next: 'train --clicks clicks.tsv.zst'; then 'simulate --model M' logs what users do with the new order, and "
          "with\n"
          "--explore .05 a share of them sees pages drawn from the model's policy.\n"),
      make_command<CheckOptions>("check", "--clicks C... [--db DB [--queries Q]]",
                                 "say what a click log holds, and what will limit the result",
                                 "One screen before any training: rows, sessions, queries, clicks by rank and how "
                                 "ranks are looked at; with --db the\n"
                                 "share of the clicks on documents that the index has, with --queries that the search "
                                 "finds among its first hits.\n"
                                 "  xapian-irgan check --clicks clicks.tsv.gz --db films --queries queries.tsv\n"
                                 "Next: mend the log, or 'train' on it.\n"),
      make_command<FeaturesOptions>(
          "features", "--db DB --queries Q (--clicks C | --qrels R) --out F",
          "write the feature rows of queries' candidates",
          "For a look at the rows, or to train on them many times; 'train --db' does this step by itself.\n"
          "  xapian-irgan features --db films --queries queries.tsv --qrels qrels.txt --out rows.zst\n"
          "Next: 'train --data rows.zst', then 'score --data' with the rows of other queries.\n"),
      make_command<TrainOptions>(
          "train", "(--data F... | --db DB --queries Q (--clicks C | --qrels R)) --model M",
          "learn a model from clicks or judgments",
          "  xapian-irgan train --db films --queries queries.tsv --clicks clicks.tsv --model films.model\n"
          "  xapian-irgan train --db films --queries queries.tsv --clicks today.tsv --from films.model --model "
          "films.new.model\n"
          "  xapian-irgan train --data S1.txt --data S2.txt --valid S3.txt --model letor.model\n"
          "A run that is stopped goes on where it was when the same command is given again.\n"
          "Next: 'search --model' to try it, 'rerank' and 'evaluate' to measure it on queries that it has not seen "
          "('score'\n"
          "and 'evaluate' for ready-made rows), 'inspect' to see what it learnt, 'store' to put it to work.\n"),
      make_command<SearchOptions>(
          "search", "--db DB [--model M] WORDS...", "search, in the model's order",
          "  xapian-irgan search --db films --model films.model --compare --explain balloon flight\n"
          "Next: 'rerank' and 'evaluate' measure many queries; 'store' puts the model into the index.\n"),
      make_command<RerankRunOptions>("rerank", "--db DB --model M --queries Q --out RUN",
                                     "rank the candidates of many queries into a TREC run",
                                     "  xapian-irgan rerank --db films --model films.model --queries test.tsv --out "
                                     "new.run --baseline-out old.run\n"
                                     "Next: 'evaluate --qrels qrels.txt old.run new.run'.\n"),
      make_command<ScoreOptions>(
          "score", "--model M --data F --out RUN", "rank ready-made feature rows",
          "  xapian-irgan score --model letor.model --data S4.txt --out S4.run --qrels-out S4.qrels\n"
          "Next: 'evaluate --qrels S4.qrels S4.run', with --letor for LETOR's own measures.\n"),
      make_command<EvaluateOptions>(
          "evaluate", "(--qrels R RUN... | --interleaved LOG)",
          "measure runs by judgments, or compare two rankings by clicks",
          "Judgments are lines 'qid 0 docid label'. Every further run is compared with the first.\n"
          "  xapian-irgan evaluate --qrels qrels.txt old.run new.run\n"
          "  xapian-irgan evaluate --interleaved clicks.tsv --column session=visitor\n"
          "Next: if the new order is better, 'store' puts its model into the index.\n"),
      make_command<MineOptions>(
          "mine", "--db DB --model M --queries Q (--clicks C | --qrels R) --out NEG",
          "mine hard negatives for training other models",
          "For those who train retrieval models: documents that look right for a query and are wrong.\n"
          "  xapian-irgan mine --db films --model films.model --queries queries.tsv --clicks clicks.tsv --out "
          "triplets.jsonl.gz\n"
          "  xapian-irgan mine --db films --queries queries.tsv --qrels qrels.txt --source bm25 --relative-margin .05 "
          "--format ids --out negatives.tsv\n"
          "A run that is stopped goes on where it was when the same command is given again.\n"
          "Next: train on the file with sentence-transformers, FlagEmbedding or Tevatron, whose forms --format "
          "names.\n"),
      make_command<DistillOptions>(
          "distill", "--db DB --model M --queries Q", "find the BM25 parameters that come nearest to a model",
          "For searches that cannot load the plugin, or must look at the whole index: what a model can be in Xapian "
          "itself.\n"
          "  xapian-irgan distill --db films --model films.model --queries queries.tsv --test-queries test.tsv --qrels "
          "qrels.txt\n"
          "Prints how much of the model's gain each form keeps, and what to paste into C++, Python, Perl and Omega.\n"),
      make_command<MemoryOptions>(
          "memory", "--clicks C [--from MEMORY] --out MEMORY", "remember what was clicked, from each day's log",
          "  xapian-irgan memory --clicks may.tsv.gz --tune june.tsv.gz --db films --model films.model --out "
          "films.memory\n"
          "and then every night:\n"
          "  xapian-irgan memory --from films.memory --clicks today.tsv --out films.memory\n"
          "Beside it stands films.memory.carry, which the next night goes on from: keep that as you keep the log.\n"
          "Next: 'search --memory' and 'rerank --memory' rank with it; 'store --memory' puts it into the index, where "
          "live\n"
          "searches find it.\n"),
      make_command<InspectOptions>(
          "inspect", "MODEL | --db DB | MODEL --db DB", "show what a model or an index holds",
          "  xapian-irgan inspect films.model\n"
          "  xapian-irgan inspect --db films\n"
          "Given both, it also says what has changed in the index since the model was trained.\n"),
      make_command<StoreOptions>("store", "--db DB (--model M | --memory MEMORY | --previous)",
                                 "put a model into an index",
                                 "  xapian-irgan store --db films --model films.model\n"
                                 "Next: 'search --db films' and 'rerank --db films' find it there, as live searches "
                                 "do; 'store --previous' goes back.\n"),
  };
  return table;
}

void print_help(const Command& command, const OptionTable& table, std::ostream& out) {
  out << "Usage: xapian-irgan " << command.name << ' ' << command.usage << "\n\n"
      << static_cast<char>(std::toupper(command.summary[0])) << command.summary.substr(1) << ".\n\n"
      << table.help() << '\n'
      << command.guide;
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
    return fail(err, name, with_flag(error), kBadUsage);
  } catch (const Xapian::Error& error) {
    return fail(err, name,
                std::string(error.get_type()) + ": " + error.get_msg() +
                    (error.get_context().empty() ? "" : " (" + error.get_context() + ")"),
                kFailed);
  } catch (const std::exception& error) {
    return fail(err, name, error.what(), kFailed);
  }
}

}  // namespace irgan
