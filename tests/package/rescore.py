#!/usr/bin/python3
"""Searches an index in the order of the model in it, through the C interface.

Use: rescore.py DB WORDS libxapian-irgan.so
"""
import ctypes
import sys

import xapian

irgan = ctypes.CDLL(sys.argv[3])
irgan.irgan_message.restype = ctypes.c_char_p
irgan.irgan_depth.restype = ctypes.c_size_t
irgan.irgan_depth.argtypes = [ctypes.c_void_p]
irgan.irgan_rescore.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_uint32),
                                ctypes.POINTER(ctypes.c_double), ctypes.c_size_t, ctypes.POINTER(ctypes.c_double)]
irgan.irgan_close.argtypes = [ctypes.c_void_p]


def check(status):
    if status != 0:
        sys.exit(f"irgan: {status}: {irgan.irgan_message().decode()}")


db = xapian.Database(sys.argv[1])
parser = xapian.QueryParser()
parser.set_stemmer(xapian.Stem("english"))
query = parser.parse_query(sys.argv[2])
enquire = xapian.Enquire(db)
enquire.set_query(query)

ranker = ctypes.c_void_p()
check(irgan.irgan_open(sys.argv[1].encode(), None, ctypes.byref(ranker)))
hits = [(hit.docid, hit.weight) for hit in enquire.get_mset(0, irgan.irgan_depth(ranker))]
docids = (ctypes.c_uint32 * len(hits))(*[docid for docid, _ in hits])
weights = (ctypes.c_double * len(hits))(*[weight for _, weight in hits])
scores = (ctypes.c_double * len(hits))()
serialised = query.serialise()
check(irgan.irgan_rescore(ranker, serialised, len(serialised), docids, weights, len(hits), scores))
irgan.irgan_close(ranker)
for score, docid in sorted(zip(scores, docids), key=lambda pair: -pair[0])[:20]:
    print(docid)
