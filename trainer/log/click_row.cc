#include "irgan/click_row.h"

#include <string>

#include "trainer/machine/timestamps.h"

namespace irgan {
namespace {

const std::string kBadTime = std::string("bad time (taken: ") + kTimeForms + ")";

}  // namespace

std::string_view reason(RowFault fault) {
  switch (fault) {
    case RowFault::none:
      return "none";
    case RowFault::number_of_columns:
      return "wrong number of columns";
    case RowFault::no_document_id:
      return "no document id";
    case RowFault::no_query:
      return "no query";
    case RowFault::bad_rank:
      return "bad rank (taken: whole numbers up to 1000000)";
    case RowFault::rank_0:
      return "rank 0 (where ranks begin at 0, the rank base is 0)";
    case RowFault::bad_time:
      return kBadTime;
    case RowFault::early_time:
      return "time before 1990 (taken: seconds or milliseconds since 1970, or dates; not the days of a spreadsheet)";
    case RowFault::future_time:
      return "time in the future, more than a day ahead";
    case RowFault::no_ordinal:
      return "no rank (looked for under event_attributes.position.ordinal and event_attributes.rank)";
    case RowFault::bad_clicked:
      return "bad clicked (taken: 0, 1, true, false, yes, no)";
    case RowFault::bad_count:
      return "bad count (taken: numbers above 0)";
    case RowFault::bad_log_probability:
      return "bad log probability (taken: numbers up to 0)";
    case RowFault::not_json:
      return "not JSON";
    case RowFault::not_utf8:
      return "not UTF-8";
  }
  return "none";
}

}  // namespace irgan
