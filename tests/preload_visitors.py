#!/usr/bin/python3
"""A site whose visitors search and click, run with the preload module and IRGAN_LOG, in the folder of an index `db`.

Use: preload_visitors.py own CLICKS.CSV | ubi EVENTS.JSONL
Each visitor searches for two words and clicks documents that they like; the site logs every second click with the page
id that the module gave (all of them in UBI's form), the others with words and time. Prints searches and clicks.
"""
import ctypes
import datetime
import json
import random
import sys

import xapian

form, path = sys.argv[1:]
last_page = ctypes.CDLL(None).irgan_last_page
last_page.restype = ctypes.c_char_p
assert last_page() == b"", "a page before the first search"

draw = random.Random(1)
parser = xapian.QueryParser()
database = xapian.Database("db")
num_searches = num_clicks = 0
pages = set()
with open(path, "w") as out:
    if form == "own":
        print("page_id,query,doc_id,time,session", file=out)
    for visit in range(240):
        words = "word%d word%d" % (visit % 30, (visit * 7 + visit // 30) % 30)  # each pair once
        enquire = xapian.Enquire(database)
        enquire.set_query(parser.parse_query(words))
        hits = enquire.get_mset(0, 10)
        page = last_page().decode()
        assert len(page) == 24 and page not in pages, page
        pages.add(page)
        num_searches += 1
        for hit in hits:
            is_liked = hit.docid * 37 % 400 >= 200
            if draw.random() > (0.6 if is_liked else 0.1) / (1 + hit.rank):
                continue
            num_clicks += 1
            now = datetime.datetime.now(datetime.timezone.utc)
            if form == "ubi":
                event = {
                    "action_name": "click", "query_id": page, "client_id": "v%d" % visit, "timestamp": now.isoformat(),
                    "event_attributes": {"object": {"object_id": str(hit.docid)}}
                }
                print(json.dumps(event), file=out)
            elif num_clicks % 2 == 0:
                print("%s,,%d,,v%d" % (page, hit.docid, visit), file=out)
            else:
                print(",%s,%d,%s,v%d" % (words.upper(), hit.docid, now.isoformat(timespec="seconds"), visit), file=out)
print(num_searches, num_clicks)
