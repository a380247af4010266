"""Fixed reference lists and the category tree made of the kinds ("OnBuy API reference", 8 to 13, 18)."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from .kinds import AXES, BRANDS, KINDS

NAMESPACE = uuid.UUID('5a5a0f0e-6f6e-4275-9f00-000000000000')
SELLER = {'seller_id': '24517', 'site_id': '2000', 'seller_name': "Lamp House",
          'company_name': "Lamp House Ltd"}
ENTITIES = (
    {'entity_id': '77', 'trading_name': "Lamp House"},
    {'entity_id': '78', 'trading_name': "Lamp House Outlet"},
)
SITE = {'site_id': 2000, 'name': "OnBuy UK", 'country_code': 'gb', 'default_localisation': 'en-GB'}
CONDITIONS = (
    (1, "New", 'new'),
    (9, "Refurbished (Diamond) (Refurbished)", 'diamond'),
    (10, "Refurbished (Platinum) (Refurbished)", 'platinum'),
    (11, "Refurbished (Gold) (Refurbished)", 'gold'),
    (12, "Refurbished (Silver) (Refurbished)", 'silver'),
    (13, "Refurbished (Bronze) (Refurbished)", 'bronze'),
    (14, "Refurbished (Refurbished)", 'refurbished-ungraded'),
)
CATEGORY_TYPES = {0: None, 1: "Department Store", 2: "Summary", 3: "Standard"}
FEATURES = {  # name: (id, options); the options' ids count up from id * 100
    'Colour': (120, AXES['Colour']),
    'Material': (121, ("Cotton", "Wood", "Metal", "Plastic", "Glass", "Paper")),
    'Size': (122, AXES['Size']),
    'Age': (123, AXES['Age']),
    'Shoe Size': (124, AXES['Shoe Size']),
}
DETAILS = (  # group id, name, options (id, name, units)
    ('2', "Dimensions", (('4', "Height", ('mm', 'cm', 'm')), ('5', "Width", ('mm', 'cm', 'm')),
                         ('6', "Depth", ('mm', 'cm', 'm')))),
    ('3', "Weight", (('9', "Net Weight", ('g', 'kg')),)),
    ('5', "Power", (('14', "Wattage", ('W', 'kW')), ('15', "Voltage", ('V',)))),
    ('8', "General", (('21', "Country of Manufacture", ()), ('22', "Model Year", ()))),
)


@dataclass(frozen=True)
class Tier:
    """A commission tier. Rates are per cent, `minimum` and `threshold` pence."""

    number: int
    name: str
    rate: str
    upper_rate: str | None = None
    threshold: int | None = None
    group: str = 'EE'
    minimum: int = 25

    @property
    def guid(self):
        """The tier's id in the tier list."""
        return str(uuid.uuid5(NAMESPACE, f'tier {self.number}'))

    def fee(self, price):
        """Return the fee without VAT (Decimal GBP, unrounded) on one piece at `price`; the upper rate
        applies to the part above the threshold (22, assumed)."""
        limit = Decimal(self.threshold) / 100 if self.threshold else price
        fee = min(price, limit) * Decimal(self.rate) / 100
        if price > limit:
            fee += (price - limit) * Decimal(self.upper_rate) / 100
        return max(fee, Decimal(self.minimum) / 100)


TIERS = (
    Tier(1, "Standard Selling Fee", '15.00'),
    Tier(2, "Furniture Fee", '13.50', '9.00', 10000),
    Tier(3, "Electronics Fee", '9.00'),
    Tier(4, "Electronics Accessories Fee", '13.50', '8.00', 10000, 'CEWG'),
    Tier(5, "Toys and Baby Fee", '13.50'),
    Tier(6, "Clothing and Shoes Fee", '15.00', group='CEWG'),
    Tier(7, "Media Fee", '15.00', minimum=50),
    Tier(8, "Grocery Fee", '8.00', '13.50', 1000),
    Tier(9, "Beauty Fee", '8.00', '13.50', 1000, 'CEWG'),
    Tier(10, "Mobile Phone Fee", '7.00'),
    Tier(11, "Jewellery Fee", '20.00'),
    Tier(12, "Large Appliances Fee", '13.50', '9.00', 4500),
)


@dataclass
class Category:
    """A node of the category tree; `parents` are names without the root."""

    id: int
    name: str
    parent_id: int
    level: int
    type_id: int
    parents: tuple = ()
    tier: Tier = TIERS[0]
    kind: object = None
    features: list = field(default_factory=list)

    @property
    def can_list_in(self):
        """True for a lowest category, the only ones that accept products."""
        return self.kind is not None

    @property
    def needs_code(self):
        """True where products need a product code."""
        return self.kind is None or self.kind.needs_code

    @property
    def tree(self):
        """Path of the parents; "" for the root, None for a department."""
        if not self.parents:
            return "" if self.level == 1 else None
        return ' > '.join(self.parents)


@dataclass
class Brand:
    """A brand; a `locked` one belongs to another seller and cannot be used."""

    id: int
    name: str
    type_id: int = 1
    locked: bool = False


def build_categories():
    """Return the whole tree as a dict of Category by id, parents before children."""
    tree = {1: Category(1, "Root", 0, 1, 0)}
    by_path = {(): tree[1]}
    for kind in KINDS:
        names = tuple(kind.path.split(' > '))
        for depth in range(1, len(names) + 1):
            path = names[:depth]
            if path not in by_path:
                leaf = kind if depth == len(names) else None
                by_path[path] = _category(len(tree), path, by_path[path[:-1]], kind, leaf)
                tree[by_path[path].id] = by_path[path]
    return tree


def _category(count, path, parent, kind, leaf):
    type_id = 1 if len(path) == 1 else 3 if leaf else 2
    category = Category(800 + 7 * count, path[-1], parent.id, parent.level + 1, type_id, path[:-1],
                        TIERS[kind.tier - 1], leaf)
    if leaf:
        names = [leaf.axis, 'Material'] if leaf.axis else ['Material', 'Colour']
        category.features = [_feature(name, name in ('Age', 'Shoe Size')) for name in names]
    return category


def _feature(name, required):
    feature_id, options = FEATURES[name]
    return {
        'name': name, 'feature_id': feature_id, 'group_id': 0, 'required': required,
        'options': [{'option_id': feature_id * 100 + i, 'name': option} for i, option in enumerate(options)],
    }


def build_brands():
    """Return all brands as a list of Brand; 1 is Unbranded."""
    names = [name for group in BRANDS.values() for name in group.split('|')]
    brands = [Brand(1, "Unbranded")] + [Brand(4400 + 5 * i, name) for i, name in enumerate(names)]
    return [*brands, Brand(9001, SELLER['seller_name'], 2), Brand(9002, "Guarded Goods", 2, locked=True)]
