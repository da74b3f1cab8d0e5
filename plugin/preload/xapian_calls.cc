#include "plugin/preload/xapian_calls.h"

#include <dlfcn.h>

#include "plugin/src/process/fork_gate.h"

namespace irgan {
namespace {

template <typename Function>
void find(Function& function, const char* symbol) {
  void* const address = dlsym(RTLD_NEXT, symbol);
  if (!address) throw Xapian::FeatureUnavailableError(std::string("xapian-irgan: libxapian has no ") + symbol);
  function = reinterpret_cast<Function>(address);
}

XapianCalls find_all() {
  XapianCalls calls{};
  find(calls.construct, "_ZN6Xapian7EnquireC1ERKNS_8DatabaseE");
  find(calls.construct_with_handler, "_ZN6Xapian7EnquireC1ERKNS_8DatabaseEPNS_12ErrorHandlerE");
  find(calls.construct_copy, "_ZN6Xapian7EnquireC1ERKS0_");
  find(calls.destroy, "_ZN6Xapian7EnquireD1Ev");
  find(calls.assign_copy, "_ZN6Xapian7EnquireaSERKS0_");
  find(calls.assign_moved, "_ZN6Xapian7EnquireaSEOS0_");
  find(calls.sort_by_relevance, "_ZN6Xapian7Enquire21set_sort_by_relevanceEv");
  find(calls.sort_by_value, "_ZN6Xapian7Enquire17set_sort_by_valueEjb");
  find(calls.sort_by_key, "_ZN6Xapian7Enquire15set_sort_by_keyEPNS_8KeyMakerEb");
  find(calls.sort_by_value_then_relevance, "_ZN6Xapian7Enquire32set_sort_by_value_then_relevanceEjb");
  find(calls.sort_by_key_then_relevance, "_ZN6Xapian7Enquire30set_sort_by_key_then_relevanceEPNS_8KeyMakerEb");
  find(calls.sort_by_relevance_then_value, "_ZN6Xapian7Enquire32set_sort_by_relevance_then_valueEjb");
  find(calls.sort_by_relevance_then_key, "_ZN6Xapian7Enquire30set_sort_by_relevance_then_keyEPNS_8KeyMakerEb");
  find(calls.add_matchspy, "_ZN6Xapian7Enquire12add_matchspyEPNS_8MatchSpyE");
  find(calls.clear_matchspies, "_ZN6Xapian7Enquire16clear_matchspiesEv");
  find(calls.get_mset, "_ZNK6Xapian7Enquire8get_msetEjjjPKNS_4RSetEPKNS_12MatchDeciderE");
  find(calls.parse_query,
       "_ZN6Xapian11QueryParser11parse_queryERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEjS8_");
  return calls;
}

}  // namespace

const XapianCalls& xapian_calls() {
  const ForkPass pass;
  static const XapianCalls calls = find_all();
  return calls;
}

}  // namespace irgan
