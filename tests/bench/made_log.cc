// Writes a made click log as TSV, with the shape of a real one, for measuring how fast logs are read:
//   irgan_made_log ROWS [SEED] | gzip > log.tsv.gz
//
// Pages of ten hits. Queries by Zipf's law over two million texts; sessions of a few pages, 4,096 of them at a time,
// beside some robots'; a query's hits change places from page to page; a hit is looked at with 1/rank and clicked with
// its own chance; thirty days. The same arguments give the same bytes.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr int kPageSize = 10;
constexpr std::uint64_t kNumQueries = 2'000'000;
constexpr std::uint64_t kNumDocuments = 5'000'000;
constexpr std::size_t kNumActive = 4096;
constexpr double kStart = 1.77e9;  // 2026-02-02
constexpr double kSpan = 30 * 86400.0;

// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(mixed(seed)) {}
  std::uint64_t bits() { return mixed(state_++); }
  std::uint64_t below(std::uint64_t end) { return bits() % end; }
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

// "ba", "ce", ...: words that compress as words do.
void append_word(std::string& text, std::uint64_t number) {
  static const char kConsonants[] = "bcdfghklmnprstvz";
  static const char kVowels[] = "aeiou";
  for (std::uint64_t rest = number % 40'000 + 80; rest > 0; rest /= 80) {
    text += kConsonants[rest % 16];
    text += kVowels[rest / 16 % 5];
  }
}

void append_query(std::string& text, std::uint64_t query) {
  const std::uint64_t hash = mixed(query);
  append_word(text, hash % 1000);
  if (query > 50) append_word(text += ' ', hash >> 16);
  if (query > 20'000 && hash % 3 == 0) append_word(text += ' ', hash >> 32);
}

void append_padded(std::string& text, int number) {
  text += static_cast<char>('0' + number / 10 % 10);
  text += static_cast<char>('0' + number % 10);
}

// The made month has 30 days from 2026-02-01 or 2026-03-01 on.
void append_time(std::string& text, double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds - kStart);
  const int day = static_cast<int>(whole / 86400);
  const int second = static_cast<int>(whole % 86400);
  text += day < 28 ? "2026-02-" : "2026-03-";
  append_padded(text, day % 28 + 1);
  text += 'T';
  append_padded(text, second / 3600);
  text += ':';
  append_padded(text, second / 60 % 60);
  text += ':';
  append_padded(text, second % 60);
  text += 'Z';
}

std::uint64_t zipf(Random& random) {  // 1/x over [1, n] by inversion
  return static_cast<std::uint64_t>(std::exp(random.unit() * std::log(static_cast<double>(kNumQueries))));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "irgan_made_log ROWS [SEED]\n");
    return 2;
  }
  const std::uint64_t num_rows = std::strtoull(argv[1], nullptr, 10);
  Random random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  std::vector<std::uint64_t> active(kNumActive);
  std::uint64_t num_sessions = 0;
  for (std::uint64_t& session : active) session = num_sessions++;

  std::string out = "session\ttime\tquery\tdoc_id\trank\tclicked\n";
  std::string head;
  for (std::uint64_t row = 0; row < num_rows;) {
    std::uint64_t& session = active[random.below(kNumActive)];
    const bool is_robot = session % 200'000 == 7;
    if (!is_robot && random.unit() < 0.4) session = num_sessions++;
    if (is_robot && random.unit() < 0.0005) session = num_sessions++;
    head = "s";
    head += std::to_string(mixed(session) % 1'000'000'000'000);
    head += '\t';
    append_time(head, kStart + kSpan * static_cast<double>(row) / static_cast<double>(num_rows));
    head += '\t';
    const std::uint64_t query = zipf(random);
    append_query(head, query);
    head += "\tD";
    int order[kPageSize];
    for (int i = 0; i < kPageSize; ++i) order[i] = i;
    for (int k = 0; k < 3; ++k) std::swap(order[random.below(kPageSize)], order[random.below(kPageSize)]);
    for (int rank = 1; rank <= kPageSize && row < num_rows; ++rank, ++row) {
      const std::uint64_t pair = mixed(query * 64 + static_cast<std::uint64_t>(order[rank - 1]));
      const double relevance = static_cast<double>(pair >> 40) * 0x1p-24;
      const bool is_clicked = !is_robot && random.unit() < relevance * relevance / rank;
      out += head;
      out += std::to_string(pair % kNumDocuments);
      out += '\t';
      out += std::to_string(rank);
      out += is_clicked ? "\t1\n" : "\t0\n";
    }
    if (out.size() > (1 << 20)) {
      if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size()) return 1;
      out.clear();
    }
  }
  return std::fwrite(out.data(), 1, out.size(), stdout) == out.size() && std::fflush(stdout) == 0 ? 0 : 1;
}
