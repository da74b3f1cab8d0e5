#include "plugin/src/features/unique_ids.h"

#include <charconv>

namespace irgan {

Xapian::valueno id_slot_of(const Xapian::Database& db) {
  const std::string text = db.get_metadata(kIdSlotKey);
  Xapian::valueno slot = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), slot);
  const bool is_number = !text.empty() && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return is_number ? slot : Xapian::BAD_VALUENO;
}

Xapian::docid docid_of(const Xapian::Database& db, const std::string& prefix, const std::string& id) {
  if (!prefix.empty()) {
    const auto posting = db.postlist_begin(prefix + id);
    return posting == db.postlist_end(prefix + id) ? 0 : *posting;
  }
  Xapian::docid docid = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), docid);
  if (error != std::errc() || end != id.data() + id.size() || docid == 0) return 0;
  auto posting = db.postlist_begin("");
  posting.skip_to(docid);
  return posting != db.postlist_end("") && *posting == docid ? docid : 0;
}

}  // namespace irgan
