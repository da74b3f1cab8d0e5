#include "trainer/evidence/decay.h"

#include <cmath>

namespace irgan {
namespace {

constexpr double kSecondsPerDay = 86400.0;

}  // namespace

Decay::Decay(double half_life_days) : half_life_(half_life_days * kSecondsPerDay) {}

double Decay::after(double seconds) const {
  return half_life_ == 0.0 || seconds <= 0.0 ? 1.0 : std::exp2(-seconds / half_life_);
}

void DecayedSum::add(double amount, double when, const Decay& decay) {
  if (amount == 0.0) return;
  if (value == 0.0) time = when;
  if (when > time) {
    value *= decay.after(when - time);
    time = when;
  }
  value += amount * decay.after(time - when);
}

}  // namespace irgan
