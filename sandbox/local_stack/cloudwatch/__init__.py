"""CloudWatch: metrics of what happens in the stack, metric math, alarms that are evaluated, dashboards.

moto keeps some of this, computes little of it and evaluates nothing; here all of it is the stack's own.
"""
