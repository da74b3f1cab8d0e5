#!/usr/bin/python3
"""Compares rankers on public data: first stage, random and dynamic negatives, IRGAN in its forms, softmax, LambdaMART.

Use: tests/bench/quality.py --data DIR [--peers DIR] [--seeds 5]
     [--methods "IRGAN, D;softmax"] [--sets msrd,bestbuy,mq2008,cranfield,packages]; packages needs what
     index_tools/demo.sh leaves in build/demo
Needs Debian's python3-numpy and python3-xgboost, and build/release. Writes tests/bench/README.md's table to stdout.

Every ranker learns from the very same rows, those that `xapian-irgan features` wrote, and is chosen on the same
validation queries; LambdaMART is the peer's script, unchanged. A cell is the mean over seeds and its deviation; p is a
two-sided paired randomisation test over test queries, each query's value being its mean over seeds.
"""
import argparse
import collections
import math
import os
import pathlib
import random
import subprocess
import sys
import time

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "build/release/index_tools/xapian-irgan")

# name -> options of `train`, and which player of it ranks
METHODS = collections.OrderedDict([
    ("random negatives", (["--sampler", "uniform"], "discriminator")),
    ("dynamic negatives", (["--sampler", "dns"], "discriminator")),
    ("plain IRGAN, D", (["--discriminator", "plain"], "discriminator")),
    ("IRGAN, D", ([], "discriminator")),
    ("IRGAN, G", ([], "generator")),
    ("IRGAN, combined", ([], "combined")),
    ("G rewarded by the mixture's ratio", (["--reward-ratio", "mixture"], "generator")),
    ("softmax", (["--objective", "softmax"], "discriminator")),
])
FIRST_STAGE, LAMBDAMART = "first stage", "LambdaMART"
# Told what no site knows, and given shown documents alone: its best case on impressions.
CORRECTED = "LambdaMART, true examination"

# What is learnt from, chosen by and tested on, as files of feature rows.
Rows = collections.namedtuple("Rows", "train valid test")


def run(*command):
    """Runs a command; its output is shown only if it fails."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-2000:]}")
    return done.stdout


def write_lines(path, lines):
    with open(path, "w") as file:
        file.writelines(line + "\n" for line in lines)


def read_lines(path):
    with open(path) as file:
        return file.read().splitlines()


def read_run(path):
    """query -> documents, best first."""
    ranked = collections.defaultdict(list)
    for line in read_lines(path):
        query, _, document, _, score, _ = line.split()
        ranked[query].append((-float(score), document))
    return {query: [document for _, document in sorted(pairs)] for query, pairs in ranked.items()}


def judged(measure, qrels, run_path, *options):
    """query -> value, by `evaluate`."""
    text = run(TOOL, "evaluate", "--qrels", qrels, "--measures", measure, "--per-query", *options, run_path)
    values = {}
    for line in text.splitlines():
        words = line.split("\t")
        if len(words) == 4:
            values[words[1]] = float(words[3])
    return values


def simulated_rows(db, work, qrels_of, seed, *options):
    """Simulates users of {work}/queries.train and .valid, and returns the rows of their logs; those of test are there.

    options: of `simulate`"""
    for part, shift in (("train", 0), ("valid", 1000)):
        queries, log = f"{work}/queries.{part}", f"{work}/clicks.{part}.tsv.zst"
        run(TOOL, "simulate", "--db", db, "--queries", queries, "--qrels", qrels_of(part), "--seed", seed + shift,
            "--out", log, *options)
        run(TOOL, "features", "--db", db, "--queries", queries, "--clicks", log, "--out", f"{work}/{part}.{seed}")
    return Rows(f"{work}/train.{seed}", f"{work}/valid.{seed}", f"{work}/test")


class Judged:
    """A data set whose test queries have judgments."""

    def __init__(self, work, qrels, measure, *options):
        self.work, self.qrels, self.measure, self.options = work, qrels, measure, options

    def values(self, run_path, _seed):
        return judged(self.measure, self.qrels, run_path, *self.options)

    def weights(self, _seed):
        return None


class Msrd(Judged):
    """Movie search: clicks simulated on 2,000 training queries, true labels on all test queries."""
    title = "msrd, nDCG@10"

    def __init__(self, data, work):
        super().__init__(work, f"{data}/qrels.test.txt", "ndcg@10")
        self.data, self.db = data, f"{work}/db"
        fields = "title=S body=B actors=A director=XD characters=XC tags=K genres=XG".split()
        values = "popularity=0 votes=1 rating=2 year=3 budget=4".split()
        run(TOOL, "index", "--overwrite", "--db", self.db, *[w for f in fields for w in ("--field", f)],
            *[w for v in values for w in ("--value", v)], f"{data}/docs.jsonl")
        write_lines(f"{work}/queries.train", read_lines(f"{data}/queries.train.tsv")[:2000])
        write_lines(f"{work}/queries.valid", read_lines(f"{data}/queries.valid.tsv")[:800])
        run(TOOL, "features", "--db", self.db, "--queries", f"{data}/queries.test.tsv", "--qrels", self.qrels, "--out",
            f"{work}/test")
        run(TOOL, "rerank", "--db", self.db, "--queries", f"{data}/queries.test.tsv", "--baseline-out",
            f"{work}/first_stage.run")

    def rows(self, seed):
        return simulated_rows(self.db, self.work, lambda part: f"{self.data}/qrels.{part}.txt", seed)

    def first_stage(self, _seed):
        return f"{self.work}/first_stage.run"

    train_options = []


class Packages(Judged):
    """Debian's packages by debtags that the demo does not use, and no programs: nothing was chosen on these queries.

    The index is the demo's (build/demo). Clicks are simulated on the training queries, as for msrd."""
    title = "packages, nDCG@10"
    train_options = []
    facets = {
        "devel", "implemented-in", "uitoolkit", "interface", "office", "culture", "made-of", "suite", "x11", "role"
    }

    def __init__(self, _data, work):
        super().__init__(work, f"{work}/qrels", "ndcg@10")
        demo = f"{ROOT}/build/demo"
        if not os.path.exists(f"{demo}/packages.db"):
            sys.exit("packages: run index_tools/demo.sh first, whose index is searched here")
        sys.path.insert(0, f"{ROOT}/index_tools")
        import demo_data
        lists = demo_data.find_lists("private lists", demo_data.private_apt(pathlib.Path(demo, "apt")))
        queries = demo_data.make_queries(demo_data.read_catalogue(lists), self.facets,
                                         lambda package: not demo_data.is_program(package))
        self.db = f"{demo}/packages.db"
        for part in demo_data.SPLITS:
            write_lines(f"{work}/queries.{part}", [f"{q.qid}\t{q.text}" for q in queries if q.split == part])
        write_lines(self.qrels, [f"{q.qid} 0 {name} {label}" for q in queries for name, label in q.labels.items()])
        run(TOOL, "features", "--db", self.db, "--queries", f"{work}/queries.test", "--qrels", self.qrels, "--out",
            f"{work}/test")
        run(TOOL, "rerank", "--db", self.db, "--queries", f"{work}/queries.test", "--baseline-out",
            f"{work}/first_stage.run")

    def rows(self, seed):
        return simulated_rows(self.db, self.work, lambda _: self.qrels, seed)

    def first_stage(self, _seed):
        return f"{self.work}/first_stage.run"

    def values(self, run_path, seed):
        tested = {line.split("\t")[0] for line in read_lines(f"{self.work}/queries.test")}
        return {query: value for query, value in super().values(run_path, seed).items() if query in tested}


class Bestbuy:
    """Product search: real clicks, the last fifth by time as test; MRR, every test click counting once."""
    title = "bestbuy, MRR"
    train_options = []

    def __init__(self, data, work):
        self.data, self.work = data, work
        values = "price=0 review_count=1 review_avg=2 sales_rank_short=3 sales_rank_medium=4 sales_rank_long=5".split()
        db = f"{work}/db"
        run(TOOL, "index", "--overwrite", "--db", db, "--field", "title=S", "--field", "body=B",
            *[w for v in values for w in ("--value", v)], f"{data}/docs.jsonl")
        header, *rows = read_lines(f"{data}/clicks.tsv")
        rows.sort(key=lambda row: row.split("\t")[0])
        ends = {"train": (0, .7), "valid": (.7, .8), "test": (.8, 1)}
        self.parts = {}
        for part, (begin, end) in ends.items():
            self.parts[part] = rows[int(begin * len(rows)):int(end * len(rows))]
            write_lines(f"{work}/clicks.{part}.tsv", [header] + self.parts[part])
            self.write_rows(part, f"{work}/{part}")
        run(TOOL, "rerank", "--db", db, "--queries", f"{data}/queries.tsv", "--baseline-out", f"{work}/first_stage.run")
        self.clicked = collections.defaultdict(list)
        for row in self.parts["test"]:
            words = row.split("\t")
            self.clicked[words[3]].append(words[4])

    def write_rows(self, part, path, *options):
        """Writes the feature rows of a part's clicks, with further options of `features`."""
        columns = ["time=click_time", "session=user", "query_id=qid", "doc_id=docid"]
        run(TOOL, "features", "--db", f"{self.work}/db", "--queries", f"{self.data}/queries.tsv", "--clicks",
            f"{self.work}/clicks.{part}.tsv", *[w for c in columns for w in ("--column", c)],
            *([] if part == "train" else ["--half-life", "0"]), *options, "--out", path)

    def rows(self, _seed):
        return Rows(*(f"{self.work}/{part}" for part in ("train", "valid", "test")))

    def first_stage(self, _seed):
        return f"{self.work}/first_stage.run"

    def values(self, run_path, _seed):
        ranked = read_run(run_path)
        values = {}
        for query, documents in self.clicked.items():
            rank = {document: i for i, document in enumerate(ranked.get(query, []), 1)}
            values[query] = sum(1 / rank[d] if d in rank else 0 for d in documents) / len(documents)
        return values

    def weights(self, _seed):
        return {query: len(documents) for query, documents in self.clicked.items()}


class Mq2008(Judged):
    """LETOR 4.0's ready-made rows: four rotations over the four parts, two to train, one to choose, one to test."""
    title = "MQ2008, mean nDCG"
    train_options = ["--first-stage", "25"]

    def __init__(self, data, work):
        self.parts = [read_lines(f"{data}/S{i}.txt") for i in range(1, 5)]
        super().__init__(work, f"{work}/qrels", "mean_ndcg", "--letor")
        lines = []
        for row in (row for part in self.parts for row in part):
            words = row.split()
            lines.append(f"{words[1][4:]} 0 {row.split('#docid =')[1].split()[0]} {words[0]}")
        write_lines(self.qrels, lines)

    def rotations(self):
        return range(4)

    def rows(self, _seed, rotation=0):
        a, b, valid, test = ((rotation + i) % 4 for i in range(4))
        names = Rows(*(f"{self.work}/{part}.{rotation}" for part in ("train", "valid", "test")))
        write_lines(names.train, self.parts[a] + self.parts[b])
        write_lines(names.valid, self.parts[valid])
        write_lines(names.test, self.parts[test])
        return names

    def first_stage(self, _seed, rotation=0):
        """Feature 25 is BM25 of the whole document."""
        lines = []
        for row in read_lines(f"{self.work}/test.{rotation}"):
            words = row.split()
            lines.append(f"{words[1][4:]} Q0 {row.split('#docid =')[1].split()[0]} 0 {words[26].split(':')[1]} bm25")
        write_lines(f"{self.work}/first_stage.run", lines)
        return f"{self.work}/first_stage.run"

    def values(self, run_path, _seed):
        tested = set(read_run(run_path))
        return {query: value for query, value in super().values(run_path, _seed).items() if query in tested}


class Cranfield(Judged):
    """Aerodynamics abstracts with graded judgments: each seed a new split of the queries, 60 / 20 / 20."""
    title = "cranfield, nDCG@10"
    train_options = []

    def __init__(self, data, work):
        super().__init__(work, f"{data}/qrels.txt", "ndcg@10")
        self.db = f"{work}/db"
        self.queries = read_lines(f"{data}/queries.tsv")
        run(TOOL, "index", "--overwrite", "--db", self.db, "--field", "title=S", "--field", "body=B",
            f"{data}/docs.jsonl")
        run(TOOL, "rerank", "--db", self.db, "--queries", f"{data}/queries.tsv", "--baseline-out",
            f"{work}/first_stage.run")

    def rows(self, seed):
        shuffled = self.queries[:]
        random.Random(seed).shuffle(shuffled)
        a, b = int(.6 * len(shuffled)), int(.8 * len(shuffled))
        names = Rows(*(f"{self.work}/{part}.{seed}" for part in ("train", "valid", "test")))
        for name, lines in zip(names, (shuffled[:a], shuffled[a:b], shuffled[b:])):
            write_lines(f"{name}.queries", lines)
            run(TOOL, "features", "--db", self.db, "--queries", f"{name}.queries", "--qrels", self.qrels, "--out", name)
        return names

    def first_stage(self, seed):
        tested = {line.split("\t")[0] for line in read_lines(f"{self.work}/test.{seed}.queries")}
        path = f"{self.work}/first_stage.{seed}.run"
        write_lines(path, [line for line in read_lines(f"{self.work}/first_stage.run") if line.split()[0] in tested])
        return path

    def values(self, run_path, seed):
        tested = {line.split("\t")[0] for line in read_lines(f"{self.work}/test.{seed}.queries")}
        return {query: value for query, value in super().values(run_path, seed).items() if query in tested}


def corrected(path):
    """Writes the shown rows of `path`, each label times its rank: clicks over the simulation's examination."""
    lines = []
    for row in read_lines(path):
        body, _, comment = row.partition("#")
        if " rank = " in comment:
            label, _, features = body.partition(" ")
            lines.append(f"{float(label) * int(comment.split(' rank = ')[1].split()[0])} {features}#{comment}")
    write_lines(path + ".corrected", lines)
    return path + ".corrected"


def runs_of_seed(rows, seed, work, peers, first_stage, train_options, methods):
    """Yields (method, path of its run on the test rows) of the first stage and of `methods`."""
    yield FIRST_STAGE, first_stage
    trained = {}
    for name, (options, ranker) in METHODS.items():
        if name not in methods:
            continue
        key = tuple(options)
        if key not in trained:
            trained[key] = f"{work}/model.{len(trained)}"
            # A model that is worse than the first stage is kept aside: here it is measured all the same.
            for left in (trained[key], trained[key] + ".refused"):
                if os.path.exists(left):
                    os.remove(left)
            subprocess.run([
                TOOL, "train", "--data", rows.train, "--valid", rows.valid, "--model", trained[key], "--restart",
                "--seed",
                str(seed), *train_options, *options
            ], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if not os.path.exists(trained[key]):
                trained[key] += ".refused"
        path = f"{work}/test.run"
        run(TOOL, "score", "--model", trained[key], "--data", rows.test, "--serve", ranker, "--out", path)
        yield name, path
    if peers and LAMBDAMART in methods:
        run("/usr/bin/python3", f"{peers}/lambdamart.py", rows.train, rows.valid, rows.test, f"{work}/peer.run", seed)
        yield LAMBDAMART, f"{work}/peer.run"
    if peers and CORRECTED in methods:
        with open(rows.train) as file:
            has_impressions = '"labels":"impressions"' in file.readline()
        if has_impressions:
            run("/usr/bin/python3", f"{peers}/lambdamart.py", corrected(rows.train), corrected(rows.valid), rows.test,
                f"{work}/peer.run", seed)
            yield CORRECTED, f"{work}/peer.run"


def randomisation_p(a, b, rounds=10000):
    """Two-sided paired randomisation over the entries of a and b."""
    difference = (a - b)[a != b]
    if len(difference) == 0:
        return 1.0
    signs = np.random.default_rng(1).integers(0, 2, (rounds, len(difference))) * 2 - 1
    return (np.sum(np.abs(signs @ difference) >= abs(difference.sum()) - 1e-12) + 1) / (rounds + 1)


def measure(dataset, seeds, work, peers, methods):
    """Returns method -> (means by seed, query -> mean value over seeds, query -> weight)."""
    means, values, weights = collections.defaultdict(list), collections.defaultdict(lambda: collections.defaultdict(
        list)), {}
    rotations = dataset.rotations() if hasattr(dataset, "rotations") else [None]
    for seed in range(1, seeds + 1):
        of_seed = collections.defaultdict(dict)
        for rotation in rotations:
            where = () if rotation is None else (rotation,)
            rows = dataset.rows(seed, *where)
            for name, path in runs_of_seed(rows, seed, work, peers, dataset.first_stage(seed, *where),
                                           dataset.train_options, methods):
                of_seed[name].update(dataset.values(path, seed))
        weights = dataset.weights(seed) or collections.defaultdict(lambda: 1.0)
        for name, by_query in of_seed.items():
            total = sum(weights[query] for query in by_query)
            means[name].append(sum(weights[query] * value for query, value in by_query.items()) / total)
            for query, value in by_query.items():
                values[name][query].append(value)
        print(f"  seed {seed}: " + ", ".join(f"{name} {m[-1]:.4f}" for name, m in means.items()), file=sys.stderr,
              flush=True)
    return {
        name: (means[name], {query: float(np.mean(v))
                             for query, v in values[name].items()}, weights)
        for name in means
    }


def table(title, results):
    """Returns the lines of a data set's table."""
    def p_against(other, name):
        if other == name or other not in results:
            return ""
        mine, theirs, weights = results[name][1], results[other][1], results[name][2]
        queries = sorted(mine)
        weight = np.array([weights[q] for q in queries], float)
        weight /= weight.mean()
        p = randomisation_p(weight * np.array([mine[q] for q in queries]),
                            weight * np.array([theirs[q] for q in queries]))
        return f"{p:.4f}"

    strongest = CORRECTED if CORRECTED in results else LAMBDAMART
    lines = [
        f"| {title} | mean ± deviation | p against first stage | p against {strongest} | p against softmax |",
        "|---|---|---|---|---|"
    ]
    for name, (means, _, _) in results.items():
        deviation = np.std(means, ddof=1) if len(means) > 1 else 0.0
        lines.append(f"| {name} | {np.mean(means):.4f} ± {deviation:.4f} | {p_against(FIRST_STAGE, name)} | "
                     f"{p_against(strongest, name)} | {p_against('softmax', name)} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="DIR",
                        help="the public data sets (tests/bench/README.md, \"The data\"); packages needs none")
    parser.add_argument("--peers", metavar="DIR",
                        help="the peers (tests/bench/README.md, \"The peers\"); without it LambdaMART is left out")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sets", default="msrd,bestbuy,mq2008,cranfield")
    parser.add_argument("--work", default=os.path.join(ROOT, "build/bench/quality"))
    known = [*METHODS, LAMBDAMART, CORRECTED]
    parser.add_argument("--methods", default=";".join(known),
                        help="what is trained and shown, with ; between; the first stage always is")
    options = parser.parse_args()
    methods = options.methods.split(";")
    for name in methods:
        if name not in known:
            parser.error(f"--methods {name}: must be of {'; '.join(known)}")
    sets = {"msrd": Msrd, "bestbuy": Bestbuy, "mq2008": Mq2008, "cranfield": Cranfield, "packages": Packages}
    if not options.data and options.sets != "packages":
        parser.error("--data is needed: the folder of the public data sets")
    start = time.time()
    for name in options.sets.split(","):
        work = os.path.join(options.work, name)
        os.makedirs(work, exist_ok=True)
        print(f"{name} ({time.time() - start:.0f} s)", file=sys.stderr, flush=True)
        dataset = sets[name](os.path.join(options.data or "", name), work)
        print("\n".join(table(dataset.title, measure(dataset, options.seeds, work, options.peers, methods))) + "\n",
              flush=True)
    print(f"{math.ceil((time.time() - start) / 60)} minutes", file=sys.stderr)


if __name__ == "__main__":
    main()
