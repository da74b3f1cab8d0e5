/// The recipe: what training does, by default and within which ranges.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "irgan/model.h"
#include "irgan/training_data.h"
#include "irgan/training_options.h"
#include "trainer/game/game.h"

namespace irgan {

/// A member of TrainingOptions, or of the game's options in it.
template <class Value>
class Member {
 public:
  Member(Value TrainingOptions::*own) : own_(own) {}
  Member(Value GameOptions::*of_game) : of_game_(of_game) {}

  Value& of(TrainingOptions& options) const { return own_ ? options.*own_ : options.game.*of_game_; }
  const Value& of(const TrainingOptions& options) const { return own_ ? options.*own_ : options.game.*of_game_; }

 private:
  Value TrainingOptions::*own_ = nullptr;
  Value GameOptions::*of_game_ = nullptr;
};

/// A number from `low` to `high`.
template <class Value>
struct Number {
  Member<Value> member;
  Value low;
  Value high;
};

/// Whole numbers, each from `low` to `high`.
struct Numbers {
  Member<std::vector<int>> member;
  int low;
  int high;
};

struct Text {
  Member<std::string> member;
};

/// The values of an enum by their names.
template <class Enum>
using Names = std::vector<std::pair<const char*, Enum>>;

/// One of several names.
struct Choice {
  std::vector<const char*> names;
  std::function<const char*(const TrainingOptions&)> name_of;
  std::function<bool(TrainingOptions&, const std::string& name)> set;  ///< false if there is no such name

  template <class Enum>
  Choice(const Member<Enum>& member, const Names<Enum>& values);
};

/// A hyper-parameter: something in TrainingOptions that changes the model.
struct HyperParameter {
  const char* name;   ///< in records, and in errors that the library throws
  const char* flag;   ///< on the command line, without dashes
  const char* group;  ///< of the command line's help
  std::variant<Number<int>, Number<double>, Number<std::uint64_t>, Numbers, Text, Choice> value;
  const char* text;  ///< what it does, and why one would change it
};

/// Every hyper-parameter but `from`, in the order of the help. TrainingOptions has the defaults.
///
/// Flags, records, digests and checks are loops over these rows: a new hyper-parameter is a member and a row.
IRGAN_API const std::vector<HyperParameter>& recipe();

/// Requires: a name of recipe()
IRGAN_API const HyperParameter& hyper_parameter(const std::string& name);

/// Throws: ConfigError naming the first hyper-parameter that is outside its range
IRGAN_API void check_ranges(const TrainingOptions& options);

}  // namespace irgan
