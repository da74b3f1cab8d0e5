#!/usr/bin/python3
"""Tests the Python module beside python3-xapian, on a made site whose order `xapian-irgan rerank` says.

Use: tests/plugin/python_module.py XAPIAN-IRGAN LIBXAPIAN-IRGAN.SO PRELOAD-MODULE
Exit status 77: python3-xapian is missing
"""

import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
MODULE = HERE.parent.parent / "plugin" / "python"
program, library, preload = (os.path.realpath(path) for path in sys.argv[1:4])
os.environ["IRGAN_LIBRARY"] = library
sys.path.insert(0, str(MODULE))

try:
    import xapian
except ImportError:
    print("python3-xapian is not installed")
    sys.exit(77)
import xapian_irgan  # noqa: E402


def raises(kind, call):
    try:
        call()
    except kind as error:
        assert str(error), f"{kind.__name__} without a message"
        return str(error)
    raise AssertionError(f"no {kind.__name__}")


def reranked(query_id, model="model", queries="queries"):
    """The site's ids, which are the docids, in the order of `rerank`."""
    subprocess.run([program, "rerank", "--db", "db", "--model", model, "--queries", queries, "--out", "run"],
                   check=True, stdout=subprocess.DEVNULL)
    lines = [line.split() for line in open("run")]
    return [int(cells[2]) for cells in lines if cells[0] == query_id]


def enquire_for(db, words):
    """As `rerank` reads a text."""
    parser = xapian.QueryParser()
    parser.set_stemmer(xapian.Stem("english"))
    parser.set_database(db)
    enquire = xapian.Enquire(db)
    enquire.set_query(parser.parse_query(words))
    return enquire


def test_search(db):
    ranker = xapian_irgan.Ranker("db", "model")
    enquire = enquire_for(db, "word3 word21")
    hits = ranker.search(enquire, 0, 20)
    assert [hit.rank for hit in hits] == list(range(1, 21))
    own = [hit.docid for hit in enquire.get_mset(0, 100)]
    assert [hit.docid for hit in hits] != own[:20]
    assert all(own[hit.rank_before - 1] == hit.docid for hit in hits)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert hits[0].document.get_docid() == hits[0].docid
    assert [hit.docid for hit in ranker.search(enquire, 10, 10)] == [hit.docid for hit in hits[10:]]
    deep = ranker.search(enquire, 95, 10)  # below the depth the places stay
    assert all(hit.score is None for hit in deep if hit.rank > ranker.depth)


def preloaded(words, context=None, **settings):
    """The docids that a program under the preload module finds; context: that it says before it searches."""
    script = ("import sys; sys.path.insert(0, sys.argv[1]); import xapian_irgan; xapian_irgan.load_before_xapian(); "
              "import xapian; db = xapian.Database('db'); p = xapian.QueryParser(); "
              "p.set_stemmer(xapian.Stem('english')); p.set_database(db); e = xapian.Enquire(db); "
              "e.set_query(p.parse_query(sys.argv[2])); "
              f"xapian_irgan.search_context({context!r}); print(*[hit.docid for hit in e.get_mset(0, 20)])")
    folder = tempfile.mkdtemp()
    os.symlink(preload, pathlib.Path(folder) / "libxapian-irgan-preload.so")
    environment = {**os.environ, "IRGAN_MODEL": "model", "LD_LIBRARY_PATH": folder, "IRGAN_TIME_LIMIT": "0", **settings}
    done = subprocess.run([sys.executable, "-c", script, str(MODULE), words], capture_output=True, text=True,
                          env=environment)
    shutil.rmtree(folder)
    assert done.returncode == 0, done.stderr
    return [int(docid) for docid in done.stdout.split()]


def test_same_as_preload(db):
    """The module's order is the preload module's, which `rerank` has too."""
    hits = xapian_irgan.Ranker("db", "model").search(enquire_for(db, "word3 word21"), 0, 20)
    assert preloaded("word3 word21") == [hit.docid for hit in hits]


def log_by_device(db):
    """People with a mobile click what is popular, people at a desktop what is not."""
    draws = random.Random(5)
    with open("clicks.tsv", "w") as log:
        log.write("session\tquery_id\tdoc_id\trank\tclicked\tdevice\n")
        for q in range(30):
            found = [hit.docid for hit in enquire_for(db, f"word{q} word{q * 7 % 30}").get_mset(0, 60)]
            for s in range(16):
                device = ("mobile", "desktop")[s % 2]
                for rank, docid in enumerate(draws.sample(found, 10), 1):
                    wanted = (docid * 37 % 400 > 200) == (device == "mobile")
                    clicked = int(draws.random() < (.6 if wanted else .02))
                    log.write(f"{q}-{s}\tq{q}\t{docid}\t{rank}\t{clicked}\t{device}\n")


def test_context(db):
    """The C interface, the preload module and the command line rank alike in each context."""
    log_by_device(db)
    subprocess.run([program, "train", "--force", "--db", "db", "--queries", "queries", "--clicks", "clicks.tsv",
                    "--context", "device", "--model", "devices.model", "--epochs", "8"], check=True, capture_output=True)
    words = "word3 word21"
    ranker = xapian_irgan.Ranker("db", "devices.model")
    enquire = enquire_for(db, words)
    order = {device: [hit.docid for hit in ranker.search(enquire, 0, 20, context={"device": device})]
             for device in ("mobile", "desktop", "watch")}
    votes = {device: sum(docid * 37 % 400 for docid in order[device][:10]) for device in order}
    assert votes["mobile"] > 2 * votes["desktop"], votes
    assert [hit.docid for hit in ranker.search(enquire, 0, 20)] == order["watch"]  # as it was set last
    assert [hit.docid for hit in ranker.search(enquire, 0, 20, context={})] == order["watch"]
    ranker.set_context({"device": "mobile", "segment": None})
    assert [hit.docid for hit in ranker.search(enquire, 0, 20)] == order["mobile"]
    raises(xapian_irgan.BadArgument, lambda: ranker.set_context({"device": "a\0b"}))
    log = {"IRGAN_MODEL": "devices.model", "IRGAN_LOG": "searches.jsonl"}
    assert preloaded(words, **log) == order["watch"]
    assert preloaded(words, IRGAN_CONTEXT="device=mobile", **log) == order["mobile"]
    assert preloaded(words, {"device": "desktop"}, IRGAN_CONTEXT="device=mobile;segment=x", **log) == order["desktop"]
    logged = [json.loads(line)["context"] for line in open("searches.jsonl")]
    assert logged == [None, {"device": "mobile"}, {"device": "desktop", "segment": "x"}], logged
    with open("in_context", "w") as queries:
        queries.write(f"qid\tcontext.device\ttext\nm\tmobile\t{words}\nd\tdesktop\t{words}\nw\t\t{words}\n")
    ranked = reranked("m", "devices.model", "in_context"), reranked("d", "devices.model", "in_context")
    assert ranked[0][:3] != ranked[1][:3]
    raises(xapian_irgan.Error, xapian_irgan.search_context)  # without the module
    raises(xapian_irgan.BadArgument, lambda: xapian_irgan.search_context({"device": "a;b"}))


def test_explain(db):
    ranker = xapian_irgan.Ranker("db", "model")
    enquire = enquire_for(db, "word4 word9")
    found = [(hit.docid, hit.weight) for hit in enquire.get_mset(0, 50)]
    docids, weights = [docid for docid, _ in found], [weight for _, weight in found]
    scores = ranker.scores(enquire.get_query(), docids, weights)
    reasons = ranker.explain(enquire.get_query(), docids, weights)
    assert set(reasons[0]) == set(ranker.features)
    offsets = [score - sum(reason.values()) for score, reason in zip(scores, reasons)]
    allowed = .02 * (max(scores) - min(scores) + 1)
    assert max(offsets) - min(offsets) < allowed, "parts add up to the score less the mean's"


def test_explore(db):
    ranker = xapian_irgan.Ranker("db", "model")
    enquire = enquire_for(db, "word5 word6")
    best = [hit.docid for hit in ranker.search(enquire, 0, 10)]
    pages = {
        tuple(hit.docid for hit in ranker.search(enquire, 0, 10, explore=f"s{i}", temperature=5.0))
        for i in range(10)
    }
    assert len(pages) > 1
    drawn = ranker.search(enquire, 0, 10, explore="s1")
    assert all(hit.log_probability <= 0 for hit in drawn)
    assert drawn == ranker.search(enquire, 0, 10, explore="s1") or [h.docid for h in drawn] == [
        h.docid for h in ranker.search(enquire, 0, 10, explore="s1")]
    assert [hit.log_probability for hit in ranker.search(enquire, 0, 3)] == [None] * 3 and len(best) == 10


def test_memory(db):
    """The order is the preload module's with the same memory."""
    rows = "session\tquery\tdoc_id\n" + "".join(
        f"s{i}\tword3 word21\t60\ns{i}\tzzyzx\t7\ns{i}\tzzyzx\t{8 if i % 2 else 9}\n" for i in range(12))
    pathlib.Path("clicked").write_text(rows)
    subprocess.run([program, "memory", "--clicks", "clicked", "--min-sessions", "5", "--out", "memory"], check=True,
                   capture_output=True)
    own = xapian_irgan.Ranker("db", "model")
    assert own.search(enquire_for(db, "zzyzx")) == []
    store = [program, "store", "--db", "db", "--memory"]
    subprocess.run(store + ["memory"], check=True, stdout=subprocess.DEVNULL)
    db.reopen()
    own.reopen()  # the index's own is taken up
    ranker = xapian_irgan.Ranker("db", "model", memory="memory")
    for words in ("word3 word21", "zzyzx"):
        hits = own.search(enquire_for(db, words), 0, 20)
        assert [hit.docid for hit in hits] == preloaded(words), words
        assert hits and [hit[:6] for hit in hits] == [hit[:6] for hit in ranker.search(enquire_for(db, words), 0, 20)]
    subprocess.run(store + ["none"], check=True, stdout=subprocess.DEVNULL)
    db.reopen()
    own.reopen()  # and left when it is removed
    assert own.search(enquire_for(db, "zzyzx")) == []
    assert hits[0].docid == 7 and hits[0].rank_before is None and hits[0].weight is None
    assert hits[0].document.get_docid() == 7
    assert ranker.search(enquire_for(db, "word3 word21"), 0, 1)[0].docid == 60
    assert 0 < ranker.search(enquire_for(db, "word3 word21"), 0, 1)[0].score <= 1, "a chance"
    typed = ranker.search(enquire_for(db, "word4"), 0, 5, typed="ZZYZX!")
    assert typed[0].docid == 7, "asked by what was typed"
    without = xapian_irgan.Ranker("db", "model", memory=False).search(enquire_for(db, "zzyzx"))
    assert without == []
    drawn = ranker.search(enquire_for(db, "word3 word21"), 0, 5, explore="s", temperature=.5)
    assert all(hit.log_probability <= 0 for hit in drawn)
    raises(xapian_irgan.BadMemory, lambda: xapian_irgan.Ranker("db", "model", memory="queries"))
    raises(xapian_irgan.BadMemory, lambda: xapian_irgan.Ranker("db", "model", memory="nowhere"))
    subprocess.run([program, "memory", "--clicks", "clicked", "--min-sessions", "5", "--stemmer", "german",
                    "--out", "other"], check=True, capture_output=True)
    other = xapian_irgan.Ranker("db", "model", memory="other")
    assert "german" in raises(xapian_irgan.BadMemory, lambda: other.search(enquire_for(db, "word3")))


def test_interleaved_search(db):
    ranker = xapian_irgan.Ranker("db", "model")
    enquire = enquire_for(db, "word3 word21")
    best = [hit.docid for hit in ranker.search(enquire, 0, 10)]
    own = [hit.docid for hit in enquire.get_mset(0, 10)]
    pages = [ranker.search(enquire, 0, 10, interleave=f"s{i}") for i in range(20)]
    for page in pages:
        assert [hit.rank for hit in page] == list(range(1, 11))
        assert {hit.team for hit in page[:2]} == {"model", "xapian"}
        assert page[0].docid == (best if page[0].team == "model" else own)[0]
    assert {page[0].team for page in pages} == {"model", "xapian"}
    assert [hit.docid for hit in ranker.search(enquire, 5, 5, interleave="s1")] == [hit.docid for hit in pages[1][5:]]
    assert all(hit.team is None for hit in ranker.search(enquire, 0, 10))
    raises(xapian_irgan.BadArgument, lambda: ranker.search(enquire, interleave="a", explore="b"))
    raises(xapian_irgan.BadArgument, lambda: ranker.search(enquire, -1, 10))


def test_interleave():
    hits = xapian_irgan.interleave([1, 2, 3], [3, 4, 1], "session words")
    assert sorted(hit.docid for hit in hits) == [1, 2, 3, 4]
    assert {hit.team for hit in hits[:2]} == {"first", "second"}
    first = [xapian_irgan.interleave([1], [2], f"key {i}")[0].docid for i in range(40)]
    assert set(first) == {1, 2}
    raises(xapian_irgan.BadArgument, lambda: xapian_irgan.interleave([1, 1], [2], "k"))
    assert xapian_irgan.interleave([], [], "k") == []


def test_wheel():
    """A wheel is built offline, with Debian's setuptools, and works from where it is unpacked."""
    tools = subprocess.run(["/usr/bin/python3", "-c", "import setuptools, wheel, pip"], capture_output=True)
    if tools.returncode != 0:
        return print("left out: the wheel, which needs python3-pip, python3-setuptools and python3-wheel")
    shutil.copytree(MODULE, "source")
    subprocess.run(["/usr/bin/python3", "-m", "pip", "wheel", "-q", "--no-index", "--no-deps", "--no-build-isolation",
                    "-w", "dist", "./source"], check=True)
    wheel, = pathlib.Path("dist").glob("*.whl")
    assert wheel.name == f"xapian_irgan-{xapian_irgan.__version__}-py3-none-any.whl", wheel.name
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall("unpacked")
    script = "import xapian_irgan, xapian; print(xapian_irgan.Ranker('db', 'model').depth, xapian_irgan.__file__)"
    done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ, PYTHONPATH="unpacked"),
                          capture_output=True, text=True)
    assert done.returncode == 0 and "unpacked" in done.stdout, done.stderr


def test_version():
    text = (HERE.parent.parent / "CMakeLists.txt").read_text()
    assert f"VERSION {xapian_irgan.__version__} " in text, "_version.py has another version than CMakeLists.txt"


def test_errors(db):
    raises(xapian_irgan.BadIndex, lambda: xapian_irgan.Ranker("nowhere"))
    raises(xapian_irgan.BadModel, lambda: xapian_irgan.Ranker("db"))  # there is none in the index
    raises(xapian_irgan.BadModel, lambda: xapian_irgan.Ranker("db", "queries"))
    ranker = xapian_irgan.Ranker("db", "model")
    raises(xapian_irgan.BadArgument, lambda: ranker.scores(b"no query", [1], [1.0]))
    raises(xapian_irgan.BadArgument, lambda: ranker.scores(xapian.Query("word1"), [1, 2], [1.0]))
    assert ranker.scores(xapian.Query("word1"), []) == []
    assert not any(math.isnan(score) for score in ranker.scores(xapian.Query("word1"), [1, 2]))
    ranker.close()
    raises(xapian_irgan.BadArgument, lambda: ranker.scores(xapian.Query("word1"), [1], [1.0]))
    assert "no effect" in raises(xapian_irgan.Error, xapian_irgan.load_before_xapian)


def test_stored_model(db):
    subprocess.run([program, "store", "--db", "db", "--model", "model"], check=True, stdout=subprocess.DEVNULL)
    with xapian_irgan.Ranker("db") as ranker:
        version = ranker.version
        assert len(version) >= 12 and ranker.depth > 0
        ranker.reopen()
        assert ranker.version == version
    with xapian_irgan.Ranker("db", "model") as ranker:
        assert ranker.version == version


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        subprocess.run([str(HERE.parent / "made_site.sh"), program], check=True)
        db = xapian.Database("db")
        test_search(db)
        test_same_as_preload(db)
        test_context(db)
        test_explain(db)
        test_explore(db)
        test_memory(db)
        test_interleaved_search(db)
        test_interleave()
        test_wheel()
        test_version()
        test_errors(db)
        test_stored_model(db)
        os.chdir("/")
    print("the Python module does what it promises")


main()
