"""Facts of OnBuy's API v2 in one place. Section numbers are those of the OnBuy API reference."""

# Section 4: `site_id` of OnBuy UK, sent with every call that knows it.
SITE_ID = 2000
API_URL = 'https://api.onbuy.com/v2'
USER_AGENT = 'onbuy_connector (Odoo)'
DATE_FORMAT = '%Y-%m-%d %H:%M:%S'  # Section 22: UTC, without zone.
CURRENCY = 'GBP'  # Section 22.

# Section 5: a token lives 15 minutes; it is renewed early.
TOKEN_PATH = '/auth/request-token'
TOKEN_LIFE = 15 * 60
TOKEN_MARGIN = 60

# Section 6: allowances of ordinary accounts, per method. Sellers can have others.
HOURLY_LIMITS = {'GET': 600, 'POST': 240, 'PUT': 240, 'DELETE': 240}
DAILY_LIMIT = 12000
PAUSE_AFTER_429 = 90  # Seconds, growing to PAUSE_LONGEST with repeats.
PAUSE_LONGEST = 120
STOP_AFTER_429 = 3  # So many refusals within an hour stop writing for an hour.

# Limits of one call: seconds and bytes.
TIMEOUT = 20.0
DEADLINE = 30.0
MAX_ANSWER_BYTES = 20 * 1024 * 1024
MAX_IMAGE_BYTES = 5 * 1024 * 1024
IMAGE_TYPES = frozenset({'image/png', 'image/jpeg', 'image/webp', 'image/gif'})
IMAGE_PORT = 443
IMAGE_REDIRECTS = 3
MAX_DEPTH = 50
MAX_TEXT = 500  # Characters of the server's words that are kept.

# Sections 4, 10 to 17: rows a page.
ORDER_PAGE = 100
LISTING_PAGE = 100
DELIVERY_PAGE = 1000
ENTITY_PAGE = 100
CATALOGUE_PAGE = 100
ORDER_IDS_PER_CALL = 50
MAX_PAGES = 5000  # No seller has more; a server that never ends does.

# Section 17.1: words in the answer (compared without regard to case) and our keys.
STATUSES = {
    'awaiting dispatch': 'awaiting_dispatch',
    'partially dispatched': 'partially_dispatched',
    'dispatched': 'dispatched',
    'complete': 'complete',
    'cancelled': 'cancelled',
    'cancelled by seller': 'cancelled_by_seller',
    'cancelled by buyer': 'cancelled_by_buyer',
    'cancelled by customer': 'cancelled_by_buyer',
    'partially refunded': 'partially_refunded',
    'refunded': 'refunded',
}
UNKNOWN_STATUS = 'unknown'
OPEN_STATUSES = frozenset({'awaiting_dispatch', 'partially_dispatched'})  # Something is left to send.
FINAL_STATUSES = frozenset({'complete', 'cancelled_by_seller', 'cancelled_by_buyer', 'refunded'})

# Sections 19 and 20.
CANCEL_REASONS = {
    1: "Out of Stock",
    2: "Buyer Cancelled Order",
    3: "Undeliverable Address",
    4: "Pricing Error",
    5: "Other Issue",
}
REFUND_REASONS = {
    1: "Customer Return",
    2: "Item not Delivered",
    3: "Item is Damaged/Faulty",
    4: "Incorrect Item Sent",
    5: "Other Issue",
    6: "Order Cancelled",
}

# Section 18.1: the item error of a dispatch that comes too late.
INVALID_ORDER_STATUS = 'InvalidOrderStatus'
# Our own code for an item that OnBuy's answer does not decide: ask before sending again.
MISSING = 'missing'
