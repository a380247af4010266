"""Generated contents of a new sandbox: reference lists, catalogue, buyers, orders.

The same for the same seed.
"""
