from collections import Counter
from functools import partial

from odoo import Command, api, fields, models
from odoo.fields import Domain
from odoo.tools import groupby

from ..lib.errors import AnswerError, NotFoundError

DETAIL_DAYS = 7  # so long features and technical details are good
LOWEST = 99  # a level below every other


class OnbuyCategory(models.Model):
    """A node of OnBuy's tree of categories; categories are OnBuy's, not a store's (OnBuy API reference, 10)."""

    _name = 'onbuy.category'
    _description = "OnBuy Category"
    _inherit = ['onbuy.reference.mixin']
    _order = 'complete_name, id'
    _rec_name = 'complete_name'
    _rec_names_search = ['complete_name', 'code']
    _parent_store = True

    complete_name = fields.Char(string="Category", required=True, readonly=True, index='trigram')
    parent_id = fields.Many2one('onbuy.category', readonly=True, index=True, ondelete='restrict')
    parent_path = fields.Char(index=True)
    parent_code = fields.Char(readonly=True)
    can_list_in = fields.Boolean(string="Products can be Listed Here", readonly=True)
    product_code_required = fields.Boolean(readonly=True)
    is_restricted = fields.Boolean(
        string="Restricted", readonly=True,
        help="OnBuy decides who may list here. Known of categories in use.")
    condition_ids = fields.Many2many('onbuy.condition', string="Conditions", readonly=True)
    tier_code = fields.Char(readonly=True, help="OnBuy's id or number of the commission tier.")
    tier_id = fields.Many2one('onbuy.commission.tier', string="Commission Tier", compute='_compute_tier_id')
    rate_text = fields.Char(string="Commission", compute='_compute_tier_id')
    is_wanted = fields.Boolean(
        string="In Use", readonly=True, help="Its features and technical details are read, and read again every week.")
    read_date = fields.Datetime(string="Features Read", readonly=True)
    read_error = fields.Char(string="Reason", readonly=True)
    feature_ids = fields.One2many('onbuy.feature', 'category_id', string="Features", readonly=True)
    detail_ids = fields.One2many('onbuy.technical.detail', 'category_id', string="Technical Details", readonly=True)

    _code_unique = models.UniqueIndex('(code)', "OnBuy has one category of this id.")

    # === COMPUTE METHODS === #

    @api.depends('tier_code')
    def _compute_tier_id(self):
        codes = self.mapped('tier_code')
        tiers = self.env['onbuy.commission.tier'].search(Domain('code', 'in', codes) | Domain('number', 'in', codes))
        by_code = {code: tier for tier in tiers for code in (tier.code, tier.number) if code}
        for category in self:
            category.tier_id = by_code.get(category.tier_code)
            category.rate_text = category.tier_id.rate_text

    # === ACTION METHODS === #

    def action_read_features(self):
        """Use these categories: read their features and technical details now, and again every week.

        :return: a client action that tells what came of it
        :raise UserError: when no store is connected
        """
        self.check_access('read')
        store = self.env['onbuy.store']._get_reader()
        self.sudo().write({'is_wanted': True, 'read_date': False})
        return store._run_now('reference')

    def action_stop_reading(self):
        """Do not read the features of these categories again; those that are known stay."""
        self.check_access('read')
        self.sudo().is_wanted = False

    # === THE TREE === #

    @api.model
    def _store(self, categories):
        """Create or update the categories that OnBuy sent, parents first; write only what changed.

        :param list categories: of :class:`~..lib.categories.Category`, as its list gives them
        :return: figures
        :rtype: Counter
        """
        def get_level(category):
            return category.level or LOWEST

        codes = {code for one in categories for code in (one.category_id, one.parent_id) if code}
        known = self._get_known([('code', 'in', list(codes))])
        conditions = self.env['onbuy.condition']._get_by_code({code for one in categories for code in one.conditions})
        figures = Counter()
        for _level, some in groupby(sorted(categories, key=get_level), get_level):
            figures += self._upsert(known, {one.category_id: self._prepare_values(one, known, conditions) for one in some})
        return figures

    @api.model
    def _prepare_values(self, category, known, conditions):
        """Return the values of a category as OnBuy's list gives it; a parent that is unknown yet is linked later.

        :param category: :class:`~..lib.categories.Category`
        :param dict known: ``onbuy.category`` by code; ``conditions``: ``onbuy.condition`` by code
        :rtype: dict
        """
        parent = known.get(category.parent_id)
        return {
            'code': category.category_id,
            'name': category.name,
            'complete_name': ' > '.join(filter(None, (category.tree, category.name))),
            'parent_code': category.parent_id,
            'can_list_in': category.can_list_in,
            'product_code_required': category.product_code_required,
            'condition_ids': [Command.set(sorted({conditions[code].id for code in category.conditions}))],
            'tier_code': category.tier_id,
            **({'parent_id': parent.id} if parent else {}),
        }

    @api.model
    def _link_orphans(self):
        """Give their parent to categories that OnBuy sent before it."""
        orphans = self.search([('parent_id', '=', False), ('parent_code', '!=', False)])
        parents = self._get_known([('code', 'in', orphans.mapped('parent_code'))])
        for code, some in orphans.grouped('parent_code').items():
            if code in parents:
                (some - parents[code]).parent_id = parents[code]

    # === FEATURES AND DETAILS === #

    @api.model
    def _get_categories_in_use(self):
        """Return the categories whose features, technical details and restrictions are kept up to date.

        A hook for what uses categories; whoever starts to use one calls :meth:`_want`.
        """
        return self.search([('is_wanted', '=', True)])

    def _want(self):
        """Have the features and technical details of these categories read soon, and again every week."""
        new = self.filtered(lambda category: not category.is_wanted)
        if new:
            new.sudo().is_wanted = True
            self.env['onbuy.store'].sudo()._trigger_task('reference')

    @api.model
    def _get_categories_to_read(self):
        """Return the categories in use whose features have not been read for some days."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=DETAIL_DAYS)
        old = Domain('read_date', '=', False) | Domain('read_date', '<', since)
        return self._get_categories_in_use().filtered_domain(old)

    def _get_detail_units(self, client):
        """Give the unit that stores what only the views of this one category tell.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        try:
            view = client.get_category(self.code)
            features, groups = client.category_features(self.code), client.technical_details(self.code)
        except NotFoundError:
            yield partial(self._note_unread, self.env._(
                "OnBuy does not show this category. It is asked for again tomorrow; when it is gone for good, the next "
                "reading of all categories archives it."))
        except AnswerError as error:
            yield partial(self._note_unread, str(error))
        else:
            yield partial(self._store_details, view, features, groups)

    def _note_unread(self, reason):
        """Say on this category why its features could not be read; the next time is tomorrow.

        :param str reason: a sentence
        :rtype: Counter
        """
        tried = fields.Datetime.subtract(fields.Datetime.now(), days=DETAIL_DAYS - 1)
        self.write({'read_error': reason, 'read_date': tried})
        return Counter(failed=1)

    def _store_details(self, view, features, groups):
        """Keep what OnBuy tells of one category; write only what changed, and when it was read.

        :param view: :class:`~..lib.categories.Category`, of :meth:`~..lib.client.OnBuyClient.get_category`
        :param list features: of :class:`~..lib.categories.Feature`
        :param list groups: of :class:`~..lib.categories.DetailGroup`
        :return: figures
        :rtype: Counter
        """
        notes = {feature.feature_id: feature.note for feature in view.features}
        figures = self.env['onbuy.feature']._store(self, features, notes)
        figures += self.env['onbuy.technical.detail']._store(self, groups)
        self._learn_tier(view)
        self.write({'read_date': fields.Datetime.now(), **self._get_changes({
            'can_list_in': view.can_list_in,
            'product_code_required': view.product_code_required,
            'is_restricted': bool(view.restricted),
            'read_error': False,
        })})
        return figures

    # === COMMISSION === #

    @api.model
    def _get_tier_samples(self):
        """Return a category for each commission tier that OnBuy's list names by a number whose tier is not known yet."""
        numbers = self.env['onbuy.commission.tier'].search([('number', '!=', False)]).mapped('number')
        groups = self._read_group(
            [('can_list_in', '=', True), ('tier_code', '!=', False)], ['tier_code'], ['id:min'])
        return self.browse([one for code, one in groups if code.isdigit() and code not in numbers])

    def _learn_tier(self, view):
        """Remember which commission tier the number in OnBuy's list means: its view names the tier by id.

        :param view: :class:`~..lib.categories.Category`
        """
        tier = self.env['onbuy.commission.tier'].search([('code', '=', view.tier_id)])
        if tier and (self.tier_code or '').isdigit() and tier.number != self.tier_code:
            tier.number = self.tier_code
