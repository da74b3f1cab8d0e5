#include "plugin/src/order/silent_query.h"

namespace irgan {

// Times 0 Xapian looks only at the left side of AND_MAYBE; of a slot that no document has it knows that nothing is
// there.
Xapian::Query silent_query(const Xapian::Query& words) {
  using Xapian::Query;
  constexpr Xapian::valueno kNobodysSlot = Xapian::BAD_VALUENO - 1;
  const Query nothing(Query::OP_VALUE_LE, kNobodysSlot, "nothing");
  return Query(Query::OP_SCALE_WEIGHT, Query(Query::OP_AND_MAYBE, nothing, words), 0.0);
}

}  // namespace irgan
