"""Making orders, as a buyer at OnBuy's till does."""

from dataclasses import dataclass
from decimal import Decimal

from .models import CONDITIONS, ZERO, Order, OrderLine
from .parsing import pennies
from .seed import buyers
from .seed.delivery import charge, row_for
from .seed.reference import TIERS


@dataclass
class Pick:
    """What a buyer takes: a listing, a quantity, and the price of a piece (None = the listing's price)."""

    listing: object
    quantity: int
    unit_price: Decimal | None = None


@dataclass
class Wishes:
    """What an order may be told; None leaves it to chance. `delivery` is its charge, both amounts GBP."""

    buyer: dict | None = None
    delivery_address: dict | None = None
    billing_address: dict | None = None
    delivery: Decimal | None = None
    discount: Decimal = ZERO
    vat_rate: Decimal = Decimal('20.00')
    boost: bool = False
    no_template: bool = False


def place(world, account, picks, wishes, when):
    """Return a new order of `account` for `picks`, bought at `when` (aware datetime) as `wishes` say.

    The stock of the listings is left alone; see `take_stock`.
    """
    order_id = world.new_code('T', account.orders)
    reference = world.next('order')
    buyer, delivery_address, billing_address = _people(world, wishes, reference, order_id)
    template = world.template_of(picks[0].listing)
    service = row_for(world.deliveries, template, delivery_address)
    order = Order(
        order_id, reference, when, when, buyer, billing_address, delivery_address,
        _lines(world, picks, wishes, when), wishes.discount, service,
        _tag(service, wishes.no_template), wishes.vat_rate,
    )
    _charge_delivery(world, order, picks, wishes)
    account.orders[order_id] = order
    return order


def take_stock(picks):
    """Lower the stock of the bought listings, never below 0 (rule 14)."""
    for pick in picks:
        pick.listing.stock = max(0, pick.listing.stock - pick.quantity)


def _people(world, wishes, reference, order_id):
    sent = wishes.delivery_address or {}
    name = (wishes.buyer or {}).get('name') or sent.get('name') or buyers.new_name(world.rng)
    contact = {**buyers.contact(world.rng, name, reference, order_id), **(wishes.buyer or {})}
    delivery = {**buyers.new_address(world.rng, name), **sent}
    return contact, delivery, {**delivery, **(wishes.billing_address or {})}


def _lines(world, picks, wishes, when):
    return [_line(world, pick, wishes, when) for pick in picks]


def _line(world, pick, wishes, when):
    listing, product = pick.listing, pick.listing.product
    price = pennies(listing.selling_price(when) if pick.unit_price is None else pick.unit_price)
    category = world.categories.get(product.category_id)
    tier = category.tier if category else TIERS[0]
    return OrderLine(
        world.next('line'), product.name, listing.sku or '', product.opc,
        None if wishes.no_template else world.template_of(listing), listing.condition, pick.quantity, price,
        ZERO, pennies(tier.fee(price) * pick.quantity), tier,
        listing.boost_marketing_commission if wishes.boost else ZERO, world.next('image'),
        listing.handling_time,
    )


def _tag(service, no_template):
    if not no_template or not service['country_sub_region_id']:
        return service['delivery_tag']
    return '{country_id}-{country_sub_region_id}-0-{delivery_type_id}'.format(**service)


def _charge_delivery(world, order, picks, wishes):
    """Share the delivery charge among the lines: a wished one on the first, else what the templates say."""
    seen = set()
    for line, pick in zip(order.lines, picks, strict=True):
        template = world.template_of(pick.listing)
        if wishes.delivery is None:
            row = row_for(world.deliveries, template, order.delivery_address)
            line.delivery = pennies(charge(row, pick.quantity, template not in seen))
        seen.add(template)
    if wishes.delivery is not None:
        order.lines[0].delivery = pennies(wishes.delivery)


def condition_of(line):
    """Return (id, name) of the condition of an order line, as answers show it (16.3)."""
    return CONDITIONS.get(line.condition, CONDITIONS['new'])
