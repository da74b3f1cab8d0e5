#!/usr/bin/env python3
"""How often the intervals of `evaluate --clicks` hold the truth: simulated days whose users are known.

Use: tests/bench/later_log.py XAPIAN_IRGAN [DAYS]

Each day has its own queries, documents and attractions. Users look at rank r with chance 1/r and click what they look
at with the document's attraction. The site serves one order, with every tenth page shuffled (for impressions), or drawn
from a Plackett-Luce policy with its chances in the log (for drawn pages). Two rankings are judged: one better than the
served order, one worse. The truth of a ranking is its expected clicks a search, over documents that the log has shown.
"""

import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

RANKS = 10
QUERIES = 40
DOCUMENTS = 15


def made_day(seed, folder, sessions=3000, drawn=0.3):
    rnd = random.Random(seed)
    attraction = {(q, d): rnd.betavariate(1, 4) for q in range(QUERIES) for d in range(DOCUMENTS)}

    def order(noise):
        return {
            q: sorted(range(DOCUMENTS), key=lambda d: -(attraction[q, d] + rnd.gauss(0, noise)))
            for q in range(QUERIES)
        }

    served, better, worse = order(.25), order(.1), order(1.0)
    traffic = [rnd.lognormvariate(0, 1) for _ in range(QUERIES)]
    shown = set()
    with open(folder / "later.tsv", "w") as log:
        log.write("session\tquery\tdoc_id\trank\tclicked\tlog_probability\n")
        for s in range(sessions):
            for _ in range(rnd.choice([1, 1, 2])):
                q = rnd.choices(range(QUERIES), traffic)[0]
                page, chances = served[q][:], [None] * RANKS
                draw = rnd.random()
                if draw < drawn:  # Plackett-Luce by place
                    left, page, chances = served[q][:], [], []
                    while len(page) < RANKS:
                        weights = [1 / (served[q].index(d) + 1) for d in left]
                        d = rnd.choices(left, weights)[0]
                        chances.append(math.log(weights[left.index(d)] / sum(weights)))
                        page.append(d)
                        left.remove(d)
                elif draw < drawn + .1:
                    page = page[:RANKS]
                    rnd.shuffle(page)
                for r, d in enumerate(page[:RANKS], 1):
                    shown.add((q, d))
                    clicked = rnd.random() < attraction[q, d] / r
                    chance = "" if chances[r - 1] is None else "%.6f" % chances[r - 1]
                    log.write(f"s{s}\tquery {q}\td{d}\t{r}\t{int(clicked)}\t{chance}\n")
    with open(folder / "queries.tsv", "w") as file:
        file.writelines(f"{q}\tquery {q}\n" for q in range(QUERIES))
    total = sum(traffic)
    truths = {}
    for name, ranking in (("better", better), ("worse", worse)):
        with open(folder / f"{name}.run", "w") as file:
            for q in range(QUERIES):
                file.writelines(f"{q} Q0 d{d} {r} {100 - r} x\n" for r, d in enumerate(ranking[q], 1))
        truths[name] = sum(traffic[q] / total * sum(attraction[q, d] / r for r, d in enumerate(ranking[q][:RANKS], 1)
                                                    if (q, d) in shown) for q in range(QUERIES))
        truths[name + " first"] = sum(traffic[q] / total * attraction[q, ranking[q][0]] for q in range(QUERIES))
    return truths


def intervals(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def main():
    program = sys.argv[1]
    days = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    held, said = {}, {}
    for day in range(days):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            truths = made_day(day, folder)
            report = intervals([
                program, "evaluate", "--clicks", folder / "later.tsv", "--queries", folder / "queries.tsv", "--json",
                folder / "worse.run", folder / "better.run"
            ])
        for verdict in report["rankings"][1:]:
            ranking = pathlib.Path(verdict["name"]).stem
            gain = verdict["against_first"]["value"]
            word = "level" if verdict["p"] >= .05 else "better" if gain > 0 else "worse"
            said[ranking, word] = said.get((ranking, word), 0) + 1
            for kind, estimate, truth in (("impressions", verdict["value"], truths[ranking]),
                                          ("first, self-normalised", verdict.get("first_snips"),
                                           truths[ranking + " first"]), ("first, doubly robust",
                                                                         verdict.get("first_doubly_robust"),
                                                                         truths[ranking + " first"])):
                if estimate is None:
                    continue
                inside = estimate["low"] <= truth <= estimate["high"]
                hits = held.setdefault((kind, ranking), [0, 0, 0.0, 0.0])
                hits[0] += inside
                hits[1] += 1
                hits[2] += estimate["value"] - truth
                hits[3] += estimate["high"] - estimate["low"]
    print("estimator                ranking  holds the truth  mean error  mean width")
    for (kind, ranking), (inside, count, error, width) in sorted(held.items()):
        print(f"{kind:24} {ranking:8} {inside:4} of {count:4}     {error / count:+.4f}     {width / count:.4f}")
    for ranking in ("better", "worse"):
        words = ", ".join(f"{said.get((ranking, word), 0)} times {word}" for word in ("better", "level", "worse"))
        print(f"the {ranking} ranking was called {words}")


if __name__ == "__main__":
    main()
