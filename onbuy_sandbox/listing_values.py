"""Values of listings: checking what callers send and storing it ("OnBuy API reference", 16)."""

from decimal import Decimal

from . import parsing
from .clock import stamp
from .errors import ItemError
from .models import CONDITIONS
from .seed.delivery import DEFAULT_TEMPLATE
from .state import set_price

BOOST_STEPS = (0, 5, 10, 15, 20, 30)
BAD_PRICE = "Price must be a positive float value"
NOTES = 5


def price(sent, settings):
    """Return a sent price as Decimal GBP.

    Raises ItemError on text, negative ones and, by setting, 0 (16.4).
    """
    value = parsing.number(sent)
    if value is None or value < 0 or (value == 0 and not settings.accept_price_zero):
        raise ItemError(BAD_PRICE)
    return parsing.pennies(value)


def stock(sent):
    """Return a sent stock as int. Raises ItemError on text and negative ones."""
    value = parsing.integer(sent)
    if value is None:
        raise ItemError("Stock must be an integer value")
    if value < 0:
        raise ItemError("Stock cannot be less than 0")
    return value


def sku_of(sent, name='sku'):
    """Return the SKU in `sent` (dict), or another key `name`, as text without outer blanks; None if there is none."""
    value = sent.get(name)
    return str('' if value is None else value).strip() or None


def _amount(sent, label):
    value = parsing.number(sent)
    if value is None or value < 0:
        raise ItemError(f"{label} must be a positive number")
    return value


def _whole(sent, label):
    value = parsing.integer(sent)
    if value is None or value < 0:
        raise ItemError(f"{label} must be a positive integer")
    return value


def _sale_price(sent, _label):
    value = parsing.number(sent)
    if value is None or value <= 0:  # a sale cannot be ended with 0 or "" (16.4)
        raise ItemError("Sale price must be a positive float value")
    return parsing.pennies(value)


def _moment(sent, label):
    value = parsing.moment(sent)
    if value is None:
        raise ItemError(f"{label} must be in the format YYYY-MM-DD HH:MM:SS")
    return value


def _boolean(sent, label):
    value = parsing.boolean(sent)
    if value is None:
        raise ItemError(f"{label} must be a boolean")
    return value


def _text(sent, _label):
    return str(sent)


READERS = {  # field: (label in errors, reader); price, stock and boost have rules of their own
    'group_sku': ("Group SKU", _text),
    'delivery_template_id': ("Delivery template id", _whole),
    'delivery_weight': ("Delivery weight", _amount),
    'handling_time': ("Handling time", _whole),
    'return_time': ("Return time", _whole),
    'free_returns': ("Free returns", _boolean),
    'warranty': ("Warranty", _whole),
    'sale_price': ("Sale price", _sale_price),
    'sale_start_date': ("Sale start date", _moment),
    'sale_end_date': ("Sale end date", _moment),
}


def read(world, sent, steps=False):
    """Return the checked values of `sent` (dict) for a Listing; null values count as not sent.

    `steps` demands one of the boost steps of `POST /listings`. Raises ItemError on the first bad value.
    """
    given = {name: value for name, value in sent.items() if value is not None}
    values = {}
    if 'price' in given:
        values['price'] = price(given['price'], world.settings)
    if 'stock' in given:
        values['stock'] = stock(given['stock'])
    for name, (label, reader) in READERS.items():
        if name in given:
            values[name] = reader(given[name], label)
    if 'boost_marketing_commission' in given:
        values['boost_marketing_commission'] = _boost(given['boost_marketing_commission'], steps)
    if 'condition_notes' in given:
        values['condition_notes'] = _notes(given['condition_notes'])
    template = values.get('delivery_template_id')
    if template is not None and not world.template_exists(template):
        raise ItemError("The delivery template does not exist")
    return values


def _boost(sent, steps):
    value = _amount(sent, "Boost marketing commission")
    if value > 100 or (steps and value not in BOOST_STEPS):
        wanted = f"one of {', '.join(map(str, BOOST_STEPS))}" if steps else "at most 100"
        raise ItemError(f"Boost marketing commission must be {wanted}")
    return value


def _notes(sent):
    notes = sent if isinstance(sent, list) else [sent]
    return [str(note) for note in notes if note not in (None, '')][:NOTES]


def store(listing, values, now):
    """Write checked `values` (of `read`) to `listing`."""
    for name, value in values.items():
        if name == 'price':
            set_price(listing, value, now)
        else:
            setattr(listing, name, value)
    listing.updated_at = now


def boost_at_creation(values, settings):
    """Return the boost (Decimal per cent) of a new listing: the account's default where 0 or none was sent
    (16.3)."""
    return values.get('boost_marketing_commission') or Decimal(str(settings.default_boost))


def echo(sent, listing_id, form):
    """Return a success item of the by-SKU update: what was `sent`, with the types of 16.4.

    `form` is '2024' (with the listing id) or '2017' (without it and without the boost).
    """
    item = {'sku': sent['sku']}
    for name, value in sent.items():
        if name == 'handling_time':
            item['handling_time_override'] = str(value)
        elif name in READERS or name in ECHO:
            item[name] = ECHO.get(name, _same)(value) if value is not None else None
    if form == '2017':
        item.pop('boost_marketing_commission', None)
        return item
    return {**item, 'product_listing_id': str(listing_id)}


def _same(value):
    return value


def _stock_echo(value):
    return parsing.integer(value) or '0'


ECHO = {
    'price': lambda value: parsing.money(parsing.number(value)),
    'stock': _stock_echo,
    'boost_marketing_commission': _same,
    'delivery_template_id': parsing.integer,
    'free_returns': parsing.boolean,
}


def show(listing, base_url):
    """Return the row of `listing` in `GET /listings` (16.3)."""
    product = listing.product
    notes = [*listing.condition_notes, *[None] * NOTES][:NOTES]
    condition_id, condition = CONDITIONS[listing.condition]
    return {
        'name': product.name, 'sku': listing.sku, 'group_sku': listing.group_sku,
        'price': parsing.money(listing.price), 'stock': listing.stock, 'product_listing_id': listing.id,
        'product_listing_condition_id': condition_id, 'condition': condition,
        'handling_time': listing.handling_time,
        'boost_marketing_commission': str(listing.boost_marketing_commission.quantize(Decimal('0.1'))),
        'product_encoded_id': product.opc, 'opc': product.opc,
        'delivery_weight': str(listing.delivery_weight.quantize(Decimal('0.0001'))),
        'delivery_template_id': listing.delivery_template_id or DEFAULT_TEMPLATE,
        'product_url': product.url(slash='') + _url_end(listing),
        'image_url': f'{base_url}/images/{product.opc}.png', 'product_codes': product.codes or [''],
        **{f'condition_note_{place}': note for place, note in enumerate(notes, 1)},
        'warranty': listing.warranty, 'return_time': listing.return_time,
        'free_returns': int(listing.free_returns), 'sale_price': parsing.money(listing.sale_price),
        'sale_start_date': stamp(listing.sale_start_date), 'sale_end_date': stamp(listing.sale_end_date),
        'created_at': stamp(listing.created_at), 'updated_at': stamp(listing.updated_at),
        **(listing.overrides or {}),
    }


def _url_end(listing):
    if not listing.product.published:
        return '?preview=1'
    return '?condition=refurbished' if listing.condition == 'refurbished' else ''
