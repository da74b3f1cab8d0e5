"""Labels of clicks by the dynamic Bayesian click model of Chapelle and Zhang ("A Dynamic Bayesian Network Click Model for Web
Search Ranking", WWW 2009): users look from the top, click what attracts them, and stop when a click has satisfied them.

Both functions return (query, document) -> label: a query's clicks, shared out among the documents that it was shown with.
"""
import collections

import numpy as np

Session = collections.namedtuple("Session", "id time query documents clicks")  # clicks: 0 or 1 for each document


def shared_out(relevance, sessions):
    clicks, sums = collections.Counter(), collections.Counter()
    for session in sessions:
        clicks[session.query] += sum(session.clicks)
    for (query, _), value in relevance.items():
        sums[query] += value
    return {pair: value * clicks[pair[0]] / sums[pair[0]] for pair, value in relevance.items()}


def simplified(sessions, by_satisfaction):
    """SDBN, section 5 there, with gamma = 1: all down to a session's last click was looked at, and all of a page without one.

    Relevance is attraction, the share of looks that were clicks, by_satisfaction times the share of clicks that were the last;
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


def expected(A, S, C, shown, gamma):
    """What a session's clicks say of its unseen part. A, S: attraction and satisfaction, C: clicks, a row a session.

    Returns the chance that each document was looked at, and that each click satisfied."""
    ranks = np.arange(C.shape[1])
    length = shown.sum(1)
    last = np.where(C.any(1), C.shape[1] - np.argmax(C[:, ::-1], 1), 0)  # ranks down to the last click
    after = (ranks >= last[:, None]) & shown
    is_last_click = ranks == last[:, None] - 1
    satisfied = (S * is_last_click).sum(1)
    at_end = last == length
    # The chance to look at exactly the ranks to this one, and click none after the last click.
    goes_on = np.where(last > 0, gamma * (1 - satisfied), 1.0)[:, None]
    unclicked = np.cumprod(np.where(after, 1 - A, 1.0), 1)
    stops = np.where(ranks == length[:, None] - 1, 1.0, 1 - gamma)
    ends_here = np.where(after, goes_on * unclicked * gamma ** np.maximum(ranks - last[:, None], 0) * stops, 0.0)
    ends_at_click = np.where(last == 0, 0.0, np.where(at_end, 1.0, 1 - goes_on[:, 0]))
    total = ends_here.sum(1) + ends_at_click
    looked = np.cumsum(ends_here[:, ::-1], 1)[:, ::-1] / total[:, None]
    looked = np.where(after, looked, ranks < last[:, None])
    return looked, is_last_click * np.where(at_end, satisfied, satisfied / total)[:, None]


def full(sessions, odds, rounds=30):
    """DBN by expectation maximisation, gamma learnt too; relevance is attraction.

    odds: (query, document) -> exp(score - the query's best score), by a model; a document's attraction begins as one look with
    the query's level times that. Satisfaction begins as two clicks with the mean of all."""
    pairs = {pair: i for i, pair in enumerate(dict.fromkeys((s.query, d) for s in sessions for d in s.documents))}
    queries = {query: i for i, query in enumerate(dict.fromkeys(query for query, _ in pairs))}
    query_of, odds_of = np.array([queries[query] for query, _ in pairs]), np.array([odds[pair] for pair in pairs])
    width = max(len(s.documents) for s in sessions)
    table = np.full((len(sessions), 2, width), -1)
    for row, s in zip(table, sessions):
        row[0, :len(s.documents)] = [pairs[s.query, d] for d in s.documents]
        row[1] = 0
        row[1, :len(s.clicks)] = s.clicks
    table, times = np.unique(table, axis=0, return_counts=True)
    pair, C, shown = table[:, 0], table[:, 1], table[:, 0] >= 0

    def by_pair(values):
        return np.bincount(pair[shown], (times[:, None] * values)[shown], len(pairs))

    def by_query(values):
        return np.bincount(query_of, values, len(queries))

    clicks, attraction, satisfaction, gamma = by_pair(C), np.clip(.5 * odds_of, 1e-6, .99), np.full(len(pairs), .5), .9
    is_bottom = np.arange(width) == shown.sum(1)[:, None] - 1
    for _ in range(rounds):
        looked, satisfied = expected(attraction[pair], satisfaction[pair], C, shown, gamma)
        looks, satisfactions = by_pair(looked), by_pair(satisfied)
        could_go_on = ((looked - satisfied) * (shown & ~is_bottom)).sum(1)
        gamma = times @ looked[:, 1:].sum(1) / (times @ could_go_on)
        satisfaction = (satisfactions + 2 * satisfactions.sum() / clicks.sum()) / (clicks + 2)
        level = clicks.sum() / (odds_of @ looks)
        level = (by_query(clicks) + level) / (by_query(odds_of * looks) + 1)
        attraction = np.clip((clicks + np.clip(level[query_of] * odds_of, 1e-9, 1)) / (looks + 1), 1e-9, .999)
    return shared_out(dict(zip(pairs, attraction)), sessions)
