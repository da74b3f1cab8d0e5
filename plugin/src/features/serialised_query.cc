#include "plugin/src/features/serialised_query.h"

#include <pthread.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <new>

namespace irgan {
namespace {

using Xapian::Query;

constexpr std::size_t kDeepest = 500;        // operators in each other; a frame of the stack each while Xapian searches
constexpr std::size_t kLongest = 1'000'000;  // bytes
constexpr std::uint64_t kMostOperands = kLongest;     // of all operators: each takes a byte at least
constexpr std::size_t kFrame = std::size_t{2} << 10;  // bytes of stack that an operator takes while it is read, at most

// Damaged bytes can come out as operators that lack operands, and Xapian crashes when it searches for those.
bool is_complete(const Query& query) {
  std::size_t num_needed = 0;
  switch (query.get_type()) {
    case Query::OP_SCALE_WEIGHT:
    case Query::OP_SYNONYM:
      num_needed = 1;
      break;
    case Query::OP_AND:
    case Query::OP_OR:
    case Query::OP_AND_NOT:
    case Query::OP_XOR:
    case Query::OP_AND_MAYBE:
    case Query::OP_FILTER:
    case Query::OP_NEAR:
    case Query::OP_PHRASE:
    case Query::OP_ELITE_SET:
    case Query::OP_MAX:
      num_needed = 2;
      break;
    default:
      break;
  }
  if (query.get_num_subqueries() < num_needed) return false;
  for (std::size_t i = 0; i < query.get_num_subqueries(); ++i) {
    const Query operand = query.get_subquery(i);
    if (operand.empty() || !is_complete(operand)) return false;
  }
  return true;
}

std::size_t depth_of(const Query& query) {
  std::size_t deepest = 0;
  for (std::size_t i = 0; i < query.get_num_subqueries(); ++i)
    deepest = std::max(deepest, depth_of(query.get_subquery(i)));
  return deepest + 1;
}

Query read_query(const std::string& bytes) {
  Query query = Query::unserialise(bytes);
  if (depth_of(query) > kDeepest) throw Xapian::SerialisationError("operators are nested too deep");
  if (!is_complete(query)) throw Xapian::SerialisationError("an operator lacks an operand");
  return query;
}

// No fewer than the operators that stand in each other: each begins with a byte of which letters have few.
std::size_t most_operators(const std::string& bytes) {
  return static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), [](char byte) {
    return static_cast<unsigned char>(byte) >= 0x80 || static_cast<unsigned char>(byte) < 0x20;
  }));
}

// Xapian makes room for as many operands as an operator says that it has, before it reads them. Such an operator is a
// byte from 0x80 whose last three bits are 0, and their number behind it as Xapian encodes lengths, less eight: a byte
// up to 254, or 0xff and groups of seven bits, the lowest first, of which the last has the highest bit. Text has no
// 0xff.
//
// Source: QueryBranch::serialise_() and encode_length() of Xapian 1.4
bool claims_too_many_operands(const std::string& bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  std::uint64_t claimed = 0;
  for (std::size_t begin = bytes.find('\xff'); begin != std::string::npos; begin = bytes.find('\xff', begin + 1)) {
    if (begin == 0 || at(begin - 1) < 0x80 || at(begin - 1) % 8 != 0) continue;
    std::uint64_t count = 0;
    std::size_t i = begin + 1;
    for (int shift = 0; i < bytes.size(); ++i, shift += 7) {
      const std::uint64_t group = at(i) & 0x7F;
      count |= shift < 35 ? group << shift : (group > 0 ? kMostOperands + 1 : 0);
      if (at(i) >= 0x80) break;
    }
    if (i < bytes.size()) claimed += count;
  }
  return claimed > kMostOperands;
}

// Runs `work` on a stack of that many bytes.
void run_on_stack(std::size_t size, const std::function<void()>& work) {
  struct Call {
    const std::function<void()>& work;
    std::exception_ptr problem;
  } call{work, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, size);
  pthread_t thread;
  const int failure = pthread_create(
      &thread, &attributes,
      [](void* given) -> void* {
        Call& asked = *static_cast<Call*>(given);
        try {
          asked.work();
        } catch (...) {
          asked.problem = std::current_exception();
        }
        return nullptr;
      },
      &call);
  pthread_attr_destroy(&attributes);
  if (failure != 0) throw Error("there is not enough memory for a stack");
  pthread_join(thread, nullptr);
  if (call.problem) std::rethrow_exception(call.problem);
}

}  // namespace

Query query_of_bytes(const std::string& bytes, const std::string& origin) {
  try {
    if (bytes.size() > kLongest) throw Xapian::SerialisationError("it has more than a million bytes");
    if (claims_too_many_operands(bytes)) throw Xapian::SerialisationError("it has too many operands");
    const std::size_t most = most_operators(bytes);
    if (most <= kDeepest) return read_query(bytes);
    // Xapian's own reading takes a frame of the stack for each operator.
    Query query;
    run_on_stack((std::size_t{1} << 20) + most * kFrame, [&] { query = read_query(bytes); });
    return query;
  } catch (const Xapian::Error& error) {
    throw FormatError(origin + ": its serialised Xapian::Query cannot be read: " + error.get_msg());
  } catch (const std::bad_alloc&) {
    throw FormatError(origin + ": its serialised Xapian::Query cannot be read: there is not enough memory for it");
  }
}

}  // namespace irgan
