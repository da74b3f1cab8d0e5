#!/usr/bin/env python3
"""A program that is hard on what is loaded into it; run with the preload module, in the folder of an index `db`.

Use: preload_guest.py fork N          N forks while four threads search; each child searches, too
     preload_guest.py pipe|stderr|size
                                      searches while IRGAN_LOG is a pipe that its reader leaves, stderr a broken pipe,
                                      or files may have no more than 2000 bytes; the program ends at signals as usual
     preload_guest.py elsewhere       a search, and the same one from another folder; prints 10 1 if that is one order
Prints how many of the forks or searches went well, and of how many.
"""
import os
import resource
import signal
import sys
import threading

import xapian

LONGEST = 60  # seconds after which a child that hangs is ended


def search(number):
    enquire = xapian.Enquire(xapian.Database("db"))
    enquire.set_query(xapian.Query(xapian.Query.OP_OR, ["word%d" % (number % 30), "word%d" % (number * 7 % 30)]))
    return [hit.docid for hit in enquire.get_mset(0, 10)]


def fork_beside_threads(num_forks):
    expected = [search(i) for i in range(20)]
    stop = threading.Event()

    def work(number):
        while not stop.is_set():
            number += 1
            if search(number % 20) != expected[number % 20]:
                os._exit(1)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    good = 0
    for _ in range(num_forks):
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST)
            os._exit(0 if [search(i) for i in range(4)] == expected[:4] else 1)
        good += os.waitpid(child, 0)[1] == 0
    stop.set()
    for thread in threads:
        thread.join()
    print(good, num_forks)


def search_on(trouble):
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    reader = None
    if trouble == "pipe":
        reader = os.open(os.environ["IRGAN_LOG"], os.O_RDONLY | os.O_NONBLOCK)
    elif trouble == "size":
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
    else:
        left, right = os.pipe()
        os.dup2(right, 2)
        os.close(left)
        os.close(right)
    good = 0
    for number in range(20):
        if number == 5 and reader is not None:
            os.close(reader)
        good += len(search(number)) == 10
    print(good, 20)


def search_elsewhere():
    """The settings are taken as paths from where the program is at its first search."""
    first = search(3)
    database = xapian.Database("db")
    os.chdir("/")
    enquire = xapian.Enquire(database)
    enquire.set_query(xapian.Query(xapian.Query.OP_OR, ["word3", "word21"]))
    print(len(first), int([hit.docid for hit in enquire.get_mset(0, 10)] == first))


if sys.argv[1] == "elsewhere":
    search_elsewhere()
elif sys.argv[1] == "fork":
    fork_beside_threads(int(sys.argv[2]))
else:
    search_on(sys.argv[1])
