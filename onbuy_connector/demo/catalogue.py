"""Listings in every state."""
from decimal import Decimal

from ..lib.listings import parse_listing
from ..lib.offers import Winning
from ..lib.paging import Page, RowError
from .documents import make_listing, moment
from .products import BARCODE, PRODUCTS

LISTED = {code: row for code, row in PRODUCTS.items() if code != 'DEMO-MOSS'}
OTHERS = [  # SKU, name, price, stock and further fields
    ('DEMO-ARC-BLACK-USED', "Arc Desk Lamp, Black", '24.00', 1, {'condition': 'Used - Good', 'product_codes': [BARCODE]}),
    ('DEMO-TWIG', "Twig Table Lamp", '31.00', 5, {}),
    ('DEMO-LOFT-RED', "Loft Pendant, Red", '72.00', 4, {'group_sku': 'DEMO-LOFT'}),
    ('DEMO-LOFT-GREEN', "Loft Pendant, Green", '72.00', 6, {'group_sku': 'DEMO-LOFT'}),
    ('DEMO-LOFT-BLUE', "Loft Pendant, Blue", '72.00', 2, {'group_sku': 'DEMO-LOFT'}),
    ('DEMO-ORBIT-S', "Orbit Ceiling Light, Small", '88.00', 3, {'group_sku': 'DEMO-ORBIT'}),
    ('DEMO-ORBIT-L', "Orbit Ceiling Light, Large", '98.00', 3, {'group_sku': 'DEMO-ORBIT'}),
    ('DEMO-REED-BRASS', "Reed Floor Lamp, Brass", '112.00', 2, {'group_sku': 'DEMO-REED'}),
    ('DEMO-REED-CHROME', "Reed Floor Lamp, Chrome", '112.00', 5, {'group_sku': 'DEMO-REED'}),
    ('DEMO-NOOK-CLIP', "Nook Clip Lamp, second listing", '18.50', 3, {}),
]
DRAFTS = {  # internal reference → name, price and step on its way to OnBuy
    'DEMO-ARC-CLAMP': ("Arc Clamp Lamp", 0, 'draft'),
    'DEMO-ARC-FLOOR': ("Arc Floor Lamp", 89, 'waiting'),
    'DEMO-ARC-MINI': ("Arc Mini Lamp", 29, 'creating'),
    'DEMO-ARC-READ': ("Arc Reading Lamp", 45, 'offering'),
    'DEMO-ARC-WALL': ("Arc Wall Light", 52, 'checking'),
    'DEMO-ARC-TWIN': ("Arc Twin Lamp", 74, 'refused'),
    'DEMO-ARC-OLD': ("Arc Desk Lamp, last year's", 25, 'deleted'),
}
QUEUES = {  # reference → state and OnBuy's words
    'DEMO-ARC-MINI': ('pending', False),
    'DEMO-ARC-READ': ('success', False),
    'DEMO-ARC-TWIN': ('failed', "The product code is not valid."),
    'DEMO-ARC-FLOOR': ('uncertain', "OnBuy's answer was lost."),
    'DEMO-ARC-WALL': ('sending', False),
}


class Catalogue:
    """Makes the listings of a store.

    :param store: one ``onbuy.store``
    """

    def __init__(self, store):
        self.store, self.env = store, store.env

    def load(self):
        """Create listings in every state: on OnBuy, to match, on their way there, taken off."""
        self.env['product.product'].create([
            {'default_code': 'DEMO-TWIG', 'name': name, 'list_price': 31}
            for name in ("Twig Table Lamp", "Twig, old stock")])
        self.store._store_listings_pages([self.get_page()], {}, replace=True)
        self.change_listings()
        self.load_groups()
        self.load_drafts()

    def get_page(self):
        """Return a page of OnBuy's listings, with rows that cannot be kept.

        :rtype: ~..lib.paging.Page
        """
        rows = [(code, name, str(price), stock, {}) for code, (name, price, _cost, stock) in LISTED.items()]
        sale = {'sale_price': '44.00', 'sale_start_date': moment(days=2), 'sale_end_date': moment(days=-12)}
        rows = [(code, name, price, stock, sale if code == 'DEMO-FINCH-OAK' else values)
                for code, name, price, stock, values in [*rows, *OTHERS]]
        items = [parse_listing(make_listing(number, *row[:4], **row[4])) for number, row in enumerate(rows, 1)]
        return Page(items, [
            RowError(None, None, {}, "sku is missing.", listing_id='144000101', opc='PDEMO01', name="Brook Lamp"),
            RowError(None, None, {}, "price 'ask' is no amount.", sku='DEMO-VANE', listing_id='144000102', opc='PDEMO02',
                     name="Vane Lamp"),
        ])

    def find(self, sku):
        """Return the listing with a SKU."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id), ('sku', '=', sku)])

    def change_listings(self):
        """Let happen to listings what happens to them in the course of time."""
        self.find('DEMO-BULB-E27')._mark_absent()
        self.find('DEMO-GLOBE').is_stopped = True
        self.find('DEMO-HALO-FLOOR')._set_sync_error("The price is too far from what the product is sold for.")
        self.find('DEMO-PEBBLE')._set_sync_error(
            "OnBuy did not answer in time; it is asked what it took.", state='uncertain')
        self.store._store_winning(['DEMO-ARC-BLACK', 'DEMO-ARC-WHITE'], {
            'DEMO-ARC-BLACK': Winning('DEMO-ARC-BLACK', Decimal('39.99'), Decimal('39.99'), winning=True),
            'DEMO-ARC-WHITE': Winning('DEMO-ARC-WHITE', Decimal('39.99'), Decimal('36.50')),
        })

    def load_groups(self):
        """Propose group products; one is one product already, one waits to become one."""
        self.store._propose_groups()
        groups = self.env['onbuy.product.group'].search([('store_id', '=', self.store.id)]).grouped('group_sku')
        groups['DEMO-REED']._confirm()
        groups['DEMO-ORBIT'].state = 'waiting'

    def load_drafts(self):
        """Create listings on each step of their way to OnBuy, and back."""
        products = self.env['product.product'].create([
            {'default_code': code, 'name': name, 'list_price': price, 'type': 'consu', 'is_storable': True}
            for code, (name, price, _step) in DRAFTS.items()])
        drafts = {draft.sku: draft for draft in self.env['onbuy.listing']._make_drafts(self.store, products)}
        drafts['DEMO-ARC-CLAMP']._find_obstacles(self.store)
        drafts['DEMO-ARC-TWIN']._refuse("The product code is not valid.")
        drafts['DEMO-ARC-OLD']._set_deleted()
        for code, (_name, _price, step) in DRAFTS.items():
            if step not in ('draft', 'refused', 'deleted'):
                drafts[code]._move_to(step)
        self.find('DEMO-NOOK-CLIP')._move_to('deleting')
        self.env['onbuy.product.queue'].create([
            {'store_id': self.store.id, 'kind': 'create', 'uid': code, 'state': state, 'message': message,
             'listing_ids': [(6, 0, drafts[code].ids)]} for code, (state, message) in QUEUES.items()])
