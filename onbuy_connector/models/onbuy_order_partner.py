from odoo import models

# Territories that a UK postcode shows, even where the country code says GB.
TERRITORIES = {'BT': 'northern_ireland', 'JE': 'jersey', 'GY': 'guernsey', 'IM': 'isle_of_man'}
TERRITORY_COUNTRIES = {'jersey': 'JE', 'guernsey': 'GG', 'isle_of_man': 'IM'}
UK_CODES = ('GB', 'UK', '')


def get_territory(address):
    """Return where an address lies, as far as VAT cares.

    :param address: :class:`~..lib.orders.Address` or None
    :return: ``mainland``, a value of ``TERRITORIES`` or ``abroad``
    :rtype: str
    """
    code = ((address and address.country_code) or '').upper()
    for territory, country in TERRITORY_COUNTRIES.items():
        if code == country:
            return territory
    if code not in UK_CODES:
        return 'abroad'
    area = ((address and address.postcode) or '').strip().upper()[:2]
    return TERRITORIES.get(area, 'mainland')


class OnbuyOrder(models.Model):
    """Buyers: matched among the contacts that this store created, by name, postcode and street."""

    _inherit = 'onbuy.order'

    def _get_partners(self, order):
        """Return the contacts of an order; create what is missing.

        :param order: :class:`~..lib.orders.Order`
        :return: dict ``buyer``, ``invoice``, ``delivery``
        """
        delivery = order.delivery_address or order.billing
        billing = order.billing or delivery
        fixed = self.store_id.customer_id
        buyer = fixed or self._get_contact(billing, order.buyer_phone)
        if fixed or delivery != billing:
            shipping = self._get_contact(delivery, order.buyer_phone, parent=buyer)
        else:
            shipping = buyer
        return {'buyer': buyer, 'invoice': buyer, 'delivery': shipping}

    def _get_contact(self, address, phone, parent=None):
        """Return the contact of an address, created if need be.

        :param address: :class:`~..lib.orders.Address` or None
        :param str phone: of the buyer
        :param parent: the buyer, if this is a delivery address
        """
        values = self._prepare_partner_values(address, phone, parent)
        keys = ('onbuy_store_id', 'name', 'zip', 'street', 'street2', 'city', 'parent_id', 'country_id')
        partners = self.env['res.partner'].with_context(mail_create_nosubscribe=True, tracking_disable=True)
        known = partners.search([(key, '=', values[key] or False) for key in keys], limit=1)
        return known or partners.create(values)

    def _prepare_partner_values(self, address, phone, parent=None):
        """Return the values of a contact; a hook for other modules.

        OnBuy's e-mail address is an alias of the order, so it stays on the order.

        :param address: :class:`~..lib.orders.Address` or None
        :param str phone: of the buyer
        :param parent: the buyer, if this is a delivery address
        :rtype: dict
        """
        name = address and address.name or self.buyer_name or self.name
        country = self._get_country(address)
        state = self._get_county(address, country)
        lines = list(address.lines) if address else []
        rest = lines[1:] + ([address.county] if address and address.county and not state else [])
        return {
            'name': ' '.join(name.split()),
            'type': 'delivery' if parent else 'contact',
            'parent_id': parent.id if parent else False,
            'onbuy_store_id': self.store_id.id,
            'company_id': self.company_id.id,
            'street': lines[0] if lines else False,
            'street2': ', '.join(rest) or False,
            'city': address and address.town or False,
            'zip': address and ' '.join(address.postcode.upper().split()) or False,
            'state_id': state.id,
            'country_id': country.id,
            'phone': phone or False,
            'lang': self.store_id.company_id.partner_id.lang or self.env.lang,
        }

    def _get_country(self, address):
        """Return the country of an address, told by the postcode where OnBuy says GB for the islands."""
        territory = get_territory(address)
        code = TERRITORY_COUNTRIES.get(territory) or 'GB'
        if territory == 'abroad':
            code = address.country_code.upper()
        return self.env['res.country'].search([('code', '=', code)], limit=1)

    def _get_county(self, address, country):
        """Return the county of an address, if Odoo knows it."""
        counties = self.env['res.country.state']
        if not address or not address.county:
            return counties
        return counties.search([('country_id', '=', country.id), ('name', '=ilike', address.county.strip())], limit=1)
