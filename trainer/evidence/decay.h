/// Clicks that count less as time passes.
#pragma once

namespace irgan {

/// What is left of a click as time passes.
class Decay {
 public:
  /// `half_life_days` 0: all of it, for ever.
  explicit Decay(double half_life_days);

  /// Returns 2^(-seconds / half-life), 1 for negative `seconds`.
  double after(double seconds) const;

 private:
  double half_life_;  // seconds
};

/// A sum of decayed clicks, as it stood at the time of its own newest one. The newest time of the whole log, which ages
/// are taken from, is only known at the end; and weights relative to a time fixed before would overflow after a
/// thousand half-lives, while those here are 1 at most.
///
/// Units:    time in seconds
struct DecayedSum {
  double value = 0.0;
  double time = 0.0;

  void add(double amount, double when, const Decay& decay);
  double at(double when, const Decay& decay) const { return value * decay.after(when - time); }
};

}  // namespace irgan
