#!/usr/bin/python3
"""What each click model makes of users who look from the top and stop when they are satisfied; the simplified dynamic
Bayesian one is among them.

Use: tests/bench/cascade_users.py --data DIR [--seeds 3] [--queries 1000] [--users rank,cascade,…]
     [--methods dbn …] [--threads 1]
Needs Debian's python3-numpy, and build/release. Writes the table of tests/bench/README.md to stdout.

Sessions and pages are those of `simulate`. Its own users ("rank") look at rank r with chance 1 / r. The others' clicks
are drawn here: they click what they look at by its label as `simulate`'s users do, stop after a click with a chance by
label, else go on to the next rank with a fixed chance. The labels of dynamic_bayesian.py are written into the rows of
`features`: `train` then learns from them as it does from those of pbm. p is against the default, as in click_models.py.
"""
import argparse
import collections
import os
import sys

import numpy as np

import dynamic_bayesian
from click_models import DEFAULT, train
from dynamic_bayesian import Session
from quality import ROOT, TOOL, Msrd, Rows, randomisation_p, read_lines, run, write_lines

CLICK = (.1, .9)  # of what is looked at, by label; so does `simulate`, msrd having two labels
Cascade = collections.namedtuple("Cascade", "satisfied goes_on")  # satisfied: after a click, by label
USERS = {
    "rank": None,
    "cascade": Cascade((.1, .7), .9),
    "strong": Cascade((.3, .9), .9),
    "patient": Cascade((.05, .4), .95),
    "impatient": Cascade((.1, .7), .7),
}


def read_sessions(log):
    sessions = {}
    for row in read_lines(log)[1:]:
        session, time, query, document, _, clicked = row.split("\t")
        found = sessions.setdefault(session, Session(session, time, query, [], []))
        found.documents.append(document)
        found.clicks.append(int(clicked))
    return list(sessions.values())


def write_sessions(sessions, log):
    lines = ["session\ttime\tquery_id\tdoc_id\trank\tclicked"]
    for s in sessions:
        for rank, (document, clicked) in enumerate(zip(s.documents, s.clicks), 1):
            lines.append(f"{s.id}\t{s.time}\t{s.query}\t{document}\t{rank}\t{clicked}")
    write_lines(log, lines)


def click_again(sessions, labels, users, seed):
    """Replaces the sessions' clicks by those of cascade users."""
    random = np.random.default_rng(seed)
    for session in sessions:
        looks = True
        for i, document in enumerate(session.documents):
            label = labels.get((session.query, document), 0)
            session.clicks[i] = int(looks and random.random() < CLICK[label])
            if session.clicks[i] and random.random() < users.satisfied[label]:
                looks = False
            looks = looks and random.random() < users.goes_on


def relabelled(rows, labels):
    """Writes `rows` with these labels; what has none counts as not shown. Returns the path."""
    with open(rows) as file, open(rows + ".labels", "w") as out:
        header = next(file).replace('"labels":"impressions"', '"labels":"shown"')
        out.write(header.replace('"click_model":"offset"', '"click_model":"naive"'))
        for row in file:
            body, comment = row.rstrip("\n").split(" # ")
            _, query, features = body.split(" ", 2)
            document, rank = comment.split()[2], comment.partition(" rank = ")[2]
            label = labels.get((query[len("qid:"):], document))
            shown = "" if label is None else f" rank = {rank}"
            out.write(f"{label or 0:.6g} {query} {features} # docid = {document}{shown}\n")
    return rows + ".labels"


def methods(logs):
    """name -> (options of `train`, part -> labels or None)"""
    return {
        DEFAULT: ([], None),
        "naive": (["--click-model", "naive"], None),
        "pbm": (["--click-model", "pbm"], None),
        "dbn": (["--click-model", "dbn"], None),
        "ips, learnt": (["--click-model", "ips"], None),
        "sdbn, attraction": ([], lambda part: dynamic_bayesian.simplified(logs[part], False)),
        "sdbn, attraction times satisfaction": ([], lambda part: dynamic_bayesian.simplified(logs[part], True)),
    }


def measure(dataset, qrels, users, options, work):
    """Returns method -> (means by seed, query -> values by seed, number of models refused)."""
    os.makedirs(work, exist_ok=True)
    for part, count in (("train", options.queries), ("valid", options.queries * 2 // 5)):
        write_lines(f"{work}/queries.{part}", read_lines(f"{dataset.work}/queries.{part}")[:count])
    results = {name: ([], collections.defaultdict(list), [0]) for name in methods({}) if name in options.methods}
    for seed in range(1, options.seeds + 1):
        logs = {}
        for part, shift in (("train", 0), ("valid", 1000)):
            queries, log = f"{work}/queries.{part}", f"{work}/clicks.{part}.tsv"
            run(TOOL, "simulate", "--db", dataset.db, "--queries", queries, "--qrels",
                f"{dataset.data}/qrels.{part}.txt", "--seed", seed + shift, "--out", log)
            logs[part] = read_sessions(log)
            if users:
                click_again(logs[part], qrels[part], users, seed + shift)
                write_sessions(logs[part], log)
            run(TOOL, "features", "--db", dataset.db, "--queries", queries, "--clicks", log, "--out", f"{work}/{part}")
        print(f"  seed {seed}: {len(logs['train'])} sessions, {sum(sum(s.clicks) for s in logs['train'])} clicks",
              file=sys.stderr, flush=True)
        for name, (flags, labels) in methods(logs).items():
            if name not in results:
                continue
            parts = (relabelled(f"{work}/{part}", labels(part)) if labels else f"{work}/{part}"
                     for part in ("train", "valid"))
            rows = Rows(*parts, f"{dataset.work}/test")
            model = train(rows, f"{work}/model", seed, [*flags, "--threads", str(options.threads)])
            run(TOOL, "score", "--model", model, "--data", rows.test, "--out", f"{work}/test.run")
            values = dataset.values(f"{work}/test.run", seed)
            means, by_query, refused = results[name]
            means.append(sum(values.values()) / len(values))
            refused[0] += model.endswith(".refused")
            for query, value in values.items():
                by_query[query].append(value)
        print("  " + ", ".join(f"{name} {means[-1]:.4f}" for name, (means, _, _) in results.items()), file=sys.stderr,
              flush=True)
    return results


def table(title, results):
    queries = sorted(results[DEFAULT][1])
    of = {name: np.array([np.mean(by_query[query]) for query in queries]) for name, (_, by_query, _) in results.items()}
    lines = [
        f"| {title} users | nDCG@10, mean ± deviation | less the default | p | models refused |",
        "|---|---|---|---|---|"
    ]
    for name, (means, _, refused) in results.items():
        deviation = np.std(means, ddof=1) if len(means) > 1 else 0.0
        against = " | "
        if name != DEFAULT:
            against = f"{np.mean(of[name] - of[DEFAULT]):+.4f} | {randomisation_p(of[name], of[DEFAULT]):.4f}"
        lines.append(f"| {name} | {np.mean(means):.4f} ± {deviation:.4f} | {against} | {refused[0]} of {len(means)} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR",
                        help="the public data sets: tests/bench/README.md, \"The data\"")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--queries", type=int, default=1000,
                        help="to train on, 2000 at most; two fifths of them to choose on")
    parser.add_argument("--users", default=",".join(USERS), help="which kinds, with commas between")
    parser.add_argument("--methods", nargs="+", default=list(methods({})), help="which, beside the default")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--work", default=os.path.join(ROOT, "build/bench/cascade_users"))
    options = parser.parse_args()
    options.methods = [DEFAULT, *options.methods]
    os.makedirs(options.work, exist_ok=True)
    dataset = Msrd(os.path.join(options.data, "msrd"), options.work)
    qrels = {}
    for part in ("train", "valid"):
        rows = (line.split() for line in read_lines(f"{dataset.data}/qrels.{part}.txt"))
        qrels[part] = {(query, document): int(label) for query, _, document, label in rows}
    for name in options.users.split(","):
        print(name, file=sys.stderr, flush=True)
        results = measure(dataset, qrels, USERS[name], options, os.path.join(options.work, name))
        print("\n".join(table(name, results)) + "\n", flush=True)


if __name__ == "__main__":
    main()
