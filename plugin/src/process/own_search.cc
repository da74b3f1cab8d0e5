#include "plugin/src/process/own_search.h"

#include <utility>

namespace irgan {
namespace {

thread_local bool is_running = false;

}  // namespace

OwnSearch::OwnSearch() : before_(std::exchange(is_running, true)) {}
OwnSearch::~OwnSearch() { is_running = before_; }

bool OwnSearch::running() { return is_running; }

}  // namespace irgan
