#include "trainer/labels/propensity_file.h"

#include <map>
#include <string_view>

#include "irgan/qrels.h"
#include "trainer/machine/numbers.h"
#include "trainer/machine/text_input.h"

namespace irgan {
namespace {

constexpr int kLastRank = 10000;

}  // namespace

std::vector<double> read_propensities(const std::string& path) {
  TextInput input(path);
  std::map<int, double> by_rank;
  for (std::string_view line; input.next(line);) {
    const std::vector<std::string_view> columns = trec_columns(line);
    if (columns.empty() || columns.front().front() == '#') continue;
    int rank = 0;
    double propensity = 0.0;
    if (columns.size() != 2 || !parse_number(columns[0], rank) || rank < 1 || rank > kLastRank ||
        !parse_number(columns[1], propensity) || !(propensity > 0.0 && propensity <= 1.0)) {
      throw FormatError(input.place() + ": not 'rank<TAB>propensity' with a rank from 1 to " +
                        std::to_string(kLastRank) + " and a propensity above 0 and at most 1");
    }
    if (!by_rank.emplace(rank, propensity).second)
      throw FormatError(input.place() + ": rank " + std::to_string(rank) + " is there twice");
  }
  if (by_rank.empty()) throw FormatError(path + ": there are no propensities in it");
  std::vector<double> propensities;
  for (const auto& [rank, propensity] : by_rank) {
    propensities.push_back(propensity);
    if (rank != static_cast<int>(propensities.size())) {
      throw FormatError(path + ": rank " + std::to_string(propensities.size()) + " is missing");
    }
  }
  return propensities;
}

}  // namespace irgan
