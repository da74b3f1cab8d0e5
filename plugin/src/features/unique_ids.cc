#include "plugin/src/features/unique_ids.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "plugin/src/features/postings.h"

namespace irgan {
namespace {

constexpr std::string_view kWithoutId = "docid:";
constexpr std::size_t kMaxOmegaTerm = 240;  // Omega's MAX_SAFE_TERM_LENGTH
constexpr std::size_t kHashBytes = 6;
constexpr Xapian::docid kIdsCompared = 32;  // of an index, before the slot that should hold them is believed

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

// Xapian's rule for terms under a prefix of several letters.
bool needs_colon(const std::string& prefix, char next) {
  return prefix.size() > 1 && prefix.back() != ':' && (is_capital(next) || next == ':');
}

// Returns 0 if no document has `term`.
Xapian::docid first_with(const Xapian::Database& db, const std::string& term) {
  const auto posting = db.postlist_begin(term);
  return posting == db.postlist_end(term) ? 0 : *posting;
}

// Returns 0 if `digits` are no docid of the index.
Xapian::docid existing_docid(const Xapian::Database& db, std::string_view digits) {
  Xapian::docid docid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), docid);
  if (error != std::errc() || end != digits.data() + digits.size() || docid == 0) return 0;
  auto posting = db.postlist_begin("");
  posting.skip_to(docid);
  return posting != db.postlist_end("") && *posting == docid ? docid : 0;
}

// Omega's hash_string(): a multiplicative hash of 32 bits, six bits a character, the lowest first.
std::string omega_hash(std::string_view text) {
  std::uint32_t hash = 1;
  for (const char c : text) hash += (hash << 5) + static_cast<unsigned char>(c);
  std::string letters(kHashBytes, ' ');
  for (std::size_t i = 0; hash != 0; ++i, hash >>= 6) letters[i] = static_cast<char>((hash & 63) + 33);
  return letters;
}

std::string cut_to(const std::string& text, std::size_t size) {
  if (text.size() <= size) return text;
  const std::size_t kept = size - kHashBytes;
  return text.substr(0, kept) + omega_hash(std::string_view(text).substr(kept));
}

// The URL in the data of a document that omindex made.
std::string url_in(const std::string& data) {
  constexpr const char* kKey = "url=";
  const std::size_t begin = data.compare(0, 4, kKey) == 0 ? 0 : data.find(std::string("\n") + kKey) + 1;
  if (begin == 0 && data.compare(0, 4, kKey) != 0) return {};
  return data.substr(begin + 4, data.find('\n', begin) - begin - 4);
}

}  // namespace

Xapian::valueno id_slot_of(const Xapian::Database& db) {
  const std::string text = db.get_metadata(kIdSlotKey);
  Xapian::valueno slot = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), slot);
  const bool is_number = !text.empty() && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return is_number ? slot : Xapian::BAD_VALUENO;
}

std::string hashed_if_long(const std::string& term) { return cut_to(term, kMaxOmegaTerm); }

std::string without_id(Xapian::docid docid) { return std::string(kWithoutId) + std::to_string(docid); }

std::optional<std::string> id_term_in(Xapian::TermIterator position, const Xapian::TermIterator& end,
                                      const std::string& prefix) {
  std::optional<std::string> first;
  for (position.skip_to(prefix); position != end; ++position) {
    const std::string term = *position;
    if (term.compare(0, prefix.size(), prefix) != 0) break;
    if (term.size() == prefix.size()) continue;
    // XIDENTITY is no id under XID for Xapian, but it is one for programs that do not know the colon.
    if (prefix.size() == 1 || !is_capital(term[prefix.size()])) return term;
    if (!first) first = term;
  }
  return first;
}

std::optional<std::string> id_term_of(const Xapian::Database& db, const std::string& prefix, Xapian::docid docid) {
  return id_term_in(db.termlist_begin(docid), db.termlist_end(docid), prefix);
}

std::string id_from(const std::optional<std::string>& term, const std::string& prefix, Xapian::docid docid,
                    const std::function<std::string()>& data) {
  if (prefix.empty()) return std::to_string(docid);
  if (!term) return without_id(docid);
  if (term->size() >= kMaxOmegaTerm) {
    std::string url = url_in(data());
    if (!url.empty() && hashed_if_long(prefix + url) == *term) return url;
  }
  const bool has_colon = term->size() > prefix.size() + 1 && (*term)[prefix.size()] == ':' &&
                         needs_colon(prefix, (*term)[prefix.size() + 1]);
  return term->substr(prefix.size() + (has_colon ? 1 : 0));
}

Xapian::valueno checked_id_slot(const Xapian::Database& db, const std::string& prefix) {
  const Xapian::valueno slot = prefix.empty() ? Xapian::BAD_VALUENO : id_slot_of(db);
  if (slot == Xapian::BAD_VALUENO) return slot;
  auto posting = db.postlist_begin("");
  for (Xapian::docid i = 0; i < kIdsCompared; ++i) {
    posting.skip_to(static_cast<Xapian::docid>(std::uint64_t{db.get_lastdocid()} * i / kIdsCompared) + 1);
    if (posting == db.postlist_end("")) break;
    const std::string value = db.get_document(*posting).get_value(slot);
    if (!value.empty() && value != id_term_of(db, prefix, *posting)) return Xapian::BAD_VALUENO;
  }
  return slot;
}

std::vector<std::string> ids_of(const Xapian::Database& db, const std::string& prefix, Xapian::valueno slot,
                                const std::vector<Xapian::docid>& docids) {
  std::vector<std::string> terms(docids.size());
  if (slot != Xapian::BAD_VALUENO) terms = slot_texts(db, slot, docids);
  for (std::size_t i = 0; i < docids.size(); ++i) {
    std::optional<std::string> term;
    if (!terms[i].empty()) {
      term = std::move(terms[i]);
    } else if (!prefix.empty()) {
      term = id_term_of(db, prefix, docids[i]);
    }
    terms[i] = id_from(term, prefix, docids[i], [&] { return db.get_document(docids[i]).get_data(); });
  }
  return terms;
}

Xapian::docid docid_of(const Xapian::Database& db, const std::string& prefix, const std::string& id) {
  if (prefix.empty()) return existing_docid(db, id);
  if (id.empty()) return 0;
  Xapian::docid docid = 0;
  if (needs_colon(prefix, id[0])) docid = first_with(db, hashed_if_long(prefix + ':' + id));
  const std::string term = prefix + id;
  if (docid == 0) docid = first_with(db, hashed_if_long(term));
  // scriptindex hashes the id before it puts the prefix before it.
  if (docid == 0 && term.size() > kMaxOmegaTerm) docid = first_with(db, prefix + cut_to(id, kMaxOmegaTerm - 1));
  if (docid == 0 && term.size() > kMaxOmegaTerm) docid = first_with(db, term);
  if (docid != 0 || id.compare(0, kWithoutId.size(), kWithoutId) != 0) return docid;
  docid = existing_docid(db, std::string_view(id).substr(kWithoutId.size()));
  return docid != 0 && !id_term_of(db, prefix, docid) ? docid : 0;
}

std::vector<Xapian::docid> docids_of(const Xapian::Database& db, const std::string& prefix,
                                     const std::vector<std::string>& ids) {
  std::vector<Xapian::docid> docids;
  docids.reserve(ids.size());
  for (const std::string& id : ids) docids.push_back(docid_of(db, prefix, id));
  return docids;
}

}  // namespace irgan
