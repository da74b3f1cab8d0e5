#include "irgan/ranker.h"

namespace irgan {

const char* to_string(Ranker ranker) {
  switch (ranker) {
    case Ranker::generator:
      return "generator";
    case Ranker::combined:
      return "combined";
    default:
      return "discriminator";
  }
}

Ranker ranker_from_string(const std::string& name) {
  for (const Ranker ranker : {Ranker::discriminator, Ranker::generator, Ranker::combined}) {
    if (name == to_string(ranker)) return ranker;
  }
  throw ConfigError("unknown ranker '" + name + "': discriminator, generator or combined");
}

}  // namespace irgan
