#!/usr/bin/python3
"""What a click memory adds on real clicks (bestbuy): in the pool, with clicked documents as candidates, with words of
clicked queries.

Use: tests/bench/memory.py --data DIR [--peers DIR] [--seeds 5] [--rankers "IRGAN;LambdaMART"] [--resume]
Needs Debian's python3-numpy, python3-xgboost and python3-xapian, and build/release. Writes tests/bench/README.md's
table to stdout.

The last fifth of the clicks by time is the test; models learn from the first 70 % and are chosen on the next 10 %, and
so are half-life and prior of the memory (`memory --tune`), which then holds the first 80 %. MRR, every test click
counting once. The memory's threshold of sessions is 1, and in one row its default. BM25 and LambdaMART get the formula
here, in numpy, with p = 0 outside the pool; our models get it from `rerank --memory`.
"""
import argparse
import collections
import datetime
import functools
import itertools
import json
import os
import re
import subprocess
import sys
import time

import numpy as np
import xapian

import quality
from quality import FIRST_STAGE, LAMBDAMART, TOOL, read_run, run, write_lines

# How a model learns: options of `features` for the rows that it learns from, for those that it is chosen by and tested
# on, and whether what the index knows of clicks is brought up to date (`annotate`) before the validation and before the
# test.
Model = collections.namedtuple("Model", "train valid annotated", defaults=((), (), False))
MODELS = collections.OrderedDict([
    ("IRGAN", Model()),
    ("IRGAN, naive", Model(train=["--click-model", "naive"])),
    ("IRGAN, --add-clicked", Model(train=["--add-clicked"], valid=["--add-clicked"])),
    ("IRGAN, --behaviour",
     Model(train=["--behaviour"], valid=["--behaviour", "--behaviour-from", "index"], annotated=True)),
])
PEERS = collections.OrderedDict([(LAMBDAMART, Model()), (f"{LAMBDAMART}, --behaviour", MODELS["IRGAN, --behaviour"])])
# What the memory may do -> options of `rerank`
USES = collections.OrderedDict([
    ("memory in the pool", ["--memory-clicked", "0", "--memory-words", "0"]),
    ("with clicked documents", ["--memory-words", "0"]),
    ("with clicked-query words too", []),
])
RARE_LEFT_OUT = "the same, of 10 sessions or more"
HALF_LIVES = (2.5, 5, 10, 20, 40, 0)
PRIORS = (.03, .1, .3, 1, 3, 10)
SCALES = {FIRST_STAGE: 4.0, LAMBDAMART: 1.0}  # of scores before the softmax

STEM = xapian.Stem("english")
Click = collections.namedtuple("Click", "time qid document text")


def clicks_of(rows):
    """The rows of the log as clicks."""
    columns = (row.split("\t") for row in rows)
    return [Click(datetime.datetime.fromisoformat(c[0][:19]).timestamp(), c[3], c[4], c[5]) for c in columns]


@functools.lru_cache(maxsize=None)
def key_of(text):
    """A query by its distinct stems, as the plugin's memory has it."""
    stems = (STEM(word.encode()) for word in re.findall(r"\w+", text.lower()))
    return tuple(sorted(set(stem.decode() for stem in stems)))


def decayed(clicks, half_life):
    """key -> document -> decayed clicks."""
    newest = max(click.time for click in clicks)
    sums = collections.defaultdict(lambda: collections.defaultdict(float))
    for click in clicks:
        age = (newest - click.time) / 86400
        sums[key_of(click.text)][click.document] += 2 ** (-age / half_life) if half_life else 1.0
    return sums


def scores_of_run(path, scale):
    """query -> document -> score."""
    scores = collections.defaultdict(dict)
    for line in quality.read_lines(path):
        query, _, document, _, score, _ = line.split()
        scores[query][document] = float(score) / scale
    return scores


def with_memory(scores, counts, prior, adds):
    """The documents of one query by (C_qd + k p) / (C_q + k), best first."""
    documents = list(scores)
    values = np.array([scores[d] for d in documents])
    p = dict(zip(documents, np.exp(values - values.max()) / np.exp(values - values.max()).sum())) if documents else {}
    if adds:
        documents += [d for d in counts if d not in p]
    return sorted(documents, key=lambda d: -(counts.get(d, 0.0) + prior * p.get(d, 0.0)))


def reciprocal_ranks(ranked, clicked):
    """query -> mean over its clicks of 1 / rank."""
    values = {}
    for query, documents in clicked.items():
        rank = {d: i for i, d in enumerate(ranked.get(query, []), 1)}
        values[query] = sum(1 / rank[d] if d in rank else 0 for d in documents) / len(documents)
    return values


def clicked_by_query(clicks):
    clicked = collections.defaultdict(list)
    for click in clicks:
        clicked[click.qid].append(click.document)
    return clicked


class Site:
    """bestbuy with its memory's inputs."""

    def __init__(self, data, work):
        self.work = work
        self.rows = quality.Bestbuy(data, work)
        self.parts = {part: clicks_of(rows) for part, rows in self.rows.parts.items()}
        self.clicked = {part: clicked_by_query(clicks) for part, clicks in self.parts.items()}
        self.text_of = dict(line.split("\t") for line in quality.read_lines(f"{data}/queries.tsv"))
        self.test_queries = f"{work}/queries.test"
        write_lines(self.test_queries, [f"{qid}\t{self.text_of[qid]}" for qid in self.clicked["test"]])
        header = quality.read_lines(f"{data}/clicks.tsv")[0]
        write_lines(f"{work}/clicks.before.tsv", [header] + self.rows.parts["train"] + self.rows.parts["valid"])

    def annotate(self, log):
        """Brings what the index knows of clicks up to date with a log."""
        run(TOOL, "annotate", "--db", f"{self.work}/db", "--clicks", f"{self.work}/clicks.{log}.tsv", "--queries",
            f"{self.rows.data}/queries.tsv", *self.columns())

    def columns(self):
        return [
            word for column in ("time=click_time", "session=user", "query_id=qid", "doc_id=docid")
            for word in ("--column", column)
        ]

    def remembered(self, name, test_run, valid_run):
        """Yields (use, ranking) of a ranker whose scores stand in runs; validation clicks choose the memory's."""
        valid, test = scores_of_run(valid_run, SCALES[name]), scores_of_run(test_run, SCALES[name])
        for use, adds in (("memory in the pool", False), ("with clicked documents", True)):
            best = None
            for half_life in HALF_LIVES:
                counts = decayed(self.parts["train"], half_life)
                for prior in PRIORS:
                    ranked = {
                        q: with_memory(valid.get(q, {}), counts.get(key_of(self.text_of[q]), {}), prior, adds)
                        for q in self.clicked["valid"]
                    }
                    values = reciprocal_ranks(ranked, self.clicked["valid"])
                    total = sum(len(self.clicked["valid"][q]) * v for q, v in values.items())
                    best = max(best or (total, half_life, prior), (total, half_life, prior))
            _, half_life, prior = best
            counts = decayed(self.parts["train"] + self.parts["valid"], half_life)
            yield use, {
                q: with_memory(test.get(q, {}), counts.get(key_of(self.text_of[q]), {}), prior, adds)
                for q in self.clicked["test"]
            }


def train(rows, model, seed):
    for left in (model, model + ".refused"):
        if os.path.exists(left):
            os.remove(left)
    command = [TOOL, "train", "--data", rows.train, "--valid", rows.valid, "--model", model, "--restart",
               "--seed", str(seed)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def tuned_memories(site, model, log):
    """Writes the memory of all clicks before the test, its half-life and prior as `memory --tune` chooses them.

    Returns: (of all, without what is rare)
    """
    base = [TOOL, "memory", *site.columns()]
    text = run(*base, "--min-sessions", "1", "--clicks", f"{site.work}/clicks.train.tsv", "--tune",
               f"{site.work}/clicks.valid.tsv", "--db", f"{site.work}/db", "--model", model, "--out",
               f"{site.work}/tuning.memory")
    half_life, prior = text.splitlines()[text.splitlines().index("half-life  prior  MRR") + 1].split()[:2]
    log(f"    half-life {half_life}, prior {prior}")
    memories = []
    for sessions in ("1", "10"):
        memories.append(f"{site.work}/test.{sessions}.memory")
        wrote = run(*base, "--min-sessions", sessions, "--clicks", f"{site.work}/clicks.before.tsv", "--half-life",
                    half_life, "--prior-clicks", prior, "--out", memories[-1])
        log("    " + wrote.splitlines()[-1])
    return memories


def own_rows(site, kind, seed):
    """Writes the rows of a kind of model, and leaves what the index knows of clicks as the test is to find it."""
    rows = site.rows.rows(seed)._replace(**{part: f"{site.work}/{part}.own" for part in ("train", "valid", "test")})
    if kind.annotated:
        site.annotate("train")
    site.rows.write_rows("train", rows.train, *kind.train)
    site.rows.write_rows("valid", rows.valid, *kind.valid)
    return rows


def told_apart(lines):
    """A query's rows of each part of the log as a query of their own, which the peer's reader would join."""
    seen, part = collections.defaultdict(set), collections.Counter()
    for line in lines:
        if not line.startswith("#"):
            query, document = line.split(" ", 2)[1], line.rsplit("#", 1)[1]
            if document in seen[query]:
                seen[query].clear()
                part[query] += 1
            seen[query].add(document)
            line = line.replace(query, f"{query}.{part[query]}", 1)
        yield line


def lambdamart(site, name, seed, peers):
    """Yields (use, ranking): one training for test and validation, whose queries get other names in it."""
    kind = PEERS[name]
    rows = own_rows(site, kind, seed)
    if kind.annotated:
        site.annotate("before")
    site.rows.write_rows("test", rows.test, *kind.valid)
    both = f"{site.work}/test_and_valid"
    renamed = [line.replace(" qid:", " qid:valid-", 1) for line in quality.read_lines(rows.valid)[1:]]
    write_lines(both, [*quality.read_lines(rows.test), *renamed])
    apart = f"{site.work}/train.apart"
    write_lines(apart, told_apart(quality.read_lines(rows.train)))
    run("/usr/bin/python3", f"{peers}/lambdamart.py", apart, rows.valid, both, both + ".run", seed)
    lines = quality.read_lines(both + ".run")
    runs = {"test": f"{site.work}/lambdamart.test.run", "valid": f"{site.work}/lambdamart.valid.run"}
    write_lines(runs["test"], [line for line in lines if not line.startswith("valid-")])
    write_lines(runs["valid"], [line[len("valid-"):] for line in lines if line.startswith("valid-")])
    yield "alone", read_run(runs["test"])
    yield from site.remembered(LAMBDAMART, runs["test"], runs["valid"])


def ours(site, name, seed, log):
    """Yields (use, ranking) of a model of ours."""
    kind = MODELS[name]
    rows = own_rows(site, kind, seed)
    model = f"{site.work}/model"
    train(rows, model, seed)
    of_all, of_frequent = tuned_memories(site, model, log)
    if kind.annotated:
        site.annotate("before")
    out = f"{site.work}/reranked.run"

    def ranked(*options):
        run(TOOL, "rerank", "--db", f"{site.work}/db", "--model", model, "--queries", site.test_queries, "--out", out,
            *options)
        return read_run(out)
    yield "alone", ranked("--memory", "none")
    for use, options in USES.items():
        yield use, ranked("--memory", of_all, *options)
    yield RARE_LEFT_OUT, ranked("--memory", of_frequent)


def rankings(site, name, seed, peers, log):
    """Yields (use, ranking of the test queries) of a ranker."""
    if name == FIRST_STAGE:
        first_stage = site.rows.first_stage(seed)
        yield "alone", read_run(first_stage)
        yield from site.remembered(FIRST_STAGE, first_stage, first_stage)
    elif name in PEERS:
        yield from lambdamart(site, name, seed, peers)
    else:
        yield from ours(site, name, seed, log)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR",
                        help="the public data sets: tests/bench/README.md, \"The data\"")
    parser.add_argument("--peers", metavar="DIR",
                        help="the peers (tests/bench/README.md, \"The peers\"); without it LambdaMART is left out")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rankers", default="", help="some of the rows, with ; between")
    parser.add_argument("--resume", action="store_true", help="take over what an earlier run finished")
    parser.add_argument("--work", default=os.path.join(quality.ROOT, "build/bench/memory"))
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    start = time.time()

    def log(text):
        print(f"{time.time() - start:5.0f} s {text}", file=sys.stderr, flush=True)

    site = Site(os.path.join(options.data, "bestbuy"), options.work)
    clicked = site.clicked["test"]
    weight = np.array([len(clicked[q]) for q in sorted(clicked)], float)
    weight /= weight.sum()
    kept = os.path.join(options.work, "values.json")  # of what is done: a run that is stopped goes on
    done = {}
    if options.resume and os.path.exists(kept):
        with open(kept) as file:
            done = json.load(file)
    names = options.rankers.split(";") if options.rankers else [FIRST_STAGE, *(PEERS if options.peers else []), *MODELS]
    values, found = collections.defaultdict(list), {}
    for seed, name in itertools.product(range(1, options.seeds + 1), names):
        key = f"{seed} {name}"
        if key not in done:
            log(f"seed {seed}, {name}")
            of_key = []
            for use, ranked in rankings(site, name, seed, options.peers, log):
                by_query = reciprocal_ranks(ranked, clicked)
                num_found = sum(d in set(ranked.get(q, [])) for q in clicked for d in clicked[q])
                share = num_found / sum(map(len, clicked.values()))
                of_key.append([use, [by_query[q] for q in sorted(clicked)], share])
                log(f"  {use}: {np.array(of_key[-1][1]) @ weight:.4f}")
            done[key] = of_key
            with open(kept, "w") as file:
                json.dump(done, file)
        for use, by_query, share in done[key]:
            values[name, use].append(np.array(by_query))
            found[name, use] = share
    print("| bestbuy, MRR | | mean ± deviation | clicks among the candidates | p against it alone "
          "| p against LambdaMART, the same |")
    print("|---|---|---|---|---|---|")
    for (name, use), by_seed in values.items():
        mean = np.mean(by_seed, 0)
        means = [v @ weight for v in by_seed]

        def p_against(other):
            if other == (name, use) or other not in values:
                return ""
            scaled = weight * len(weight)
            return f"{quality.randomisation_p(scaled * mean, scaled * np.mean(values[other], 0)):.4f}"
        deviation = np.std(means, ddof=1) if len(means) > 1 else 0.0
        print(
            f"| {name} | {use} | {np.mean(means):.4f} ± {deviation:.4f} | {found[name, use]:.3f} | "
            f"{p_against((name, 'alone'))} | {p_against((LAMBDAMART, use))} |")
    log(f"{options.seeds} seeds")


if __name__ == "__main__":
    main()
