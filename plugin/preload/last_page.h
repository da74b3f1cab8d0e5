/// The page that a thread was served last, for programs that log its clicks.
#pragma once

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Sets the id of the page that the calling thread was served last; empty: that search was not logged.
void set_last_page(const std::string& id);

}  // namespace irgan

/// Returns the id under which IRGAN_LOG has the last search of the calling thread; "" if that search was not logged.
/// The text is valid until the thread's next search. Programs find the function by its name: dlsym, ctypes, FFI.
///
/// Threads: each has its own page
extern "C" IRGAN_API const char* irgan_last_page(void);
