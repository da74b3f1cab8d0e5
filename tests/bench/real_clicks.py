#!/usr/bin/python3
"""Which click model fits people: real result pages, each query shown in several orders.

Use: tests/bench/real_clicks.py --data DIR [--folds 5] [--tool build/release/tests/irgan_click_model_fits]
Needs Debian's python3-numpy, and DIR/yandex/pages.tsv.gz: session, query_id, rank, doc_id, clicked.

Each fold's pages are held out in turn, by session, and judged by what is learnt from the others. Ours are
`--click-model pbm` and `dbn`, without a ranker's help; beside them stand the published formulas, written here anew. The
other click models of `train` give no chance of a click. Log-likelihood is of a page's clicks, each rank given those
above it; perplexity is of each rank's click by itself, 1 at best. A document that the other folds have not shown has
its query's mean attraction. Chances are kept within 1e-4 of 0 and 1, which cascade needs: it knows no second click.
"""
import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import zlib

import numpy as np

RANKS = 10
LEAST = 1e-4
ROUNDS = 100


class Pages:
    """pair: page x rank, a number of the query and document; click: page x rank; session: a page each."""

    def __init__(self, path):
        rows = [line.rstrip("\n").split("\t") for line in gzip.open(path, "rt")][1:]
        self.names, numbers, pages = [], {}, {}
        for session, query, rank, document, clicked in rows:
            name = f"{query} {document}"
            number = numbers.setdefault(name, len(numbers))
            pages.setdefault((session, query), []).append((int(rank), number, int(clicked)))
        self.names = list(numbers)
        whole = {
            key: sorted(page)
            for key, page in pages.items()
            if sorted(r for r, _, _ in page) == list(range(1, RANKS + 1))
        }
        if len(whole) < len(pages):
            print(f"{len(pages) - len(whole)} pages without all of {RANKS} ranks are left out", file=sys.stderr)
        self.keys = list(whole)
        self.pair = np.array([[number for _, number, _ in page] for page in whole.values()])
        self.click = np.array([[clicked for _, _, clicked in page] for page in whole.values()], float)

    def part(self, chosen):
        other = object.__new__(Pages)
        other.names = self.names
        other.keys = [key for key, is_in in zip(self.keys, chosen) if is_in]
        other.pair, other.click = self.pair[chosen], self.click[chosen]
        return other

    def sums(self, values):
        """The sum over the showings of each pair."""
        return np.bincount(self.pair.ravel(), np.broadcast_to(values, self.pair.shape).ravel(), len(self.names))

    def query_of_pair(self):
        queries = {}
        return np.array([queries.setdefault(name.split()[0], len(queries)) for name in self.names])


def filled(values, seen, pages):
    """What the pages have not shown gets its query's mean."""
    query = pages.query_of_pair()
    total, count = np.bincount(query, values * seen), np.bincount(query, seen)
    mean = np.where(count > 0, total / np.maximum(count, 1), (values * seen).sum() / seen.sum())
    return np.where(seen, values, mean[query])


class RankAlone:
    """The share of clicks at each rank, whatever the document."""

    def __init__(self, pages):
        self.chance = pages.click.mean(axis=0)

    def chances(self, pages):
        alike = np.broadcast_to(self.chance, pages.click.shape)
        return alike, alike


class PositionBased:
    """Craswell et al. 2008 by expectation and maximisation with latent examinations (Chuklin et al. 2015, 4.2)."""

    def __init__(self, pages):
        attraction, examination = np.full(len(pages.names), 0.5), np.full(RANKS, 0.5)
        shown = pages.sums(1.0)
        for _ in range(ROUNDS):
            a, e = attraction[pages.pair], examination[None, :]
            neither = 1 - a * e
            attraction = (pages.sums(np.where(pages.click > 0, 1.0, a * (1 - e) / neither)) + 1) / (shown + 2)
            examination = (np.where(pages.click > 0, 1.0, e * (1 - a) / neither).sum(axis=0) + 1) / (
                len(pages.click) + 2
            )
        self.examination, self.attraction = examination, filled(attraction, shown > 0, pages)

    def chances(self, pages):
        alone = self.examination[None, :] * self.attraction[pages.pair]
        return alone, alone


class Cascade:
    """Craswell et al. 2008: from the top down to the first click, and no further."""

    def __init__(self, pages):
        first = np.where(pages.click.any(axis=1), pages.click.argmax(axis=1), RANKS)
        seen = np.arange(RANKS)[None, :] <= first[:, None]
        looks = pages.sums(seen.astype(float))
        self.attraction = filled((pages.sums(pages.click * seen) + 1) / (looks + 2), looks > 0, pages)

    def chances(self, pages):
        a = self.attraction[pages.pair]
        clicked = np.cumsum(pages.click, axis=1) - pages.click > 0
        unclicked = np.cumprod(1 - a, axis=1) / (1 - a)
        return np.where(clicked, 0.0, a), unclicked * a


class DynamicBayesian:
    """Chapelle and Zhang 2009, with the chance to go on learnt too (Chuklin et al. 2015, 4.4)."""

    def __init__(self, pages, going_on=0.5, attraction=None, satisfaction=None):
        self.going_on = going_on
        if attraction is not None:
            self.attraction, self.satisfaction = attraction, satisfaction
            return
        count = len(pages.names)
        self.attraction, self.satisfaction = np.full(count, 0.5), np.full(count, 0.5)
        shown, clicks = pages.sums(1.0), pages.sums(pages.click)
        rank = np.arange(RANKS)[None, :]
        last = np.where(pages.click.any(axis=1), RANKS - 1 - pages.click[:, ::-1].argmax(axis=1), -1)[:, None]
        for _ in range(ROUNDS):
            a, s, g = self.attraction[pages.pair], self.satisfaction[pages.pair], self.going_on
            # nothing[r]: the chance of no click from rank r on, given that it is looked at
            nothing = np.ones((len(a), RANKS + 1))
            for r in reversed(range(RANKS)):
                onward = 1 - g + g * nothing[:, r + 1] if r + 1 < RANKS else 1.0
                nothing[:, r] = (1 - a[:, r]) * onward
            looked, went, could_go = np.ones_like(a), 0.0, 0.0
            satisfied = np.zeros_like(a)
            for r in range(RANKS - 1):
                at_last, below = (last[:, 0] == r), (last[:, 0] < r)
                none_below = nothing[:, r + 1]
                after_click = s[:, r] + (1 - s[:, r]) * (1 - g + g * none_below)
                satisfied[:, r] = np.where(at_last, s[:, r] / after_click, 0.0)
                on_after_click = (1 - s[:, r]) * g * none_below / after_click
                on_without = looked[:, r] * g * none_below / (1 - g + g * none_below)
                looked[:, r + 1] = np.where(below, on_without, np.where(at_last, on_after_click, 1.0))
                went += looked[:, r + 1].sum()
                could_go += (looked[:, r] - satisfied[:, r]).sum()
            at_last = last[:, 0] == RANKS - 1
            satisfied[:, -1] = np.where(at_last, s[:, -1], 0.0)
            liked = np.where(pages.click > 0, 1.0, a * (1 - looked))
            self.attraction = (pages.sums(liked) + 1) / (shown + 2)
            self.satisfaction = (pages.sums(satisfied) + 1) / (clicks + 2)
            self.going_on = (went + 1) / (could_go + 2)
        self.attraction = filled(self.attraction, shown > 0, pages)
        self.satisfaction = filled(self.satisfaction, clicks > 0, pages)

    def chances(self, pages):
        a, s, g = self.attraction[pages.pair], self.satisfaction[pages.pair], self.going_on
        given, alone = np.ones_like(a), np.ones_like(a)
        for r in range(RANKS - 1):
            passed = given[:, r] * (1 - a[:, r]) / np.maximum(1 - given[:, r] * a[:, r], 1e-12)
            given[:, r + 1] = g * np.where(pages.click[:, r] > 0, 1 - s[:, r], passed)
            alone[:, r + 1] = g * alone[:, r] * (1 - a[:, r] * s[:, r])
        return given * a, alone * a


def ours(pages, tool):
    """pbm and dbn as `train --click-model` fits them."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as log:
        log.write("session\tquery_id\trank\tdoc_id\tclicked\n")
        for (session, _), pairs, clicks in zip(pages.keys, pages.pair, pages.click):
            for rank, (pair, click) in enumerate(zip(pairs, clicks), 1):
                query, document = pages.names[pair].split()
                log.write(f"{session}\t{query}\t{rank}\t{document}\t{int(click)}\n")
        log.flush()
        fits = json.loads(subprocess.run([tool, log.name], stdout=subprocess.PIPE, check=True).stdout)
    shown, clicks = pages.sums(1.0) > 0, pages.sums(pages.click) > 0

    def of_pairs(numbers, seen):
        return filled(np.array([numbers.get(name, 0.0) for name in pages.names]), seen, pages)

    pbm, dbn = object.__new__(PositionBased), fits["dbn"]
    pbm.examination = np.array(fits["pbm"]["examination"])
    pbm.attraction = of_pairs(fits["pbm"]["attraction"], shown)
    return {
        "pbm, ours": pbm,
        "dbn, ours": DynamicBayesian(
            pages, dbn["going_on"], of_pairs(dbn["attraction"], shown), of_pairs(dbn["satisfaction"], clicks)
        ),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--tool", default="build/release/tests/irgan_click_model_fits")
    arguments = parser.parse_args()
    pages = Pages(os.path.join(arguments.data, "yandex", "pages.tsv.gz"))
    fold = np.array([zlib.crc32(session.encode()) % arguments.folds for session, _ in pages.keys])
    given, alone, last = {}, {}, {}
    for held_out in range(arguments.folds):
        learnt, judged = pages.part(fold != held_out), pages.part(fold == held_out)
        models = {
            "clicks by rank alone": RankAlone(learnt),
            "PBM, published": PositionBased(learnt),
            "cascade, published": Cascade(learnt),
            "DBN, published": DynamicBayesian(learnt),
            **ours(learnt, arguments.tool),
        }
        for name, model in models.items():
            for kept, chances in zip((given, alone), model.chances(judged)):
                chance = np.clip(chances, LEAST, 1 - LEAST)
                kept.setdefault(name, []).append(np.log(np.where(judged.click > 0, chance, 1 - chance)))
            last[name] = model
    print(f"{len(pages.keys)} pages, {int(pages.click.sum())} clicks, {len(set(q for _, q in pages.keys))} queries\n")
    print("| | log-likelihood a page | ± | perplexity | by rank, 1 to 10 |\n|---|---|---|---|---|")
    for name in given:
        of_page = np.concatenate(given[name]).sum(axis=1)
        perplexity = np.exp(-np.concatenate(alone[name]).mean(axis=0))
        ranks = " ".join(f"{p:.3f}" for p in perplexity)
        error = of_page.std(ddof=1) / np.sqrt(len(of_page))
        print(f"| {name} | {of_page.mean():.4f} | {error:.4f} | {perplexity.mean():.4f} | {ranks} |")
    print("\nExamination by rank, of the last fold:")
    for name in ("PBM, published", "pbm, ours"):
        curve = last[name].examination / last[name].examination.max()
        print(f"  {name}: " + " ".join(f"{e:.2f}" for e in curve))
    print(
        "The chance to go on: "
        + ", ".join(f"{name} {last[name].going_on:.3f}" for name in ("DBN, published", "dbn, ours"))
    )


if __name__ == "__main__":
    main()
