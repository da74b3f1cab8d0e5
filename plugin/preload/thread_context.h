/// What a program says of its searches beside their words.
#pragma once

#include <string>

#include "irgan/errors.h"
#include "irgan/search_context.h"

namespace irgan {

/// Returns what `text` says, such as "device=mobile;segment=trade". Blanks around names and values are none of them, a
/// name without a value says nothing, and of a name that stands twice the last value counts.
///
/// bad: gets the first part that is not NAME=VALUE, which says nothing; stays as it is if there is none
SearchContext context_of_text(const std::string& text, std::string& bad);

/// Returns IRGAN_CONTEXT, with what the calling thread said by irgan_search_context() in place of values of the same
/// names. What cannot be read is told once, and says nothing.
///
/// Threads: each has its own
SearchContext context_of_thread();

}  // namespace irgan

/// Says what the calling thread's next searches are beside their words, in place of what it said before:
/// "device=mobile;segment=trade". Null or "": nothing. Programs find the function by its name: dlsym, ctypes, FFI.
///
/// Threads: each has its own context
extern "C" IRGAN_API void irgan_search_context(const char* context);
