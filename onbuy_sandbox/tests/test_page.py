"""The page at `/`."""

import requests

from .conftest import WAIT


def page(api, **params):
    answer = requests.get(api.address + '/', params=params, timeout=WAIT)
    assert answer.status_code == 200
    return answer.text


def press(api, path='/_page/orders', **form):
    answer = requests.post(api.address + path, data={'account': 'live', **form}, timeout=WAIT)
    assert answer.status_code == 200 and len(answer.history) == 1
    return answer.text


def total(api):
    return api.control('GET', '/state')['accounts']['live']['counts']['orders']['total']


def test_every_tab_shows_its_rows_in_both_stores(api, test_api):
    row = api.listings()[0]
    assert row['sku'] in page(api, tab='listings')
    assert test_api.listings()[0]['sku'] in page(api, tab='listings', account='test')
    assert '/v2/listings' in page(api, tab='requests')
    assert 'Awaiting Dispatch' in page(api)
    assert 'Nothing here yet' in page(api, account='test')
    assert 'Orders' in page(api, tab='nonsense', account='nonsense')


def test_the_button_places_a_chosen_order(api):
    row = api.buyable()
    text = press(api, sku=row['sku'], quantity='2')
    assert 'is placed.' in text
    assert api.listings(**{'filter[sku]': row['sku']})[0]['stock'] == row['stock'] - 2


def test_blanks_around_a_typed_sku_do_not_count(api):
    assert 'is placed.' in press(api, sku=f" {api.buyable()['sku']} ", quantity='1')


def test_the_button_places_a_random_order(api):
    before = total(api)
    assert 'is placed.' in press(api, sku='', quantity='1')
    assert total(api) == before + 1


def test_a_wrong_choice_is_told_in_a_sentence(api):
    before = total(api)
    assert 'no listing with the SKU' in press(api, sku='<b>NOPE</b>', quantity='1')
    assert 'whole number above 0' in press(api, sku=api.buyable()['sku'], quantity='0')
    assert total(api) == before


def test_the_buyer_cancels_by_button_once(api):
    order_id = api.order()['order_id']
    path = f'/_page/orders/{order_id}/cancel'
    assert 'cancelled by its buyer' in press(api, path)
    assert 'cannot be cancelled' in press(api, path)
    assert api.view(order_id)['status'] == "Cancelled By Buyer"


def test_a_dispatch_is_seen_with_its_tracking(api):
    order_id = api.order()['order_id']
    api.put('/orders/dispatch', {'orders': [
        {'order_id': order_id, 'tracking': {'supplier_name': "Evri", 'number': 'H0001'}}]})
    text = page(api, q=order_id)
    assert 'Evri' in text and 'H0001' in text and 'badge dispatched' in text
    assert 'Cancel as buyer' not in text


def test_search_narrows_each_tab(api):
    row = api.listings()[0]
    text = page(api, tab='listings', q=row['sku'].lower())
    assert row['sku'] in text and api.listings()[-1]['sku'] not in text.split('<table')[1]
    assert 'Nothing matches' in page(api, q='no such thing')


def test_everything_foreign_is_escaped(api):
    evil = '<script>alert(1)</script>'
    api.order(buyer={'name': evil}, delivery_address={'town': evil, 'postcode': None})
    sku = api.buyable()['sku']
    api.control('PATCH', f'/listings/{sku}', {'name': evil})
    api.put('/listings/by-sku', {'listings': [{'sku': evil}]})
    api.call('GET', '/orders', params={evil: evil})
    for tab in ('orders', 'listings', 'requests'):
        assert evil not in page(api, tab=tab, q='', notice=evil)
    assert evil not in page(api, q=evil)


def test_half_a_character_does_not_break_it(api):
    sku = api.buyable()['sku']
    api.control('PATCH', f'/listings/{sku}', {'name': "Lamp \ud83d"})
    assert "Lamp ?" in page(api, tab='listings', q=sku)


def test_it_refreshes_by_itself_when_asked_to(api):
    assert 'http-equiv="refresh"' in page(api, auto='1')
    assert 'http-equiv="refresh"' not in page(api)
