#include "trainer/rows/held_out_history.h"

#include "irgan/errors.h"

namespace irgan {
namespace {

HeldOut way_of(const ClickHistory& history, BehaviourSource source) {
  if (history.empty()) throw ConfigError("--behaviour: there are no clicks in the log");
  const bool by_time =
      source == BehaviourSource::earlier || (source == BehaviourSource::held_out && history.has_times());
  if (by_time && !history.has_times()) throw ConfigError("--behaviour-from earlier: the log has no times");
  if (!by_time && !history.has_sessions()) {
    throw ConfigError("--behaviour: the log has no " +
                      std::string(source == BehaviourSource::sessions ? "" : "times and no ") +
                      "sessions, by which clicks could be kept from predicting themselves");
  }
  return by_time ? HeldOut::later : HeldOut::sessions;
}

}  // namespace

HeldOutHistory::HeldOutHistory(const Site& site, const std::vector<QueryRow>& queries)
    : db_(site.open()),
      layout_(site.layout),
      finder_(db_, layout_, site.default_op, queries),
      history_([this](const ClickRow& row, const std::string& id) { return finder_.stems_of(row, id); }) {}

void HeldOutHistory::deal(BehaviourSource source) {
  parts_ = history_.parts(way_of(history_, source), kNumHistoryParts);
}

std::unique_ptr<PartIndexes> HeldOutHistory::indexes(double hidden_share, bool for_validation) const {
  return std::make_unique<PartIndexes>(db_, layout_, history_, *parts_, hidden_share, for_validation);
}

}  // namespace irgan
