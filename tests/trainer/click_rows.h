/// Makes rows of click logs by hand, for tests of what is counted from them.
#pragma once

#include <string_view>

#include "irgan/click_row.h"

namespace irgan {

constexpr double kDay = 86400.0;  // seconds

/// A document shown to `session` at `rank`.
inline ClickRow shown(std::string_view session, std::string_view document, int rank, bool clicked = false) {
  ClickRow row;
  row.session = session;
  row.document_id = document;
  row.rank = rank;
  row.is_impression = true;
  row.clicked = clicked;
  return row;
}

/// A click alone.
inline ClickRow click(std::string_view document, double count = 1) {
  ClickRow row;
  row.document_id = document;
  row.count = count;
  return row;
}

/// `row` at `time`.
inline ClickRow at(double time, ClickRow row) {
  row.time = time;
  return row;
}

}  // namespace irgan
