/// What is said of an index that changed: since a model was trained, or while it was read.
#pragma once

#include <ostream>
#include <string>

#include "irgan/index_fit.h"
#include "irgan/index_watch.h"

namespace irgan {

/// Returns the drift's fact and what to do about it.
std::string with_remedy(const Drift& drift);

/// A line for each thing that the index has lost, though the model still fits.
void show_losses(const IndexFit& fit, std::ostream& out);

/// A line if the index was written to while it was read.
void show_account(const IndexWatch& watch, std::ostream& out);

}  // namespace irgan
