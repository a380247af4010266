import re

from odoo import api, fields, models
from odoo.tools import is_html_empty, plaintext2html

from ..lib.prices import to_pounds

GROUP = 'onbuy_connector.group_onbuy_user'
MOST_POINTS = 5  # OnBuy API reference, 14.1
EDITOR_MARK = re.compile(r'\sdata-[\w-]+="[^"]*"')  # what Odoo's editor notes for itself


def split_lines(text):
    """Return the lines of a text without blank ones, as a tuple."""
    return tuple(line.strip() for line in (text or '').splitlines() if line.strip())


class ProductTemplate(models.Model):
    """What OnBuy's page of a product says, as far as all its variants share it."""

    _inherit = 'product.template'

    # A duplicate is another product, with a page of its own; and who duplicates it may not be allowed to read these.
    onbuy_category_id = fields.Many2one(
        'onbuy.category', string="OnBuy Category", domain=[('can_list_in', '=', True)], index='btree_not_null', copy=False,
        groups=GROUP)
    onbuy_category_read_date = fields.Datetime(related='onbuy_category_id.read_date', groups=GROUP)
    onbuy_brand_id = fields.Many2one(
        'onbuy.brand', string="OnBuy Brand", index='btree_not_null', copy=False, groups=GROUP)
    onbuy_brand_name = fields.Char(
        string="Brand Name", help="For a brand that OnBuy does not have.", copy=False, groups=GROUP)
    onbuy_title = fields.Char(
        string="Title on OnBuy", help="150 bytes at most. Empty: the product's name.", copy=False, groups=GROUP)
    onbuy_description = fields.Html(
        string="Description on OnBuy", sanitize=True, strip_style=True, copy=False,
        help="Empty: the e-commerce description, else the sales description.", groups=GROUP)
    onbuy_summary = fields.Text(string="Summary", help="One point a line, five at most.", copy=False, groups=GROUP)
    onbuy_rrp = fields.Float(
        string="Recommended Price (£)", digits='Product Price', help="Including VAT. 0: OnBuy shows none.", copy=False,
        groups=GROUP)
    onbuy_image_urls = fields.Text(
        string="Addresses of Pictures", copy=False, groups=GROUP,
        help="One a line, the main picture first. Empty: the product's own pictures.")
    onbuy_data = fields.Text(string="Specification", help="One line each: Label: value", copy=False, groups=GROUP)
    onbuy_detail_ids = fields.One2many(
        'onbuy.detail.value', 'product_tmpl_id', string="Technical Details", copy=False, groups=GROUP)

    # Of a product without variants; else each variant has its own.
    onbuy_option_ids = fields.Many2many(related='product_variant_ids.onbuy_option_ids', readonly=False, groups=GROUP)
    onbuy_missing_features = fields.Char(related='product_variant_ids.onbuy_missing_features', groups=GROUP)
    onbuy_mpn = fields.Char(related='product_variant_ids.onbuy_mpn', readonly=False, groups=GROUP)
    onbuy_listing_ids = fields.One2many(
        'onbuy.listing', string="OnBuy Listings", compute='_compute_onbuy_listing_ids', groups=GROUP)

    @api.depends('product_variant_ids.onbuy_listing_ids')
    def _compute_onbuy_listing_ids(self):
        for template in self:
            template.onbuy_listing_ids = template.product_variant_ids.onbuy_listing_ids

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `product` to have the features of the OnBuy categories read."""
        templates = super().create(vals_list)
        templates.sudo().onbuy_category_id._want()
        return templates

    def write(self, vals):
        """Override of `product` to have the features of the OnBuy category read."""
        result = super().write(vals)
        if vals.get('onbuy_category_id'):
            self.sudo().onbuy_category_id._want()
        return result

    # === BUSINESS METHODS === #

    def _get_onbuy_english(self):
        """Return this product in English, as far as it is translated: OnBuy's texts are."""
        codes = [code for code, _name in self.env['res.lang'].get_installed()]
        english = sorted((code for code in codes if code.startswith('en')), key=lambda code: code != 'en_GB')
        return self.with_context(lang=english[0]) if english else self

    def _get_onbuy_title(self):
        """Return the title of the page."""
        return (self.onbuy_title or self._get_onbuy_english().name or '').strip()

    def _get_onbuy_description(self):
        """Return the description of the page as HTML, '' without any."""
        product = self._get_onbuy_english()
        candidates = [self.onbuy_description]
        if 'description_ecommerce' in self._fields:
            candidates.append(product.description_ecommerce)
        for html in candidates:
            if not is_html_empty(html):
                return EDITOR_MARK.sub('', str(html))
        return str(plaintext2html(product.description_sale)) if product.description_sale else ''

    def _get_onbuy_specification(self):
        """Return the pairs of label and value of the specification; a line without a colon is none."""
        pairs = (line.partition(':') for line in split_lines(self.onbuy_data))
        return tuple((label.strip(), value.strip()) for label, _colon, value in pairs if label.strip() and value.strip())

    def _prepare_onbuy_page(self):
        """Return what only the page of a product, or of a whole family, says; a hook for other modules.

        :return: fields of :class:`~..lib.products.ProductPage`; what is empty here is None
        :rtype: dict
        """
        self.ensure_one()
        return {
            'category_id': self.onbuy_category_id.code or None,
            'name': self._get_onbuy_title(),
            'description': self._get_onbuy_description() or None,
            'brand_id': self.onbuy_brand_id.code or None,
            'brand_name': None if self.onbuy_brand_id else (self.onbuy_brand_name or '').strip() or None,
        }

    def _prepare_onbuy_common(self):
        """Return what stands on the page of a family as well as on those of its variants.

        :return: fields of :class:`~..lib.products.ProductContent`; what is empty here is None
        :rtype: dict
        """
        return {
            'rrp': to_pounds(self.onbuy_rrp) if self.onbuy_rrp else None,
            'summary_points': split_lines(self.onbuy_summary)[:MOST_POINTS] or None,
            'product_data': self._get_onbuy_specification() or None,
        }


class ProductProduct(models.Model):
    """What OnBuy's page says of one variant."""

    _inherit = 'product.product'

    onbuy_option_ids = fields.Many2many(
        'onbuy.feature.option', 'onbuy_feature_option_product_rel', 'product_id', 'option_id', string="Features",
        domain="[('feature_id.category_id', '=', onbuy_category_id), ('feature_id.active', '=', True)]", copy=False,
        groups=GROUP)
    onbuy_missing_features = fields.Char(string="Still to Choose", compute='_compute_onbuy_missing_features',
                                         compute_sudo=True, groups=GROUP)
    onbuy_mpn = fields.Char(string="Maker's Part Number", help="MPN", copy=False, groups=GROUP)

    @api.depends('onbuy_option_ids', 'onbuy_category_id.feature_ids')
    def _compute_onbuy_missing_features(self):
        for product in self:
            product.onbuy_missing_features = ", ".join(product._get_onbuy_missing_features().mapped('name'))

    # === BUSINESS METHODS === #

    def _get_onbuy_missing_features(self):
        """Return the features that the category demands and for which nothing is chosen."""
        required = self.onbuy_category_id.feature_ids.filtered('is_required')
        return required - self.onbuy_option_ids.feature_id

    def _get_onbuy_options(self):
        """Return the chosen options that belong to the category."""
        return self.onbuy_option_ids.filtered(lambda option: option.feature_id.category_id == self.onbuy_category_id)

    def _get_onbuy_details(self):
        """Return the values of the category's technical details that count for this variant: its own, else all variants'."""
        values = self.onbuy_detail_ids.filtered(
            lambda value: value.detail_id.category_id == self.onbuy_category_id and value.product_id.id in (False, self.id))
        own = values.filtered('product_id')
        return own | values.filtered(lambda value: value.detail_id not in own.detail_id)

    def _get_onbuy_values(self, attributes=None):
        """Return the names of the values that tell this variant from its siblings, such as ``("Red", "Large")``.

        :param attributes: ``product.attribute``; all that variants differ by, if not given
        :rtype: tuple
        """
        values = self.product_template_variant_value_ids.with_env(self.product_tmpl_id._get_onbuy_english().env)
        return tuple(value.name for line in self.product_tmpl_id.attribute_line_ids for value in values
                     if value.attribute_line_id == line and (attributes is None or value.attribute_id in attributes))

    def _get_onbuy_title(self):
        """Return the title of a page for this variant alone."""
        title = self.product_tmpl_id._get_onbuy_title()
        return ' '.join([title, *self._get_onbuy_values()]) if self.product_variant_count > 1 else title

    def _prepare_onbuy_content(self):
        """Return what the page of this variant says besides :meth:`_prepare_onbuy_page`; a hook for other modules.

        :return: fields of :class:`~..lib.products.ProductContent`; what is empty here is None
        :rtype: dict
        """
        self.ensure_one()
        main, *others = self._get_onbuy_picture_urls() or [None]
        return {
            **self.product_tmpl_id._prepare_onbuy_common(),
            'default_image': main,
            'additional_images': tuple(others) or None,
            'mpn': self.onbuy_mpn or None,
            'features': tuple(self._get_onbuy_options().mapped('code')) or None,
            'technical_details': tuple(
                (value.detail_id.code, value.value, value.unit or '') for value in self._get_onbuy_details()) or None,
        }
