"""A realistic UK catalogue: products, variation families and the seller's listings on them."""

from datetime import timedelta
from decimal import Decimal

from ..models import Listing
from ..state import set_price
from .gtin import new_gtin
from .kinds import AXES, BRANDS, KINDS, SERIES

OTHER_SELLERS = 0.06  # share of products in the catalogue on which the seller has no listing
SHORT = {  # variations in SKUs
    "Small": 'S', "Medium": 'M', "Large": 'L', "X-Large": 'XL', "Black": 'BLK', "White": 'WHT', "Grey": 'GRY',
    "Navy Blue": 'NVY', "Sage Green": 'SGE', "Red": 'RED', "Cream": 'CRM', "Teal": 'TEA',
}
POINTS = ("Made to last", "Easy to clean", "Carefully packed", "One year guarantee",
          "Sent from our own warehouse")


def fill(world, account, count, now):
    """Make `count` listings for `account`, the oldest created first, and some products of other sellers."""
    families, room = [], count
    while room:
        families.append(_family(world, len(families), room))
        room -= len(families[-1])
    for number, members in enumerate(families):
        created = now - timedelta(days=420) + timedelta(minutes=number * 420 * 1440 // len(families))
        for member in members:
            product = _product(world, account, member, created)
            account.add_listing(_listing(world, account, product, member, created))
    for number in range(int(count * OTHER_SELLERS)):
        member = _family(world, len(families) + number, 1)[0]
        product = _product(world, account, member, now - timedelta(days=500))
        product.owner, product.locked = 'another seller', number % 5 == 0


def _family(world, number, room):
    """Return the members (dicts) of the next product family, at most `room`.

    A single product is a family of one.
    """
    rng = world.rng
    kind = KINDS[number % len(KINDS)]
    brand = rng.choice(BRANDS[kind.department].split('|'))
    series = SERIES[number // len(KINDS) % len(SERIES)]
    noun = rng.choice(kind.nouns.split('|'))
    stem = f"{brand} {series} {noun}"
    sku = f"{_initials(brand)}-{_initials(noun)}-{number + 101:04d}"
    price = Decimal(rng.randint(*kind.prices)) - Decimal('0.01')
    common = {'kind': kind, 'brand': brand, 'price': price, 'weight': round(rng.uniform(*kind.weights), 2)}
    values = _variations(rng, kind)[:room]
    if len(values) < 2:
        return [{**common, 'name': stem, 'sku': sku, 'group': None}]
    return [{**common, 'name': f"{stem} {_worded(kind.axis, value)}", 'sku': f"{sku}-{_short(value)}",
             'group': sku}
            for value in values]


def _variations(rng, kind):
    values = AXES[kind.axis]
    if kind.axis != 'Colour':
        return values
    return rng.sample(values, rng.randint(2, 4))


def _worded(axis, value):
    return f"(Age {value})" if axis == 'Age' else value if axis in ('Colour', 'Shoe Size') else f"- {value}"


def _short(value):
    return SHORT.get(value) or ''.join(char for char in value.upper() if char.isalnum())[:4]


def _initials(text):
    letters = ''.join(char if char.isalpha() else ' ' for char in text)
    words = [word for word in letters.split() if len(word) > 1]
    return (words[0][:4] if len(words) == 1 else ''.join(word[:2] for word in words[:2])).upper()


def _product(world, account, member, created):
    category = next(item for item in world.categories.values() if item.kind is member['kind'])
    points = ''.join(f"<li>{point}</li>" for point in world.rng.sample(POINTS, 3))
    return world.add_product(
        mode=account.mode, name=member['name'], category_id=category.id, brand_name=member['brand'],
        description=f"<p>{member['name']} by {member['brand']}.</p><ul>{points}</ul>",
        codes=[new_gtin(world.rng, world.taken_codes)], created_at=created, mpn=member['sku'],
    )


def _listing(world, account, product, member, created):
    rng, kind = world.rng, member['kind']
    prefix = 'TEST-' if account.mode == 'test' else ''
    refurbished = kind.refurbished and rng.random() < 0.15
    listing = Listing(
        world.next('listing'), product, 'refurbished' if refurbished else 'new', created,
        created + timedelta(days=rng.randint(0, 30), minutes=rng.randint(0, 1439)),
        sku=prefix + member['sku'],
        group_sku=member['group'] and prefix + member['group'],
        stock=rng.choice((0, 2, 4, 7, 12, 18, 25, 40, 65, 120)),
        delivery_template_id=_template(rng, kind), delivery_weight=Decimal(str(member['weight'])),
        handling_time=rng.choice((1, 1, 2)), return_time=30, warranty=rng.choice((0, 12, 24)),
        free_returns=rng.random() < 0.3,
        boost_marketing_commission=Decimal(rng.choice(('0', '5', '5', '10'))),
    )
    set_price(listing, member['price'] * Decimal('0.75') if refurbished else member['price'], created)
    if refurbished:
        listing.price = listing.price.to_integral_value() - Decimal('0.01')
        listing.condition_notes = ["Checked and cleaned", "Box may show marks"]
    _compete(rng, listing)
    return listing


def _template(rng, kind):
    if kind.weights[1] > 10:
        return 2378
    return rng.choice((2375, 2375, 2375, 2376, 2376, 2377, 2379, None))


def _compete(rng, listing):
    """Give every second listing a competing offer near its price."""
    if rng.random() < 0.5:
        item = (listing.price * Decimal(str(rng.uniform(0.88, 1.15)))).to_integral_value() - Decimal('0.01')
        listing.competitor = {'item_price': max(item, Decimal('0.99')), 'delivery_price': Decimal('2.99')}
