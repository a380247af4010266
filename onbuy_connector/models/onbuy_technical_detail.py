from odoo import api, fields, models


class OnbuyTechnicalDetail(models.Model):
    """A measure or fact that products of a category can have, such as the height."""

    _name = 'onbuy.technical.detail'
    _description = "OnBuy Technical Detail"
    _inherit = ['onbuy.reference.mixin']
    _order = 'group_name, name, id'

    category_id = fields.Many2one('onbuy.category', required=True, readonly=True, index=True, ondelete='cascade')
    group_name = fields.Char(string="Group", readonly=True)
    units = fields.Text(readonly=True, help="One a line; empty where it has none.")

    _category_code_unique = models.UniqueIndex('(category_id, code)', "A category has one technical detail of this id.")

    @api.model
    def _store(self, category, groups):
        """Create or update the technical details of a category; archive those that OnBuy has no more.

        :param category: one ``onbuy.category``
        :param list groups: of :class:`~..lib.categories.DetailGroup`
        :return: figures
        :rtype: Counter
        """
        known = self._get_known([('category_id', '=', category.id)])
        wanted = {detail.detail_id: {
            'category_id': category.id,
            'code': detail.detail_id,
            'name': detail.name,
            'group_name': group.name,
            'units': '\n'.join(detail.units),
        } for group in groups for detail in group.details}
        return self._upsert(known, wanted) + self._retire(known, wanted)
