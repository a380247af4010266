"""Several workers at once, kills and lost answers, with real commits: nothing is lost, doubled or overspent.

`ONBUY_RACE_SECONDS` sets how long the workers race (20 by default; 120 for a release).
"""

import os
import time

import pytest
from worlds import live_world, wait_until

SECONDS = int(os.environ.get('ONBUY_RACE_SECONDS', '20'))
ORDERS = int(os.environ.get('ONBUY_RACE_ORDERS', '300'))

CRON_WORKER = '''
end = time.monotonic() + {seconds}
while time.monotonic() < end:
    run(*CRONS)
'''
# Presses every button at random and validates deliveries, as users do; a busy store is told, not an error.
BUTTON_USER = '''
end, dice = time.monotonic() + {seconds}, random.Random(1)
def deliver():
    ready = env['stock.picking'].search(
        [('sale_id.onbuy_order_id', '!=', False), ('state', '=', 'assigned')], limit=2)
    if ready:
        validate(ready)
while time.monotonic() < end:
    try:
        press(dice.choice(['action_sync_orders', 'action_sync_order_statuses', 'action_sync_listings']))
        retrying(deliver, env)
    except UserError as error:
        assert "allowance" in str(error) or "sync of" in str(error), error
    env.cr.rollback()
'''
FIGURES = '''
def count(query):
    env.cr.execute(query)
    return env.cr.fetchone()[0]

say({
    'orders': count("SELECT count(*) FROM onbuy_order"),
    'sale_orders': count("SELECT count(*) FROM sale_order WHERE onbuy_order_id IS NOT NULL"),
    'lines': count("SELECT count(*) FROM sale_order_line WHERE onbuy_line_id IS NOT NULL"),
    'all_sale_orders': count("SELECT count(*) FROM sale_order"),
    'doubled_names': count("SELECT count(*) FROM (SELECT 1 FROM sale_order GROUP BY client_order_ref "
                           "HAVING count(*) > 1) d"),
    'doubled_products': count("SELECT count(*) FROM (SELECT 1 FROM product_product WHERE default_code IS NOT NULL "
                              "GROUP BY default_code HAVING count(*) > 1) d"),
    'errors': env['onbuy.order'].search([('sync_state', '=', 'error')]).mapped('sync_error'),
    'states': sorted(set(env['onbuy.order.action'].search([]).mapped('sync_state'))),
    'failed_runs': env['onbuy.sync.run'].search([('state', '=', 'failed')]).mapped('message'),
    'done': env['onbuy.order.action'].search([('kind', '=', 'dispatch')]).order_id.mapped('name'),
})
'''
CRON_UNTIL = '''
while not os.path.exists({stop!r}):
    run('sync_orders', 'sync_order_statuses')
'''
BUTTON_UNTIL = '''
while not os.path.exists({stop!r}):
    try:
        press('action_sync_orders')
    except UserError as error:
        assert "sync of" in str(error), error
'''
# A run of the cron works ten seconds and then asks for the next one, which nobody gives it here.
FINISH_ORDERS = '''
for _time in range(30):
    run('sync_orders')
    if not env['onbuy.order'].search_count([('sync_state', '=', 'pending')]):
        break
'''
MAKE_DUE = '''
env['onbuy.order.action'].search([('next_attempt', '!=', False)]).next_attempt = '2000-01-01'
env.cr.commit()
'''


def stock_everything(sandbox):
    """Let every listing be bought, as often as wanted."""
    for row in sandbox.control('GET', '/state')['accounts']['live']['listings']:
        sandbox.control('PATCH', f'/listings/{row["sku"]}', {'stock': 100000, 'price': 19.99})


def limit_reading(world):
    """Make the copied database the live one and its allowance so small that the workers come to its end."""
    used = world.sandbox.control('GET', '/state')['accounts']['live']['usage']['GET']['hour']
    limit = int((used + 0.9 * SECONDS) / 0.8)
    world.do(f'''
press('action_confirm_database', user=env.ref('base.user_admin').id)
store.limit_get = {limit}
env.cr.commit()
''')
    world.sandbox.control('PUT', '/settings', {'hour_limits': {'GET': limit, 'POST': 100, 'PUT': 100, 'DELETE': 100}})
    world.sandbox.control('DELETE', '/requests')


def place_orders(world, count, seconds):
    """Place orders of two lines, spread over a time; return their ids."""
    skus = [row['sku'] for row in world.sandbox.control('GET', '/state')['accounts']['live']['listings']]
    names = []
    for number in range(count):
        first, second = skus[number % len(skus)], skus[(number + 1) % len(skus)]
        names.append(world.sandbox.place_order((first, 1), (second, 1))['order_id'])
        time.sleep(seconds / count)
    return names


def assert_calls_were_kept_within(sandbox, share):
    """Check what OnBuy saw: one token, none refused, no 429, and no method beyond its share."""
    calls = sandbox.requests()
    assert {one['status'] for one in calls} <= {200}, {(one['status'], one['path']) for one in calls}
    for method, used in sandbox.control('GET', '/state')['accounts']['live']['usage'].items():
        assert used['hour'] <= used['hour_limit'] * share // 100, (method, used)
        print(f"{method}: {used['hour']} of {used['hour_limit']} an hour")


def get_dispatches(sandbox, name):
    """Return the pieces of each dispatch that OnBuy has of an order."""
    return [[int(row['quantity']) for row in found['products']] for found in sandbox.order(name).get('dispatches', [])]


@pytest.fixture(scope='module')
def world(module_database):
    """Have a live store that may call quickly, and its limits."""
    with live_world(module_database, '--listings', '40', '--orders', '0', call_interval=0.05,
                    limit_post=100, limit_put=100) as made:
        stock_everything(made.sandbox)
        made.sandbox.control('PUT', '/settings', {'burst_calls': 0})
        yield made


def test_two_cron_workers_and_a_user_at_once_kill_no_token_overspend_nothing_and_double_nothing(world):
    with world.copy() as copy:
        limit_reading(copy)
        tokens = copy.sandbox.control('GET', '/state')['accounts']['live']['tokens']['issued']
        programs = [copy.start(CRON_WORKER.format(seconds=SECONDS)) for _worker in range(2)]
        programs.append(copy.start(BUTTON_USER.format(seconds=SECONDS)))
        names = place_orders(copy, SECONDS, SECONDS)
        try:
            for program in programs:
                program.result()
        finally:  # The tests after this one have allowance again.
            copy.sandbox.control('PUT', '/settings', {'limits_enabled': False})
        assert copy.sandbox.control('GET', '/state')['accounts']['live']['tokens']['issued'] - tokens <= 1
        assert_calls_were_kept_within(copy.sandbox, 80)
        spent = len(copy.sandbox.requests())
        # What the allowance put off is done when there is allowance again.
        copy.do("store.write({'limit_get': 9999, 'limit_put': 9999, 'limit_post': 9999})\nenv.cr.commit()\n" + MAKE_DUE
                + FINISH_ORDERS + "for _time in range(3):\n    run(*CRONS)\n")
        found = copy.do(FIGURES)
        assert (found['orders'], found['sale_orders'], found['lines']) == (len(names), len(names), 2 * len(names))
        assert (found['doubled_names'], found['doubled_products'], found['errors']) == (0, 0, [])
        assert set(found['states']) <= {'synced'}, found
        # The allowance may have come to its end, which is told.
        assert all(text.startswith("The allowance of calls is used up") for text in found['failed_runs']), found
        for name in found['done']:
            assert get_dispatches(copy.sandbox, name) == [[1, 1]], name
        print(f"{spent} calls in {SECONDS} s, {len(names)} orders in, {len(found['done'])} dispatched")


def test_orders_placed_while_two_processes_sync_become_exactly_one_sales_order_each(module_database, tmp_path):
    stop = tmp_path / 'stop'
    with live_world(module_database, '--no-limits', '--listings', '40', '--orders', '0', call_interval=0) as world:
        stock_everything(world.sandbox)
        programs = [world.start(script.format(stop=str(stop))) for script in (CRON_UNTIL, BUTTON_UNTIL)]
        names = place_orders(world, ORDERS, 1)
        stop.touch()
        for program in programs:
            program.result()
        world.do(FINISH_ORDERS)
        found = world.do(FIGURES)
        assert found['errors'] == []
        assert (found['orders'], found['sale_orders'], found['all_sale_orders'], found['lines']) == (
            len(names), len(names), len(names), 2 * len(names))


@pytest.mark.parametrize(('fault', 'calls'), [('slow', 1), ('timeout_before', 2)])
def test_a_worker_killed_during_a_dispatch_leaves_exactly_one_dispatch(world, fault, calls):
    """`slow`: OnBuy carried it out; `timeout_before`: it did not."""
    with world.copy() as copy:
        sandbox = copy.sandbox
        sandbox.control('DELETE', '/requests')
        name = place_orders(copy, 1, 0)[0]
        copy.do(f'''
press('action_confirm_database', user=env.ref('base.user_admin').id)
run('sync_orders')
validate(env['onbuy.order'].search([('name', '=', {name!r})]).sale_order_id.picking_ids)
env.cr.commit()
''')
        sandbox.control('POST', '/faults', {
            'kind': fault, 'path': '/orders/dispatch', 'method': 'PUT', 'count': 1, 'seconds': 15})
        worker = copy.start("run('send_actions')")
        wait_until(lambda: sandbox.requests('/orders/dispatch'), "the dispatch to be sent")
        worker.kill()
        sandbox.control('DELETE', '/faults')
        state = "say(env['onbuy.order.action'].search([], order='id desc', limit=1).sync_state)"
        assert copy.do(state) == 'sending', "the write-ahead was committed before the call"
        copy.do("run('send_actions')")
        assert copy.do(state) == 'sending', "nobody asks while the call may still be under way"
        copy.do(MAKE_DUE + "run('send_actions')\nrun('send_actions')")
        assert copy.do(state) == 'synced'
        assert len(get_dispatches(sandbox, name)) == 1
        assert len(sandbox.requests('/orders/dispatch')) == calls


@pytest.mark.parametrize('fault', ['slow', 'timeout_before'])
def test_a_worker_killed_during_a_push_leaves_onbuy_with_odoos_figures(world, fault):
    """`slow`: OnBuy took it; `timeout_before`: it did not."""
    with world.copy() as copy:
        sandbox = copy.sandbox
        copy.do('''
press('action_confirm_database', user=env.ref('base.user_admin').id)
store.listing_ids.write({'stock_mode': 'yes', 'has_own_stock_rules': True, 'stock_cap': 7})
env.cr.commit()
''')
        sandbox.control('DELETE', '/requests')
        sandbox.control('POST', '/faults', {
            'kind': fault, 'path': '/listings/by-sku', 'method': 'PUT', 'count': 1, 'seconds': 15})
        worker = copy.start("run('push_offers')")
        wait_until(lambda: sandbox.requests('/listings/by-sku'), "the stock to be sent")
        worker.kill()
        sandbox.control('DELETE', '/faults')
        waiting = "say(env['onbuy.offer.change'].search_count([]))"
        assert copy.do(waiting) > 0, "what was to be sent is still there"
        copy.do("run('push_offers')\nrun('push_offers')")
        assert copy.do(waiting) == 0
        rows = sandbox.control('GET', '/state')['accounts']['live']['listings']
        assert {row['stock'] for row in rows} == {7}


def test_the_pause_after_a_429_outlives_its_worker(world):
    with world.copy() as copy:
        sandbox = copy.sandbox
        copy.do("press('action_confirm_database', user=env.ref('base.user_admin').id)")
        sandbox.control('POST', '/faults', {'kind': 'status', 'status': 429, 'path': '/orders', 'count': 1})
        copy.do("run('sync_orders')")
        sandbox.control('DELETE', '/faults')
        sandbox.control('DELETE', '/requests')
        later = copy.do('''
run(*CRONS)
env.cr.execute("SELECT count(*) FROM ir_cron_trigger WHERE call_at > now() at time zone 'utc'")
say({'triggers': env.cr.fetchone()[0],
     'failed': env['onbuy.sync.run'].search([('state', '=', 'failed')]).mapped('message')})
''')
        assert sandbox.requests() == []
        assert later['triggers'] >= 2
        assert later['failed'] == ["OnBuy's limit of calls is reached: nothing happened."]
