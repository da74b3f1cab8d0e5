/// Teaches stock servers irgan::Weight: a program that makes a Xapian::Registry, as xapian-tcpsrv does, gets one that
/// knows the class. libxapian's own registries (xapian-progsrv's) are made inside it and are not reached.
#include <dlfcn.h>
#include <xapian.h>

#include "irgan/errors.h"
#include "irgan/weight.h"
#include "plugin/src/process/fork_gate.h"

// A constructor cannot be written as a member without the definition of Registry::Internal. It has two symbols, of
// complete objects (1) and of bases (2).
extern "C" {

void made_registry(Xapian::Registry*) __asm__("_ZN6Xapian8RegistryC1Ev") IRGAN_API;
void made_registry(Xapian::Registry* registry) {
  using Construct = void (*)(Xapian::Registry*);
  const irgan::ForkPass pass;
  static const auto construct = reinterpret_cast<Construct>(dlsym(RTLD_NEXT, "_ZN6Xapian8RegistryC1Ev"));
  if (!construct) throw Xapian::FeatureUnavailableError("xapian-irgan: libxapian has no Xapian::Registry()");
  construct(registry);
  irgan::register_weight(*registry);
}

void made_registry_base(Xapian::Registry*) __asm__("_ZN6Xapian8RegistryC2Ev") IRGAN_API;
void made_registry_base(Xapian::Registry* registry) { made_registry(registry); }

}  // extern "C"
