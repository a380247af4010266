from odoo import models


class OnbuyStore(models.Model):
    """Further lines of the checklist before going live: shipping, money, allowance."""

    _inherit = 'onbuy.store'

    def _get_checklist(self):
        """Override to look at shipping, the products of shared lines, and the allowance."""
        return [*super()._get_checklist(), self._check_shipping(), self._check_order_lines(), self._check_allowance()]

    def _check_shipping(self):
        services = self.env['onbuy.order']._read_group(
            [('store_id', '=', self.id), ('delivery_service', '!=', False)], ['delivery_service'])
        mapped = self.mapping_ids.mapped(lambda mapping: (mapping.delivery_service or '').strip().casefold())
        missing = [service for service, in services if service.casefold() not in mapped and '' not in mapped]
        text = self.env._(
            "No delivery method is told for OnBuy's service %(services)s: tracking numbers then go out under the name of "
            "whatever method the delivery has, or as Other.", services=", ".join(missing),
        ) if missing else self.env._("Every service that buyers chose has its delivery method.")
        return {'state': 'info' if missing else 'ok', 'title': self.env._("Shipping"), 'text': text,
                'links': [{'label': self.env._("Shipping mapping"), 'tab': 'shipping'}]}

    def _check_order_lines(self):
        missing = self._get_missing_products()
        workflow = dict(self._fields['workflow']._description_selection(self.env))[self.workflow]
        text = self.env._("Products for %(lines)s are missing or archived: orders with such a line cannot be imported.",
                          lines=", ".join(missing)) if missing else self.env._(
            "Orders are taken to: %(workflow)s.", workflow=workflow)
        return {'state': 'bad' if missing else 'ok', 'title': self.env._("Money"), 'text': text, 'links': [
            {'label': self.env._("Choose products"), 'tab': 'accounting'},
            {'label': self.env._("How far orders are taken"), 'tab': 'orders'}]}

    def _get_missing_products(self):
        """Return the labels of the settings whose product of order lines is missing or archived."""
        return [
            self._fields[name].get_description(self.env)['string']
            for name in ('delivery_product_id', 'discount_product_id', 'rounding_product_id') if not self[name].active]

    def _check_allowance(self):
        return {
            'state': 'info', 'title': self.env._("Allowance"),
            'text': self.env._(
                "At most %(share)s %% of %(get)s readings and %(put)s changes an hour are used. Compare with the API page "
                "of your Seller Control Panel: your other tools share it.",
                share=self.limit_share, get=self.limit_get, put=self.limit_put),
            'links': [{'label': self.env._("Enter the allowance"), 'tab': 'connection'}]}
