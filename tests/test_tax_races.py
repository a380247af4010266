"""Two workers need the same new taxes at once: they are made once, and both go on."""

import pytest
from worlds import live_world, wait_until

# Commits what it made when another worker waits for it.
MAKE = '''
position = store._get_own_position(env['account.fiscal.position'])
if {position_is_known}:
    env.cr.commit()
position._ensure_twins(store.listing_ids.product_id.taxes_id)
env.flush_all()
open({made!r}, 'w').close()
for _time in range(600):
    env.cr.execute("SELECT pg_stat_clear_snapshot()")
    env.cr.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    if env.cr.fetchone():
        break
    time.sleep(0.1)
else:
    raise AssertionError("nobody waits")
env.cr.commit()
'''
FIGURES = '''
order = env['onbuy.order'].search([])
lines = order.sale_order_id.order_line
say({'positions': len(store.position_ids), 'twins': len(store.position_ids.tax_ids.filtered('onbuy_twin_of_id')),
     'taxes': len(store.listing_ids.product_id.taxes_id), 'taxes_on_a_line': max(len(line.tax_ids) for line in lines),
     'state': order.sync_state, 'error': order.sync_error, 'total': order.sale_order_id.amount_total})
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
