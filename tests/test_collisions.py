"""Two workers need, or tell, the same at once: it is made once, and both go on."""

import pytest
from worlds import live_world, wait_until

# Commits what it made when another worker waits for it.
MAKE = '''
position = store._get_own_position(env['account.fiscal.position'])
if {position_is_known}:
    env.cr.commit()
position._ensure_twins(store.listing_ids.product_id.taxes_id)
commit_when_awaited({made!r})
'''
FIGURES = '''
order = env['onbuy.order'].search([])
lines = order.sale_order_id.order_line
say({'positions': len(store.position_ids), 'twins': len(store.position_ids.tax_ids.filtered('onbuy_twin_of_id')),
     'taxes': len(store.listing_ids.product_id.taxes_id), 'taxes_on_a_line': max(len(line.tax_ids) for line in lines),
     'state': order.sync_state, 'error': order.sync_error, 'total': order.sale_order_id.amount_total})
'''

REFUSE = '''
store.listing_ids[0].write({'sync_state': 'error', 'sync_error': "Too dear", 'next_attempt': '2099-01-01'})
env.cr.commit()
'''
TELL = '''
store._update_alerts()
commit_when_awaited({made!r})
'''
TOLD = '''
say({'activities': store.activity_ids.mapped('summary'), 'followers': len(
    store.message_partner_ids & store._get_responsible().partner_id)})
'''


@pytest.mark.parametrize('position_is_known', [False, True])
def test_taxes_that_two_workers_need_at_once_are_made_once(module_database, tmp_path, position_is_known):
    made = tmp_path / 'made'
    with live_world(module_database, '--no-limits', '--listings', '3', '--orders', '0', call_interval=0) as world:
        sku = world.sandbox.control('GET', '/state')['accounts']['live']['listings'][0]['sku']
        world.sandbox.control('PATCH', f'/listings/{sku}', {'stock': 10, 'price': 19.99})
        placed = world.sandbox.place_order((sku, 3))
        maker = world.start(MAKE.format(made=str(made), position_is_known=position_is_known))
        wait_until(made.exists, "the taxes")
        world.do("run('sync_orders')")
        maker.result()
        assert world.do(FIGURES) == {
            'positions': 1, 'twins': 1, 'taxes': 1, 'taxes_on_a_line': 1, 'state': 'synced', 'error': False,
            'total': float(placed['price_total'])}


def test_a_cause_that_two_workers_tell_at_once_is_told_once(module_database, tmp_path):
    made = tmp_path / 'made'
    with live_world(module_database, '--no-limits', '--listings', '3', '--orders', '0', call_interval=0) as world:
        world.do(REFUSE)
        maker = world.start(TELL.format(made=str(made)))
        wait_until(made.exists, "the activity")
        world.do("run('sync_orders')")
        maker.result()
        assert world.do(TOLD) == {'activities': ['OnBuy: Listings are refused'], 'followers': 1}
