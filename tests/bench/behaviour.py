#!/usr/bin/python3
"""Features from behaviour on bestbuy's real clicks: each group alone, all together, and what unseen documents lose.

Use: tests/bench/behaviour.py --data DIR [--seeds 5] [--behaviour-from earlier] [--min-sessions 10] [--hidden .5]
     [--groups "none;all"]
Needs Debian's python3-numpy and build/release. Writes tests/bench/README.md's tables to stdout.

The split is quality.py's: learnt from the first 70 % of the clicks by time, chosen on the next 10 %, tested on the last
fifth. Rows to learn from see the earlier parts of their own log; those to choose on see what the index knows of the
70 %; the test is `rerank`, as a live search, on an index that knows the first 80 %.

Unseen documents: half of the documents, by a hash of their ids, are left out of the index's clicks before the test.
"""
import argparse
import collections
import os
import sys
import time
import zlib

import numpy as np

from quality import ROOT, TOOL, Bestbuy, randomisation_p, run, write_lines

COLUMNS = [w for c in ("time=click_time", "session=user", "query_id=qid", "doc_id=docid") for w in ("--column", c)]
WORDS = [
    f"clicked.{kind}" for kind in ("bm25", "coverage", "idf_coverage", "density", "length", "exact_match", "word_share")
]
GROUPS = collections.OrderedDict([
    ("none", []),
    ("click-through", ["clicked.click_share"]),
    ("popularity", ["value.clicks"]),
    ("clicked words", WORDS),
    ("all", [*WORDS, "clicked.click_share", "value.clicks"]),
])


def is_hidden(document):
    return zlib.crc32(document.encode()) % 2 == 0


class Behaviour(Bestbuy):
    def __init__(self, data, work, options):
        super().__init__(data, work)
        self.data, self.options, self.db = data, options, f"{work}/db"
        header = "click_time\tquery_time\tuser\tqid\tdocid\tquery"
        known = self.parts["train"] + self.parts["valid"]
        write_lines(f"{work}/clicks.known.tsv", [header, *known])
        write_lines(f"{work}/clicks.half.tsv", [header, *(row for row in known if not is_hidden(row.split("\t")[4]))])
        tested = set(self.clicked)
        with open(f"{data}/queries.tsv") as file:
            write_lines(f"{work}/queries.test", [line.rstrip("\n") for line in file if line.split("\t")[0] in tested])

    def annotate(self, log):
        return run(TOOL, "annotate", "--db", self.db, "--clicks", f"{self.work}/clicks.{log}.tsv", "--queries",
                   f"{self.data}/queries.tsv", *COLUMNS, "--min-sessions", self.options.min_sessions)

    def write_all_rows(self):
        """Of all features; which ones are learnt from is the training's affair."""
        print(self.annotate("train"), file=sys.stderr)
        common = [TOOL, "features", "--db", self.db, "--queries", f"{self.data}/queries.tsv", *COLUMNS]
        self.lean = [
            line.split()[1] for line in run(*common, "--clicks", f"{self.work}/clicks.valid.tsv", "--out",
                                            f"{self.work}/lean").splitlines()[1:]
            if line.startswith("  ") and "." in line
        ]
        for name, extra in GROUPS.items():
            if name not in self.options.groups:
                continue
            names = [w for f in [*self.lean, *extra] for w in ("--features", f)] + ["--behaviour"]
            run(*common, *names, "--behaviour-from", self.options.behaviour_from if extra else "index",
                "--behaviour-hidden", self.options.hidden,
                "--clicks", f"{self.work}/clicks.train.tsv", "--out", f"{self.work}/train.{name}")
            run(*common, *names, "--behaviour-from", "index", "--half-life", "0", "--clicks",
                f"{self.work}/clicks.valid.tsv", "--out", f"{self.work}/valid.{name}")

    def ranked(self, model):
        path = f"{self.work}/test.run"
        run(TOOL, "rerank", "--db", self.db, "--model", model, "--queries", f"{self.work}/queries.test", "--out", path)
        return path

    def values_of(self, path, documents_of):
        kept, self.clicked = self.clicked, documents_of
        try:
            return self.values(path, None)
        finally:
            self.clicked = kept


def weighted(values, weights):
    return sum(weights[q] * v for q, v in values.items()) / sum(weights[q] for q in values)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR",
                        help="the public data sets: tests/bench/README.md, \"The data\"")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--behaviour-from", default="earlier")
    parser.add_argument("--min-sessions", default=10)
    parser.add_argument("--hidden", default=0.5, help="share of the documents hidden from training's history")
    parser.add_argument("--groups", default=";".join(GROUPS), help="with ; between")
    parser.add_argument("--work", default=os.path.join(ROOT, "build/bench/behaviour"))
    options = parser.parse_args()
    options.groups = options.groups.split(";")
    os.makedirs(options.work, exist_ok=True)
    start = time.time()
    bench = Behaviour(os.path.join(options.data, "bestbuy"), options.work, options)
    bench.write_all_rows()

    logs = {"known": bench.clicked, "half": bench.clicked}
    for seen in (True, False):
        logs[f"half, {'seen' if seen else 'unseen'}"] = {
            q: kept
            for q, documents in bench.clicked.items() if (kept := [d for d in documents if is_hidden(d) != seen])
        }
    means = collections.defaultdict(list)                                   # (log, group) -> by seed
    values = collections.defaultdict(lambda: collections.defaultdict(list))  # (log, group) -> query -> by seed
    models = {}
    for seed in range(1, options.seeds + 1):
        for name in options.groups:
            models[seed, name] = f"{options.work}/model.{seed}.{name}"
            run(TOOL, "train", "--data", f"{options.work}/train.{name}", "--valid", f"{options.work}/valid.{name}",
                "--model", models[seed, name], "--restart", "--seed", seed)
    for index in ("known", "half"):
        bench.annotate(index)
        for (seed, name), model in models.items():
            path = bench.ranked(model)
            for log, documents_of in logs.items():
                if not log.startswith(index):
                    continue
                of_query = bench.values_of(path, documents_of)
                means[log, name].append(weighted(of_query, {q: len(d) for q, d in documents_of.items()}))
                for query, value in of_query.items():
                    values[log, name][query].append(value)
    for log, documents_of in logs.items():
        print(f"\n| {log} | MRR ± deviation | p against none |\n|---|---|---|")
        queries = sorted(documents_of)
        weight = np.array([len(documents_of[q]) for q in queries], float)
        weight /= weight.mean()
        of_name = {name: weight * np.array([np.mean(values[log, name][q]) for q in queries]) for name in options.groups}
        for name in options.groups:
            deviation = np.std(means[log, name], ddof=1) if options.seeds > 1 else 0.0
            is_compared = name != "none" and "none" in of_name
            p = f"{randomisation_p(of_name[name], of_name['none']):.4f}" if is_compared else ""
            print(f"| {name} | {np.mean(means[log, name]):.4f} ± {deviation:.4f} | {p} |")
    print(f"{time.time() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
