#include "index_tools/options/memory_use.h"

namespace irgan {

void MemoryUse::add_to(OptionTable& table) {
  table.group("The click memory");
  table.text("memory", memory,
             "click memory that 'memory' wrote; if not given, the one in the index, if any; none: no memory", "FILE");
  table.number("memory-clicked", added.clicked, std::size_t{0}, std::size_t{1000},
               "at most so many documents that were clicked for the query join its candidates, the most clicked first");
  table.number("memory-words", added.by_words, std::size_t{0}, std::size_t{1000},
               "at most so many documents join by the words of the queries that they were clicked for; on bestbuy, 50 "
               "found most of what there was to find");
}

void MemoryUse::apply(const Xapian::Database& db, RerankOptions& options) const {
  options.added = added;
  if (memory == "none") return;
  if (!memory.empty()) {
    options.memory = fixed_memory(ClickMemory::from_file(memory));
  } else if (const std::string bytes = db.get_metadata(kMemoryKey); !bytes.empty()) {
    options.memory = fixed_memory(ClickMemory::from_bytes(bytes, kMemoryKey));
  }
}

}  // namespace irgan
