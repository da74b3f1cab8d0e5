#!/usr/bin/env python3
"""People who search a site of Omega's templates and click, by the links of its own pages.

Use: omega_visitors.py visit SESSIONS     as many people as that, with a query each of the file `queries`; prints
                                          how often they clicked
     omega_visitors.py page WORDS         the documents' urls of the first page, a line each
     omega_visitors.py links WORDS        that page's links
     omega_visitors.py follow LINK        where a link leads
     omega_visitors.py hostile            requests that no page offers
Omega runs as a web server would run it, configured by omega.conf in the present folder. The document /N is worth N
votes.
"""
import html.parser
import itertools
import os
import random
import subprocess
import sys

CGI = "/usr/lib/cgi-bin/omega/omega"
EXAMINATION = 0.85  # that one who looked at a hit looks at the next
ports = itertools.count(1024)


def fetch(query_string):
    """Returns the headers, in lower case, and the body."""
    server = {"OMEGA_CONFIG_FILE": "omega.conf", "REQUEST_METHOD": "GET", "SCRIPT_NAME": "/omega",
              "REMOTE_PORT": str(next(ports)), "QUERY_STRING": query_string}
    answer = subprocess.run([CGI], env={**os.environ, **server}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            check=True)
    head, body = answer.stdout.decode("utf-8", "replace").split("\n\n", 1)
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in head.split("\n"))}, body


class Page(html.parser.HTMLParser):
    def __init__(self, body):
        super().__init__()
        self.hits, self.further, self.link = [], None, None
        self.feed(body)

    def handle_starttag(self, tag, attributes):
        self.link = dict(attributes).get("href") if tag == "a" else self.link

    def handle_endtag(self, tag):
        self.link = None if tag == "a" else self.link

    def handle_data(self, text):
        if self.link is None:
            return
        if text == "Further results":
            self.further = self.link
        elif "FMT=click" in self.link:
            self.hits.append(self.link)


def expect(condition, what):
    if not condition:
        sys.exit("FAILED: " + what)


def query_string(link):
    expect(link.startswith("/omega?"), "a page links to " + link)
    return link[len("/omega?"):]


def destination(link):
    headers, _ = fetch(query_string(link))
    expect(headers.get("status") == "302 Found", link + " answers " + str(headers))
    return headers["location"]


def search_link(words):
    return "/omega?DB=db&DEFAULTOP=or&P=" + words.replace(" ", "+")


def visit(sessions):
    generator = random.Random(11)
    queries = [line.rstrip("\n") for line in open("queries", encoding="utf-8")]
    clicks = 0
    for session in range(sessions):
        link = search_link(queries[session % len(queries)])
        looks = True
        while link and looks:
            page = Page(fetch(query_string(link))[1])
            for hit in page.hits:
                looks = generator.random() < EXAMINATION
                if not looks:
                    break
                votes = int(hit.rsplit("doc", 1)[1])  # as the hit's title would tell
                if generator.random() < (0.8 if votes > 250 else 0.1):
                    place = destination(hit)
                    expect(place == f"/docs/{votes}.html", hit + " leads to " + place)
                    clicks += 1
            link = page.further
    print(clicks)


def hostile():
    log = open("search.log", encoding="utf-8").read(), open("clicks.log", encoding="utf-8").read()
    hit = query_string(Page(fetch(query_string(search_link("word1")))[1]).hits[0])
    place = fetch(hit)[0]["location"]
    for more in ("&URL=http://evil.example/", "&url=http://evil.example/", "&ID=7", "&HITSPERPAGE=50", "&TOPDOC=20"):
        expect(fetch(hit + more)[0]["location"] == place, "the click leads elsewhere with " + more)
    for bad in ("ID=", "ID=99999", "ID=http://evil.example/", "ID=1%0aX:%20y", "B=Qnone&ID=1",
                "B=http://evil.example/"):
        headers, _ = fetch("DB=db&FMT=click&PAGE=1-2-3&" + bad)
        expect(headers["status"] == "404 Not Found" and "location" not in headers, bad + " answers " + str(headers))
    for page in ("", "1,2", "1%0a2", "%22", "x" * 200):
        fetch("DB=db&FMT=click&ID=1&PAGE=" + page)
    for docid in ("%ff%0aforged,7,time=1", "1%0aforged,7", "1%22"):
        fetch("DB=db&FMT=click&PAGE=1-2-3&B=Qdoc1&ID=" + docid)
    clicks = open("clicks.log", encoding="utf-8").read()[len(log[1]):]
    expect(clicks.count("\n") == 6, "no page's clicks are logged: " + clicks)
    for words in ("%22%0d%0aword1,%22", "word1%0aword2", "word1%09word2", "%ff%0aword1",
                  "%3Cscript%3Ealert(1)%3C/script%3E"):
        _, body = fetch("DB=db&DEFAULTOP=or&P=" + words)
        expect("<script" not in body, "a query is not quoted in the page")
    for name, good in (("url1", False), ("url2", False), ("url3", False), ("url4", True), ("url5", True)):
        headers, body = fetch("DB=db&FMT=click&PAGE=1-2-3&B=Q" + name)
        expect(("location" in headers) == good and "cript:" not in body, name + " leads to " + str(headers))
    for words in ("qid", "%ff", "%00", "a%09b", "a%00b", "%22a"):
        fetch("DB=db&DEFAULTOP=or&P=" + words)
    for line in open("queries.log", "rb"):
        expect(line.count(b"\t") == 1 and b"\0" not in line, "a query breaks its line: " + str(line))
    searches = open("search.log", encoding="utf-8", errors="replace", newline="").read()[len(log[0]):]
    expect(searches.count("\n") == 12 and "\r" not in searches, "a query breaks its line: " + searches)


if sys.argv[1] == "visit":
    visit(int(sys.argv[2]))
elif sys.argv[1] in ("page", "links"):
    for hit_link in Page(fetch(query_string(search_link(sys.argv[2])))[1]).hits:
        print(destination(hit_link) if sys.argv[1] == "page" else hit_link)
elif sys.argv[1] == "follow":
    print(destination(sys.argv[2]))
else:
    hostile()
