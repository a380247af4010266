"""The generated shop."""

from collections import Counter
from datetime import datetime, timezone

from hypothesis import given
from hypothesis import strategies as st

from onbuy_sandbox.clock import Clock
from onbuy_sandbox.images import picture
from onbuy_sandbox.models import STATUSES
from onbuy_sandbox.order_view import show_order
from onbuy_sandbox.seed.gtin import check_digit, is_valid
from onbuy_sandbox.seed.kinds import KINDS
from onbuy_sandbox.seed.world import build_world

from .conftest import PAIRS

START = datetime(2026, 5, 4, 12, tzinfo=timezone.utc)


def world(seed=1, listings=1000, orders=60):
    return build_world(PAIRS, listings, orders, seed, clock=Clock(real=START.timestamp))


def orders_of(made):
    return [show_order(order, str, '') for order in made.accounts['live'].orders.values()]


def test_the_same_seed_gives_the_same_shop_and_another_seed_another():
    one, two, other = world(), world(), world(seed=2)
    assert orders_of(one) == orders_of(two)
    assert [item.sku for item in one.accounts['live'].listings.values()] == [
        item.sku for item in two.accounts['live'].listings.values()]
    assert orders_of(one) != orders_of(other)


def test_the_default_shop_has_a_thousand_listings_and_sixty_orders():
    live = world().accounts['live']
    listings = list(live.listings.values())
    assert len(listings) == 1000 == len({item.sku for item in listings})
    assert len({item.product.name for item in listings}) == 1000
    assert all(f'{item.price:.2f}'.endswith('.99') for item in listings)
    codes = [code for item in listings for code in item.product.codes]
    assert len(set(codes)) == 1000 and all(is_valid(code) and code.startswith('50') for code in codes)
    families = Counter(item.group_sku for item in listings if item.group_sku)
    assert len(families) > 100 and max(families.values()) > 3
    assert all(item.product.name for item in listings)
    assert max(len(item.product.name) for item in listings) <= 150
    assert any(kind.vat_free for kind in KINDS)


def test_sixty_orders_are_mostly_new_and_in_every_state():
    orders = list(world().accounts['live'].orders.values())
    states = Counter(order.status for order in orders)
    assert states['awaiting_dispatch'] == 40
    assert set(states) == set(STATUSES) - {'complete'}
    ages = [(START - order.date).total_seconds() / 86400 for order in orders]
    assert 0 < min(ages) and max(ages) < 90
    waiting = [age for age, order in zip(ages, orders, strict=True) if order.status == 'awaiting_dispatch']
    assert sum(age < 5 for age in waiting) > 25
    assert all(order.date <= order.updated_at <= START for order in orders)


def test_the_buyers_live_in_odd_places_too():
    addresses = [order.delivery_address for order in world().accounts['live'].orders.values()]
    postcodes = ' '.join(address['postcode'] for address in addresses)
    for part in ('BT6', 'JE2', 'IV26', 'BFPO', 'HS1', 'T12'):
        assert part in postcodes
    assert any(address['town'] == "" for address in addresses)
    assert max(len(address['line_1']) for address in addresses) > 80


def test_orders_refer_to_listings_that_exist():
    live = world().accounts['live']
    assert all(live.by_sku(line.sku) for order in live.orders.values() for line in order.lines)


def test_an_empty_shop_is_possible():
    live = world(listings=0, orders=5).accounts['live']
    assert not live.listings and not live.orders


def test_a_large_shop_has_unique_skus():
    live = world(listings=4000, orders=0).accounts['live']
    assert len({item.sku for item in live.listings.values()}) == 4000


def test_check_digits_are_those_of_gs1():
    assert [check_digit(digits) for digits in ('501234567890', '03600029145', '400638133393')] == ['0', '2',
                                                                                                   '1']


@given(st.text(max_size=15))
def test_no_text_breaks_the_code_check(text):
    assert is_valid(text) in (True, False)


def test_pictures_differ_from_product_to_product():
    assert picture('PAAAAAA') != picture('PBBBBBB')
    assert picture('PAAAAAA') == picture('PAAAAAA')
