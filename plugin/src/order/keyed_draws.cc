#include "plugin/src/order/keyed_draws.h"

#include <xxhash.h>

namespace irgan {

std::string search_key(const std::string& key, const Xapian::Query& query) {
  std::string bytes;
  try {
    bytes = query.serialise();
  } catch (const Xapian::UnimplementedError&) {  // a posting source of the program's own
    bytes = query.get_description();
  }
  return key + '\0' + bytes;
}

KeyedDraws::KeyedDraws(std::string_view key, std::string_view purpose)
    : seed_(XXH3_64bits_withSeed(key.data(), key.size(), XXH3_64bits(purpose.data(), purpose.size()))) {}

double KeyedDraws::uniform(std::uint64_t item) const {
  unsigned char bytes[8];  // in one order on every machine
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(item >> (8 * i));
  // 52 bits and a half are a double exactly; with more, the largest would be rounded to 1.
  const std::uint64_t bits = XXH3_64bits_withSeed(bytes, sizeof bytes, seed_) >> 12;
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

}  // namespace irgan
