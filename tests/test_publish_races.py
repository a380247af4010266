"""Several workers at once, and kills, while products are listed: OnBuy is never asked to create one twice.

`ONBUY_RACE_SECONDS` sets how long the workers race (20 by default).
"""

import os
from collections import Counter

import pytest
from worlds import live_world, wait_until

SECONDS = int(os.environ.get('ONBUY_RACE_SECONDS', '20'))
PREPARE = '''
from inside import Shop
press('action_confirm_database', user=env.ref('base.user_admin').id)
shop = Shop(env)
shop.read_catalogue()
drafts = shop.make_drafts({first}, {count})
env.cr.commit()
'''
LIST = "drafts.action_list_now()\nenv.cr.commit()\n"
MAKE_DUE = '''
env['onbuy.product.queue'].search([('next_attempt', '!=', False)]).next_attempt = '2000-01-01'
env['onbuy.listing'].search([('publish_next', '!=', False)]).publish_next = '2000-01-01'
env.cr.commit()
'''
STATE = '''
listings = env['onbuy.product.queue'].search([]).listing_ids
say({'states': listings.mapped('publish_state'), 'on_onbuy': listings.mapped('is_on_onbuy'),
     'queues': env['onbuy.product.queue'].search([]).mapped('state'), 'errors': listings.mapped('publish_error')})
'''
CRON_WORKER = '''
end = time.monotonic() + {seconds}
while time.monotonic() < end:  # What is due already is left alone: else the other worker could never store it.
    env['onbuy.product.queue'].search([('state', '=', 'pending'), ('next_attempt', '>', 'now')]).next_attempt = '2000-01-01'
    env['onbuy.listing'].search([('publish_next', '>', 'now')]).publish_next = '2000-01-01'
    try:
        env.cr.commit()
    except Exception:
        env.cr.rollback()
    run('publish')
'''
USER = '''
end, dice = time.monotonic() + {seconds}, random.Random(1)
def list_some():
    drafts = env['onbuy.listing'].search([('publish_state', 'in', ('draft', 'refused'))])
    if drafts:
        drafts.browse(dice.sample(drafts.ids, min(4, len(drafts)))).action_list_now()
while time.monotonic() < end:
    try:
        retrying(list_some, env)
    except UserError as error:
        assert "nothing to list" in str(error) or "sync of" in str(error), error
    env.cr.rollback()
'''


@pytest.fixture(scope='module')
def world(module_database):
    """Have a live store."""
    with live_world(module_database, '--no-limits', '--listings', '6', '--orders', '0', call_interval=0) as made:
        made.sandbox.control('PUT', '/settings', {'queue_delay_seconds': 1})
        yield made


def count_creations(sandbox):
    """Return how often OnBuy was asked to create each product."""
    bodies = [one['body'] for one in sandbox.requests('/products', 'POST')]
    return Counter(product['uid'] for body in bodies for product in body['products'])


def count_listings(sandbox):
    """Return how many listings OnBuy has of each page of the new products."""
    rows = sandbox.control('GET', '/state')['accounts']['live']['listings']
    return Counter(row['sku'] for row in rows if row['sku'].startswith('NEW-'))


@pytest.mark.parametrize(('fault', 'calls', 'first'), [('slow', 1, 1), ('timeout_before', 2, 101)])
def test_a_worker_killed_while_it_has_a_product_created_leaves_exactly_one(world, fault, calls, first):
    """`slow`: OnBuy took it; `timeout_before`: it did not."""
    with world.copy() as copy:
        sandbox = copy.sandbox
        sandbox.control('DELETE', '/queues')
        copy.do(PREPARE.format(first=first, count=1) + LIST)
        sandbox.control('DELETE', '/requests')
        sandbox.control('POST', '/faults', {
            'kind': fault, 'path': '/products', 'method': 'POST', 'count': 1, 'seconds': 15})
        worker = copy.start("run('publish')")
        wait_until(lambda: sandbox.requests('/products', 'POST'), "the product to be sent")
        worker.kill()
        sandbox.control('DELETE', '/faults')
        assert copy.do(STATE)['queues'] == ['sending'], "the write-ahead was committed before the call"
        for _look in range(6):
            copy.do(MAKE_DUE + "run('publish')")
            found = copy.do(STATE)
            if found['on_onbuy'] == [True]:
                break
        assert found['on_onbuy'] == [True], found
        assert count_creations(sandbox) == {f'NEW-{first}': calls}
        assert count_listings(sandbox)[f'NEW-{first}'] == 1


def test_two_workers_and_a_user_at_once_create_every_product_exactly_once(world):
    with world.copy() as copy:
        sandbox = copy.sandbox
        copy.do(PREPARE.format(first=201, count=24))
        sandbox.control('DELETE', '/requests')
        programs = [copy.start(script.format(seconds=SECONDS)) for script in (CRON_WORKER, CRON_WORKER, USER)]
        for program in programs:
            program.result()
        for _look in range(4):
            copy.do(MAKE_DUE + "run('publish')")
        found = copy.do(STATE)
        assert found['on_onbuy'] == [True] * 24, found
        assert set(count_creations(sandbox).values()) == {1}
        assert len(count_creations(sandbox)) == 24
