#!/usr/bin/python3
"""Measures `xapian-irgan mine` on msrd: false negatives at equal hardness, what a model learns from negatives, speed.

Use: tests/bench/mining.py --data DIR --peers DIR [--seeds 5] [--parts false_negatives,collection,downstream,speed]
Needs Debian's python3-numpy and python3-xgboost, for downstream python3-torch, and build/release.

For each seed 4,000 of the training queries are drawn. A model is trained on simulated clicks of one half, of which the
first 1,000 are mined. LambdaMART, trained on the true labels of the other half, says how hard a mined negative is: the
share of its pool that scores below it. A false negative is a mined document that is judged relevant; the share is among
judged ones, and what is unjudged is counted apart. The peer's rules get the very same discriminator's and first stage's
scores.

Rules are compared at equal hardness: each of ours is mined at several settings, and the share is read off the line
between the two whose hardness lies around the peer's. Intervals are 95 % of 2,000 bootstrap samples of queries.
"""
import argparse
import collections
import json
import math
import os
import pickle
import random
import re
import resource
import subprocess
import sys

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "build/release/index_tools/xapian-irgan")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads that spin take ten times as long on a busy machine
NUM_NEGATIVES = 5
BOOTSTRAPS = 2000

# The peer: every clicked document is excluded and nothing is known of impressions.
PEER = ["--max-relevance", "1", "--max-resemblance", "1"]
EVIDENCE = ["--max-relevance", ".1"]
LIKELY = [*EVIDENCE, "--min-relevance", ".5"]
SURE = ["--max-relevance", ".03", "--min-relevance", ".5"]
FIRST_STAGE = ["--source", "bm25", "--score-by", "first-stage"]
SEARCH_ALONE = ["--max-resemblance", "1", *FIRST_STAGE]  # without a model, texts and guards
PEERS = collections.OrderedDict([
    ("top-k, discriminator", PEER + ["--source", "discriminator"]),
    ("relative margin .05, discriminator",
     PEER + ["--source", "teacher", "--scores", "{probabilities}", "--relative-margin", ".05"]),
    ("top-k, first stage", PEER + FIRST_STAGE),
    ("relative margin .05, first stage", PEER + FIRST_STAGE + ["--relative-margin", ".05"]),
])

# A rule is made easier by passing over the head of its ranking (what --range-min does; one run gives the whole
# ranking), a drawing one by its temperature.
SKIPS = (0, 1, 2, 3, 5, 8, 12, 18, 26, 36, 50, 65, 80)
TEMPERATURES = (0.1, 0.5, 1, 2, 8)
RANKED = collections.OrderedDict([
    ("discriminator, no guard", PEER + ["--source", "discriminator"]),
    ("discriminator, --absolute-margin .5", PEER + ["--source", "discriminator", "--absolute-margin", ".5"]),
    ("discriminator, --max-relevance .1", EVIDENCE + ["--source", "discriminator"]),
    ("discriminator, --max-relevance .1 --min-relevance .5", LIKELY + ["--source", "discriminator"]),
    ("discriminator, --max-relevance .03 --min-relevance .5", SURE + ["--source", "discriminator"]),
    ("bm25, no guard", PEER + ["--source", "bm25"]),
    ("bm25, --max-relevance .1", EVIDENCE + ["--source", "bm25"]),
    ("bm25, --max-relevance .1 --min-relevance .5", LIKELY + ["--source", "bm25"]),
    ("bm25, --max-relevance .03 --min-relevance .5", SURE + ["--source", "bm25"]),
])
DRAWN = collections.OrderedDict([
    ("generator, no guard", PEER + ["--source", "generator"]),
    ("generator, --max-relevance .1", EVIDENCE + ["--source", "generator"]),
    ("generator, --max-relevance .1 --min-relevance .5", LIKELY + ["--source", "generator"]),
])
SINGLE = collections.OrderedDict([
    ("dns, --max-relevance .1", EVIDENCE + ["--source", "dns"]),
    ("ambiguous, --max-relevance .1", EVIDENCE + ["--source", "ambiguous"]),
    ("skipped, --max-relevance .1", EVIDENCE + ["--source", "skipped"]),
    ("skipped, --max-relevance .03 --min-relevance .5", SURE + ["--source", "skipped"]),
    ("uniform, no guard", PEER + ["--source", "uniform"]),
    ("uniform, --max-relevance .1", EVIDENCE + ["--source", "uniform"]),
])


def run(*command):
    """Runs a command; its output is shown only if it fails."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-2000:]}")
    return done.stdout


def read_lines(path):
    with open(path) as file:
        return file.read().splitlines()


def write_lines(path, lines):
    with open(path, "w") as file:
        file.writelines(line + "\n" for line in lines)


def read_run(path):
    """query -> {document: score}"""
    ranked = collections.defaultdict(dict)
    for line in read_lines(path):
        query, _, document, _, score, _ = line.split()
        ranked[query][document] = float(score)
    return ranked


def read_qrels(path):
    labels = collections.defaultdict(dict)
    for line in read_lines(path):
        query, _, document, label = line.split()
        labels[query][document] = int(label)
    return labels


def make_index(data, work):
    db = f"{work}/db"
    if not os.path.exists(db):
        fields = "title=S body=B actors=A director=XD characters=XC tags=K genres=XG".split()
        values = "popularity=0 votes=1 rating=2 year=3 budget=4".split()
        run(TOOL, "index", "--db", db, *[w for f in fields for w in ("--field", f)],
            *[w for v in values for w in ("--value", v)], f"{data}/docs.jsonl")
    return db


class Site:
    """Queries with a simulated log, a model trained on it, and the judge of hardness."""

    def __init__(self, data, peers, work, seed):
        self.db, self.seed = make_index(data, work), seed
        self.folder = f"{work}/{seed}"
        self.qrels_path = f"{data}/qrels.train.txt"
        os.makedirs(self.folder, exist_ok=True)
        self.queries, self.mined, self.clicks, self.model = (
            f"{self.folder}/{name}" for name in ("queries.tsv", "mined.tsv", "clicks.tsv.zst", "model"))
        self.probabilities, judge = f"{self.folder}/probabilities.run", f"{self.folder}/judge.run"
        drawn = random.Random(seed).sample(read_lines(f"{data}/queries.train.tsv"), 4000)
        if not os.path.exists(judge):
            write_lines(self.queries, drawn[:2000])
            write_lines(self.mined, drawn[:1000])
            write_lines(f"{self.folder}/other", drawn[2000:3600])
            write_lines(f"{self.folder}/other_valid", drawn[3600:])
            run(TOOL, "simulate", "--db", self.db, "--queries", self.queries, "--qrels", self.qrels_path, "--seed",
                seed, "--out", self.clicks)
            run(TOOL, "train", "--db", self.db, "--queries", self.queries, "--clicks", self.clicks, "--seed", seed,
                "--model", self.model)
            for part in ("mined.tsv", "other", "other_valid"):
                run(TOOL, "features", "--db", self.db, "--queries", f"{self.folder}/{part}", "--qrels", self.qrels_path,
                    "--out", f"{self.folder}/{part}.rows")
            run(f"{peers}/lambdamart.py", f"{self.folder}/other.rows", f"{self.folder}/other_valid.rows",
                f"{self.folder}/mined.tsv.rows", judge, seed)
        if not os.path.exists(self.probabilities):
            run(TOOL, "rerank", "--db", self.db, "--model", self.model, "--queries", self.mined, "--out",
                f"{self.folder}/model.run")
            self.write_probabilities()
        self.qrels = read_qrels(self.qrels_path)
        self.hardness = {}
        for query, scores in read_run(judge).items():
            order = sorted(scores, key=scores.get)
            self.hardness[query] = {document: i / max(len(order) - 1, 1) for i, document in enumerate(order)}

    def write_probabilities(self):
        """The discriminator's score as a probability over the pool: the peer's margin is a share of it."""
        lines = []
        for query, scores in read_run(f"{self.folder}/model.run").items():
            top = max(scores.values())
            total = sum(math.exp(score - top) for score in scores.values())
            for i, (document, score) in enumerate(scores.items(), 1):
                lines.append(f"{query} Q0 {document} {i} {math.exp(score - top) / total:.9g} p")
        write_lines(self.probabilities, lines)

    def with_collection(self, name, options):
        """The options, for rules of the collection with a model that learnt with vectors, and these."""
        if "of the collection" not in name:
            return options
        vectors, model = f"{self.folder}/vectors", f"{self.folder}/collection.model"
        if not os.path.exists(model):
            run(TOOL, "vectors", "--db", self.db, "--out", vectors)
            run(TOOL, "train", "--db", self.db, "--queries", self.queries, "--clicks", self.clicks, "--seed", self.seed,
                "--vectors", vectors, "--model", model)
        return [*options, "--model", model, "--vectors", vectors]

    def mine(self, options, out, *more):
        options = [word.format(probabilities=self.probabilities) for word in options]
        queries = ["--queries", self.mined] if "--queries" not in more else []
        model = [] if options == SEARCH_ALONE or "--model" in options else ["--model", self.model]
        run(TOOL, "mine", "--db", self.db, *model, *queries, "--clicks", self.clicks, "--restart",
            "--seed", self.seed, "--out", out, *options, *more)

    def mined_lists(self, options, num_negatives):
        """query -> negatives, in the order of the ranking or of the draws."""
        out = f"{self.folder}/negatives"
        self.mine(options, out, "--num-negatives", num_negatives, "--format", "tevatron", "--content", "id")
        rows = (json.loads(line) for line in read_lines(out))
        return {row["query_id"]: row["negative_document_ids"] for row in rows}

    def measured(self, lists, skip=0):
        """Rows (negatives, judged, false, sum of hardness), one a query."""
        rows = []
        for line in read_lines(self.mined):
            query = line.split("\t")[0]
            hardness, labels = self.hardness.get(query, {}), self.qrels[query]
            negatives = [d for d in lists.get(query, [])[skip:skip + NUM_NEGATIVES] if d in hardness]
            judged = [labels[d] for d in negatives if d in labels]
            rows.append(
                (len(negatives), len(judged), sum(label > 0 for label in judged), sum(hardness[d] for d in negatives)))
        return np.array(rows, dtype=float)

    def judged(self, lists):
        """Of all negatives: how many, outside the candidates, judged, false."""
        total = np.zeros(4)
        for query, negatives in lists.items():
            labels = self.qrels[query]
            judged = [labels[d] for d in negatives if d in labels]
            outside = sum(d not in self.hardness.get(query, {}) for d in negatives)
            total += (len(negatives), outside, len(judged), sum(label > 0 for label in judged))
        return total


def summary(rows, weights):
    """(hardness, share of false negatives among judged), of each row of weights."""
    sums = weights @ rows
    return sums[:, 3] / sums[:, 0], sums[:, 2] / np.maximum(sums[:, 1], 1)


def at_hardness(points, wanted):
    """The share of false negatives on the line through `points` (hardness, share) at a hardness; NaN outside."""
    order = np.argsort([hardness for hardness, _ in points])
    x, y = (np.array([points[i][k] for i in order]) for k in (0, 1))
    return np.interp(wanted, x, y, left=np.nan, right=np.nan)


def interval(values):
    values = values[np.isfinite(values)]
    if len(values) < BOOTSTRAPS * .95:
        return "-"
    low, high = np.quantile(values, (.025, .975))
    return f"{low:.3f} to {high:.3f}"


def measure_rules(site, rows):
    """Adds rule, or (rule, setting), -> rows of Site.measured, for what is not there yet."""
    for name, options in list(PEERS.items()) + list(SINGLE.items()):
        if name not in rows:
            rows[name] = site.measured(site.mined_lists(options, NUM_NEGATIVES))
    for name, options in RANKED.items():
        if (name, f"--range-min {SKIPS[0]}") not in rows:
            lists = site.mined_lists(options, 100)
            rows.update({(name, f"--range-min {skip}"): site.measured(lists, skip) for skip in SKIPS})
    for name, options in DRAWN.items():
        for temperature in TEMPERATURES:
            if (name, f"--temperature {temperature}") not in rows:
                lists = site.mined_lists(options + ["--temperature", str(temperature)], NUM_NEGATIVES)
                rows[name, f"--temperature {temperature}"] = site.measured(lists)


def print_rules(rows, measured, num_queries):
    print("| rule | hardness | false among judged | 95 % | unjudged | negatives a query |\n|---|---|---|---|---|---|")
    ladders = [
        key for name in list(RANKED) + list(DRAWN) for key in measured if isinstance(key, tuple) and key[0] == name
    ]
    for key in list(PEERS) + ladders + list(SINGLE):
        hardness, share = measured[key]
        total = rows[key].sum(axis=0)
        name = " ".join(key) if isinstance(key, tuple) else ("peer: " if key in PEERS else "") + key
        print(
            f"| {name} | {hardness[0]:.3f} | {share[0]:.3f} | {interval(share[1:])} | {1 - total[1] / total[0]:.2f} | "
            f"{total[0] / num_queries:.2f} |"
        )


def print_comparison(measured):
    for peer in PEERS:
        hardness, share = measured[peer]
        print(
            f"\n| at the hardness of the peer's {peer}, {hardness[0]:.3f} | false among judged | "
            f"times the peer's {share[0]:.3f} | 95 % |\n|---|---|---|---|"
        )
        for name in list(RANKED) + list(DRAWN):
            curves = [value for key, value in measured.items() if isinstance(key, tuple) and key[0] == name]
            ours = np.array(
                [at_hardness([(h[b], s[b]) for h, s in curves], hardness[b]) for b in range(BOOTSTRAPS + 1)])
            ratio = ours / share
            print(f"| {name} | {ours[0]:.3f} | {ratio[0]:.2f} | {interval(ratio[1:])} |")


def false_negatives(args, work):
    parts = []
    for seed in range(1, args.seeds + 1):
        kept = f"{work}/{seed}/rows.pickle"  # a run that is stopped goes on with the next seed, a new rule is added
        rows = {}
        if os.path.exists(kept):
            with open(kept, "rb") as file:
                rows = pickle.load(file)
        measure_rules(Site(args.data, args.peers, work, seed), rows)
        with open(kept, "wb") as file:
            pickle.dump(rows, file)
        parts.append(rows)
        print(f"seed {seed} done", file=sys.stderr, flush=True)
    rows = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    num_queries = len(next(iter(rows.values())))
    counts = np.random.default_rng(1).multinomial(num_queries, np.full(num_queries, 1 / num_queries), BOOTSTRAPS)
    weights = np.vstack([np.ones(num_queries), counts])  # the first is the measurement itself
    measured = {key: summary(part, weights) for key, part in rows.items()}
    print_rules(rows, measured, num_queries)
    print_comparison(measured)


COLLECTION = collections.OrderedDict([
    ("generator of the candidates, no guard", PEER + ["--source", "generator"]),
    ("generator of the candidates, --max-relevance .1", EVIDENCE + ["--source", "generator"]),
    ("generator of the collection, no guard", PEER + ["--source", "generator"]),
    ("generator of the collection, --max-relevance .1", EVIDENCE + ["--source", "generator"]),
])


def collection(args, work):
    """False negatives among all that is mined, of a generator that picks from everywhere."""
    totals = {name: np.zeros(4) for name in COLLECTION}
    for seed in range(1, args.seeds + 1):
        site = Site(args.data, args.peers, work, seed)
        for name, options in COLLECTION.items():
            totals[name] += site.judged(site.mined_lists(site.with_collection(name, options), NUM_NEGATIVES))
        print(f"seed {seed} done", file=sys.stderr, flush=True)
    print("| rule | outside the candidates | unjudged | false among judged |\n|---|---|---|---|")
    for name, (number, outside, judged, false) in totals.items():
        print(f"| {name} | {outside / number:.2f} | {1 - judged / number:.2f} | {false / judged:.3f} of {judged:.0f} |")


ENCODER_NEGATIVES = 2  # a query: the encoder takes a minute of one processor for each 10,000 triples
DOWNSTREAM = collections.OrderedDict([
    ("uniform", PEER + ["--source", "uniform"]),
    ("bm25", PEER + FIRST_STAGE),
    ("peer: relative margin .05, discriminator", PEERS["relative margin .05, discriminator"]),
    ("discriminator, --max-relevance .1 --min-relevance .5", LIKELY + ["--source", "discriminator"]),
    ("peer: top-k, discriminator", PEERS["top-k, discriminator"]),
    ("discriminator, --max-relevance .1", EVIDENCE + ["--source", "discriminator"]),
    ("generator, --max-relevance .1", EVIDENCE + ["--source", "generator"]),
    ("generator of the collection, --max-relevance .1", EVIDENCE + ["--source", "generator"]),
])


def downstream(args, work):
    """A dual encoder on each rule's triples, tested on all test queries over the whole collection."""
    site = Site(args.data, args.peers, work, 1)
    print("| negatives | triples | nDCG@10 | recall@100 |\n|---|---|---|---|")
    for name, options in DOWNSTREAM.items():
        if args.rules and not re.search(args.rules, name):
            continue
        triples = f"{site.folder}/triples.tsv"
        site.mine(site.with_collection(name, options), triples, "--num-negatives", ENCODER_NEGATIVES, "--format", "ids",
                  "--content", "id")
        out = run(f"{args.peers}/dual_encoder.py", f"{args.data}/docs.jsonl", site.mined, triples,
                  f"{args.data}/queries.test.tsv", f"{args.data}/qrels.test.txt", "--seeds", args.encoder_seeds)
        found = re.search(r"(\d+) triples: nDCG@10 (\S+) \+- (\S+)  recall@100 (\S+) \+- (\S+)", out).groups()
        print(f"| {name} | {found[0]} | {found[1]} ± {found[2]} | {found[3]} ± {found[4]} |", flush=True)


def processor_seconds(site, queries, options):
    """User and system time of a run on one thread."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    site.mine(options, f"{site.folder}/negatives", "--queries", queries, "--threads", 1, "--format", "ids", "--content",
              "id")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def speed(args, work):
    """Queries a second and core at depth 100, what is done once a run (log, evidence) left out; best of 3."""
    site = Site(args.data, args.peers, work, 1)
    one = f"{site.folder}/one.tsv"
    write_lines(one, read_lines(site.mined)[:1])
    rules = [("search and the picked documents' ids alone", SEARCH_ALONE),
             ("generator, no guard", PEER + ["--source", "generator"]),
             ("generator, default guards", ["--source", "generator"])]
    rates = {}
    for name, options in rules:
        seconds = min(
            processor_seconds(site, site.queries, options) - processor_seconds(site, one, options) for _ in range(3))
        rates[name] = (len(read_lines(site.queries)) - 1) / seconds
    print("| mining | queries a second and core | share of search |\n|---|---|---|")
    for name, rate in rates.items():
        print(f"| {name} | {rate:.0f} | {rate / next(iter(rates.values())):.2f} |")
    print(f"\npeak memory of any run: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, metavar="DIR",
                        help="the public data sets: tests/bench/README.md, \"The data\"")
    parser.add_argument("--peers", required=True, metavar="DIR", help="the peers: tests/bench/README.md, \"The peers\"")
    parser.add_argument("--work", default=os.path.join(ROOT, "build/bench/mining"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--encoder-seeds", type=int, default=3)
    parser.add_argument("--parts", default="false_negatives,collection,downstream,speed")
    parser.add_argument("--rules", help="downstream: the rules whose name has a match of this expression; else all")
    args = parser.parse_args()
    args.data = os.path.abspath(os.path.join(args.data, "msrd"))
    args.peers = os.path.abspath(args.peers)
    os.makedirs(args.work, exist_ok=True)
    parts = {
        "false_negatives": false_negatives,
        "collection": collection,
        "downstream": downstream,
        "speed": speed
    }
    for part in args.parts.split(","):
        parts[part](args, args.work)


main()
