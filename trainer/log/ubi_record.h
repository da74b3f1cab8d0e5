/// What is kept of a line of a UBI log until its search is whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace irgan {

struct UbiRecord {
  enum class Kind : char { query, impression, click };

  Kind kind = Kind::query;
  std::size_t file = 0;  ///< of the line
  std::uint64_t line_number = 0;
  double time = -1.0;  ///< seconds since 1970 UTC; below 0: none
  int rank = 0;        ///< 0: none; of a query, the number of its first hit, counted from 0
  std::string session;
  std::string words;
  std::string document_id;
  std::vector<std::string> hits;
  std::string serialised_query;           ///< in base64
  std::vector<double> log_probabilities;  ///< none, or one a hit, NaN where it has none
  std::vector<std::string> contexts;      ///< a value each that is wanted; empty: the line says none
};

/// Returns the record as bytes of this machine.
std::string packed(const UbiRecord& record);

/// Requires: what packed() gave
UbiRecord unpacked(std::string_view bytes);

}  // namespace irgan
