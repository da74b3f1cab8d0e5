/// The fields of one JSON line of a click log.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "trainer/log/click_fields.h"

namespace irgan {

/// Finds the known columns among the keys of JSON objects, one object a line.
///
/// Threads:  one a thread
class ClickJson {
 public:
  /// `names`: the key of each known column, in their order.
  explicit ClickJson(std::array<std::string, kNumClickColumns> names);
  ~ClickJson();

  /// Fills `fields` from `line`; null counts as not there, and so does an array or object in place of a text.
  /// The views live until the next call.
  ///
  /// Cost:     O(line); allocates only for a line longer than all before
  RowFault parse(std::string_view line, ClickFields& fields);

  /// The keys of the first object, for messages: "a, b, c"; empty if no line was an object.
  const std::string& first_keys() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace irgan
