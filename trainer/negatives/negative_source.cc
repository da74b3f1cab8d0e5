#include "irgan/negative_source.h"

#include <array>
#include <utility>

namespace irgan {
namespace {

constexpr std::array<std::pair<NegativeSource, const char*>, 9> kSourceNames{
    {{NegativeSource::generator, "generator"},
     {NegativeSource::discriminator, "discriminator"},
     {NegativeSource::bm25, "bm25"},
     {NegativeSource::uniform, "uniform"},
     {NegativeSource::dns, "dns"},
     {NegativeSource::ambiguous, "ambiguous"},
     {NegativeSource::skipped, "skipped"},
     {NegativeSource::run, "run"},
     {NegativeSource::teacher, "teacher"}}};

}  // namespace

const char* to_string(NegativeSource source) { return kSourceNames[static_cast<std::size_t>(source)].second; }

NegativeSource negative_source_from_string(const std::string& name) {
  std::string names;
  for (const auto& [source, known] : kSourceNames) {
    if (name == known) return source;
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  throw ConfigError("source", name + ": must be one of " + names);
}

}  // namespace irgan
