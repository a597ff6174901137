"""EventBridge: events are matched against rules and delivered to their targets, with retries and dead letters.

moto keeps buses, rules, targets and archives; what happens to an event is decided here.
"""
