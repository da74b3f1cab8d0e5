/// Flags that a command would pass over are refused, before any file is opened.

#include <catch2/catch.hpp>

#include "tests/index_tools/captured_command.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::ignored_flags_test {

using Catch::Contains;

TEST_CASE("flags that would be passed over are refused, and both are named", "[index_tools][passed_over_flags]") {
  const std::string simulate = "simulate --db d --queries q --qrels r ";
  const std::string features = "features --db d --queries q --out o ";
  const std::string train = "train --db d --queries q --model m ";
  const auto [line, message] = GENERATE_COPY(table<std::string, std::string>({
      {simulate + "--out o --model m --temperature .5", "--temperature needs --explore"},
      {simulate + "--compare a b --temperature .5", "--compare and --temperature exclude each other"},
      {features + "--clicks c --valid-share .2", "--valid-share needs --valid-out"},
      {features + "--clicks c --split query", "--split needs --valid-out"},
      {features + "--qrels r --half-life 3", "--half-life needs --clicks"},
      {features + "--qrels r --rank-base 0", "--rank-base needs --clicks"},
      {features + "--qrels r --max-bad .1", "--max-bad needs --clicks"},
      {features + "--clicks c --behaviour-hidden .1", "--behaviour-hidden needs --behaviour or --from"},
      {features + "--qrels r --behaviour --behaviour-from earlier", "--behaviour-from and --qrels exclude each other"},
      {train + "--clicks c --clip 5", "--clip is for --click-model ips only"},
      {train + "--clicks c --click-model pbm --clip 5", "--clip is for --click-model ips only"},
      {train + "--clicks c --valid-queries v --valid-share .2", "--valid-share and --valid-queries exclude each other"},
      {train + "--clicks c --valid-queries v --split query", "--split and --valid-queries exclude each other"},
      {"train --data f --valid v --valid-share .2 --model m", "--valid-share and --valid exclude each other"},
      {"train --data f --value votes=3 --model m", "--data and --value exclude each other"},
      {"memory --clicks c --out o --model m", "--model needs --tune"},
      {"memory --clicks c --out o --depth 50", "--depth needs --tune"},
      {"memory --clicks c --out o --force", "--force needs --from"},
      {"memory --clicks c --out o --prefix title=S", "--prefix needs --db"},
      {"annotate --db d --ids --half-life 3", "--half-life needs --clicks"},
      {"annotate --db d --ids --column query=q", "--column needs --clicks"},
      {"check --clicks c --depth 50", "--depth needs --db"},
      {"check --clicks c --stemmer none", "--stemmer needs --db"},
      {"check --clicks c --model m", "--model needs --db"},
      {"check --clicks - --clicks -", "--clicks - and --clicks -"},
      {"evaluate --qrels r run --rank-base 0", "--rank-base needs --interleaved"},
      {"evaluate --qrels r run --rejects f", "--rejects needs --interleaved"},
      {"evaluate --interleaved l --letor", "--interleaved and --letor exclude each other"},
      {"evaluate --interleaved l --measures mrr", "--interleaved and --measures exclude each other"},
      {"evaluate --interleaved - --interleaved -", "--interleaved - and --interleaved -"},
  }));
  const CommandResult result = run_line(line);
  INFO(line);
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains(message));
}

TEST_CASE("no command's help lists what the command refuses", "[index_tools][passed_over_flags]") {
  const std::string help = run_line("check --help").out;
  CHECK_THAT(help, Contains("--clicks") && !Contains("--qrels"));
  CHECK_THAT(run_line("check --clicks c --qrels r").err, Contains("--qrels"));
}

TEST_CASE("propensities are read before the log is", "[index_tools][passed_over_flags]") {
  const ScratchFolder folder;
  for (const std::string command : {"train --model ", "features --out "}) {
    const CommandResult result =
        run_line(command + folder.file("out") +
                 " --db /nonexistent/db --queries q --clicks c --click-model ips --propensities /nonexistent/p");
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("/nonexistent/p"));
  }
}

}  // namespace irgan::ignored_flags_test
