/// Ends of commands that are no faults of theirs: who runs one command out of another tells them apart by type.
#pragma once

#include "irgan/errors.h"

namespace irgan {

/// The evidence is less than training takes.
class TooLittle : public Error {
 public:
  using Error::Error;
};

/// A model was trained, and is kept aside: it is worse than the search, or than the model that it would replace.
class ModelKeptAside : public Error {
 public:
  using Error::Error;
};

}  // namespace irgan
