#include "trainer/parallel/process_group.h"

#include <cstdlib>
#include <utility>

#ifdef IRGAN_WITH_MPI
#include <boost/mpi.hpp>
#include <boost/mpi/collectives/all_gatherv.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#endif

namespace irgan {
namespace {

// How many processes mpirun started, by the variables with which Open MPI and MPICH tell each of them.
int num_started() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    const char* const number = std::getenv(name);
    if (number != nullptr) return std::atoi(number);
  }
  return 1;
}

}  // namespace

Part part_of(std::size_t size, std::size_t number, std::size_t count) {
  Part part{0, size};
  for (std::size_t half = count / 2; half > 0; half /= 2) {
    const std::size_t middle = middle_of(part);
    ((number & half) != 0 ? part.begin : part.end) = middle;
  }
  return part;
}

struct ProcessGroup::State {
  std::size_t count = 1;
  std::size_t number = 0;
  bool has_left = false;
#ifdef IRGAN_WITH_MPI
  std::unique_ptr<boost::mpi::environment> environment;  // none where this process is alone
  std::unique_ptr<boost::mpi::communicator> world;
#endif
};

#ifdef IRGAN_WITH_MPI

void ProcessGroup::join() {
  if (num_started() <= 1) return;
  State& state = *own().state_;
  state.environment = std::make_unique<boost::mpi::environment>(boost::mpi::threading::funneled);
  state.world = std::make_unique<boost::mpi::communicator>();
  state.count = static_cast<std::size_t>(state.world->size());
  state.number = static_cast<std::size_t>(state.world->rank());
}

void ProcessGroup::check() const {
  if ((count() & (count() - 1)) == 0) return;
  throw Error("mpirun started " + std::to_string(count()) + " processes: start 2, 4, 8 or another power of two");
}

void ProcessGroup::add_up(std::vector<float>& numbers, std::size_t size) {
  std::vector<float> theirs(numbers.size());
  for (std::size_t step = 1; step < count(); step *= 2) {
    const std::size_t partner = number() ^ step;
    // What either has added up so far is of as many processes as `step`.
    const auto has_any = [&](std::size_t one) {
      return !irgan::part_of(size, one / step * step, count()).is_empty();  // the first of them has the largest part
    };
    auto sent = state_->world->isend(static_cast<int>(partner), 0, numbers.data(), static_cast<int>(numbers.size()));
    auto received = state_->world->irecv(static_cast<int>(partner), 0, theirs.data(), static_cast<int>(theirs.size()));
    sent.wait();
    received.wait();
    if (!has_any(partner)) continue;
    if (!has_any(number())) {
      numbers.swap(theirs);
    } else {
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] += theirs[i];
    }
  }
}

void ProcessGroup::share(std::vector<double>& numbers, std::size_t size, std::size_t width) {
  if (count() == 1) return;
  std::vector<int> counts;
  for (std::size_t one = 0; one < count(); ++one) {
    const Part part = irgan::part_of(size, one, count());
    counts.push_back(static_cast<int>((part.end - part.begin) * width));
  }
  const Part own = part_of(size);
  const std::vector<double> mine(numbers.begin() + static_cast<std::ptrdiff_t>(own.begin * width),
                                 numbers.begin() + static_cast<std::ptrdiff_t>(own.end * width));
  boost::mpi::all_gatherv(*state_->world, mine.data(), numbers.data(), counts);
}

std::optional<std::string> ProcessGroup::of_first(std::optional<std::string> bytes) {
  if (count() == 1) return bytes;
  bool is_there = bytes.has_value();
  std::string all = std::move(bytes).value_or("");
  boost::mpi::broadcast(*state_->world, is_there, 0);
  boost::mpi::broadcast(*state_->world, all, 0);
  return is_there ? std::optional<std::string>(std::move(all)) : std::nullopt;
}

void ProcessGroup::end_others(int code) {
  if (count() > 1 && !state_->has_left) boost::mpi::environment::abort(code);
}

#else

void ProcessGroup::join() {}

void ProcessGroup::check() const {
  if (num_started() > 1)
    throw Error(
        "mpirun started several processes, and this build cannot share work among them: configure it with "
        "-DIRGAN_MPI=ON");
}

void ProcessGroup::add_up(std::vector<float>&, std::size_t) {}
void ProcessGroup::share(std::vector<double>&, std::size_t, std::size_t) {}
std::optional<std::string> ProcessGroup::of_first(std::optional<std::string> bytes) { return bytes; }
void ProcessGroup::end_others(int) {}

#endif

ProcessGroup::ProcessGroup() : state_(std::make_unique<State>()) {}
ProcessGroup::~ProcessGroup() = default;

ProcessGroup& ProcessGroup::own() {
  static ProcessGroup group;
  return group;
}

std::size_t ProcessGroup::count() const { return state_->count; }
std::size_t ProcessGroup::number() const { return state_->number; }
void ProcessGroup::leave() { state_->has_left = true; }

void ProcessGroup::require_same(const std::string& bytes, const std::string& what) {
  if (of_first(bytes) == bytes) return;
  throw Error("its " + what + " are not those of the first process");
}

}  // namespace irgan
