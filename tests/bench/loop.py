#!/usr/bin/python3
"""Measures what a site gains by training daily, and by exploring: simulated users of Debian's packages, six days.

Use: tests/bench/loop.py [--demo build/demo] [--work build/bench/loop] [--seeds 3]
     [--tool build/release/index_tools/xapian-irgan]
Needs Debian's python3-numpy and what index_tools/demo.sh left in build/demo: packages.db, queries, judgments.

On day 1 all users get Xapian's order. From then on each site serves the model of the day before: one trains once, the
others every evening on all days so far; some of them draw a share of their pages from the policy. Users, seed by seed,
are the same for all sites. What is there already is not made again.
"""
import argparse
import collections
import os
import pathlib
import re
import resource
import subprocess
import sys

import numpy as np

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
DAYS = 6
SESSIONS = 15  # a query and day: half of the demo's, to keep the whole bench within half an hour of one core
ROUNDS = 10000  # of the paired test

Site = collections.namedtuple("Site", "trains explore temperature")
XAPIAN, BEST = "Xapian's order", "trained daily, best order"
SITES = collections.OrderedDict([
    (XAPIAN, Site("never", 0, 1)),
    ("trained once", Site("once", 0, 1)),
    (BEST, Site("daily", 0, 1)),
    ("trained daily, 5 % explored", Site("daily", .05, 1)),
    ("trained daily, 20 % explored", Site("daily", .2, 1)),
])


class Bench:
    """The demo's data, and where results go."""

    def __init__(self, arguments):
        self.demo = pathlib.Path(arguments.demo)
        self.work = pathlib.Path(arguments.work)
        self.tool = arguments.tool
        self.db = ["--db", self.demo / "packages.db"]
        self.work.mkdir(parents=True, exist_ok=True)
        for kind in ("queries", "qrels"):
            end = "tsv" if kind == "queries" else "txt"
            parts = [(self.demo / f"{kind}.{part}.{end}").read_text() for part in ("train", "valid")]
            (self.work / f"{kind}.asked.{end}").write_text("".join(parts))

    def run(self, *words):
        done = subprocess.run([str(word) for word in (self.tool, *words)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(str(word) for word in words)}\n{done.stderr}")
        return done.stdout

    def once(self, path, make):
        """Returns the text of `path`, which `make` gives if it is not there yet."""
        if not path.exists():
            text = make()
            path.with_suffix(".new").write_text(text)
            path.with_suffix(".new").rename(path)
        return path.read_text()

    def simulate(self, folder, seed, day, model, site):
        """A day of users: their log, and what simulate says of it."""
        words = [
            "simulate", *self.db, "--queries", self.work / "queries.asked.tsv", "--qrels",
            self.work / "qrels.asked.txt", "--sessions", SESSIONS, "--date", f"2026-01-{day:02}", "--seed",
            100 * seed + day, "--out", folder / f"{day}.tsv.zst"
        ]
        if model:
            words += ["--model", model, "--explore", site.explore, "--temperature", site.temperature]
        return self.once(folder / f"{day}.users", lambda: self.run(*words))

    def train(self, folder, seed, day, logs):
        words = [
            "train", *self.db, "--queries", self.demo / "queries.train.tsv", "--valid-queries",
            self.demo / "queries.valid.tsv", "--threads", 1, "--seed", seed, "--model", folder / f"{day}.model"
        ]
        for log in logs:
            words += ["--clicks", log]
        self.once(folder / f"{day}.training", lambda: self.run(*words))
        return folder / f"{day}.model"

    def values(self, folder, name, model):
        """nDCG@10 of each test query, in the order of their ids."""
        run_file = folder / f"{name}.run"
        words = ["rerank", *self.db, "--queries", self.demo / "queries.test.tsv"]
        words += ["--model", model, "--out", run_file] if model else ["--baseline-out", run_file]

        def make():
            self.run(*words)
            text = self.run("evaluate", "--qrels", self.demo / "qrels.test.txt", "--measures", "ndcg@10", "--per-query",
                            run_file)
            run_file.unlink()
            return text
        rows = self.once(folder / f"{name}.ndcg", make).splitlines()
        return np.array([float(row.split("\t")[3]) for row in rows])


def live(bench, name, site, seed):
    """Six days of one site: (clicks a day, losses by exploring in percent a day, test values after each day)."""
    first = bench.work / f"{seed}.first"
    own = bench.work / f"{seed}.{re.sub('[^a-z0-9]+', '-', name.lower())}"
    first.mkdir(exist_ok=True)
    own.mkdir(exist_ok=True)
    clicks, losses, values, logs, model = [], [], [], [], None
    for day in range(1, DAYS + 1):
        folder = first if day == 1 else own
        said = bench.simulate(folder, seed, day, model, site)
        clicks.append(int(re.search(r"(\d+) clicks$", said, re.M).group(1)))
        loss = re.search(r"([-\d.]+) % of all clicks lost", said)
        losses.append(float(loss.group(1)) if loss else 0.0)
        logs.append(folder / f"{day}.tsv.zst")
        if site.trains == "daily" or (site.trains == "once" and day == 1):
            model = bench.train(folder, seed, day, logs)
            now = bench.values(folder, str(day), model)
        elif site.trains == "never":
            now = bench.values(first, "xapian", None)
        values.append(now)
    print(
        f"seed {seed}, {name}: nDCG@10 {' '.join(f'{np.mean(v):.4f}' for v in values)}; "
        f"clicks {' '.join(map(str, clicks))}; lost {' '.join(map(str, losses))}", file=sys.stderr, flush=True)
    return clicks, losses, values


def paired_p(a, b):
    """Two-sided p of a paired randomisation test."""
    differences = a - b
    signs = np.random.default_rng(1).integers(0, 2, size=(ROUNDS, len(differences))) * 2 - 1
    return (np.sum(np.abs(signs @ differences) >= abs(differences.sum()) - 1e-12) + 1) / (ROUNDS + 1)


def table(title, columns, rows):
    print(f"\n| {title} | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name, cells in rows:
        print(f"| {name} | {' | '.join(cells)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--demo", default="build/demo")
    parser.add_argument("--work", default="build/bench/loop")
    parser.add_argument("--tool", default="build/release/index_tools/xapian-irgan")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    bench = Bench(arguments)
    seeds = range(1, arguments.seeds + 1)
    # Seed by seed, so that a run that is stopped leaves whole comparisons.
    lives = {(name, seed): live(bench, name, site, seed) for seed in seeds for name, site in SITES.items()}
    ndcg = {name: np.array([[np.mean(v) for v in lives[name, seed][2]] for seed in seeds]) for name in SITES}
    clicks = {name: np.array([lives[name, seed][0] for seed in seeds], float) for name in SITES}
    values = {name: np.mean([lives[name, seed][2] for seed in seeds], axis=0) for name in SITES}  # days x queries
    days = [f"day {day}" for day in range(1, DAYS + 1)]

    def cell(of_seeds, form):
        if len(of_seeds) == 1:
            return f"{of_seeds[0]:{form}}"
        return f"{np.mean(of_seeds):{form}} ± {np.std(of_seeds, ddof=1):{form}}"

    table("nDCG@10 on test queries, in the evening", days,
          [(name, [cell(ndcg[name][:, d], ".4f") for d in range(DAYS)]) for name in SITES])
    table("against training daily in the best order", days[1:], [(name, [
        f"{np.mean(values[name][d] - values[BEST][d]):+.4f} p {paired_p(values[name][d], values[BEST][d]):.4f}"
        for d in range(1, DAYS)
    ]) for name in SITES if name != BEST])
    table("clicks won", [*days, "all", "against Xapian's order"],
          [(name, [f"{np.mean(clicks[name][:, d]):,.0f}" for d in range(DAYS)] +
            [cell(clicks[name].sum(axis=1), ",.0f"), f"{100 * (clicks[name].sum() / clicks[XAPIAN].sum() - 1):+.1f} %"])
           for name in SITES])
    table("expected clicks of the day lost by exploring, %", days[1:],
          [(name, [f"{np.mean([lives[name, seed][1][d] for seed in seeds]):.1f}" for d in range(1, DAYS)])
           for name, site in SITES.items() if site.explore])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\nThis run took {(used.ru_utime + used.ru_stime) / 60:.0f} minutes of CPU time.")


if __name__ == "__main__":
    main()
