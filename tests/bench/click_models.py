#!/usr/bin/python3
"""What position bias does to a model that learns from clicks, and what each click model makes of it.

Use: tests/bench/click_models.py --data DIR [--seeds 3] [--queries 2000] [--exponents 0,.5,1,1.5] [--threads 1]
Needs Debian's python3-numpy, and build/release. Writes the tables of tests/bench/README.md to stdout.

msrd's users are simulated: they look at rank r with chance r^-exponent, down to rank 20, and click by true labels.
Every click model learns from the same rows of training queries, is chosen on other queries' clicks, and is judged by
the true labels of all test queries. Decay is left out: the log is of one day. p is a two-sided paired randomisation
test over test queries, each query's value being its mean over seeds, against the default.
"""
import argparse
import collections
import json
import math
import os
import subprocess
import sys
import time

import numpy as np

from quality import ROOT, TOOL, Msrd, randomisation_p, read_lines, run, simulated_rows, write_lines

DEFAULT = "offset b[rank]"


def methods(exponent):
    """name -> (options of `train`, exponent of the propensities that it is told, or None)"""
    ips = ["--click-model", "ips"]
    ways = collections.OrderedDict([
        ("naive", (["--click-model", "naive"], None)),
        (DEFAULT, ([], None)),
        ("pbm", (["--click-model", "pbm"], None)),
        ("ips, learnt", (ips, None)),
        ("ips, right", (ips, exponent)),
        ("ips, exponent .5 too high", (ips, exponent + .5)),
    ])
    if exponent >= .5:
        ways["ips, exponent .5 too low"] = (ips, exponent - .5)
    return ways


def propensities(exponent, path):
    write_lines(path, [f"{rank}\t{rank ** -exponent}" for rank in range(1, 21)])
    return path


def fitted_exponent(examination):
    """The power law nearest to a curve in the logarithm, as far as there is one."""
    curve = np.array(examination) / examination[0]
    x = np.log(np.arange(1, len(curve) + 1))
    return float(-(x @ np.log(curve)) / (x @ x))


def examination_of(model):
    """By rank, out of what `inspect` prints: what the click model found, or training's offsets."""
    for line in run(TOOL, "inspect", model).splitlines():
        if line.startswith("training "):
            found = json.loads(line[len("training"):]).get("origin", {}).get("examination")
            if found:
                return found
        if "examination by rank" in line:
            return [float(word) for word in line.split(":")[1].split()]
    return None


def train(rows, model, seed, options):
    """Returns the model's path; one that is worse than the first stage is kept aside, and measured all the same."""
    for left in (model, model + ".refused"):
        if os.path.exists(left):
            os.remove(left)
    command = [TOOL, "train", "--data", rows.train, "--valid", rows.valid, "--model", model, "--restart",
               "--seed", str(seed), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if os.path.exists(model):
        return model
    if not os.path.exists(model + ".refused"):
        sys.exit(done.stdout[-2000:])
    return model + ".refused"


def measure(dataset, exponent, seeds, queries, work, threads):
    """Returns method -> (means by seed, query -> values, fitted exponents)."""
    os.makedirs(work, exist_ok=True)
    for part, count in (("train", queries), ("valid", queries * 2 // 5)):
        write_lines(f"{work}/queries.{part}", read_lines(f"{dataset.work}/queries.{part}")[:count])
    results = {name: ([], collections.defaultdict(list), []) for name in methods(exponent)}
    for seed in range(1, seeds + 1):
        rows = simulated_rows(dataset.db, work, lambda part: f"{dataset.data}/qrels.{part}.txt", seed, "--examination",
                              exponent)
        for name, (options, told) in methods(exponent).items():
            extra = [] if told is None else ["--propensities", propensities(told, f"{work}/propensities")]
            model = train(rows, f"{work}/model", seed, [*options, *extra, "--threads", str(threads)])
            run(TOOL, "score", "--model", model, "--data", f"{dataset.work}/test", "--out", f"{work}/test.run")
            values = dataset.values(f"{work}/test.run", seed)
            means, by_query, exponents = results[name]
            means.append(sum(values.values()) / len(values))
            for query, value in values.items():
                by_query[query].append(value)
            examination = examination_of(model) if told is None else None
            if examination:
                exponents.append(fitted_exponent(examination))
        means_so_far = ", ".join(f"{name} {means[-1]:.4f}" for name, (means, _, _) in results.items())
        print(f"  exponent {exponent}, seed {seed}: {means_so_far}", file=sys.stderr, flush=True)
        for left in (rows.train, rows.valid):
            os.remove(left)
    return results


def table(exponent, results):
    def p_against_default(name):
        if name == DEFAULT:
            return ""
        queries = sorted(results[name][1])
        mine, theirs = (np.array([np.mean(results[of][1][query]) for query in queries]) for of in (name, DEFAULT))
        return f"{randomisation_p(mine, theirs):.4f}"

    lines = [
        f"| examination 1 / rank^{exponent:g} | nDCG@10, mean ± deviation | less the default | p | exponent found |",
        "|---|---|---|---|---|"
    ]
    reference = np.mean(results[DEFAULT][0])
    for name, (means, _, exponents) in results.items():
        deviation = np.std(means, ddof=1) if len(means) > 1 else 0.0
        found = f"{np.mean(exponents):.2f}" if exponents else ""
        lines.append(
            f"| {name} | {np.mean(means):.4f} ± {deviation:.4f} | {np.mean(means) - reference:+.4f} | "
            f"{p_against_default(name)} | {found} |"
        )
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR",
                        help="the public data sets: tests/bench/README.md, \"The data\"")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--queries", type=int, default=2000,
                        help="to train on, 2000 at most; two fifths of them to choose on")
    parser.add_argument("--exponents", default="0,.5,1,1.5")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--work", default=os.path.join(ROOT, "build/bench/click_models"))
    options = parser.parse_args()
    start = time.time()
    os.makedirs(options.work, exist_ok=True)
    dataset = Msrd(os.path.join(options.data, "msrd"), options.work)
    for exponent in map(float, options.exponents.split(",")):
        results = measure(dataset, exponent, options.seeds, options.queries,
                          os.path.join(options.work, f"{exponent:g}"), options.threads)
        print("\n".join(table(exponent, results)) + "\n", flush=True)
    print(f"{math.ceil((time.time() - start) / 60)} minutes", file=sys.stderr)


if __name__ == "__main__":
    main()
