import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..lib.excel import MOST_ROWS, MOST_SHEETS, Row, Sheet
from ..models.onbuy_excel_cells import Cells
from ..models.onbuy_listing_publish import DRAFTS


class OnbuyExcelDownload(models.TransientModel):
    """Makes an Excel file of products and listings, to be filled in and uploaded."""

    _name = 'onbuy.excel.download'
    _description = "OnBuy: Download Excel File"

    store_id = fields.Many2one(
        'onbuy.store', required=True, ondelete='cascade', domain=[('state', 'in', ('readonly', 'live'))],
        default=lambda self: self.env['onbuy.store'].search([('state', 'in', ('readonly', 'live'))], limit=1))
    what = fields.Selection(
        selection=[('empty', "Empty rows for new products"), ('unlisted', "Products without a listing"),
                   ('listings', "Listings and drafts"), ('chosen', "What was chosen")],
        required=True, default='empty')
    category_ids = fields.Many2many('onbuy.category', string="Categories", domain=[('can_list_in', '=', True)])
    product_ids = fields.Many2many('product.product')
    listing_ids = fields.Many2many('onbuy.listing')
    file = fields.Binary(readonly=True, attachment=False)

    @api.model
    def _open(self, **values):
        """Return the window action that asks what to download of what was chosen.

        :param values: of this
        """
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_excel_download_action')
        wizard = self.create({'what': 'chosen', **values})
        return {**action, 'res_id': wizard.id}

    def action_download(self):
        """Make the file; what categories ask for is read from OnBuy first.

        :return: an action that downloads the file
        :raise UserError: when nothing is chosen, it is too much, or features are not read yet
        """
        self.ensure_one()
        self.store_id.check_access('read')
        categories = self._get_categories()
        if unread := [category for category in categories if category and not category.read_date]:
            self.env['onbuy.category'].union(*unread).action_read_features()
        if any(category and not category.read_date for category in categories):
            return self.env['onbuy.store']._notify(self.env._(
                "What these categories ask for is being read from OnBuy. Download the file in a minute."))
        self.file = base64.b64encode(self._write(categories))
        return {'type': 'ir.actions.act_url', 'target': 'download',
                'url': f'/web/content/{self._name}/{self.id}/file/OnBuy.xlsx?download=true'}

    def _get_categories(self):
        """Return the categories that get a sheet each, with an empty one for products that have none.

        :return: list of ``onbuy.category``
        :raise UserError: when none is chosen, or too many
        """
        if self.what != 'chosen':
            categories = list(self.category_ids)
        else:
            things = [*self.product_ids, *self.listing_ids]  # Both know their category.
            categories = list(dict.fromkeys(self._get_category(thing) for thing in things))
        if not categories:
            raise UserError(self.env._("Choose the categories: each gets a sheet of its own."))
        if len(categories) > MOST_SHEETS - 2:  # Two hidden ones are for us.
            raise UserError(self.env._("Choose %(most)s categories at most.", most=MOST_SHEETS - 2))
        return categories

    @staticmethod
    def _get_category(thing):
        """Return the category of a product or listing."""
        product = thing.product_id if thing._name == 'onbuy.listing' else thing
        return product.sudo().onbuy_category_id

    # === WHAT IS IN IT === #

    def _write(self, categories):
        """Return the file.

        :param list categories: of ``onbuy.category``
        :return: bytes of an .xlsx file
        :raise UserError: when it would have too many rows
        """
        store = self.store_id.sudo().with_company(self.store_id.company_id)
        with self.env.cr.savepoint() as savepoint:
            listings = self._get_listings(categories).sudo().with_company(store.company_id)
            if len(listings) > MOST_ROWS:
                raise UserError(self.env._("%(count)s rows are too many for one file: choose fewer.", count=len(listings)))
            by_category = listings.grouped(self._get_category)
            sheets = [self._make_sheet(store, category, by_category.get(category, listings.browse()))
                      for category in categories]
            savepoint.rollback()  # The drafts only served to show with what a listing begins.
        return store._write_excel(sheets)

    def _get_listings(self, categories):
        """Return the listings that get a row each; of products without one a draft, to be taken back.

        :param list categories: of ``onbuy.category``
        """
        listings, products = self.env['onbuy.listing'], self.env['product.product']
        if self.what == 'empty':
            return listings
        domain = listings._get_product_domain(self.store_id)
        there = Domain('store_id', '=', self.store_id.id) & (
            Domain('is_on_onbuy', '=', True) | Domain('publish_state', 'in', DRAFTS))
        if self.what == 'chosen':
            chosen, wanted = self.product_ids.filtered_domain(domain), Domain('id', 'in', self.listing_ids.ids)
            found = listings.search(there & (wanted | Domain('product_id', 'in', chosen.ids)))
        else:
            in_categories = Domain('onbuy_category_id', 'in', [category.id for category in categories])
            chosen = products.search(domain & in_categories) if self.what == 'unlisted' else products
            found = listings.search(there & Domain('product_id', 'any', in_categories))
        listed = listings.search([('store_id', '=', self.store_id.id), ('product_id', 'in', chosen.ids)]).product_id
        drafts = listings._make_drafts(self.store_id, chosen - listed)
        return drafts if self.what == 'unlisted' else found | drafts

    @staticmethod
    def _make_sheet(store, category, listings):
        """Return the sheet of a category.

        :rtype: Sheet
        """
        columns = store._get_excel_columns(category)
        cells = Cells(columns, listings)
        title = category.name or store.env._("No category")
        return Sheet(title, category.code or '', columns, [Row(cells.get(listing)) for listing in listings])


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def action_download_excel(self):
        """Ask for an Excel file of these listings.

        :return: a window action
        :raise UserError: when they are of several stores
        """
        if len(self.store_id) > 1:
            raise UserError(self.env._("Choose listings of one store."))
        return self.env['onbuy.excel.download']._open(store_id=self.store_id.id, listing_ids=self.ids)


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def action_download_onbuy_excel(self):
        """Ask for an Excel file of these products; see :meth:`ProductProduct.action_download_onbuy_excel`."""
        return self.product_variant_ids.action_download_onbuy_excel()


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def action_download_onbuy_excel(self):
        """Ask for an Excel file of these products, for OnBuy.

        :return: a window action
        """
        return self.env['onbuy.excel.download']._open(product_ids=self.filtered(lambda product: product.type == 'consu').ids)
