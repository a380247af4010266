from odoo import api, fields, models

OPTIONS_SHOWN = 8


class OnbuyFeature(models.Model):
    """A question that a category asks about its products, such as the colour."""

    _name = 'onbuy.feature'
    _description = "OnBuy Feature"
    _inherit = ['onbuy.reference.mixin']
    _order = 'is_required desc, name, id'

    category_id = fields.Many2one('onbuy.category', required=True, readonly=True, index=True, ondelete='cascade')
    note = fields.Char(readonly=True)
    is_required = fields.Boolean(string="Required", readonly=True)
    option_ids = fields.One2many('onbuy.feature.option', 'feature_id', string="All Options", readonly=True)
    options_text = fields.Char(string="Options", compute='_compute_options_text')

    _category_code_unique = models.UniqueIndex('(category_id, code)', "A category has one feature of this id.")

    @api.depends('option_ids.name')
    def _compute_options_text(self):
        for feature in self:
            names = feature.option_ids.mapped('name')
            feature.options_text = ", ".join([*names[:OPTIONS_SHOWN], *(["…"] if len(names) > OPTIONS_SHOWN else [])])

    @api.model
    def _store(self, category, features, notes):
        """Create or update the features of a category and their options; archive those that OnBuy has no more.

        :param category: one ``onbuy.category``
        :param list features: of :class:`~..lib.categories.Feature`
        :param dict notes: OnBuy's explanations by feature id
        :return: figures
        :rtype: Counter
        """
        known = self._get_known([('category_id', '=', category.id)])
        wanted = {feature.feature_id: {
            'category_id': category.id,
            'code': feature.feature_id,
            'name': feature.name,
            'note': notes.get(feature.feature_id) or feature.note,
            'is_required': feature.required,
        } for feature in features}
        figures = self._upsert(known, wanted) + self._retire(known, wanted)
        return figures + self.env['onbuy.feature.option']._store(
            category, {known[feature.feature_id]: feature.options for feature in features})


class OnbuyFeatureOption(models.Model):
    """A value that a feature can have."""

    _name = 'onbuy.feature.option'
    _description = "OnBuy Feature Option"
    _inherit = ['onbuy.reference.mixin']
    _order = 'feature_id, id'
    _rec_names_search = ['name', 'feature_id.name']

    feature_id = fields.Many2one('onbuy.feature', required=True, readonly=True, index=True, ondelete='cascade')

    _feature_code_unique = models.UniqueIndex('(feature_id, code)', "A feature has one option of this id.")

    @api.depends('name', 'feature_id.name')
    def _compute_display_name(self):
        for option in self:
            option.display_name = f'{option.feature_id.name}: {option.name}'

    @api.model
    def _store(self, category, options):
        """Create or update the options of a category's features; archive those that OnBuy has no more.

        :param category: one ``onbuy.category``
        :param dict options: :class:`~..lib.categories.FeatureOption` by ``onbuy.feature``
        :return: figures
        :rtype: Counter
        """
        records = self.with_context(active_test=False).search([('feature_id.category_id', '=', category.id)])
        known = {(record.feature_id.id, record.code): record for record in records}
        wanted = {(feature.id, option.option_id): {
            'feature_id': feature.id, 'code': option.option_id, 'name': option.name,
        } for feature, some in options.items() for option in some}
        return self._upsert(known, wanted) + self._retire(known, wanted)
