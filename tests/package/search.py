#!/usr/bin/python3
"""Searches an index. Use: search.py DB WORDS [libxapian-irgan-preload.so]

With the module, in the order of the model in the index: it is loaded before xapian, and nothing else changes.
"""
import ctypes
import sys

if len(sys.argv) > 3:
    ctypes.CDLL(sys.argv[3], mode=ctypes.RTLD_GLOBAL)
import xapian

db = xapian.Database(sys.argv[1])
parser = xapian.QueryParser()
parser.set_stemmer(xapian.Stem("english"))
enquire = xapian.Enquire(db)
enquire.set_query(parser.parse_query(sys.argv[2]))
for hit in enquire.get_mset(0, 20):
    print(hit.docid)
