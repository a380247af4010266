"""Cancelling and refunding."""

import pytest


def cancel(api, *orders):
    answer = api.put('/orders/cancel', {'site_id': 2000, 'orders': list(orders)})
    assert set(answer) == {'success', 'result'} and answer['success'] is True
    return answer['result']


def refund(api, *orders):
    answer = api.put('/orders/refund', {'site_id': 2000, 'orders': list(orders)})
    assert set(answer) == {'success', 'results'}
    return answer['results']


@pytest.fixture
def sent(api):
    """A dispatched order: 2 pieces at 10.00, 1 at 5.50, delivery 4.00."""
    one, two = [row['sku'] for row in api.listings() if row['stock'] >= 5][:2]
    lines = [{'sku': one, 'quantity': 2, 'unit_price': '10.00'},
             {'sku': two, 'quantity': 1, 'unit_price': '5.50'}]
    order = api.control('POST', '/orders', {'lines': lines, 'price_delivery': 4})['orders'][0]
    return api.control('POST', f"/orders/{order['order_id']}/dispatch", {})


def reference(order, line=0):
    return order['products'][line]['onbuy_internal_reference']


def test_a_cancelled_order_is_cancelled_by_seller(api):
    order_id = api.order()['order_id']
    row, = cancel(api, {'order_id': order_id, 'order_cancellation_reason_id': 5,
                        'cancel_order_additional_info': "damaged"})
    assert (row['success'], row['order_id']) == (True, order_id)
    assert row['forget_balance_url'].startswith('https://')
    view = api.view(order_id)
    assert view['status'] == "Cancelled By Seller" and view['cancelled_at']
    assert view['cancellation']['reason'] == "Other Issue"
    assert view['cancellation']['cancel_order_additional_info'] == "damaged"


@pytest.mark.parametrize('key, value', [
    ('order_cancellation_reason_id', '1'), ('cancel_order_reason', '1'), ('cancel_order_reason', 1),
])
def test_the_reason_is_read_under_both_names_and_types(api, key, value):
    order_id = api.order()['order_id']
    assert cancel(api, {'order_id': order_id, key: value})[0]['success'] is True
    assert api.view(order_id)['cancellation']['order_cancellation_reason_id'] == 1


def test_only_orders_awaiting_dispatch_are_cancelled(api, sent):
    fresh = api.order()['order_id']
    rows = cancel(api, {'order_id': sent['order_id'], 'order_cancellation_reason_id': 1},
                  {'order_id': 'TNONE00'}, {'order_id': fresh, 'order_cancellation_reason_id': 9},
                  {'order_id': fresh})
    assert [row['success'] for row in rows] == [False, False, False, True]
    assert rows[0] == {'success': False, 'order_id': sent['order_id'],
                       'message': 'The order could not be cancelled because it has a status of "Dispatched"'}
    assert cancel(api, {'order_id': fresh})[0]['success'] is False


def test_a_cancellation_with_its_refund_open_stays_cancelled(api):
    api.settings(cancel_refund_pending=True)
    order_id = api.order()['order_id']
    cancel(api, {'order_id': order_id})
    assert api.view(order_id)['status'] == "Cancelled"
    api.control('POST', f'/orders/{order_id}/complete')
    assert api.view(order_id)['status'] == "Cancelled By Seller"


def test_a_full_refund_gives_back_all_and_a_number(api, sent):
    row, = refund(api, {'order_id': sent['order_id'], 'order_refund_reason_id': 1})
    assert row == {'success': True, 'order_refund_id': row['order_refund_id'], 'refund_total': 29.5,
                   'order_id': sent['order_id']}
    view = api.view(sent['order_id'])
    assert view['status'] == "Refunded"
    entry, = view['refunds']
    assert (entry['order_refund_id'], entry['refund_total']) == (row['order_refund_id'], '29.50')
    assert entry['reason'] == "Customer Return"


def test_a_whole_total_is_an_integer(api, sent):
    row, = refund(api, {'order_id': sent['order_id'], 'order_refund_reason_id': '3',
                        'items': [{'onbuy_internal_reference': reference(sent), 'amount': 20}]})
    assert row['refund_total'] == 20 and isinstance(row['refund_total'], int)
    assert api.view(sent['order_id'])['status'] == "Partially Refunded"


def test_parts_add_up_to_a_full_refund(api, sent):
    order_id = sent['order_id']
    refund(api, {'order_id': order_id, 'delivery': '4.00'})
    assert api.view(order_id)['status'] == "Partially Refunded"
    refund(api, {'order_id': order_id, 'items': [
        {'onbuy_internal_reference': int(reference(sent)), 'amount': '15.50'}], 'customer_note': "Sorry!"})
    row, = refund(api, {'order_id': order_id})
    assert row['refund_total'] == 10
    view = api.view(order_id)
    assert view['status'] == "Refunded" and len(view['refunds']) == 3
    assert view['refunds'][1]['customer_note'] == "Sorry!"


def test_the_delivery_is_refunded_beside_a_line_of_nothing(api, sent):
    row, = refund(api, {'order_id': sent['order_id'], 'delivery': '4.00', 'items': [
        {'onbuy_internal_reference': reference(sent), 'amount': 0}]})
    assert row['refund_total'] == 4


@pytest.mark.parametrize('change', [
    {'items': [{'onbuy_internal_reference': 1, 'amount': 1}]},
    {'items': [{'line': 0, 'amount': '20.01'}]},
    {'items': [{'line': 0, 'amount': 12}, {'line': 0, 'amount': 12}]},
    {'items': [{'line': 0, 'amount': -1}]},
    {'items': [{'line': 0, 'amount': 0}]},
    {'items': [{'line': 0, 'amount': 'much'}]},
    {'items': [{'line': 0}]},
    {'items': ['x']},
    {'delivery': 4.01},
    {'delivery': -1},
    {'delivery': 1e30},
    {'order_refund_reason_id': 7},
])
def test_a_wrong_amount_or_line_fails_its_item(api, sent, change):
    for item in change.get('items', []):
        if 'line' in item:
            item['onbuy_internal_reference'] = reference(sent, item.pop('line'))
    good = api.control('POST', f"/orders/{api.order()['order_id']}/dispatch", {})
    bad, row = refund(api, {'order_id': sent['order_id'], **change}, {'order_id': good['order_id']})
    assert (bad['success'], bad['data'], bad['order_id']) == (False, 'null', sent['order_id'])
    assert row['success'] is True
    assert 'refunds' not in api.view(sent['order_id'])


def test_an_undispatched_or_cancelled_or_refunded_order_is_not_refundable(api):
    for word in ('awaiting_dispatch', 'cancelled', 'cancelled_by_seller', 'cancelled_by_buyer', 'refunded'):
        order_id = api.get('/orders', **{'filter[status]': word})['results'][0]['order_id']
        row, = refund(api, {'order_id': order_id, 'order_refund_reason_id': 1})
        assert row == {'success': False, 'message': "The order is not in a refundable status.",
                       'data': 'null',
                       'order_id': order_id}


def test_reason_6_refunds_a_cancelled_order_whose_refund_is_open(api):
    order_id = api.order()['order_id']
    api.control('POST', f'/orders/{order_id}/cancel', {'refund': 'pending'})
    item = {'order_id': order_id, 'order_refund_reason_id': 6}
    api.settings(refund_while_cancelled=False)
    assert refund(api, item)[0]['success'] is False
    api.settings(refund_while_cancelled=True)
    assert refund(api, item)[0]['success'] is True
    assert api.view(order_id)['status'] == "Cancelled By Buyer"
    assert refund(api, item)[0]['success'] is False


def test_a_refund_never_exceeds_what_the_buyer_paid(api):
    sku = api.buyable()['sku']
    order = api.order((sku, 1), price_discount='1.00')
    api.control('POST', f"/orders/{order['order_id']}/dispatch", {})
    row, = refund(api, {'order_id': order['order_id']})
    assert f"{row['refund_total']:.2f}" == order['price_total']
    assert api.view(order['order_id'])['status'] == "Refunded"
