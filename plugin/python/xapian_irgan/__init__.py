"""Reranks Xapian's results by a model that learnt from clicks. Pure Python over libxapian-irgan's C interface.

    import xapian, xapian_irgan

    ranker = xapian_irgan.Ranker("my.db")                  # the model in the index; or Ranker("my.db", "my.model")
    for hit in ranker.search(enquire, 0, 10):              # was: enquire.get_mset(0, 10)
        print(hit.rank, hit.docid, hit.score, hit.document.get_data())

What goes wrong is an exception: BadModel, BadIndex, and so on, all of them Error. Threads: one Ranker a thread.
"""

import ctypes
import os
import pathlib
import sys
from collections import namedtuple

from ._version import VERSION

__all__ = ["Ranker", "Hit", "InterleavedHit", "interleave", "load_before_xapian", "last_page", "search_context",
           "Error", "BadArgument",
           "BadModel", "BadIndex", "BadMemory", "IndexModified"]


class Error(Exception):
    """Anything that went wrong; the message says what."""


class BadArgument(Error):
    pass


class BadModel(Error):
    """There is no model, it is damaged, or it does not fit the index."""


class BadIndex(Error):
    pass


class BadMemory(Error):
    """The click memory is damaged, or has other words than the index."""


class IndexModified(Error):
    """The index moved on under a search: reopen() the ranker and your xapian.Database, and search again."""


__version__ = VERSION

_ERRORS = {1: BadArgument, 2: BadModel, 3: BadIndex, 4: IndexModified, 5: Error, 6: BadMemory}
_MAX_ADDED = 150

Hit = namedtuple("Hit", "rank docid score weight rank_before log_probability document team")
Hit.__doc__ = """A result. rank: its place, from 1; score: the model's, with a memory that knows the query the chance
of a click, or None below the model's depth; weight and rank_before: those of Xapian's own search, None for what the
memory added; log_probability: of a drawn page, else None; document: a xapian.Document; team: of an interleaved page
'model', 'xapian', or None where the other ranking had no more documents."""

InterleavedHit = namedtuple("InterleavedHit", "docid team")
InterleavedHit.__doc__ = "team: 'first', 'second', or None where the other ranking had no more documents."


def _candidates(name):
    given = os.environ.get("IRGAN_LIBRARY")
    if given and name == "libxapian-irgan":
        yield given
    here = pathlib.Path(__file__).resolve()
    for folder in list(here.parents)[:6]:  # installed under PREFIX/lib/python3.x/..., beside the library in PREFIX/lib
        yield from sorted(str(p) for p in folder.glob(f"{name}.so*"))
        yield from sorted(str(p) for p in folder.glob(f"*-linux-gnu/{name}.so*"))
    yield f"{name}.so.0"
    yield f"{name}.so"


def _load(name, mode=ctypes.DEFAULT_MODE):
    tried = []
    for path in _candidates(name):
        try:
            return ctypes.CDLL(path, mode=mode)
        except OSError as error:
            tried.append(str(error))
    raise ImportError(f"{name}.so is not found: install it, run ldconfig, or name it in IRGAN_LIBRARY; "
                      + "; ".join(tried))


_library = _load("libxapian-irgan")
_size, _bytes, _pointer = ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p
_docids, _doubles = ctypes.POINTER(ctypes.c_uint32), ctypes.POINTER(ctypes.c_double)
_pool = [_pointer, _bytes, _size, _docids, _doubles, _size]


class _Hit(ctypes.Structure):
    _fields_ = [("docid", ctypes.c_uint32), ("is_added", ctypes.c_uint32), ("score", ctypes.c_double),
                ("log_probability", ctypes.c_double)]


_library.irgan_message.restype = _bytes
_library.irgan_model_version.restype = _bytes
_library.irgan_feature_name.restype = _bytes
_library.irgan_depth.restype = _library.irgan_num_features.restype = _size
_library.irgan_open.argtypes = [_bytes, _bytes, ctypes.POINTER(_pointer)]
_library.irgan_rescore.argtypes = _library.irgan_explain.argtypes = _pool + [_doubles]
_library.irgan_remember.argtypes = [_pointer, _bytes]
_library.irgan_set_context.argtypes = [_pointer, _bytes, _bytes]
_library.irgan_rank.argtypes = _pool + [_bytes, _size, _bytes, _size, ctypes.c_double, ctypes.POINTER(_Hit),
                                        ctypes.POINTER(_size)]
_library.irgan_draw.argtypes = _pool + [_bytes, _size, ctypes.c_double, _docids, _doubles]
_library.irgan_interleave.argtypes = [_docids, _size, _docids, _size, _bytes, _size, _docids,
                                      ctypes.POINTER(ctypes.c_uint8), ctypes.POINTER(_size)]
for _name in ("irgan_reopen", "irgan_close", "irgan_depth", "irgan_num_features", "irgan_model_version"):
    getattr(_library, _name).argtypes = [_pointer]
_library.irgan_feature_name.argtypes = [_pointer, _size]
_library.irgan_close.restype = None


def _check(status):
    if status != 0:
        raise _ERRORS.get(status, Error)(_library.irgan_message().decode("utf-8", "replace"))


def _path(path):
    return None if path is None else os.fsencode(path)


def _numbers(kind, values):
    return (kind * max(1, len(values)))(*values)


def _text(text):
    data = text if isinstance(text, bytes) else str(text).encode("utf-8")
    if b"\0" in data:
        raise BadArgument("a context holds a zero byte")
    return data


def _key(key):
    return key.encode("utf-8") if isinstance(key, str) else bytes(key)


class Ranker:
    """An index, the model that ranks it, and what people clicked there.

    db_path: of the index that is searched; model_path: a model file, or None for the model in the index; memory: a file
    of 'xapian-irgan memory', None for the memory in the index, if it has one, or False for none. What is stored in the
    index is taken up at the next reopen(), a file that changed at the next search.
    """

    def __init__(self, db_path, model_path=None, memory=None):
        self._handle = _pointer()
        self._db_path, self._db = db_path, None
        _check(_library.irgan_open(_path(db_path), _path(model_path), ctypes.byref(self._handle)))
        _check(_library.irgan_remember(self._handle, b"" if memory is False else _path(memory)))

    def close(self):
        if self._handle:
            _library.irgan_close(self._handle)
            self._handle = _pointer()

    def __del__(self):
        if getattr(self, "_handle", None):
            self.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def reopen(self):
        """Takes the index, its model and its memory as they are now. Reopen your own xapian.Database, too."""
        _check(_library.irgan_reopen(self._open()))
        if self._db is not None:
            self._db.reopen()

    @property
    def depth(self):
        """How many candidates the model was trained to rerank."""
        return _library.irgan_depth(self._open())

    @property
    def version(self):
        """The model's version, as the log of a page should hold it."""
        return _library.irgan_model_version(self._open()).decode()

    @property
    def features(self):
        """The names of the model's features."""
        handle = self._open()
        return [_library.irgan_feature_name(handle, i).decode() for i in range(_library.irgan_num_features(handle))]

    def set_context(self, context=None):
        """Says what is known of the searches that follow beside their words, such as {"device": "mobile"}; None: no
        more than their words. A value that the model has not learnt from counts as unknown."""
        handle = self._open()
        given = {name: _text(value) for name, value in (context or {}).items() if value is not None}
        _check(_library.irgan_set_context(handle, None, None))
        for name, value in given.items():
            _check(_library.irgan_set_context(handle, _text(name), value))

    def scores(self, query, docids, weights=None):
        """Returns the candidates' scores; docids are the first hits of the search, the best first."""
        scores = (ctypes.c_double * max(1, len(docids)))()
        _check(_library.irgan_rescore(*self._pool(query, docids, weights), scores))
        return list(scores[:len(docids)])

    def explain(self, query, docids, weights=None):
        """Returns for each candidate what each feature added to its score, by name, the largest first."""
        names = self.features
        numbers = (ctypes.c_double * max(1, len(docids) * len(names)))()
        _check(_library.irgan_explain(*self._pool(query, docids, weights), numbers))
        rows = (numbers[i * len(names):(i + 1) * len(names)] for i in range(len(docids)))
        return [dict(sorted(zip(names, row), key=lambda pair: -abs(pair[1]))) for row in rows]

    def search(self, enquire, first=0, maxitems=10, typed=None, explore=None, temperature=1.0, interleave=None,
               context=None):
        """Returns the hits from number `first` on, in the model's order, where enquire.get_mset(first, maxitems) gives
        Xapian's. Hits below the model's depth keep their order.

        typed: what the user typed, by which the memory is asked; without it, by the words of the query
        explore: a key (a session's id and the query's words, say): the page is drawn from the model's policy at this
            temperature, and each hit has its log_probability, which the click log should hold
        interleave: a key: the model's order and Xapian's are mixed by team draft, and each hit has its team, which the
            click log should hold
        context: as set_context() takes it, which stays set; None: as it was set
        """
        if context is not None:
            self.set_context(context)
        if explore is not None and interleave is not None:
            raise BadArgument("a page is drawn or interleaved, not both: give explore or interleave")
        if first < 0 or maxitems < 0:
            raise BadArgument("first and maxitems must not be negative")
        mset = enquire.get_mset(0, max(self.depth, first + maxitems))
        found = [(hit.docid, hit.weight, hit.document) for hit in mset]
        head = found[:self.depth]
        ranked = self._rank(enquire.get_query(), head, typed, explore, temperature)
        before = {hit[0]: place for place, hit in enumerate(found, 1)}
        pool = {hit.docid for hit in ranked}
        teams = {}
        if interleave is not None:
            own = [hit[0] for hit in head] + [hit.docid for hit in ranked if hit.is_added]
            by_docid = {hit.docid: hit for hit in ranked}
            mixed = globals()["interleave"]([hit.docid for hit in ranked], own, interleave)
            names = {"first": "model", "second": "xapian", None: None}
            ranked = [by_docid[hit.docid] for hit in mixed]
            teams = {hit.docid: names[hit.team] for hit in mixed}
        hits = []
        for hit in ranked:
            place = before.get(hit.docid)
            weight, document = (None, None) if place is None else found[place - 1][1:]
            hits.append(Hit(len(hits) + 1, hit.docid, hit.score, weight, place,
                            None if explore is None else hit.log_probability, document, teams.get(hit.docid)))
        for docid, weight, document in found:
            if docid not in pool:
                hits.append(Hit(len(hits) + 1, docid, None, weight, before[docid], None, document, None))
        return [hit if hit.document is not None else hit._replace(document=self._document(hit.docid))
                for hit in hits[first:first + maxitems]]

    def _rank(self, query, head, typed, key, temperature):
        docids, weights = [hit[0] for hit in head], [hit[1] for hit in head]
        typed = None if typed is None else _key(typed)
        key = None if key is None else _key(key)
        hits, count = (_Hit * (len(head) + _MAX_ADDED))(), _size()
        if key is not None and not temperature > 0:
            raise BadArgument("the temperature must be above 0")
        _check(_library.irgan_rank(*self._pool(query, docids, weights), typed, len(typed or b""), key, len(key or b""),
                                   0.0 if key is None else temperature, hits, ctypes.byref(count)))
        return list(hits[:count.value])

    def _document(self, docid):
        """Of a document that the memory added: the search itself does not have it."""
        import xapian
        if self._db is None:
            self._db = xapian.Database(os.fsdecode(self._db_path))
        return self._db.get_document(docid)

    def _pool(self, query, docids, weights):
        query = query if isinstance(query, bytes) else query.serialise()
        if weights is not None and len(weights) != len(docids):
            raise BadArgument(f"{len(docids)} docids, but {len(weights)} weights")
        given = None if weights is None else _numbers(ctypes.c_double, weights)
        return self._open(), query, len(query), _numbers(ctypes.c_uint32, docids), given, len(docids)

    def _open(self):
        if not self._handle:
            raise BadArgument("the ranker is closed")
        return self._handle


def interleave(first, second, key):
    """Returns the documents of two rankings (lists of docids) on one page by team draft: log each hit's team, and
    'xapian-irgan evaluate --interleaved' says which ranking people prefer.

    key: another one for each search, the same for all of its pages
    """
    key, room = _key(key), max(1, len(first) + len(second))
    docids, teams, count = (ctypes.c_uint32 * room)(), (ctypes.c_uint8 * room)(), _size()
    for ranking in (first, second):
        if len(set(ranking)) != len(ranking):
            raise BadArgument("a document stands twice in one ranking")
    _check(_library.irgan_interleave(_numbers(ctypes.c_uint32, first), len(first), _numbers(ctypes.c_uint32, second),
                                     len(second), key, len(key), docids, teams, ctypes.byref(count)))
    names = (None, "first", "second")
    return [InterleavedHit(docids[i], names[teams[i]]) for i in range(count.value)]


def load_before_xapian():
    """Loads the preload module, which reranks every search of this program that uses an index with a model.

    Call it before xapian is imported: afterwards it would do nothing, and so is an error.
    """
    if "xapian" in sys.modules:
        raise Error("xapian is imported already, so that the module would have no effect: call load_before_xapian() "
                    "first")
    _load("libxapian-irgan-preload", ctypes.RTLD_GLOBAL)


def _module_function(name):
    try:
        return getattr(ctypes.CDLL(None), name)
    except AttributeError:
        raise Error("the preload module is not in this process: call load_before_xapian(), or start with "
                    "LD_PRELOAD") from None


def search_context(context=None):
    """Tells the preload module what this thread's next searches are beside their words, such as {"device": "mobile"};
    None: nothing. It is an error if the module is not in this process."""
    parts = []
    for name, value in (context or {}).items():
        if any(mark in part for part in (str(name), str(value)) for mark in ";=\0"):
            raise BadArgument(f"{name}={value}: neither may hold ; or =")
        parts.append(f"{name}={value}")
    function = _module_function("irgan_search_context")
    function.argtypes, function.restype = [_bytes], None
    function(";".join(parts).encode("utf-8"))


def last_page():
    """Returns the id under which the preload module logged this thread's last search (IRGAN_LOG); "" if it did not.

    Log it with each click on that search's hits. It is an error if the module is not in this process.
    """
    function = _module_function("irgan_last_page")
    function.restype = ctypes.c_char_p
    return function().decode()
