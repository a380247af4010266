"""Dispatch, tracking and carriers."""

import pytest

ROYAL_MAIL = {'supplier_name': "Royal Mail", 'number': 'AB123456789GB'}


def dispatch(api, *orders):
    answer = api.put('/orders/dispatch', {'site_id': 2000, 'orders': list(orders)})
    assert answer['success'] is True
    return answer['results']


@pytest.fixture
def order(api):
    """An order of two lines: 3 pieces and 1 piece."""
    one, two = [row['sku'] for row in api.listings() if row['stock'] >= 5][:2]
    return api.order((one, 3), (two, 1))


def test_a_whole_order_goes_with_its_tracking(api, order):
    order_id = order['order_id']
    assert dispatch(api, {'order_id': order_id, 'tracking': ROYAL_MAIL}) == {order_id: {'success': True}}
    view = api.view(order_id)
    assert (view['status'], view['dispatched']) == ("Dispatched", True)
    assert view['shipped_at'] and view['updated_at'] >= order['updated_at']
    assert [line['quantity_dispatched'] for line in view['products']] == ['3', '1']
    tracking = {'tracking_number': 'AB123456789GB', 'supplier_name': "Royal Mail", 'tracking_url': None}
    assert view['tracking'] == tracking == view['products'][1]['tracking']
    sent, = view['dispatches']
    assert len(sent['dispatch_id']) == 36
    assert (sent['tracking'], sent['tracking_number']) == (tracking, 'AB123456789GB')
    assert [item['quantity'] for item in sent['products']] == ['3', '1']


def test_dispatching_twice_fails_with_the_state_in_title_case(api, order):
    order_id = order['order_id']
    dispatch(api, {'order_id': order_id})
    assert dispatch(api, {'order_id': order_id}) == {order_id: {
        'success': False, 'errorcode': 'InvalidOrderStatus',
        'message': 'The order could not be marked as dispatched because it has a status of "Dispatched"'}}


def test_one_bad_order_in_three_leaves_the_others_done(api, order):
    second = api.order()
    results = dispatch(api, {'order_id': order['order_id']}, {'order_id': 'TNONE00'},
                       {'order_id': second['order_id']})
    assert [item['success'] for item in results.values()] == [True, False, True]


def test_a_part_leaves_the_order_partially_dispatched_until_the_rest_goes(api, order):
    order_id, sku = order['order_id'], order['products'][0]['sku']
    dispatch(api, {'order_id': order_id, 'products': [{'sku': sku, 'quantity': '2', 'tracking': ROYAL_MAIL}]})
    view = api.view(order_id)
    assert (view['status'], view['dispatched'], view['shipped_at']) == ("Partially Dispatched", False, None)
    assert [line['quantity_dispatched'] for line in view['products']] == ['2', '0']
    assert 'tracking' in view['products'][0] and 'tracking' not in view['products'][1]
    dispatch(api, {'order_id': order_id, 'tracking': ROYAL_MAIL})
    view = api.view(order_id)
    assert view['status'] == "Dispatched" and len(view['dispatches']) == 2
    assert [item['quantity'] for item in view['dispatches'][1]['products']] == ['1', '1']


def test_products_inside_tracking_are_read_as_in_the_official_samples(api, order):
    inside = {**ROYAL_MAIL, 'products': [{'sku': order['products'][1]['sku'], 'quantity': 1}]}
    dispatch(api, {'order_id': order['order_id'], 'tracking': inside})
    view = api.view(order['order_id'])
    assert [line['quantity_dispatched'] for line in view['products']] == ['0', '1']
    assert view['dispatches'][0]['tracking_number'] == 'AB123456789GB'


@pytest.mark.parametrize('key', ['sku', 'opc', 'onbuy_internal_reference'])
def test_a_line_is_named_in_three_ways_and_without_quantity_goes_whole(api, order, key):
    line = order['products'][0]
    dispatch(api, {'order_id': order['order_id'], 'products': {key: line[key]}})
    assert [item['quantity_dispatched'] for item in api.view(order['order_id'])['products']] == ['3', '0']


def test_lines_with_tracking_of_their_own_travel_as_two_parcels(api, order):
    dispatch(api, {'order_id': order['order_id'], 'products': [
        {'sku': order['products'][0]['sku'], 'quantity': 3, 'tracking': ROYAL_MAIL},
        {'sku': order['products'][1]['sku'], 'quantity': 1,
         'tracking': {'tracking_id': 1, 'number': '155'}}]})
    numbers = [item['tracking'] for item in api.view(order['order_id'])['dispatches']]
    assert [item['supplier_name'] for item in numbers] == ["Royal Mail", "DPD"]


@pytest.mark.parametrize('change, code', [
    ({'products': [{'sku': 'NOPE', 'quantity': 1}]}, 'InvalidProduct'),
    ({'products': [{'quantity': 1}]}, 'InvalidProduct'),
    ({'products': ['x']}, 'InvalidProduct'),
    ({'products': [{'line': 0, 'quantity': 4}]}, 'InvalidQuantity'),
    ({'products': [{'line': 0, 'quantity': 0}]}, 'InvalidQuantity'),
    ({'products': [{'line': 0, 'quantity': 2}, {'line': 0, 'quantity': 2}]}, 'InvalidQuantity'),
    ({'tracking': {'supplier_name': "DPD"}}, 'InvalidTracking'),
    ({'tracking': {'number': '155'}}, 'InvalidTracking'),
    ({'tracking': {'number': '155', 'tracking_id': 999}}, 'InvalidTracking'),
    ({'tracking': 'AB123'}, 'InvalidTracking'),
])
def test_a_wrong_item_fails_and_sends_nothing(api, order, change, code):
    for product in change.get('products', []):
        if 'line' in product:
            product['sku'] = order['products'][product.pop('line')]['sku']
    result = dispatch(api, {'order_id': order['order_id'], **change})[order['order_id']]
    assert (result['success'], result['errorcode']) == (False, code)
    assert 'dispatches' not in api.view(order['order_id'])


@pytest.mark.parametrize('word, shown', [
    ('cancelled', "Cancelled"), ('cancelled_by_buyer', "Cancelled By Buyer"), ('refunded', "Refunded"),
    ('partially_refunded', "Partially Refunded"),
])
def test_orders_in_a_wrong_state_are_not_dispatched(api, word, shown):
    order_id = api.get('/orders', **{'filter[status]': word})['results'][0]['order_id']
    assert f'"{shown}"' in dispatch(api, {'order_id': order_id})[order_id]['message']


def track(api, **item):
    return api.put('/dispatches/tracking', {'site_id': 2000, 'dispatches': [item]})['results'][0]


def test_tracking_can_be_added_to_a_dispatch_that_had_none(api, order):
    dispatch(api, {'order_id': order['order_id']})
    sent, = api.view(order['order_id'])['dispatches']
    assert sent['tracking'] is None
    carrier, = api.get('/carriers', **{'filter[name]': 'royal'})
    api.control('POST', '/clock', {'advance': 30})
    before = api.view(order['order_id'])['updated_at']
    assert track(api, dispatch_id=sent['dispatch_id'], tracking_number='QA1',
                 onbuy_carrier_code=carrier['onbuy_carrier_code']) == {
        'dispatch_id': sent['dispatch_id'], 'success': True}
    view = api.view(order['order_id'])
    assert view['dispatches'][0]['tracking_number'] == 'QA1'
    assert view['tracking']['supplier_name'] == "Royal Mail"
    assert view['products'][0]['tracking'] == view['tracking']
    assert view['updated_at'] > before


def test_changing_tracking_without_a_carrier_keeps_the_carrier(api, order):
    dispatch(api, {'order_id': order['order_id'], 'tracking': ROYAL_MAIL})
    sent, = api.view(order['order_id'])['dispatches']
    assert track(api, dispatch_id=sent['dispatch_id'], tracking_number='QA2')['success'] is True
    assert api.view(order['order_id'])['tracking'] == {
        'tracking_number': 'QA2', 'supplier_name': "Royal Mail", 'tracking_url': None}


def test_tracking_updates_fail_item_by_item(api, order):
    dispatch(api, {'order_id': order['order_id']})
    dispatch_id = api.view(order['order_id'])['dispatches'][0]['dispatch_id']
    for item in ({'dispatch_id': 'none', 'tracking_number': '1'}, {'dispatch_id': dispatch_id},
                 {'dispatch_id': dispatch_id, 'tracking_number': '1', 'onbuy_carrier_code': 'OCC-NONE'},
                 {'dispatch_id': dispatch_id, 'tracking_number': '1', 'onbuy_carrier_code': ['OCC-NONE']}):
        row = track(api, **item)
        assert row['success'] is False and row['message']


def test_carriers_are_a_bare_array(api):
    carriers = api.get('/carriers', site_id=2000)
    assert isinstance(carriers, list) and len(carriers) > 5
    assert all(len(row['onbuy_carrier_code']) == 22 for row in carriers)


def test_the_old_provider_ids_are_still_there(api):
    rows = {row['tracking_id']: row['name'] for row in api.get('/orders/tracking-providers')['results']}
    assert (rows[6], rows[68]) == ("Royal Mail", "PostNL") and 22 not in rows
