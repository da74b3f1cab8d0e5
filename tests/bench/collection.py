#!/usr/bin/python3
"""Measures what it is worth that the generator picks from the whole collection: simulated users of Debian's packages.

Use: tests/bench/collection.py [--demo build/demo] [--work build/bench/collection] [--tool
    build/release/index_tools/xapian-irgan] [--days 3,6] [--seeds 3]
Needs Debian's python3-numpy and what index_tools/demo.sh left in the demo's folder.

The clicks are those of a site that serves IRGAN over the collection: on day 1 Xapian's order, then the model of the
day before, with the demo's seeds. On the evenings of --days every ranker learns from the same clicks of all days so
far, once a seed. Nothing is chosen on test queries. p is a two-sided paired randomisation test over the 422 test
queries, each query's value being its mean over seeds.
"""
import argparse
import collections
import os
import pathlib
import resource
import sys

import numpy as np

from loop import Bench, paired_p, table

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
OURS = "IRGAN over the collection"
VECTORS = ("--vectors", "VECTORS")
RANKERS = collections.OrderedDict(
    [
        ("IRGAN over Xapian's first 100", ()),
        ("random negatives there", ("--sampler", "uniform")),
        ("dynamic negatives there", ("--sampler", "dns")),
        ("softmax there", ("--objective", "softmax")),
        ("no picks: the towers' score as a feature", (*VECTORS, "--picks", 0)),
        ("towers alone", (*VECTORS, "--features", "generator.score")),
        ("picks, with random negatives among the candidates", (*VECTORS, "--sampler", "uniform")),
        ("picks, with softmax", (*VECTORS, "--objective", "softmax")),
        (OURS, VECTORS),
    ]
)


class Collection(Bench):
    """The demo's data with vectors, and one log."""

    def __init__(self, arguments):
        super().__init__(arguments)
        self.vectors = self.work / "vectors"
        if not self.vectors.exists():
            self.run("vectors", *self.db, "--out", self.vectors)

    def extra(self, options):
        return [self.vectors if word == "VECTORS" else word for word in options]

    def trained(self, model, seed, day, options):
        words = [
            "train",
            *self.db,
            "--queries",
            self.demo / "queries.train.tsv",
            "--valid-queries",
            self.demo / "queries.valid.tsv",
            "--seed",
            seed,
            "--force",
            "--restart",
            "--model",
            model,
            *self.extra(options),
        ]
        for number in range(1, day + 1):
            words += ["--clicks", self.work / f"clicks.{number}.tsv.zst"]
        self.once(model.with_suffix(".out"), lambda: self.run(*words))
        return model

    def asked(self, day):
        """A day's log, of users who get the order of the day before."""
        words = [
            "simulate",
            *self.db,
            "--queries",
            self.work / "queries.asked.tsv",
            "--qrels",
            self.work / "qrels.asked.txt",
            "--date",
            f"2026-01-{day:02}",
            "--seed",
            day,
            "--out",
            self.work / f"clicks.{day}.tsv.zst",
        ]
        if day > 1:
            words += [
                "--model",
                self.trained(self.work / f"served.{day - 1}.model", 1, day - 1, VECTORS),
                "--vectors",
                self.vectors,
            ]
        self.once(self.work / f"users.{day}.out", lambda: self.run(*words))

    def values_of(self, name, model):
        """nDCG@10 of each test query, in the order of their ids; recall@100 beside it."""
        run_file = self.work / f"{name}.run"
        ranked = (
            ["--model", model, "--vectors", self.vectors, "--out", run_file] if model else ["--baseline-out", run_file]
        )

        def make():
            self.run("rerank", *self.db, "--queries", self.demo / "queries.test.tsv", *ranked)
            text = self.run(
                "evaluate",
                "--qrels",
                self.demo / "qrels.test.txt",
                "--measures",
                "ndcg@10",
                "--measures",
                "recall@100",
                "--per-query",
                run_file,
            )
            run_file.unlink()
            return text

        rows = [row.split("\t") for row in self.once(self.work / f"{name}.values", make).splitlines()]
        return [np.array([float(row[3]) for row in rows if row[2] == measure]) for measure in ("ndcg@10", "recall@100")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--demo", default="build/demo")
    parser.add_argument("--work", default="build/bench/collection")
    parser.add_argument("--tool", default="build/release/index_tools/xapian-irgan")
    parser.add_argument("--days", default="3,6")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    bench = Collection(arguments)
    seeds = range(1, arguments.seeds + 1)
    xapian = bench.values_of("xapian", None)
    for day in map(int, arguments.days.split(",")):
        for number in range(1, day + 1):
            bench.asked(number)
        values = {}
        for name, options in RANKERS.items():
            place = list(RANKERS).index(name)
            values[name] = np.array(
                [
                    bench.values_of(
                        f"{day}.{place}.{seed}",
                        bench.trained(bench.work / f"{day}.{place}.{seed}.model", seed, day, options),
                    )
                    for seed in seeds
                ]
            )  # seeds x measures x queries
            print(f"day {day}, {name}: {values[name][:, 0].mean(axis=1)}", file=sys.stderr, flush=True)
        best = values[OURS][:, 0].mean(axis=0)
        rows = [
            (
                "Xapian's order",
                [
                    f"{xapian[0].mean():.4f}",
                    f"{xapian[1].mean():.4f}",
                    f"{(best - xapian[0]).mean():+.4f}",
                    f"{paired_p(best, xapian[0]):.4f}",
                ],
            )
        ]
        for name, of in values.items():
            means = of[:, 0].mean(axis=1)
            deviation = f" ± {means.std(ddof=1):.4f}" if len(means) > 1 else ""
            mine = of[:, 0].mean(axis=0)
            against = ["", ""] if name == OURS else [f"{(best - mine).mean():+.4f}", f"{paired_p(best, mine):.4f}"]
            rows.append((name, [f"{means.mean():.4f}{deviation}", f"{of[:, 1].mean():.4f}", *against]))
        table(f"evening of day {day}", ["nDCG@10", "recall@100", "IRGAN over the collection is above by", "p"], rows)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\nThis run took {(used.ru_utime + used.ru_stime) / 60:.0f} minutes of CPU time.")


if __name__ == "__main__":
    main()
