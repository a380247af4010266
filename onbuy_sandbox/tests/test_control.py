"""The control API."""

import pytest
import requests

from .conftest import PAIRS, WAIT


def refused(api, method, path, body=None, status=400):
    answer = requests.request(method, f'{api.address}/_control{path}', json=body, timeout=WAIT)
    assert answer.status_code == status, answer.text
    assert answer.json()['error'].endswith('.')


def test_the_state_counts_everything_and_holds_no_secret(api):
    answer = requests.get(api.address + '/_control/state', timeout=WAIT)
    state = answer.json()
    live = state['accounts']['live']
    assert live['counts']['listings']['total'] == 60 == len(live['listings'])
    assert live['counts']['orders']['total'] == 30 == len(live['orders'])
    assert live['tokens'] == {'issued': 1, 'superseded': 0, 'live': 1}
    assert state['settings']['types'] == 'official'
    for secret in (*PAIRS['live'], *PAIRS['test'], api.headers['Authorization']):
        assert secret not in answer.text


def test_an_order_lowers_the_stock_and_never_below_zero(api):
    row = api.buyable()
    api.order((row['sku'], 2))
    assert api.listings(**{'filter[sku]': row['sku']})[0]['stock'] == row['stock'] - 2
    api.order((row['sku'], 9999))
    assert api.listings(**{'filter[sku]': row['sku']})[0]['stock'] == 0


def test_an_order_can_be_told_nearly_everything(api):
    sku = api.buyable()['sku']
    order = api.order(
        (sku, 2), buyer={'name': "Ann Other", 'email': 'ann@example.com'}, billing_address=None,
        delivery_address={'line_1': "1 Quay", 'town': None, 'postcode': 'JE2 7QN'}, price_delivery='2.50',
        price_discount='1.00', date='2026-01-02 03:04:05',
        overrides={'stripe_transaction_id': 'x', 'fee': {'net_fees': 5}})
    assert (order['date'], order['buyer']['name']) == ('2026-01-02 03:04:05', "Ann Other")
    assert (order['delivery_address']['town'], order['delivery_address']['name']) == (None, "Ann Other")
    assert order['billing_address'] == {**dict.fromkeys(order['billing_address']), 'country_code': 'GB'}
    assert (order['price_delivery'], order['price_discount']) == ('2.50', '1.00')
    assert (order['stripe_transaction_id'], order['fee']['net_fees']) == ('x', 5)
    assert order['fee']['vat_rate'] == '20.00'
    assert api.view(order['order_id'])['stripe_transaction_id'] == 'x'


def test_random_orders_come_by_count_and_in_the_test_store(api, test_api):
    assert len(api.control('POST', '/orders', {'count': 3})['orders']) == 3
    order, = api.control('POST', '/orders', {'account': 'test'})['orders']
    assert test_api.view(order['order_id'])['buyer']['email'].endswith('@comms.onbuy.com')
    assert api.call('GET', f"/orders/{order['order_id']}").status_code == 404


@pytest.mark.parametrize('body, status', [
    ({'count': 0}, 400), ({'count': 'x'}, 400), ({'lines': []}, 400), ({'lines': ['x']}, 400),
    ({'lines': [{'sku': 'NOPE'}]}, 404), ({'account': 'other'}, 400),
    ({'lines': [{'sku': 'NOPE'}], 'x': 1}, 400),
])
def test_an_order_that_makes_no_sense_is_refused(api, body, status):
    refused(api, 'POST', '/orders', body, status)


@pytest.mark.parametrize('change', [
    {'quantity': 0}, {'quantity': 'two'}, {'unit_price': 'x'},
])
def test_a_line_that_makes_no_sense_is_refused(api, change):
    refused(api, 'POST', '/orders', {'lines': [{'sku': api.buyable()['sku'], **change}]})


@pytest.mark.parametrize('change',
                         [{'date': 'soon'}, {'price_delivery': -1}, {'buyer': 'Ann'}, {'overrides': [1]}])
def test_a_wish_that_makes_no_sense_is_refused_and_places_nothing(api, change):
    before = api.control('GET', '/state')['accounts']['live']['counts']['orders']['total']
    refused(api, 'POST', '/orders', {'lines': [{'sku': api.buyable()['sku']}], **change})
    assert api.control('GET', '/state')['accounts']['live']['counts']['orders']['total'] == before


def test_the_buyer_cancels(api):
    order_id = api.order()['order_id']
    assert api.control('POST', f'/orders/{order_id}/cancel')['status'] == "Cancelled By Buyer"
    assert api.view(order_id)['cancellation']['cancelled_by'] == 'buyer'
    refused(api, 'POST', f'/orders/{order_id}/cancel')
    refused(api, 'POST', '/orders/TNONE00/cancel', status=404)


def test_a_pending_cancellation_is_completed(api):
    order_id = api.order()['order_id']
    body = {'refund': 'pending', 'by': 'seller'}
    assert api.control('POST', f'/orders/{order_id}/cancel', body)['status'] == "Cancelled"
    assert api.control('POST', f'/orders/{order_id}/complete')['status'] == "Cancelled By Seller"
    refused(api, 'POST', f'/orders/{order_id}/complete')


def test_a_dispatch_in_the_panel_can_be_completed_and_refunded(api):
    order = api.order((api.buyable()['sku'], 2))
    path = f"/orders/{order['order_id']}"
    shown = api.control('POST', path + '/dispatch',
                        {'supplier_name': "DPD", 'number': '155', 'url': 'https://t.example'})
    assert (shown['status'], shown['tracking']['tracking_url']) == ("Dispatched", 'https://t.example')
    refused(api, 'POST', path + '/dispatch')
    assert api.control('POST', path + '/complete')['status'] == "Complete"
    item = {'onbuy_internal_reference': shown['products'][0]['onbuy_internal_reference'], 'amount': '1.00'}
    assert api.control('POST', path + '/refund', {'items': [item]})['status'] == "Partially Refunded"
    assert api.control('POST', path + '/refund', {})['status'] == "Refunded"
    refused(api, 'POST', path + '/refund', {})


def test_an_order_can_be_given_any_word_and_a_known_one_is_its_state(api):
    order_id = api.order()['order_id']
    api.control('PATCH', f'/orders/{order_id}', {'status': "Awaiting Blessing"})
    assert api.view(order_id)['status'] == "Awaiting Blessing"
    api.control('PATCH', f'/orders/{order_id}', {'status': "Dispatched"})
    assert api.view(order_id)['status'] == "Dispatched"
    assert order_id in [row['order_id'] for row in api.get('/orders',
                                                           **{'filter[status]': 'dispatched'})['results']]


def test_the_clock_moves_forward_and_stands_still(api):
    api.control('POST', '/clock', {'freeze': True})
    before = api.control('GET', '/state')['clock']
    assert api.control('POST', '/clock', {'advance': 3600})['unix'] == before['unix'] + 3600
    assert api.control('POST', '/clock', {'freeze': False})['frozen'] is False
    refused(api, 'POST', '/clock', {'advance': -5})
    refused(api, 'POST', '/clock', {'advance': 'much'})
    refused(api, 'POST', '/clock', {'advance': 10 ** 11})


def test_settings_change_together_or_not_at_all(api):
    refused(api, 'PUT', '/settings', {'types': 'observed', 'colour': 'red'})
    assert api.control('GET', '/settings')['types'] == 'official'
    assert api.settings(types='observed', hour_limits={'GET': 5})['hour_limits'] == {
        'GET': 5, 'POST': 240, 'PUT': 240, 'DELETE': 240}


@pytest.mark.parametrize('change', [
    {'types': 'odd'}, {'limits_enabled': 1}, {'burst_calls': -1}, {'token_seconds': '900'},
    {'hour_limits': 5},
    {'hour_limits': {'PATCH': 1}}, {'provider_token': None}, {'by_sku_form': '2020'},
])
def test_a_setting_of_the_wrong_kind_is_refused(api, change):
    refused(api, 'PUT', '/settings', change)


def test_requests_are_recorded_newest_last_without_secrets(api):
    api.control('DELETE', '/requests')
    api.get('/orders', limit=1)
    api.put('/listings/by-sku', {'listings': [{'sku': 'NOPE'}]})
    api.call('POST', '/auth/request-token',
             json={'consumer_key': PAIRS['live'][0], 'secret_key': PAIRS['live'][1]})
    api.call('POST', '/auth/request-token',
             params={'consumer_key': PAIRS['live'][0], 'secret_key': PAIRS['live'][1]})
    api.call('POST', '/auth/request-token',
             data={'consumer_key': PAIRS['live'][0], 'secret_key': PAIRS['live'][1]})
    answer = requests.get(api.address + '/_control/requests', timeout=WAIT)
    rows = answer.json()['requests']
    assert [(row['method'], row['path'], row['status'], row['mode']) for row in rows[:2]] == [
        ('GET', '/v2/orders', 200, 'live'), ('PUT', '/v2/listings/by-sku', 200, 'live')]
    assert rows[0]['query'] == 'limit=1' and rows[1]['body'] == {'listings': [{'sku': 'NOPE'}]}
    assert len(rows) == 5
    for secret in (*PAIRS['live'], api.headers['Authorization']):
        assert secret not in answer.text
    since = api.control('GET', f"/requests?since={rows[1]['id']}")['requests']
    assert [row['id'] for row in since] == [row['id'] for row in rows[2:]]


def test_control_calls_and_the_page_are_not_recorded(api):
    api.control('DELETE', '/requests')
    api.control('GET', '/state')
    requests.get(api.address + '/', timeout=WAIT)
    assert api.control('GET', '/requests')['requests'] == []


def test_a_listing_is_seen_and_changed(api):
    sku = api.buyable()['sku']
    shown = api.control('PATCH', f'/listings/{sku}', {
        'price': '7.25', 'stock': 3, 'name': "Renamed", 'competitor': {'item_price': 6, 'delivery_price': 1}})
    assert (shown['price'], shown['stock'], shown['name']) == ('7.25', 3, "Renamed")
    assert shown['competitor'] == {'item_price': '6.00', 'delivery_price': '1.00'}
    assert api.control('GET', f'/listings/{sku}') == shown
    assert api.control('PATCH', f'/listings/{sku}', {'competitor': None})['competitor'] is None
    api.control('PATCH', f'/listings/{sku}', {'overrides': {'sku': None, 'price': 'a lot'}})
    assert [row['price'] for row in api.listings() if row['sku'] is None] == ['a lot']
    refused(api, 'PATCH', f'/listings/{sku}', {'overrides': []})
    refused(api, 'PATCH', f'/listings/{sku}', {'colour': 'red'})
    refused(api, 'PATCH', f'/listings/{sku}', {'price': 'x'})
    refused(api, 'PATCH', f'/listings/{sku}', {'competitor': 5})
    refused(api, 'POST', '/listings/NOPE/suspend', status=404)


def test_a_body_that_is_no_json_is_refused(api):
    answer = requests.post(api.address + '/_control/clock', data='{', timeout=WAIT)
    assert answer.status_code == 400
    assert requests.post(api.address + '/_control/clock', data='[1]', timeout=WAIT).status_code == 400
