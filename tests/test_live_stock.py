"""Stock on a running server: two users work while everything syncs, and OnBuy ends up with Odoo's figures.

How long a change takes to arrive is printed (pytest -s), not asserted: it depends on the machine. ``script/benchmark``
measures it.
"""

import pytest
from live_stock import SPARE, USUAL, live_shop, work

SOON = 2  # seconds

# What OnBuy should show, and what is still to be sent.
FIGURES = '''
run('sync_orders')
run('push_offers')
say({
    'wanted': {listing.sku: figure for listing, figure in store.listing_ids._get_sellable_quantities().items()},
    'waiting': env['onbuy.offer.change'].search_count([]),
    'errors': store.listing_ids.filtered(lambda listing: listing.sync_state != 'synced').mapped('sync_error'),
    'failed_runs': env['onbuy.sync.run'].search([('state', '=', 'failed')]).mapped('message'),
})
'''


def assert_onbuy_has_odoos_figures(world):
    """Compare every listing on OnBuy with Odoo's figure."""
    found = world.do(FIGURES)
    assert (found['waiting'], found['errors'], found['failed_runs']) == (0, [], []), found
    rows = world.sandbox.control('GET', '/state')['accounts']['live']['listings']
    assert {row['sku']: row['stock'] for row in rows} == found['wanted']


@pytest.mark.parametrize('allowance', [SPARE, USUAL], ids=['allowance to spare', 'default allowance'])
def test_two_users_work_during_a_sync_and_onbuy_ends_up_with_odoos_figures(module_database, allowance):
    with live_shop(module_database, allowance) as world:
        waits = work(world)
        assert_onbuy_has_odoos_figures(world)
        assert {call['status'] for call in world.sandbox.requests()} <= {200}
        soon = sum(wait <= SOON for wait in waits)
        print(f"{len(waits)} changes arrived; {soon / len(waits):.0%} within {SOON} s, "
              f"the median after {waits[len(waits) // 2]:.1f} s, the last after {waits[-1]:.1f} s")
