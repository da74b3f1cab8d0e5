#include "trainer/rows/history_parts.h"

#include "irgan/errors.h"

namespace irgan {
namespace {

HeldOut way_of(const ClickHistory& history, BehaviourSource source) {
  if (history.empty()) throw ConfigError("behaviour", "needs clicks: there are none in the log");
  const bool by_time =
      source == BehaviourSource::earlier || (source == BehaviourSource::held_out && history.has_times());
  if (by_time && !history.has_times()) throw ConfigError("behaviour_from", "earlier: the log has no times");
  if (!by_time && !history.has_sessions()) {
    const bool is_sessions = source == BehaviourSource::sessions;
    throw ConfigError("behaviour_from", std::string(is_sessions ? "sessions: the log has no "
                                                                : "held-out: the log has no times and no ") +
                                            "sessions, by which clicks could be kept from predicting themselves");
  }
  return by_time ? HeldOut::later : HeldOut::sessions;
}

}  // namespace

HistoryParts::HistoryParts(const Site& site, const std::vector<QueryRow>& queries)
    : db_(site.open()),
      layout_(site.layout),
      finder_(db_, layout_, site.default_op, queries),
      history_([this](const ClickRow& row, const std::string& id) { return finder_.stems_of(row, id); }) {}

void HistoryParts::deal(BehaviourSource source) { parts_ = history_.parts(way_of(history_, source), kNumHistoryParts); }

std::unique_ptr<PartIndexes> HistoryParts::indexes(double hidden_share, bool for_validation) const {
  return std::make_unique<PartIndexes>(db_, layout_, history_, *parts_, hidden_share, for_validation);
}

}  // namespace irgan
