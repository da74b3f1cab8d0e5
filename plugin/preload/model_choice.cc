#include "plugin/preload/model_choice.h"

#include "plugin/preload/settings.h"

namespace irgan {

ModelChoice::ModelChoice(const std::string& path) {
  if (!path.empty()) from_file_ = model_file(path, tell_once);
}

std::shared_ptr<ModelSource> ModelChoice::source_for(const Xapian::Database& db) {
  const std::string uuid = db.get_uuid();
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard<ForkSafeMutex> lock(mutex_);
    const Known& known = known_.of(uuid);
    if (known.looked_at && now - *known.looked_at < std::chrono::seconds(1)) {
      return known.in_index ? known.in_index : from_file_;
    }
  }
  const bool holds_model = !db.get_metadata(kModelVersionKey).empty() || !db.get_metadata(kModelKey).empty();
  const std::lock_guard<ForkSafeMutex> lock(mutex_);
  Known& known = known_.of(uuid);
  known.looked_at = now;
  if (!holds_model) known.in_index.reset();
  if (holds_model && !known.in_index) known.in_index = model_in_index(tell_once);
  return known.in_index ? known.in_index : from_file_;
}

}  // namespace irgan
