#!/usr/bin/python3
"""Makes the demo's real data from the catalogue of Debian packages that this machine's own apt knows.

Documents are the packages of Debian's main archive. Queries are the words of two debtags; the programs (tag
role::program) that carry both tags are answers (label 2), those that carry one are half answers (label 1). The tags
themselves never go into a document, since they would give the answer away.

Writes into OUTDIR:
  packages.jsonl                   id, name, summary, description, reverse_dependencies, installed_size (KiB)
  links.tsv                        id<TAB>id, a package and one that it depends on
  queries.{train,valid,test}.tsv   qid<TAB>text
  qrels.{train,valid,test}.txt     TREC judgments
  demo_data.json                   what was made and from what: a run that finds all of it fresh does nothing
  apt/                             apt's private lists

The same catalogue gives the same bytes. Exit codes: 0 done, 1 the work failed, 2 bad usage.
"""
import argparse
import collections
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SPLITS = ("train", "valid", "test")
SPLIT_SEED = "debtags-1"  # another value deals the queries into other splits
OUTPUTS = ("packages.jsonl", "links.tsv",
           *(f"queries.{split}.tsv" for split in SPLITS), *(f"qrels.{split}.txt" for split in SPLITS))
STAMP = "demo_data.json"
FRESH_SECONDS = 7 * 24 * 3600

# Facets whose words a user would type: what a program is for, and what it works with.
QUERY_FACETS = {"use", "works-with", "works-with-format", "field", "game", "web", "protocol", "network", "science",
                "security", "sound", "mail", "admin", "filetransfer", "hardware", "biology"}
FEWEST_ANSWERS, MOST_ANSWERS = 3, 60  # fewer are chance, more are no longer a search

# Debian's main archive holds some 60,000 packages. A much smaller catalogue means that its list did not arrive.
FEWEST_PACKAGES = 10_000

APT_HELPER = "/usr/lib/apt/apt-helper"  # unpacks lists in every form that apt keeps them in, also .lz4
UPDATE_SECONDS = 120  # after which a hanging network counts as none

# Read after the machine's own settings, so that its sources and keyrings hold but its hooks and further indices do
# not: they would act on the whole machine, or fetch what is not needed here.
APT_CONF = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets::deb-src;
#clear Acquire::IndexTargets::deb::Contents-deb;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::Languages;
Acquire::Languages "en";
Acquire::GzipIndexes "false";
Acquire::Retries "1";
Acquire::http::Timeout "15";
Acquire::https::Timeout "15";
APT::Sandbox::User "root";
"""


class DemoDataError(Exception):
    """The work cannot be done; the message says what to do."""


@dataclass
class Lists:
    """Where a catalogue stands: apt's package lists and the lists of English long descriptions."""
    source: str
    packages: list
    translations: list


@dataclass
class Package:
    """One document; `tags` and `requires` are used to make queries and links, and not written with it."""
    summary: str
    description: str
    installed_size: int | None
    requires: set
    tags: set


@dataclass
class Query:
    """A pair of tags as a query: `labels` holds 2 for a package with both tags, 1 for one with either."""
    qid: str
    text: str
    split: str
    labels: dict


# ---------------------------------------------------------------- apt

def private_apt(folder):
    """Returns the options that make apt keep its lists in `folder`, which is made, and leave the machine's alone."""
    folder = folder.resolve()
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache").mkdir(exist_ok=True)
    conf = folder / "apt.conf"
    conf.write_text(APT_CONF)
    return ["-c", str(conf), "-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"]


def update(options):
    """Runs `apt-get update`; returns the first complaint, or an empty string. What arrived is for the caller to see,
    since apt reports success without a network too."""
    try:
        done = subprocess.run(["apt-get", *options, "-q", "update"], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=UPDATE_SECONDS)
    except subprocess.TimeoutExpired:
        return f"no end after {UPDATE_SECONDS} seconds"
    complaints = [line for line in done.stderr.splitlines() if line.startswith(("E:", "W:", "Err:"))]
    return complaints[0] if complaints else f"exit code {done.returncode}" if done.returncode else ""


def find_lists(source, options):
    """Returns the lists of Debian's main component for this machine's architecture that apt holds under `options`."""
    try:
        architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
        form = "\t".join(f"$({key})" for key in
                         ("CREATED_BY", "ORIGIN", "COMPONENT", "ARCHITECTURE", "LANGUAGE", "FILENAME"))
        targets = subprocess.check_output(["apt-get", *options, "indextargets", "--format", form],
                                          stderr=subprocess.DEVNULL, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise DemoDataError(f"cannot ask apt for its lists: {error}") from error
    found = {"Packages": [], "Translations": []}
    for target in targets.splitlines():
        kind, origin, component, of_architecture, language, path = target.split("\t")
        wanted = {"Packages": of_architecture == architecture, "Translations": language == "en"}.get(kind, False)
        if wanted and (origin, component) == ("Debian", "main") and path not in found[kind]:
            found[kind].append(path)
    return Lists(source, found["Packages"], found["Translations"])


def digest(paths):
    """Returns a digest of the files' bytes, in this order."""
    state = hashlib.sha256()
    for path in paths:
        state.update(hashlib.sha256(Path(path).read_bytes()).digest())
    return state.hexdigest()


def stanzas(path):
    """Yields each stanza of an apt list as a dict; continuation lines keep their line breaks."""
    with subprocess.Popen([APT_HELPER, "cat-file", path], stdout=subprocess.PIPE, text=True, encoding="utf-8",
                          errors="replace") as unpacked:
        stanza, key = {}, None
        for line in itertools.chain(unpacked.stdout, "\n"):  # the last stanza too ends with an empty line
            if line[0] in " \t":
                if key:
                    stanza[key] += "\n" + line[1:].rstrip("\n")
            elif line == "\n":
                if stanza:
                    yield stanza
                stanza, key = {}, None
            else:
                key, _, value = line.rstrip("\n").partition(":")
                stanza[key] = value.strip()
    if unpacked.returncode:
        raise DemoDataError(f"{path}: cannot be unpacked; remove it and run again")


# ---------------------------------------------------------------- documents

def unwrap(text):
    """Joins the wrapped lines of a long description; a line with a sole dot parts two paragraphs."""
    paragraphs = re.split(r"^\s*\.\s*$", text, flags=re.MULTILINE)
    return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())


def required_names(stanza):
    """Returns every package name in Depends and Recommends, alternatives too."""
    relations = ",".join(stanza.get(key, "") for key in ("Depends", "Recommends"))
    alternatives = re.split(r"[,|]", re.sub(r"\([^)]*\)|\[[^]]*\]|<[^>]*>", "", relations))
    return {name.strip().partition(":")[0] for name in alternatives} - {""}


def read_catalogue(lists):
    """Returns {name: Package}, one a name: the first that apt lists."""
    long = {}
    for stanza in itertools.chain.from_iterable(map(stanzas, lists.translations)):
        if "Description-md5" in stanza and "Description-en" in stanza:
            long[stanza["Description-md5"]] = stanza["Description-en"]
    catalogue = {}
    for stanza in itertools.chain.from_iterable(map(stanzas, lists.packages)):
        name = stanza.get("Package")
        if not name or name in catalogue:
            continue
        text = long.get(stanza.get("Description-md5"), stanza.get("Description", ""))
        summary, _, description = text.partition("\n")
        size = stanza.get("Installed-Size", "")
        tags = {tag.strip() for tag in stanza.get("Tag", "").split(",")} - {""}
        catalogue[name] = Package(summary.strip(), unwrap(description), int(size) if size.isdigit() else None,
                                  required_names(stanza) - {name}, tags)
    return catalogue


# ---------------------------------------------------------------- queries

def words_of(tag):
    """Returns the words that a user would type for a tag: `works-with::network-traffic` is "network traffic"."""
    return re.sub(r"[:-]+", " ", tag.partition("::")[2])


def split_of(text):
    """Deals 70, 10 and 20 of a hundred queries to the splits. Only the words count, in any order: neither a change
    of the catalogue nor another pair of tags with the same words moves a query from one split to another."""
    key = f"{SPLIT_SEED} {' '.join(sorted(text.split()))}"
    part = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % 10
    return SPLITS[0] if part < 7 else SPLITS[1] if part < 8 else SPLITS[2]


def is_program(package):
    """Libraries, documentation and data are not judged: who types such words looks for a program."""
    return "role::program" in package.tags


def make_queries(catalogue, facets=frozenset(QUERY_FACETS), is_judged=is_program):
    """Returns the queries, one for each pair of tags of two facets that FEWEST_ANSWERS to MOST_ANSWERS judged packages
    carry, sorted; of pairs with the same words the first."""
    carriers, pairs = collections.defaultdict(set), collections.Counter()
    for name, package in catalogue.items():
        if not is_judged(package):
            continue
        tags = sorted(tag for tag in package.tags if tag.partition("::")[0] in facets and not tag.endswith("TODO"))
        for tag in tags:
            carriers[tag].add(name)
        pairs.update(itertools.combinations(tags, 2))
    queries = {}
    for (first, second), answers in sorted(pairs.items()):
        if first.partition("::")[0] == second.partition("::")[0] or not FEWEST_ANSWERS <= answers <= MOST_ANSWERS:
            continue
        text = f"{words_of(first)} {words_of(second)}"
        both = carriers[first] & carriers[second]
        labels = {name: 2 if name in both else 1 for name in sorted(carriers[first] | carriers[second])}
        queries.setdefault(tuple(sorted(text.split())),
                           Query(text.replace(" ", "-"), text, split_of(text), labels))
    return list(queries.values())


# ---------------------------------------------------------------- files

def document_lines(catalogue):
    """Yields the lines of packages.jsonl, sorted by id."""
    wanted_by = collections.Counter(name for package in catalogue.values() for name in package.requires)
    for name, package in sorted(catalogue.items()):
        yield json.dumps({"id": name, "name": name.replace("-", " "), "summary": package.summary,
                          "description": package.description, "reverse_dependencies": wanted_by[name],
                          "installed_size": package.installed_size}, ensure_ascii=False)


def link_lines(catalogue):
    """Yields the lines of links.tsv: only names that are documents."""
    for name, package in sorted(catalogue.items()):
        for required in sorted(package.requires & catalogue.keys()):
            yield f"{name}\t{required}"


def replace_file(path, lines):
    """Writes lines to a temporary file beside `path`, renames it to `path`, and returns how many lines."""
    count = 0
    with open(f"{path}.tmp", "w", encoding="utf-8") as out:
        for count, line in enumerate(lines, 1):
            out.write(line + "\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(f"{path}.tmp", path)
    return count


def write_all(folder, catalogue, queries):
    """Replaces the outputs, and returns what they hold for people to read. The stamp goes first and comes back last,
    so that a killed run is never taken for a whole one."""
    (folder / STAMP).unlink(missing_ok=True)
    replace_file(folder / "packages.jsonl", document_lines(catalogue))
    links = replace_file(folder / "links.tsv", link_lines(catalogue))
    made = [f"{len(catalogue):,} documents, "
            f"{sum(1 for package in catalogue.values() if package.description):,} with a long description",
            f"{links:,} links"]
    for split in SPLITS:
        part = [query for query in queries if query.split == split]
        replace_file(folder / f"queries.{split}.tsv", (f"{query.qid}\t{query.text}" for query in part))
        judged = replace_file(folder / f"qrels.{split}.txt", (
            f"{query.qid} 0 {name} {label}" for query in part for name, label in query.labels.items()))
        answers = sum(label == 2 for query in part for label in query.labels.values())
        made.append(f"{len(part):,} {split} queries, {judged:,} judgments, {answers:,} of them label 2")
    return made


def read_stamp(folder):
    """Returns what the last run left, if this very script made it and its outputs are whole; else an empty dict."""
    try:
        stamp = json.loads((folder / STAMP).read_text())
        whole = stamp["sizes"] == {name: (folder / name).stat().st_size for name in OUTPUTS}
        return stamp if whole and stamp["script"] == digest([__file__]) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_stamp(folder, source, lists_digest, made):
    """Records a whole run; the stamp's own age is the age of the data."""
    stamp = {"script": digest([__file__]), "source": source, "lists": lists_digest, "made": made,
             "sizes": {name: (folder / name).stat().st_size for name in OUTPUTS}}
    replace_file(folder / STAMP, [json.dumps(stamp, indent=1)])


# ---------------------------------------------------------------- the run

def load_catalogue(folder, stamp):
    """Returns (lists, their digest, catalogue) from private lists, else from the machine's own. The catalogue is None
    when the stamp says that these lists have been read before."""
    options = private_apt(folder / "apt")
    print(f"apt-get update, into {folder}/apt/lists; the machine's own lists stay as they are", file=sys.stderr)
    complaint = update(options)
    for source, apt_options in (("private lists", options), ("the machine's own lists", [])):
        lists = find_lists(source, apt_options)
        lists_digest = digest(lists.packages + lists.translations)
        if stamp and lists_digest == stamp["lists"]:
            return lists, lists_digest, None
        catalogue = read_catalogue(lists)
        if len(catalogue) >= FEWEST_PACKAGES:
            return lists, lists_digest, catalogue
        if apt_options:
            print(f"no new lists ({complaint or 'none of Debian main'}); falling back to the machine's own",
                  file=sys.stderr)
    raise DemoDataError(f"no catalogue of Debian's main archive: `apt-get update` into {folder}/apt/lists brought none"
                        f" ({complaint or 'no complaint'}), and the machine has no lists of its own. Check the network"
                        " and that /etc/apt/sources.list names a Debian mirror with `main`, then run again.")


def make(folder):
    """Makes the data in `folder`, unless what is there is fresh, and prints what it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = read_stamp(folder)
    age = time.time() - (folder / STAMP).stat().st_mtime if stamp else FRESH_SECONDS
    if age < FRESH_SECONDS and stamp["source"] == "private lists":
        return f"{folder} is fresh: nothing to do", stamp["made"]
    lists, lists_digest, catalogue = load_catalogue(folder, stamp)
    if catalogue is None:
        os.utime(folder / STAMP)
        return f"{folder} was made from these very lists: nothing to do", stamp["made"]
    made = write_all(folder, catalogue, make_queries(catalogue))
    write_stamp(folder, lists.source, lists_digest, made)
    return f"made {folder} from {lists.source}", made


def main():
    """Parses the command line, and maps errors to messages and exit codes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("outdir", metavar="OUTDIR", type=Path, help="folder to write into; made if it is not there")
    folder = parser.parse_args().outdir
    try:
        title, made = make(folder)
    except (DemoDataError, OSError) as error:
        return f"demo_data.py: {error}"  # sys.exit prints it to stderr, with exit code 1
    print(title, *made, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
