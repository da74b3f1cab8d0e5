#include "index_tools/showing/index_remarks.h"

namespace irgan {
namespace {

const char* remedy(DriftKind kind) {
  switch (kind) {
    case DriftKind::lengths:
      return "run 'annotate --field-lengths' (until then words are counted in each search, which takes longer)";
    case DriftKind::text:
      return "let your indexer write the text again";
    case DriftKind::value:
      return "run 'annotate --values', or let your indexer write the slot again";
    case DriftKind::clicks:
      return "run 'annotate --clicks'";
    case DriftKind::terms:
      return "does the index have another prefix now? else train on this index";
    case DriftKind::stems:
      return "train on this index, with the --stemmer that it has";
    default:
      return "";
  }
}

}  // namespace

std::string with_remedy(const Drift& drift) {
  const std::string what = remedy(drift.kind);
  return what.empty() ? drift.fact : drift.fact + ": " + what;
}

void show_losses(const IndexFit& fit, std::ostream& out) {
  for (const Drift& drift : fit.drifts) {
    if (drift.kind >= DriftKind::lengths && !drift.breaks_fit) out << with_remedy(drift) << '\n';
  }
}

void show_account(const IndexWatch& watch, std::ostream& out) {
  const std::string account = watch.account();
  if (!account.empty()) out << account << '\n';
}

}  // namespace irgan
