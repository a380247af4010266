from odoo import api, models
from odoo.exceptions import UserError

from . import onbuy_variation_names as names

SAME = ({'colour', 'color'},)  # attributes that are the same by another spelling


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def action_sync_group_products(self):
        """Propose which listings are variations of one product, and show the proposals.

        :return: a window action
        """
        self.ensure_one()
        self.check_access('read')
        self.sudo()._propose_groups()
        return self._open('onbuy_connector.onbuy_product_group_action')

    def _propose_groups(self):
        """Create a group for each family of listings that is in none yet; an open group takes in its latecomers."""
        groups = self.env['onbuy.product.group']
        free = self.env['onbuy.listing'].search([
            ('store_id', '=', self.id), ('is_on_onbuy', '=', True), ('group_line_ids', '=', False)])
        open_groups = {group.group_sku: group for group in groups.search([
            ('store_id', '=', self.id), ('state', '=', 'draft'), ('group_sku', '!=', False)])}
        for group_sku, listings in free.filtered('group_sku').grouped('group_sku').items():
            if group_sku in open_groups:
                open_groups[group_sku]._add(listings)
                free -= listings
        for source, listings in free._find_families():
            groups._make(listings, source)


class OnbuyListing(models.Model):
    """Which listings look like variations of one product."""

    _inherit = 'onbuy.listing'

    def action_make_group(self):
        """Make a group of these listings by hand.

        :return: the window action that shows it
        :raise UserError: when they cannot be one product
        """
        self.check_access('write')
        if len(self) < 2 or len(self.store_id) > 1:
            raise UserError(self.env._("Choose two or more listings of one store."))
        lines = self.sudo().group_line_ids
        if made := lines.group_id.filtered(lambda group: group.state != 'draft'):
            raise UserError(self.env._(
                "Some of these listings belong to a product already: %(names)s.", names=", ".join(made.mapped('name'))))
        left = lines.group_id
        lines.unlink()
        left.filtered(lambda group: len(group.line_ids) < 2).unlink()
        group = self.env['onbuy.product.group'].sudo()._make(self.sudo(), 'hand')
        return {'type': 'ir.actions.act_window', 'res_model': group._name, 'res_id': group.id, 'view_mode': 'form'}

    def _find_families(self):
        """Sort these listings into families: by OnBuy's group SKU, else by their names.

        Names are taken at their word only where they end in colours or sizes, or where three words or more are the
        same and one is not.

        :return: list of (``sku`` or ``name``, listings); of those by group SKU, also such as must stay separate
        """
        groupable, families = self._filter_groupable(), []
        for listings in self.filtered('group_sku').grouped('group_sku').values():
            if len(listings & groupable) > 1:
                families.append(('sku', listings))
                groupable -= listings
        for get_stem in (names.stem, names.all_but_last):
            by_stem = groupable.grouped(lambda listing, get_stem=get_stem: get_stem(listing.name or '').casefold())
            for key, listings in by_stem.items():
                if key and len({listing.name.casefold() for listing in listings}) > 1:
                    families.append(('name', listings))
                    groupable -= listings
        return families

    def _filter_groupable(self):
        """Return the listings that may become variants: without a product, or with one of their own that nobody used."""
        matched = self.filtered('product_id')
        used = matched.product_id._onbuy_filter_used()
        alone = matched.filtered(lambda listing: listing.product_id not in used and len(
            listing.product_id.product_tmpl_id.product_variant_ids) == 1 and len(listing.product_id.onbuy_listing_ids) == 1)
        return self.filtered(lambda listing: listing.match_state == 'none') | alone

    def _get_variations(self):
        """Return those of these listings that are in an open group or look as if they should be."""
        grouped = self.filtered(lambda listing: listing.group_line_ids.group_id.filtered(
            lambda group: group.state == 'draft'))
        return grouped.union(*(listings for _source, listings in (self - grouped)._find_families()))


class OnbuyProductGroup(models.Model):
    _inherit = 'onbuy.product.group'

    @api.model
    def _make(self, listings, source):
        """Create a group of listings, with what their names propose.

        :param listings: of one store
        :param str source: of the field
        """
        proposal = names.propose([listing.name or listing.sku for listing in listings])
        attributes = [self._get_attribute_name(attribute, [row[place] for row in proposal.values])
                      for place, attribute in enumerate(proposal.attributes)]
        group_sku = listings[0].group_sku if source == 'sku' else False
        return self.create({
            'store_id': listings.store_id.id, 'source': source, 'group_sku': group_sku,
            'name': proposal.name or group_sku or listings[0].name or listings[0].sku,
            'attribute1': attributes[0] if attributes else False,
            'attribute2': attributes[1] if len(attributes) > 1 else False,
            'line_ids': self._prepare_lines(listings, proposal.values),
        })

    def _add(self, listings):
        """Add listings to a group that a person may have edited already: it keeps its name, attributes and values.

        :param listings: of the same store
        """
        known = self.line_ids.listing_id
        every = known | listings
        proposal = names.propose([listing.name or listing.sku for listing in every])
        rows = [row for listing, row in zip(every, proposal.values, strict=True) if listing not in known]
        is_alike = len(proposal.attributes) == len(self._get_attribute_names())
        self.line_ids = self._prepare_lines(every - known, rows if is_alike else [[] for _row in rows])

    @api.model
    def _prepare_lines(self, listings, rows):
        """Return the commands that create lines.

        :param list rows: of each listing, its values
        """
        return [(0, 0, {'listing_id': listing.id, **dict(zip(('value1', 'value2'), row, strict=False))})
                for listing, row in zip(listings, rows, strict=True)]

    @api.model
    def _get_attribute_name(self, name, values):
        """Return the name of the attribute that has these values already, else the proposed one.

        :param str name: as proposed
        :param list values: texts
        """
        return self._find_attribute(name, values).name or name

    @api.model
    def _find_attribute(self, name, values):
        """Return the attribute of a name, in any case; where names say nothing, one that has all the values.

        :param str name: wanted
        :param list values: texts
        """
        wanted = {name.casefold()}.union(*(same for same in SAME if name.casefold() in same))
        usable = self.env['product.attribute'].search([('create_variant', '!=', 'no_variant')])
        found = usable.filtered(lambda attribute: attribute.name.casefold() in wanted)
        if not found and name in (names.OTHER, names.SECOND):
            folded = {value.casefold() for value in values if value}
            found = usable.filtered(lambda attribute: folded and folded <= {
                value.casefold() for value in attribute.value_ids.mapped('name')})
        return found[:1]
