"""Workers are killed, OnBuy and PostgreSQL go away and come back, workers race (see ``busy``): both sides end equal.

An ordinary run does each a few times, `--all` a hundred times; `ONBUY_TROUBLES` sets another number. One shop goes through
everything, and every order and product that it ever had is looked at each time.
"""

import os
import random
import time

import pytest
from test_ten_days import ROOM
from worlds import live_world, wait_until

from _setup import databases, paths, postgres

RUN = "import busy; say(busy.run(env, {seed}, {trouble!r}, *{args!r})); os._exit(0)"
SECONDS_A_ROUND = 30
SECONDS = 300  # besides
OURS = str(postgres.socket_folder(paths.RUN / 'postgres-test'))  # PGHOST of the server that script/test starts


@pytest.fixture(scope='module')
def world(module_database, tmp_path_factory):
    """Have a live store, and a sandbox that can be restarted."""
    state = tmp_path_factory.mktemp('sandbox') / 'state'
    with live_world(module_database, '--no-limits', '--listings', '12', '--orders', '0', '--state', str(state),
                    call_interval=0, sync_prices=True, workflow='invoiced', **ROOM) as made:
        made.sandbox.control('PUT', '/settings', {'queue_delay_seconds': 1})
        yield made


@pytest.fixture
def count(request):
    """Return a function that says how many times something is done, from the number of an ordinary run."""
    def choose(few, many=100):
        return int(os.environ.get('ONBUY_TROUBLES') or (many if request.config.getoption('--all') else few))
    return choose


def start(world, seed, trouble, *args):
    """Start a program in which a trouble happens."""
    return world.start(RUN.format(seed=seed, trouble=trouble, args=args))


def assert_equal(program, rounds, **options):
    """Wait for the end of a program and check that nothing is wrong."""
    result = program.result(SECONDS + SECONDS_A_ROUND * rounds, **options)
    assert not result['wrong'], '\n'.join(result['wrong'])
    assert result['happened']['orders'], result['happened']
    print(f"{rounds} times: {result['happened']}")


def test_workers_killed_at_any_moment_lose_and_double_nothing(world, count):
    kills = count(3)
    assert_equal(start(world, 3, 'lose_workers', kills), kills)


def test_a_sandbox_that_is_restarted_again_and_again_leaves_both_sides_equal(world, count, tmp_path):
    restarts, dice = count(2, 20), random.Random(5)
    program = start(world, 5, 'lose_onbuy', str(tmp_path / 'stop'))
    wait_until(lambda: world.sandbox.control('GET', '/faults')['faults'], "the worker to start", SECONDS)
    for _restart in range(restarts):
        time.sleep(dice.uniform(0.5, 3))
        world.sandbox.restart()
    (tmp_path / 'stop').touch()
    assert_equal(program, restarts)


@pytest.mark.parametrize('workers', [2, 4])
def test_workers_that_do_the_same_at_once_get_in_nobodys_way(world, count, workers):
    rounds = count(2)
    assert_equal(start(world, workers, 'race', workers, rounds), rounds)


def test_a_database_server_that_crashes_loses_and_doubles_nothing(world, count, request):
    if not request.config.getoption('--all') or os.environ.get('PGHOST') != OURS:
        pytest.skip("PostgreSQL is crashed with --all only, and only the server that script/test starts")
    crashes = count(0, 20)
    # Tests do without waiting for the disk; but what was committed before a call must be there after a crash.
    databases.query(f'ALTER DATABASE "{world.database}" SET synchronous_commit = on', None)
    assert_equal(start(world, 9, 'lose_database', crashes), crashes, may_complain=True)
