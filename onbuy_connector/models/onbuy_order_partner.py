from markupsafe import Markup

from odoo import api, fields, models

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


def simplify(text):
    """Return a county's name without what is written in several ways, to compare it.

    :param str text: such as "Co. Antrim" or "Greater London"
    """
    words = text.casefold().replace('&', ' and ').replace('.', ' ').replace('-', ' ').split()
    return ' '.join(word for word in words if word not in ('county', 'co', 'greater'))


class OnbuyOrder(models.Model):
    """Buyers: matched among the contacts that this store created, by name, postcode and street."""

    _inherit = 'onbuy.order'

    delivery_known = fields.Text(
        string="Delivery Address Told", readonly=True, copy=False,
        help="The delivery address on OnBuy when someone here last saw it; a change of it becomes an activity.")

    # === CONTACTS === #

    @api.model
    def _get_addresses(self, order):
        """Return where an order is billed and delivered to; one stands for the other where OnBuy left it blank.

        :param order: :class:`~..lib.orders.Order`
        :return: two :class:`~..lib.order_parts.Address`, or None
        :rtype: tuple
        """
        given = order.delivery_address
        delivery = order.billing if not given or given.is_blank else given
        return order.billing or delivery, delivery

    def _get_partners(self, order):
        """Return the contacts of an order; create what is missing.

        :param order: :class:`~..lib.orders.Order`
        :return: dict ``buyer``, ``invoice``, ``delivery``
        """
        billing, delivery = self._get_addresses(order)
        fixed = self.store_id.customer_id
        buyer = fixed or self._get_contact(billing, order.buyer_phone)
        if fixed or self._format_address(delivery).casefold() != self._format_address(billing).casefold():
            shipping = self._get_contact(delivery, order.buyer_phone, parent=buyer)
        else:
            shipping = buyer
        return {'buyer': buyer, 'invoice': buyer, 'delivery': shipping}

    def _get_contact(self, address, phone, parent=None):
        """Return the contact of an address, created if need be. A contact that was edited here stays as it is: it is
        found as long as its name, street and postcode are those of OnBuy.

        :param address: :class:`~..lib.order_parts.Address` or None
        :param str phone: of the buyer
        :param parent: the buyer, if this is a delivery address
        """
        values = self._prepare_partner_values(address, phone, parent)
        partners = self.env['res.partner'].with_context(mail_create_nosubscribe=True, tracking_disable=True)
        domain = [(key, '=', values[key] or False) for key in ('onbuy_store_id', 'zip', 'parent_id', 'country_id')]
        wanted = [(values[key] or '').casefold() for key in ('name', 'street', 'street2')]
        known = partners.search(domain).filtered(
            lambda one: [(one[key] or '').casefold() for key in ('name', 'street', 'street2')] == wanted)
        return known[:1] or partners.create(values)

    def _prepare_partner_values(self, address, phone, parent=None):
        """Return the values of a contact; a hook for other modules.

        OnBuy's e-mail address is an alias of the order, so it stays on the order. What has no field of its own goes to
        the second line of the street, so that nothing of an address is lost.

        :param address: :class:`~..lib.order_parts.Address` or None
        :param str phone: of the buyer
        :param parent: the buyer, if this is a delivery address
        :rtype: dict
        """
        name = address and address.name or self.buyer_name or self.name
        country = self._get_country(address)
        county = self._get_county(address, country)
        lines = list(address.lines) if address else []
        if address:
            lines[1:] = [*lines[1:], '' if county else address.county, '' if country else address.country]
        return {
            'name': ' '.join(name.split()),
            'type': 'delivery' if parent else 'contact',
            'parent_id': parent.id if parent else False,
            'onbuy_store_id': self.store_id.id,
            'company_id': self.company_id.id,
            'street': lines[0] if lines else False,
            'street2': ', '.join(line for line in lines[1:] if line) or False,
            'city': address and address.town or False,
            'zip': address and ' '.join(address.postcode.upper().split()) or False,
            'state_id': county.id,
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
        county = simplify(address.county) if address else ''
        return country.state_ids.filtered(lambda state: county and simplify(state.name) == county)[:1]

    # === CHANGES === #

    def _follow_address(self):
        """Tell, once per change, that the delivery address was changed on OnBuy; contacts here are never overwritten."""
        new, old = self.delivery_text, self.delivery_known
        if new == old:
            return
        self.delivery_known = new
        if old and self._is_open() and self.sale_order_id.state != 'cancel':
            self._tell_once(f'address-{self.remote_date}', self.sale_order_id, self.env._(
                "Delivery address changed on OnBuy"), self.env._(
                "The address of the delivery was not changed here. Check it before the goods leave."
            ) + self._show_addresses(old, new))

    def _show_addresses(self, old, new):
        """Return the old and the new address for an activity.

        :rtype: ~markupsafe.Markup
        """
        parts = [Markup('<p><b>%s</b><br/>%s</p>') % (title, Markup('<br/>').join((text or '').split('\n')))
                 for title, text in ((self.env._("Before"), old), (self.env._("Now on OnBuy"), new))]
        return Markup().join(parts)
