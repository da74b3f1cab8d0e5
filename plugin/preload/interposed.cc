/// Stands in Xapian's place: LD_PRELOAD, or a load with RTLD_GLOBAL before libxapian, makes a program's calls of Xapian
/// arrive here. Calls inside libxapian do not.
#include <new>
#include <utility>

#include "plugin/preload/last_page.h"
#include "plugin/preload/live_enquires.h"
#include "plugin/preload/search_log.h"
#include "plugin/preload/settings.h"
#include "plugin/preload/xapian_calls.h"
#include "plugin/src/process/own_search.h"

using irgan::LiveEnquires;
using irgan::LiveSearch;
using irgan::xapian_calls;
using Xapian::Database;
using Xapian::Enquire;

namespace {

// The module must not fail the program for want of memory: an Enquire that is not known is left alone.
template <typename Work>
void if_possible(const Work& work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
  }
}

void set_sorted_by_relevance(const Enquire& enquire, bool by_relevance) {
  const std::shared_ptr<LiveSearch> search = LiveEnquires::of_process().find(enquire);
  if (search) search->set_sorted_by_relevance(by_relevance);
}

}  // namespace

// Constructors and destructors cannot be written as members, which takes the definition of Enquire::Internal. Each has
// two symbols, of complete objects (1) and of bases (2).
#define IRGAN_SYMBOL(symbol) __asm__(symbol) IRGAN_API
extern "C" {

void made(Enquire*, const Database&) IRGAN_SYMBOL("_ZN6Xapian7EnquireC1ERKNS_8DatabaseE");
void made(Enquire* enquire, const Database& db) {
  xapian_calls().construct(enquire, db);
  if_possible([&] { LiveEnquires::of_process().made(*enquire, db); });
}

void made_with_handler(Enquire*, const Database&, Xapian::ErrorHandler*)
    IRGAN_SYMBOL("_ZN6Xapian7EnquireC1ERKNS_8DatabaseEPNS_12ErrorHandlerE");
void made_with_handler(Enquire* enquire, const Database& db, Xapian::ErrorHandler* handler) {
  xapian_calls().construct_with_handler(enquire, db, handler);
  if_possible([&] { LiveEnquires::of_process().made(*enquire, db); });
}

void made_as_copy(Enquire*, const Enquire&) IRGAN_SYMBOL("_ZN6Xapian7EnquireC1ERKS0_");
void made_as_copy(Enquire* enquire, const Enquire& other) {
  xapian_calls().construct_copy(enquire, other);
  LiveEnquires::of_process().copied(*enquire);
}

void destroyed(Enquire*) IRGAN_SYMBOL("_ZN6Xapian7EnquireD1Ev");
void destroyed(Enquire* enquire) {
  LiveEnquires::of_process().leaving(*enquire);
  xapian_calls().destroy(enquire);
}

void made_base(Enquire*, const Database&) IRGAN_SYMBOL("_ZN6Xapian7EnquireC2ERKNS_8DatabaseE");
void made_base(Enquire* enquire, const Database& db) { made(enquire, db); }
void made_base_with_handler(Enquire*, const Database&, Xapian::ErrorHandler*)
    IRGAN_SYMBOL("_ZN6Xapian7EnquireC2ERKNS_8DatabaseEPNS_12ErrorHandlerE");
void made_base_with_handler(Enquire* enquire, const Database& db, Xapian::ErrorHandler* handler) {
  made_with_handler(enquire, db, handler);
}
void made_base_as_copy(Enquire*, const Enquire&) IRGAN_SYMBOL("_ZN6Xapian7EnquireC2ERKS0_");
void made_base_as_copy(Enquire* enquire, const Enquire& other) { made_as_copy(enquire, other); }
void destroyed_base(Enquire*) IRGAN_SYMBOL("_ZN6Xapian7EnquireD2Ev");
void destroyed_base(Enquire* enquire) { destroyed(enquire); }

}  // extern "C"

namespace Xapian {

void Enquire::operator=(const Enquire& other) {
  if (internal.get() == other.internal.get()) return;
  LiveEnquires::of_process().leaving(*this);
  xapian_calls().assign_copy(this, other);
  LiveEnquires::of_process().copied(*this);
}

Enquire& Enquire::operator=(Enquire&& other) {  // NOLINT(performance-noexcept-move-constructor): as Xapian has it
  // The internals change hands: `other`, which has none then, will be destroyed without notice.
  if (this != &other) LiveEnquires::of_process().leaving(*this);
  return xapian_calls().assign_moved(this, std::move(other));
}

void Enquire::set_sort_by_relevance() {
  xapian_calls().sort_by_relevance(this);
  set_sorted_by_relevance(*this, true);
}

void Enquire::set_sort_by_value(valueno slot, bool reverse) {
  xapian_calls().sort_by_value(this, slot, reverse);
  set_sorted_by_relevance(*this, false);
}

void Enquire::set_sort_by_key(KeyMaker* maker, bool reverse) {
  xapian_calls().sort_by_key(this, maker, reverse);
  set_sorted_by_relevance(*this, false);
}

void Enquire::set_sort_by_value_then_relevance(valueno slot, bool reverse) {
  xapian_calls().sort_by_value_then_relevance(this, slot, reverse);
  set_sorted_by_relevance(*this, false);
}

void Enquire::set_sort_by_key_then_relevance(KeyMaker* maker, bool reverse) {
  xapian_calls().sort_by_key_then_relevance(this, maker, reverse);
  set_sorted_by_relevance(*this, false);
}

void Enquire::set_sort_by_relevance_then_value(valueno slot, bool reverse) {
  xapian_calls().sort_by_relevance_then_value(this, slot, reverse);
  set_sorted_by_relevance(*this, false);
}

void Enquire::set_sort_by_relevance_then_key(KeyMaker* maker, bool reverse) {
  xapian_calls().sort_by_relevance_then_key(this, maker, reverse);
  set_sorted_by_relevance(*this, false);
}

void Enquire::add_matchspy(MatchSpy* spy) {
  xapian_calls().add_matchspy(this, spy);
  const std::shared_ptr<LiveSearch> search = LiveEnquires::of_process().find(*this);
  if (search) if_possible([&] { search->add_spy(spy); });
}

void Enquire::clear_matchspies() {
  xapian_calls().clear_matchspies(this);
  const std::shared_ptr<LiveSearch> search = LiveEnquires::of_process().find(*this);
  if (search) search->clear_spies();
}

MSet Enquire::get_mset(doccount first, doccount maxitems, doccount check_at_least, const RSet* rset,
                       const MatchDecider* mdecider) const {
  // What an answer itself asks of Xapian, searches inside a search (a program's own MatchDecider), and those of a
  // program that uses our library by itself, go through.
  const bool is_inside = LiveSearch::answering() || irgan::OwnSearch::running();
  if (!is_inside) irgan::set_last_page({});
  const std::shared_ptr<LiveSearch> search = is_inside ? nullptr : LiveEnquires::of_process().find(*this);
  if (!search) return xapian_calls().get_mset(this, first, maxitems, check_at_least, rset, mdecider);
  return search->answer(*this, {first, maxitems, check_at_least, rset, mdecider});
}

Query QueryParser::parse_query(const std::string& text, unsigned flags, const std::string& default_prefix) {
  Query query = xapian_calls().parse_query(this, text, flags, default_prefix);
  if (!irgan::preload_settings().log.empty()) if_possible([&] { irgan::remember_parsed(text, query); });
  return query;
}

}  // namespace Xapian
