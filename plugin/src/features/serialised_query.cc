#include "plugin/src/features/serialised_query.h"

namespace irgan {
namespace {

using Xapian::Query;

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

}  // namespace

Query query_of_bytes(const std::string& bytes, const std::string& origin) {
  try {
    Query query = Query::unserialise(bytes);
    if (!is_complete(query)) throw Xapian::SerialisationError("an operator lacks an operand");
    return query;
  } catch (const Xapian::Error& error) {
    throw FormatError(origin + ": its serialised Xapian::Query cannot be read: " + error.get_msg());
  }
}

}  // namespace irgan
