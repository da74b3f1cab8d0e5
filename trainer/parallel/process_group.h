/// The processes that train one model together.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Numbers from begin up to end, without end.
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool is_empty() const { return begin == end; }
  bool holds(std::size_t i) const { return begin <= i && i < end; }
};

/// Returns where a part is cut in two: the first half has the odd one.
inline std::size_t middle_of(const Part& part) { return part.begin + (part.end - part.begin + 1) / 2; }

/// Returns the part of `size` pieces of work that process `number` of `count` has: they are halved, first among halves
/// of the processes.
///
/// Requires: count is a power of two
IRGAN_API Part part_of(std::size_t size, std::size_t number, std::size_t count);

/// What mpirun started together, or this process alone. Work is dealt by halving: so sums that are added up by halves
/// have the same bits for 1, 2, 4, 8 ... processes.
///
/// Every process makes the same calls in the same order: each waits for the others.
///
/// Threads: one caller at a time
class IRGAN_API ProcessGroup {
 public:
  /// The group of this process: it alone, until it joins the others.
  static ProcessGroup& own();

  /// Makes own() the group that mpirun started, until this process ends. All of them must join.
  static void join();

  /// Throws: Error if mpirun started several processes of a build without MPI (IRGAN_MPI), or a number of them that is
  ///         no power of two: then nothing else may be called
  void check() const;

  std::size_t count() const;
  std::size_t number() const;  ///< of this process, from 0
  bool is_first() const { return number() == 0; }

  /// Returns this process's part of `size` pieces of work.
  Part part_of(std::size_t size) const { return irgan::part_of(size, number(), count()); }

  /// Adds up, over all processes, numbers that each holds of its own part of `size` pieces: of an empty part nothing is
  /// added, whatever the numbers are.
  void add_up(std::vector<float>& numbers, std::size_t size);

  /// Gives every process the numbers of all parts: `width` for each of `size` pieces, of which this process has set
  /// those of its own part.
  void share(std::vector<double>& numbers, std::size_t size, std::size_t width);

  /// Returns the first process's bytes, if it has any.
  std::optional<std::string> of_first(std::optional<std::string> bytes);

  /// Throws: Error, in the processes to which it applies, if `bytes` are not the first one's: `what` names them
  void require_same(const std::string& bytes, const std::string& what);

  /// Says that no exchange follows, so that this process may fail by itself.
  void leave();
  /// Ends all processes that have not left, with this exit code; returns if there is none but this one.
  void end_others(int code);

 private:
  ProcessGroup();
  ~ProcessGroup();

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
