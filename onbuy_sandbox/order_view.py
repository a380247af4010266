"""Orders as JSON, in list and in single view ("OnBuy API reference", 17.1)."""

from datetime import timedelta
from decimal import Decimal

from .clock import stamp
from .models import STATUSES, ZERO
from .ordering import condition_of
from .parsing import money, pennies

ONE_SECOND = timedelta(seconds=1)
EXTRA_FEES = (
    'sales_fee_threshold', 'sales_fee_lower_threshold_percentage', 'sales_fee_upper_threshold_percentage',
    'sales_fee_lower_threshold_per_item', 'sales_fee_upper_threshold_per_item', 'sales_fee_tax_per_item',
    'boost_fee_tax_per_item', 'fees_tax',
)
NULL_IN_VIEW = ('net_fees', 'total_sales_fee', 'total_boost_fee', 'boost_fee_percentage',
                'boost_fee_per_item')


def show_order(order, kind, base_url, single=False):
    """Return the JSON of `order`.

    `kind` is `str` (official) or `int` (observed): the type of ids and quantities. `base_url` is where the
    images are, `single` whether it is for `GET /orders/{id}`.
    """
    shown = {
        'order_id': order.order_id, 'onbuy_internal_reference': kind(order.reference),
        'date': stamp(order.date), 'updated_at': stamp(order.updated_at),
        'cancelled_at': stamp(order.cancelled_at), 'shipped_at': stamp(order.shipped_at),
        'status': STATUSES[order.status], 'site_id': kind(2000), 'site_name': "OnBuy UK",
        'price_subtotal': money(order.subtotal), 'price_delivery': money(order.delivery),
        'price_total': money(order.total), 'price_discount': money(order.discount),
        **_sales_fees(order), 'currency_code': 'GBP', 'dispatched': order.shipped_at is not None,
        'delivery_service': order.service['delivery_type'], 'stripe_transaction_id': None,
        'paypal_capture_id': None, 'buyer': _buyer(order, single),
        'billing_address': dict(order.billing_address), 'delivery_address': dict(order.delivery_address),
        'fee': _order_fee(order, single),
        'tax': {'tax_total': None, 'tax_subtotal': None, 'tax_delivery': None},
        'products': [_line(order, line, kind, base_url, single) for line in order.lines],
        'delivery_tag': order.delivery_tag, **_afterwards(order, kind),
    }
    return merge(shown, order.overrides) if order.overrides else shown


def merge(base, changes):
    """Return `base` with `changes` laid over it; objects are merged, everything else is replaced."""
    merged = dict(base)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = merge(merged[name], value) if both else value
    return merged


def _buyer(order, single):
    return {**order.buyer, 'phone': None, 'ip_address': None} if single else dict(order.buyer)


def _afterwards(order, kind):
    """The keys that an order awaiting dispatch does not have."""
    found = {
        'dispatches': [_dispatch(item, kind) for item in order.dispatches], 'refunds': order.refunds,
        'tracking': order.tracking, 'cancellation': order.cancellation,
    }
    return {name: value for name, value in found.items() if value}


def _dispatch(dispatch, kind):
    items = [{**item, 'onbuy_internal_reference': kind(item['onbuy_internal_reference']),
              'quantity': kind(item['quantity'])} for item in dispatch['products']]
    return {**dispatch, 'products': items}


def boost_fee(line):
    """Return the boost fee of a line without VAT (Decimal GBP)."""
    return pennies(line.total * line.boost_percent / 100)


def _fees(order):
    category = sum((line.category_fee for line in order.lines), ZERO)
    return category, sum((boost_fee(line) for line in order.lines), ZERO)


def _tax(amount, order):
    return pennies(amount * order.vat_rate / 100)


def plain(amount):
    """Return a Decimal as JSON number: an int when it is whole, else a float (4)."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _sales_fees(order):
    category, _boost = _fees(order)
    return {'sales_fee_ex_VAT': money(category), 'sales_fee_inc_VAT': money(category + _tax(category, order))}


def _order_fee(order, single):
    category, boost = _fees(order)
    total = category + boost
    tax = _tax(total, order)
    fee = {
        'boost_marketing_fee_excluding_vat': money(boost), 'total_boost_fee': money(boost),
        'category_fee_excluding_vat': money(category), 'total_sales_fee': money(category),
        'delivery_fee_excluding_vat': 0, 'total_fee_excluding_vat': money(total), 'net_fees': money(total),
        'vat_rate': money(order.vat_rate), 'fees_tax': plain(tax),
        'total_fee_including_vat': money(total + tax), 'total_fee_including_tax': money(total + tax),
    }
    return {**fee, 'total_fees_inc_tax': money(total + tax)} if single else fee


def _line(order, line, kind, base_url, single):
    condition_id, condition = condition_of(line)
    boost = boost_fee(line)
    sent_by = order.date + timedelta(days=line.handling_time or 1) - ONE_SECOND
    arrives = [stamp(sent_by + timedelta(days=order.service[name])) for name in ('min_days', 'max_days')]
    image = f'{base_url}/images/{line.opc}.png'
    shown = {
        'onbuy_internal_reference': kind(line.reference), 'name': line.name, 'sku': line.sku, 'opc': line.opc,
        'seller_delivery_template_id': None if line.template_id is None else kind(line.template_id),
        'price_delivery_total': money(line.delivery), 'condition': condition,
        'condition_id': kind(condition_id), 'quantity': kind(line.quantity),
        'quantity_dispatched': kind(line.dispatched), 'unit_price': money(line.unit_price),
        'total_price': money(line.total), 'expected_dispatch_date': stamp(sent_by),
        'expected_delivery_date': ' - '.join(arrives), 'image_id': kind(line.image_id),
        'product_image_id': str(line.image_id + 500) if single else None,
        'image_urls': {'thumb': image, 'small': image, 'original': image, 'large': "Unavailable"},
        'commission_boost_marketing_percentage': _percent(line.boost_percent),
        'commission_boost_marketing_per_item_excluding_vat': money(boost / line.quantity),
        'commission_boost_marketing_total_excluding_vat': money(boost),
        'commission_category_total_excluding_vat': money(line.category_fee),
        'tax': {'tax_delivery': None, 'tax_product': None, 'tax_total': None},
        'fee': _line_fee(order, line, single),
    }
    return {**shown, 'tracking': line.tracking} if line.tracking else shown


def _percent(value):
    return str(value.quantize(Decimal('0.1')))


def _line_fee(order, line, single):
    boost = boost_fee(line)
    sent = bool(order.dispatches)
    total = line.category_fee + boost if sent else ZERO
    fee = {
        'commission_fee': money(line.category_fee if sent else ZERO), 'net_fees': money(total),
        'commission_fee_including_tax': money(_with_tax(line.category_fee, order) if sent else ZERO),
        'total_fees_inc_tax': money(_with_tax(total, order)),
        'boost_fee_percentage': _percent(line.boost_percent),
        'boost_fee_per_item': money(boost / line.quantity),
        'total_boost_fee': money(boost), 'total_sales_fee': money(line.category_fee),
    }
    if not single:
        return fee
    if not sent:
        return {**fee, **dict.fromkeys(NULL_IN_VIEW), **dict.fromkeys(EXTRA_FEES)}
    return {**fee, **_extra_fees(order, line, boost, total)}


def _with_tax(amount, order):
    return amount + _tax(amount, order)


def _extra_fees(order, line, boost, total):
    """The eight fee keys of a line that only the single view has, filled after dispatch."""
    tier = line.tier
    limit = Decimal(tier.threshold) / 100 if tier.threshold else None
    lower = min(line.unit_price, limit or line.unit_price)
    upper = (line.unit_price - lower) * Decimal(tier.upper_rate) / 100 if limit else None
    values = (
        money(limit), tier.rate, tier.upper_rate, money(lower * Decimal(tier.rate) / 100), money(upper),
        money(_tax(line.category_fee, order) / line.quantity), money(_tax(boost, order) / line.quantity),
        plain(_tax(total, order)),
    )
    return dict(zip(EXTRA_FEES, values, strict=True))
