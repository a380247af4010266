from odoo import api, models


class OnbuyCondition(models.Model):
    """A state in which things are sold; the code is what OnBuy calls it in its answers and takes in listings."""

    _name = 'onbuy.condition'
    _description = "OnBuy Condition"
    _inherit = ['onbuy.reference.mixin']
    _order = 'id'

    _code_unique = models.UniqueIndex('(code)', "OnBuy has one condition of this code.")

    @api.model
    def _store(self, conditions):
        """Create or rename conditions.

        :param list conditions: of :class:`~..lib.catalogue.Condition`
        :return: figures
        :rtype: Counter
        """
        wanted = {one.slug: {'code': one.slug, 'name': one.name or one.slug} for one in conditions}
        return self._upsert(self._get_known([('code', 'in', list(wanted))]), wanted)

    @api.model
    def _get_by_code(self, codes):
        """Return the conditions of some codes; categories have words that OnBuy's list of conditions does not.

        :param codes: such as ``refurbished``
        :return: record by code
        :rtype: dict
        """
        known = self._get_known([('code', 'in', list(codes))])
        self._upsert(known, {code: {'code': code, 'name': code.capitalize()} for code in codes if code not in known})
        return known
