#include "trainer/evidence/earlier_clicks.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "trainer/evidence/decay.h"
#include "trainer/machine/hash.h"

namespace irgan {
namespace {

// When a row happened: its time, then its place in the log.
using Moment = std::pair<double, std::uint64_t>;

/// Clicks of one part of the log, and those of them that made the document a candidate.
struct Sums {
  DecayedSum all, first;
  double all_in_full = 0.0;
  double first_in_full = 0.0;
};

/// Clicks of a query on a document, and the first of them.
struct Clicks {
  std::vector<Sums> of_part;
  Moment begin{0.0, 0};
  std::uint64_t session = 0;  // a hash, of the first click
  bool any = false;
};

bool is_of_first(const Clicks& clicks, const Moment& moment, std::uint64_t session, bool has_session) {
  return moment.first == clicks.begin.first || (has_session && session == clicks.session);
}

constexpr char kPartMark = '\x1F';  // no query id holds it

}  // namespace

std::string in_part(const std::string& query_id, std::size_t part) {
  return query_id + kPartMark + std::to_string(part);
}

std::pair<std::string_view, std::size_t> parted(const std::string& id) {
  const std::size_t mark = id.rfind(kPartMark);
  return {std::string_view(id).substr(0, mark), std::stoul(id.substr(mark + 1))};
}

struct EarlierClicks::State {
  struct OfQuery {
    std::map<std::string, Clicks, std::less<>> documents;
    std::map<std::size_t, Moment> last_of_part;
  };

  explicit State(double half_life_days) : decay(half_life_days) {}

  void note(const ClickRow& row) {
    has_impressions = has_impressions || row.is_impression;
    if (!row.time) return;
    last_time = *row.time;
    newest_time = has_time ? std::max(newest_time, *row.time) : *row.time;
    has_time = true;
  }

  Decay decay;
  std::map<std::string, OfQuery> queries;
  double last_time = 0.0;
  double newest_time = 0.0;
  bool has_time = false;
  std::uint64_t num_rows = 0;
  bool has_impressions = false;
};

EarlierClicks::EarlierClicks(double half_life_days) : state_(std::make_unique<State>(half_life_days)) {}
EarlierClicks::~EarlierClicks() = default;

void EarlierClicks::add(const ClickRow& row, const std::string& query_id, std::size_t part) {
  State& s = *state_;
  s.note(row);
  const std::uint64_t number = s.num_rows++;
  if (!row.clicked && !row.is_impression) return;
  // Without times the order of the log is all that is known.
  const Moment moment{s.has_time ? s.last_time : static_cast<double>(number), number};
  State::OfQuery& query = s.queries[query_id];
  Clicks& clicks = query.documents[std::string(row.document_id)];
  Moment& last = query.last_of_part.emplace(part, Moment{0.0, 0}).first->second;
  if (!row.clicked) return;
  last = std::max(last, moment);
  const std::uint64_t session = text_hash(row.session);
  if (!clicks.any || moment < clicks.begin) {
    for (Sums& sums : clicks.of_part) {
      sums.first = {};
      sums.first_in_full = 0.0;
    }
    clicks.begin = moment;
    clicks.session = session;
    clicks.any = true;
  }
  if (clicks.of_part.size() <= part) clicks.of_part.resize(part + 1);
  Sums& sums = clicks.of_part[part];
  sums.all.add(row.count, moment.first, s.decay);
  sums.all_in_full += row.count;
  if (is_of_first(clicks, moment, session, !row.session.empty())) {
    sums.first.add(row.count, moment.first, s.decay);
    sums.first_in_full += row.count;
  }
}

void EarlierClicks::add_unknown(const ClickRow& row) { state_->note(row); }

AddedDocuments EarlierClicks::finish(bool in_full, bool by_part) const {
  const State& s = *state_;
  const auto label_of = [&](const Clicks& clicks, std::size_t part) {
    if (part >= clicks.of_part.size()) return 0.0;
    const Sums& sums = clicks.of_part[part];
    const double label = in_full ? sums.all_in_full - sums.first_in_full
                                 : sums.all.at(s.newest_time, s.decay) - sums.first.at(s.newest_time, s.decay);
    return label > 1e-9 ? label : 0.0;  // the difference of equal sums may not be 0
  };
  AddedDocuments added;
  for (const auto& [id, query] : s.queries) {
    for (const auto& [part, last] : query.last_of_part) {
      for (const auto& [document, clicks] : query.documents) {
        const bool is_earlier = clicks.any && clicks.begin.first < last.first;
        if (!s.has_impressions && !is_earlier) continue;
        added[by_part ? in_part(id, part) : id][document] += label_of(clicks, part);
      }
    }
  }
  return added;
}

}  // namespace irgan
