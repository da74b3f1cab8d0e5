#include <iostream>

#include "index_tools/commands/command.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return irgan::run_command_line({argv + 1, argv + argc}, irgan::Console::of_process());
}
