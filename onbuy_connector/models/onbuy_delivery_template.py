from odoo import api, fields, models


class OnbuyDeliveryTemplate(models.Model):
    """What a store charges for delivery, and how long it takes; made in OnBuy's Seller Control Panel."""

    _name = 'onbuy.delivery.template'
    _description = "OnBuy Delivery Template"
    _inherit = ['onbuy.reference.mixin']
    _order = 'is_default desc, name, id'
    _check_company_auto = True

    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True)
    is_default = fields.Boolean(string="Default", readonly=True, help="OnBuy uses it where a listing names none.")
    rates_text = fields.Text(string="Rates", readonly=True)

    _store_code_unique = models.UniqueIndex('(store_id, code)', "A store has one delivery template of this id.")

    @api.model
    def _store(self, store, templates):
        """Create or update a store's delivery templates; archive those that OnBuy has no more.

        :param store: one ``onbuy.store``
        :param list templates: of :class:`~..lib.sellers.DeliveryTemplate`
        :return: figures
        :rtype: Counter
        """
        known = self._get_known([('store_id', '=', store.id)])
        wanted = {template.template_id: {
            'store_id': store.id,
            'code': template.template_id,
            'name': template.name or template.template_id,
            'is_default': template.is_default,
            'rates_text': '\n'.join(map(self._describe_rate, template.rates)),
        } for template in templates}
        return self._upsert(known, wanted) + self._retire(known, wanted)

    @api.model
    def _describe_rate(self, rate):
        """Return what a template charges for one region, as a line of text.

        :param rate: :class:`~..lib.sellers.DeliveryRate`
        :rtype: str
        """
        currency = self.env.ref('base.GBP')
        price = currency.format(float(rate.price)) if rate.price else self.env._("free")
        if rate.additional_price:
            price = self.env._("%(price)s, each further piece %(additional)s", price=price,
                               additional=currency.format(float(rate.additional_price)))
        days = "–".join(dict.fromkeys(str(days) for days in (rate.min_days, rate.max_days) if days is not None))
        return self.env._(
            "%(place)s: %(service)s, days: %(days)s, %(price)s",
            place=", ".join(filter(None, (rate.country, rate.region))), service=rate.delivery_type, days=days or "?",
            price=price)


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    delivery_template_ids = fields.One2many('onbuy.delivery.template', 'store_id', string="Delivery Templates")
