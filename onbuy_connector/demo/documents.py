"""Documents as OnBuy sends them, of a shop that does not exist (OnBuy API reference, 16.3 and 17.1)."""
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from ..lib.const import DATE_FORMAT

FEE = Decimal('0.15')


def moment(**ago):
    """Return a time in OnBuy's format.

    :param ago: of a timedelta, e.g. ``days=2``; below zero it is still to come
    """
    return (datetime.now(timezone.utc) - timedelta(**ago)).strftime(DATE_FORMAT)


def make_listing(number, sku, name, price, stock, **values):
    """Return a row of OnBuy's list of listings.

    :param int number: gives it its ids
    :param values: further fields, or others
    """
    return {
        'product_listing_id': 144000000 + number, 'sku': sku, 'name': name, 'price': price, 'stock': stock,
        'opc': f'PDEMO{number:02}', 'condition': 'New', 'product_listing_condition_id': 1, 'handling_time': 1,
        'product_codes': [], 'created_at': moment(days=90), 'updated_at': moment(days=3), **values,
    }


def make_order(number, buyer, lines, *, days, due=1, **values):
    """Return an order that awaits dispatch.

    :param int number: gives it its ids
    :param tuple buyer: name, street, town and postcode
    :param list lines: of SKU, name, unit price and quantity
    :param float days: since it was placed
    :param float due: days from now until it is to be dispatched
    :param values: further fields, or others
    """
    name, street, town, postcode = buyer
    address = {'name': name, 'line_1': street, 'town': town, 'postcode': postcode, 'country': 'United Kingdom',
               'country_code': 'GB'}
    products = [_make_line(number * 10 + place, due, *line) for place, line in enumerate(lines)]
    subtotal = sum(Decimal(line['total_price']) for line in products)
    fee = (subtotal * FEE).quantize(Decimal('0.01'))
    return {
        'order_id': f'DEMO{number:03}', 'onbuy_internal_reference': 900000 + number, 'status': 'Awaiting Dispatch',
        'date': moment(days=days), 'updated_at': moment(days=days), 'currency_code': 'GBP', 'delivery_service': 'Standard',
        'price_subtotal': str(subtotal), 'price_delivery': '3.99', 'price_discount': '0.00',
        'price_total': str(subtotal + Decimal('3.99')),
        'buyer': {'name': name, 'email': f'demo-{number}@example.com', 'phone': '07000 000000'},
        'delivery_address': address, 'billing_address': address,
        'fee': {'category_fee_excluding_vat': str(fee), 'total_fee_excluding_vat': str(fee), 'fees_tax': '0.00',
                'total_fee_including_vat': str(fee)},
        'products': products, **values,
    }


def _make_line(reference, due, sku, name, price, quantity):
    """Return one of an order's `products`."""
    return {
        'onbuy_internal_reference': reference, 'sku': sku, 'name': name, 'opc': '', 'quantity': quantity,
        'quantity_dispatched': 0, 'unit_price': price, 'total_price': str(Decimal(price) * quantity),
        'expected_dispatch_date': moment(days=-due),
        'expected_delivery_date': f'{moment(days=-due - 2)} - {moment(days=-due - 4)}',
    }


def dispatched(order, *quantities, number='', **values):
    """Return an order of which goods were dispatched.

    :param dict order: as it was
    :param quantities: of each line; none: all
    :param str number: of the parcel
    :param values: further fields, or others
    """
    wanted = quantities or [line['quantity'] for line in order['products']]
    lines = [{**line, 'quantity_dispatched': sent} for line, sent in zip(order['products'], wanted, strict=True)]
    whole = all(line['quantity'] == line['quantity_dispatched'] for line in lines)
    parcel = {'dispatch_id': f'd-{order["order_id"]}', 'date': moment(hours=1), 'tracking_number': number}
    return changed(
        order, status='Dispatched' if whole else 'Partially Dispatched', shipped_at=moment(hours=1), products=lines,
        dispatches=[parcel], **values)


def refunded(order, amount, status):
    """Return an order of which money went back to the buyer.

    :param dict order: as it was
    :param str amount: pounds
    """
    line = order['products'][0]['onbuy_internal_reference']
    return changed(order, status=status, refunds=[{
        'order_refund_id': f'r-{order["order_id"]}', 'date': moment(), 'refund_total': amount, 'reason': 'Customer Return',
        'items': [{'onbuy_internal_reference': line, 'amount': amount}]}])


def changed(order, **values):
    """Return an order with other values."""
    return {**order, 'updated_at': moment(), **values}
