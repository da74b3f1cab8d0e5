#include "plugin/preload/last_page.h"

#include <array>

namespace irgan {
namespace {

// Without a destructor: programs search until the very end of a thread.
thread_local std::array<char, 64> last_page{};

}  // namespace

void set_last_page(const std::string& id) { last_page[id.copy(last_page.data(), last_page.size() - 1)] = '\0'; }

}  // namespace irgan

const char* irgan_last_page(void) { return irgan::last_page.data(); }
