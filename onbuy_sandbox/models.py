"""The things the sandbox keeps: catalogue products, listings, queue rows, orders."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

ZERO = Decimal('0')

STATUSES = {
    'awaiting_dispatch': "Awaiting Dispatch",
    'partially_dispatched': "Partially Dispatched",
    'dispatched': "Dispatched",
    'complete': "Complete",
    'cancelled': "Cancelled",
    'cancelled_by_seller': "Cancelled By Seller",
    'cancelled_by_buyer': "Cancelled By Buyer",
    'partially_refunded': "Partially Refunded",
    'refunded': "Refunded",
}
CONDITIONS = {  # what listing calls accept (9): id and name in answers (16.3)
    'new': (1, "New"),
    'refurbished': (14, "Refurbished"),
}


@dataclass
class Product:
    """A page of the shared catalogue. `owner` is the seller whose content made it: 'us' or another one."""

    opc: str
    number: int
    mode: str
    name: str
    description: str
    category_id: int
    brand_name: str
    codes: list
    created_at: datetime
    mpn: str = ''
    owner: str = 'us'
    locked: bool = False
    published: bool = True

    def url(self, slash='/'):
        """Return the product page's address as of 14.3 (with a trailing slash) or 16.3 (without)."""
        slug = '-'.join(''.join(c if c.isalnum() else ' ' for c in self.name.lower()).split())
        return f'https://www.onbuy.com/gb/p/{slug}~p{self.number}{slash}'


@dataclass
class Listing:
    """A seller's offer on a product. Money is GBP including VAT, weight kg, times days, warranty months."""

    id: int
    product: Product
    condition: str
    created_at: datetime
    updated_at: datetime
    sku: str | None = None
    uid: str | None = None
    group_sku: str | None = None
    price: Decimal = ZERO
    stock: int = 0
    delivery_template_id: int | None = None
    delivery_weight: Decimal = ZERO
    handling_time: int = 0
    return_time: int = 0
    free_returns: bool = False
    warranty: int = 0
    sale_price: Decimal | None = None
    sale_start_date: datetime | None = None
    sale_end_date: datetime | None = None
    boost_marketing_commission: Decimal = ZERO
    condition_notes: list = field(default_factory=list)
    suspended: bool = False
    zero_since: datetime | None = None  # since when the price is 0
    hidden_until: datetime | None = None  # the SKU cannot be addressed before
    competitor: dict | None = None  # {'item_price', 'delivery_price'} of the best other offer
    forced_winning: bool | None = None
    overrides: dict | None = None  # laid over its JSON, for tests of odd servers

    @property
    def active(self):
        """True when buyers can buy it."""
        return self.price > 0 and self.stock > 0 and not self.suspended

    def status(self, now):
        """Return 'suspended', 'hidden', 'active', 'out of stock' or 'inactive' for panels and tests."""
        if self.suspended:
            return 'suspended'
        if self.hidden(now):
            return 'hidden'
        return 'active' if self.active else 'out of stock' if self.price > 0 else 'inactive'

    def hidden(self, now):
        """True while a new listing cannot be addressed yet (15)."""
        return self.hidden_until is not None and now < self.hidden_until

    def selling_price(self, now):
        """Return the price a buyer pays now: the sale price inside its window, else the price."""
        start, end = self.sale_start_date, self.sale_end_date
        dated = start is not None and end is not None
        running = self.sale_price is not None and dated and start <= now <= end
        return self.sale_price if running else self.price


@dataclass
class QueueRow:
    """Asynchronous work on one product: `job` runs when `due` is reached."""

    queue_id: str
    submitted_at: datetime
    due: datetime
    sequence: int
    job: object
    uid: str | None = None
    status: str = 'pending'
    answer: dict = field(default_factory=dict)


@dataclass
class OrderLine:
    """One line of an order. Money is GBP including VAT; fees are without VAT."""

    reference: int
    name: str
    sku: str
    opc: str
    template_id: int | None
    condition: str
    quantity: int
    unit_price: Decimal
    delivery: Decimal
    category_fee: Decimal  # for the whole line
    tier: object
    boost_percent: Decimal
    image_id: int
    handling_time: int
    dispatched: int = 0
    refunded: Decimal = ZERO
    tracking: dict | None = None

    @property
    def open(self):
        """Pieces still to be sent."""
        return self.quantity - self.dispatched

    @property
    def total(self):
        """Price of the line without delivery."""
        return self.unit_price * self.quantity


@dataclass
class Order:
    """An order.

    `status` is a key of STATUSES. `overrides` is merged over its JSON, for tests of odd servers.
    """

    order_id: str
    reference: int
    date: datetime
    updated_at: datetime
    buyer: dict
    billing_address: dict
    delivery_address: dict
    lines: list
    discount: Decimal
    service: dict  # a delivery row: names and days of the service
    delivery_tag: str
    vat_rate: Decimal  # per cent, on OnBuy's fees
    status: str = 'awaiting_dispatch'
    cancelled_at: datetime | None = None
    shipped_at: datetime | None = None
    cancelled_by: str | None = None
    cancellation: dict | None = None
    dispatches: list = field(default_factory=list)
    refunds: list = field(default_factory=list)
    refunded: Decimal = ZERO
    refunded_delivery: Decimal = ZERO
    tracking: dict | None = None
    exported: bool = False
    overrides: dict = field(default_factory=dict)

    @property
    def subtotal(self):
        """Sum of the lines without delivery."""
        return sum((line.total for line in self.lines), ZERO)

    @property
    def delivery(self):
        """Sum of the lines' delivery charges."""
        return sum((line.delivery for line in self.lines), ZERO)

    @property
    def total(self):
        """What the buyer paid (22)."""
        return self.subtotal + self.delivery - self.discount

    def move_to(self, status, now):
        """Set `status` (key of STATUSES) as a real change at `now`; an overridden status word ends."""
        self.status = status
        self.overrides.pop('status', None)
        self.touch(now)

    def touch(self, now):
        """Mark the order as changed at `now`, which `filter[modified_since]` sees."""
        self.updated_at = now
