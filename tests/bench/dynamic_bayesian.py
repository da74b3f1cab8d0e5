"""Labels of clicks by the simplified dynamic Bayesian click model of Chapelle and Zhang ("A Dynamic Bayesian Network
Click Model for Web Search Ranking", WWW 2009): users look from the top, click what attracts them, and stop when a click
has satisfied them.
"""
import collections

Session = collections.namedtuple("Session", "id time query documents clicks")  # clicks: 0 or 1 for each document


def shared_out(relevance, sessions):
    clicks, sums = collections.Counter(), collections.Counter()
    for session in sessions:
        clicks[session.query] += sum(session.clicks)
    for (query, _), value in relevance.items():
        sums[query] += value
    return {pair: value * clicks[pair[0]] / sums[pair[0]] for pair, value in relevance.items()}


def simplified(sessions, by_satisfaction):
    """Returns (query, document) -> label: a query's clicks, shared out among the documents that it was shown with.

    SDBN, section 5 there, with gamma = 1: all down to a session's last click was looked at, and all of a page without
    one.

    Relevance is attraction, the share of looks that were clicks, by_satisfaction times the share of clicks that were
    the last;
    each with a prior of one success in two. What was never looked at has no label."""
    looks, clicks, last_clicks = (collections.Counter() for _ in range(3))
    for session in sessions:
        clicked = [i for i, one in enumerate(session.clicks) if one]
        last = clicked[-1] if clicked else len(session.documents) - 1
        for i, document in enumerate(session.documents[:last + 1]):
            pair = session.query, document
            looks[pair] += 1
            clicks[pair] += session.clicks[i]
            last_clicks[pair] += bool(clicked) and i == last
    relevance = {pair: (clicks[pair] + 1) / (n + 2) for pair, n in looks.items()}
    if by_satisfaction:
        relevance = {pair: value * (last_clicks[pair] + 1) / (clicks[pair] + 2) for pair, value in relevance.items()}
    return shared_out(relevance, sessions)
