#include "index_tools/help/pages.h"

#include <filesystem>
#include <fstream>

#include "irgan/errors.h"

namespace irgan {

void write_pages(const std::string& folder, const std::vector<DescribedCommand>& commands, const std::string& version) {
  namespace fs = std::filesystem;
  const auto write = [&](const std::string& path, const std::string& text) {
    const fs::path whole = fs::path(folder) / path;
    std::error_code fault;
    fs::create_directories(whole.parent_path(), fault);
    std::ofstream file(whole);
    file << text << std::flush;
    if (!file) throw Error(whole.string() + ": cannot be written");
  };
  write("man/man1/xapian-irgan.1", program_page(commands, version));
  for (const DescribedCommand& command : commands)
    write("man/man1/xapian-irgan-" + command.name + ".1", command_page(command, version));
  write("bash-completion/completions/xapian-irgan", bash_completion(commands));
  write("zsh/vendor-completions/_xapian-irgan", zsh_completion(commands));
  write("fish/vendor_completions.d/xapian-irgan.fish", fish_completion(commands));
}

}  // namespace irgan
