"""Filling a new sandbox."""

from ..state import World
from . import catalogue, orders

TEST_LISTINGS = 8


def build_world(keys, listings=1000, order_count=60, seed=1, settings=None, clock=None):
    """Return a World with `listings` listings and `order_count` orders in the live store and some test
    listings.

    `keys` maps 'live' and 'test' to (consumer key, secret key).
    """
    world = World(keys, seed, settings, clock)
    now = world.clock.now()
    live, test = world.accounts['live'], world.accounts['test']
    catalogue.fill(world, live, listings, now)
    catalogue.fill(world, test, min(listings, TEST_LISTINGS), now)
    if live.listings:
        orders.fill(world, live, order_count, now)
    return world
