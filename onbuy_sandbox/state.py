"""All state of the sandbox, in memory: the shared catalogue and the two stores of one seller (rule 3)."""

import random
import string
import sys
import traceback
from datetime import timedelta

from .auth import Tokens
from .clock import Clock
from .errors import DEFECT
from .faults import Faults
from .journal import Journal
from .limits import Usage
from .models import Product
from .parsing import pennies
from .seed.delivery import DEFAULT_TEMPLATE, build_deliveries
from .seed.gtin import key
from .seed.reference import build_brands, build_categories
from .settings import Settings

LETTERS = string.ascii_uppercase + string.digits
MODES = ('live', 'test')


class Account:
    """One store: the things that its key pair sees."""

    def __init__(self, mode, consumer_key, secret_key):
        self.mode = mode
        self.consumer_key = consumer_key
        self.secret_key = secret_key
        self.listings = {}  # by listing id
        self.orders = {}  # by order id
        self.queue = []  # QueueRow, oldest first
        self.usage = Usage()
        self.reserved = {}  # SKU: until when a deleted one stays taken
        self._by_sku = {}

    def by_sku(self, sku):
        """Return the listing with exactly this SKU, or None."""
        return self._by_sku.get(sku)

    def addressable(self, sku, now):
        """Return the listing with this SKU if calls may address it yet, or None."""
        listing = self._by_sku.get(sku)
        return None if listing is None or listing.hidden(now) else listing

    def on_product(self, opc, condition):
        """Return the listing on this product and condition, or None."""
        found = (item for item in self.listings.values()
                 if item.product.opc == opc and item.condition == condition)
        return next(found, None)

    def add_listing(self, listing):
        """Keep a new listing."""
        self.listings[listing.id] = listing
        if listing.sku is not None:
            self._by_sku[listing.sku] = listing

    def remove_listing(self, listing):
        """Forget a listing."""
        del self.listings[listing.id]
        self._by_sku.pop(listing.sku, None)

    def visible(self, now):
        """Return the listings that `GET /listings` shows: suspended ones are absent (16.3)."""
        return [item for item in self.listings.values() if not item.suspended and not item.hidden(now)]


class World:
    """Everything. `keys` maps modes to (consumer key, secret key); all numbers come from `seed`."""

    def __init__(self, keys, seed=1, settings=None, clock=None):
        self.settings = settings or Settings()
        self.clock = clock or Clock()
        self.seed = seed
        self.rng = random.Random(seed)
        self.accounts = {mode: Account(mode, *keys[mode]) for mode in MODES}
        self.categories = build_categories()
        self.brands = build_brands()
        self.deliveries = build_deliveries()
        self.products = {}  # by OPC
        self.gtins = {}  # OPC by code without leading zeros, of both modes (7)
        self.taken_codes = set()
        self.tokens = Tokens()
        self.faults = Faults(seed)
        self.journal = Journal()
        self._counters = {'product': 280100100, 'listing': 144000100, 'order': 900100, 'line': 186000,
                          'image': 20000000, 'queue': 0}

    def next(self, name):
        """Return the next number of counter `name`."""
        self._counters[name] += 1
        return self._counters[name]

    def new_code(self, prefix, taken):
        """Return an unused id of `prefix` and six capital letters or digits."""
        while True:
            code = prefix + ''.join(self.rng.choices(LETTERS, k=6))
            if code not in taken:
                return code

    def add_product(self, **values):
        """Keep a new Product made of `values` (without its ids) and return it."""
        product = Product(opc=self.new_code('P', self.products), number=self.next('product'), **values)
        self.products[product.opc] = product
        self.index_codes(product)
        return product

    def index_codes(self, product):
        """Enter the product's codes in the shared index."""
        self.gtins.update({key(code): product.opc for code in product.codes if code})

    def brand_named(self, name):
        """Return the Brand with this name in any case, or None."""
        return next((brand for brand in self.brands if brand.name.lower() == name.lower()), None)

    def template_exists(self, template_id):
        """Tell whether a delivery template has this id."""
        return any(row['seller_delivery_template_id'] == template_id for row in self.deliveries)

    def template_of(self, listing):
        """Return the id of the delivery template that applies to `listing`."""
        return listing.delivery_template_id or DEFAULT_TEMPLATE

    def settle(self):
        """Do all work that is due by now: queue rows, suspensions, vanished drafts."""
        now = self.clock.now()
        for account in self.accounts.values():
            for row in account.queue:
                if row.status == 'pending' and row.due <= now:
                    _finish(row)
            self._suspend_unpriced(account, now)
        self._drop_drafts(now)

    def drain(self):
        """Finish all pending queue rows at once and return how many there were."""
        rows = [row for account in self.accounts.values() for row in account.queue if row.status == 'pending']
        for row in rows:
            _finish(row)
        return len(rows)

    def _suspend_unpriced(self, account, now):
        days = self.settings.suspend_price_zero_days
        if not days:
            return
        before = now - timedelta(days=days)
        for listing in account.listings.values():
            if listing.zero_since is not None and listing.zero_since <= before:
                listing.suspended = True

    def _drop_drafts(self, now):
        before = now - timedelta(days=self.settings.draft_days)
        old = [item for item in self.products.values() if not item.published and item.created_at <= before]
        for product in old:
            del self.products[product.opc]
            for code in product.codes:
                self.gtins.pop(key(code), None)
            for account in self.accounts.values():
                for listing in [item for item in account.listings.values() if item.product is product]:
                    account.remove_listing(listing)


def _finish(row):
    """Do the work of a queue row; a defect of the sandbox fails this row, not the request that meets it."""
    try:
        row.job(row)
    except Exception:
        traceback.print_exc(file=sys.stderr)
        row.status = 'failed'
        row.answer = {'error_message': DEFECT}


def set_price(listing, price, now):
    """Give `listing` a price (Decimal GBP); at 0 the days to its suspension begin (16.4)."""
    listing.price = pennies(price)
    if listing.price > 0:
        listing.zero_since = None
    elif listing.zero_since is None:
        listing.zero_since = now
