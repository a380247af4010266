"""Ten days of a shop in a world that goes wrong (see ``ten_days``): at the end both sides are equal. One day ordinarily."""

from worlds import live_world

RUN = "import ten_days; say(ten_days.run(env, {days}, {seed}))"
SECONDS_A_DAY = 240
ROOM = {'brake_zero_percent': 100, 'brake_move_percent': 10000, 'brake_prices_percent': 100}


def test_days_of_orders_refunds_outages_and_used_up_limits_end_with_both_sides_equal(module_database, request):
    days, seed = (10, 2026) if request.config.getoption('--all') else (1, 7)
    with live_world(module_database, '--no-limits', '--listings', '12', '--orders', '0', call_interval=0, sync_prices=True,
                    workflow='invoiced', **ROOM) as world:
        result = world.start(RUN.format(days=days, seed=seed)).result(SECONDS_A_DAY * (days + 1))
    assert not result['wrong'], '\n'.join(result['wrong'])
    assert all(result['happened'].values()), result['happened']
    print(f"{days} days: {result['happened']}")
