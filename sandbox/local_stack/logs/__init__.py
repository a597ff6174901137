"""CloudWatch Logs as a reader meets it: events by time, filter patterns, paging, ingestion lag, Live Tail.

moto keeps the groups, streams, tags and everything else; events are kept here (``store``), where readers find them by
time without looking at all of them.
"""
