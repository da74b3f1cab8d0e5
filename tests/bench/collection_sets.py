#!/usr/bin/python3
"""Compares rankers whose candidates a generator picks from the whole collection with those of the first stage's first
100, on the public data sets of quality.py.

Use: tests/bench/collection_sets.py --data DIR [--peers DIR] [--seeds 3] [--sets cranfield,bestbuy,msrd,packages]
    [--work build/bench/sets] [--tool build/release/index_tools/xapian-irgan]
packages are the demo's index with queries on which nothing was chosen, as in quality.py, and need no data.

All learn from the same clicks or judgments, and are chosen on the same validation queries. LambdaMART gets the rows
that `features` writes: of the first stage's candidates, and with the picks and the score of the towers. p is a
two-sided paired randomisation test over test queries, each query's value being its mean over seeds.
"""
import argparse
import collections
import os
import pathlib
import sys

import numpy as np

import quality

OURS = "IRGAN over the collection"
# name -> options of `train`
FIRST_HUNDRED = collections.OrderedDict(
    [
        ("IRGAN over the first 100", []),
        ("random negatives there", ["--sampler", "uniform"]),
        ("dynamic negatives there", ["--sampler", "dns"]),
        ("softmax there", ["--objective", "softmax"]),
    ]
)
PICKED = collections.OrderedDict(
    [
        ("no picks: the towers' score as a feature", ["--picks", "0"]),
        ("vectors that learn nothing", ["--tower-epochs", "0"]),
        ("towers alone", ["--features", "generator.score"]),
        ("picks, with random negatives", ["--sampler", "uniform"]),
        ("picks, with softmax", ["--objective", "softmax"]),
        (OURS, []),
    ]
)
LAMBDAMART, LAMBDAMART_PICKED = "LambdaMART there", "LambdaMART with picks and the towers' score"


class Evidence:
    """What a seed's rankers learn from: words of `train` and `features`."""

    def __init__(self, db, labels, valid, test, options=()):
        self.db, self.labels, self.valid, self.test, self.options = db, labels, valid, test, list(options)


def evidence_of(dataset, seed):
    """Makes the seed's log or split (dataset.rows does that), and names its files."""
    dataset.rows(seed)
    work = dataset.work
    if isinstance(dataset, quality.Cranfield):
        qrels = ["--qrels", dataset.qrels]
        return Evidence(
            dataset.db,
            ["--queries", f"{work}/train.{seed}.queries", *qrels],
            ["--queries", f"{work}/valid.{seed}.queries", *qrels],
            ["--queries", f"{work}/test.{seed}.queries", *qrels],
            ["--valid-queries", f"{work}/valid.{seed}.queries"],
        )
    if isinstance(dataset, quality.Bestbuy):
        columns = [
            w for c in ("time=click_time", "session=user", "query_id=qid", "doc_id=docid") for w in ("--column", c)
        ]
        queries = ["--queries", f"{dataset.data}/queries.tsv", *columns]
        both = f"{work}/clicks.both.tsv"
        header = quality.read_lines(f"{dataset.data}/clicks.tsv")[0]
        quality.write_lines(both, [header, *dataset.parts["train"], *dataset.parts["valid"]])
        share = len(dataset.parts["valid"]) / (len(dataset.parts["train"]) + len(dataset.parts["valid"]))
        return Evidence(
            f"{work}/db",
            [*queries, "--clicks", f"{work}/clicks.train.tsv"],
            [*queries, "--clicks", f"{work}/clicks.valid.tsv", "--half-life", "0"],
            [*queries, "--clicks", f"{work}/clicks.test.tsv", "--half-life", "0"],
            [*queries, "--clicks", both, "--split", "time", "--valid-share", f"{share:.4f}"],
        )
    judged = f"{dataset.data}/qrels.test.txt" if isinstance(dataset, quality.Msrd) else dataset.qrels
    asked = f"{dataset.data}/queries.test.tsv" if isinstance(dataset, quality.Msrd) else f"{work}/queries.test"
    parts = {
        part: ["--queries", f"{work}/queries.{part}", "--clicks", f"{work}/clicks.{part}.tsv.zst"]
        for part in ("train", "valid")
    }
    return Evidence(
        dataset.db,
        parts["train"],
        parts["valid"],
        ["--queries", asked, "--qrels", judged],
        ["--valid-queries", f"{work}/queries.valid", "--clicks", f"{work}/clicks.valid.tsv.zst"],
    )


def trained(tool, evidence, seed, model, options):
    """Returns the model's path; one that is kept aside is measured all the same."""
    for left in (model, model + ".refused"):
        pathlib.Path(left).unlink(missing_ok=True)
    # bestbuy's labels are in its options: one log, split by time
    labels = [] if "--split" in evidence.options else evidence.labels
    quality.subprocess.run(
        [
            tool,
            "train",
            "--db",
            evidence.db,
            *labels,
            *evidence.options,
            "--seed",
            str(seed),
            "--restart",
            "--force",
            "--model",
            model,
            *options,
        ],
        stdout=quality.subprocess.DEVNULL,
        stderr=quality.subprocess.DEVNULL,
    )
    return model if os.path.exists(model) else model + ".refused"


def runs_of_seed(tool, dataset, seed, peers):
    """Yields (ranker, path of its run on the test queries)."""
    evidence, work = evidence_of(dataset, seed), dataset.work
    vectors = f"{work}/vectors"
    made = os.path.getmtime(vectors) if os.path.exists(vectors) else 0
    if made < os.path.getmtime(f"{evidence.db}/iamglass"):  # an earlier run's are of an index that is no more
        quality.run(tool, "vectors", "--db", evidence.db, "--out", vectors)
    yield quality.FIRST_STAGE, dataset.first_stage(seed)
    path = f"{work}/test.run"
    queries = evidence.test[evidence.test.index("--queries") + 1]
    for rankers, extra in ((FIRST_HUNDRED, []), (PICKED, ["--vectors", vectors])):
        for name, options in rankers.items():
            model = trained(tool, evidence, seed, f"{work}/model", [*extra, *options])
            quality.run(
                tool, "rerank", "--db", evidence.db, "--queries", queries, "--model", model, *extra, "--out", path
            )
            yield name, path
    if not peers:
        return
    for name, learnt, served in (
        (LAMBDAMART, [], []),
        # the last model is OURS: its towers picked, and were learnt from the same clicks
        (LAMBDAMART_PICKED, ["--vectors", vectors], ["--vectors", vectors, "--from", model, "--tower-epochs", "0"]),
    ):
        rows = [f"{work}/rows.{part}" for part in ("train", "valid", "test")]
        for out, words, extra in zip(rows, (evidence.labels, evidence.valid, evidence.test), (learnt, served, served)):
            quality.run(tool, "features", "--db", evidence.db, *words, *extra, "--out", out)
        quality.run("/usr/bin/python3", f"{peers}/lambdamart.py", *rows, path, seed)
        yield name, path


def measure(tool, dataset, seeds, peers):
    """Returns ranker -> (means by seed, query -> mean value over seeds, query -> weight)."""
    means, values = collections.defaultdict(list), collections.defaultdict(lambda: collections.defaultdict(list))
    weights = {}
    for seed in range(1, seeds + 1):
        for name, path in runs_of_seed(tool, dataset, seed, peers):
            by_query = dataset.values(path, seed)
            weights = dataset.weights(seed) or collections.defaultdict(lambda: 1.0)
            total = sum(weights[query] for query in by_query)
            means[name].append(sum(weights[query] * value for query, value in by_query.items()) / total)
            for query, value in by_query.items():
                values[name][query].append(value)
            print(f"  seed {seed}: {name} {means[name][-1]:.4f}", file=sys.stderr, flush=True)
    return {name: (means[name], {q: float(np.mean(v)) for q, v in values[name].items()}, weights) for name in means}


def table(title, results):
    """Prints a data set's table."""
    print(f"| {title} | mean ± deviation | {OURS} is above by | p |\n|---|---|---|---|")
    _, best, weights = results[OURS]
    queries = sorted(best)
    weight = np.array([weights[query] for query in queries], float)
    weight /= weight.mean()
    ours = weight * np.array([best[query] for query in queries])
    for name, (means, values, _) in results.items():
        deviation = f" ± {np.std(means, ddof=1):.4f}" if len(means) > 1 else ""
        theirs = weight * np.array([values.get(query, 0.0) for query in queries])
        against = (
            "| |" if name == OURS else f"{(ours - theirs).mean():+.4f} | {quality.randomisation_p(ours, theirs):.4f} |"
        )
        print(f"| {name} | {np.mean(means):.4f}{deviation} | {against}")
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="DIR")
    parser.add_argument("--peers", metavar="DIR", help="without it LambdaMART is left out")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sets", default="cranfield,bestbuy,msrd,packages")
    parser.add_argument("--work", default="build/bench/sets")
    parser.add_argument("--tool", default=quality.TOOL)
    options = parser.parse_args()
    sets = {
        "msrd": quality.Msrd,
        "bestbuy": quality.Bestbuy,
        "cranfield": quality.Cranfield,
        "packages": quality.Packages,
    }
    if not options.data and options.sets != "packages":
        parser.error("--data is needed: the folder of the public data sets")
    quality.TOOL = options.tool
    for name in options.sets.split(","):
        work = os.path.abspath(os.path.join(options.work, name))
        os.makedirs(work, exist_ok=True)
        dataset = sets[name](os.path.join(options.data or "", name), work)
        table(dataset.title, measure(options.tool, dataset, options.seeds, options.peers))


if __name__ == "__main__":
    main()
