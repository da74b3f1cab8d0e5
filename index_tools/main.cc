#include <fcntl.h>
#include <unistd.h>

#include <iostream>
#include <new>

#include "index_tools/commands/command.h"

namespace {

// Opens something for each standard stream that whoever began this program had closed: the next file that is opened
// would take its number, and messages would go into that file. What is written to a closed standard output fails, as
// it would have, and errors that nobody wants to hear go nowhere.
void fill_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);  // takes this number
  }
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_streams();
  try {
    std::ios::sync_with_stdio(false);
    return irgan::run_command_line({argv + 1, argv + argc}, irgan::Console::of_process());
  } catch (const std::bad_alloc&) {  // where not even a message can be put together
    constexpr char kMessage[] = "xapian-irgan: there is not enough memory\n";
    if (::write(STDERR_FILENO, kMessage, sizeof kMessage - 1) < 0) return 2;  // and not even printed
    return 1;
  }
}
