from odoo.tests import tagged

from .money_common import HOME, NOWHERE, MoneyCommon

OTHER = {**HOME, 'name': "Kim Receiver", 'line_1': "9 Mill Lane", 'town': "York", 'county': "North Yorkshire",
         'postcode': "YO24 1AB"}


@tagged('post_install', '-at_install')
class TestPartner(MoneyCommon):
    """Buyers become contacts, once, and what a person edits there stays."""

    def partner(self, **values):
        """Return the delivery contact of a new order.

        :param values: parts of its delivery address
        """
        order = self.receive_row(('TWENTY', 1, '12.00'), delivery_address={**HOME, **values})
        self.assertEqual(order.sync_state, 'synced', order.sync_error)
        return order.sale_order_id.partner_shipping_id

    # === THE CONTACT === #

    def test_the_alias_stays_on_the_order(self):
        order = self.receive_row(('TWENTY', 1, '12.00'))
        buyer = order.sale_order_id.partner_id
        self.assertFalse(buyer.email)
        self.assertIn('@comms.onbuy.com', order.buyer_email)
        self.assertRecordValues(buyer, [{
            'name': "Sam Buyer", 'street': "1 High Street", 'street2': False, 'city': "Leeds", 'zip': "LS1 1AA",
            'phone': "07700 900123", 'country_id': self.env.ref('base.uk').id, 'onbuy_store_id': self.store.id,
            'company_id': self.company.id, 'parent_id': False}])
        self.assertEqual(buyer.state_id.name, "West Yorkshire")

    def test_billing_and_delivery_are_a_contact_and_its_child(self):
        order = self.receive_row(('TWENTY', 1, '12.00'), billing_address=HOME, delivery_address=OTHER).sale_order_id
        self.assertEqual(order.partner_id.name, "Sam Buyer")
        self.assertEqual(order.partner_invoice_id, order.partner_id)
        self.assertEqual(order.partner_shipping_id.name, "Kim Receiver")
        self.assertEqual(order.partner_shipping_id.parent_id, order.partner_id)
        self.assertEqual(order.partner_shipping_id.type, 'delivery')

    def test_the_same_address_in_other_letters_is_one_contact(self):
        billing = {**HOME, 'line_1': "1 HIGH STREET", 'postcode': "ls1  1aa"}
        order = self.receive_row(('TWENTY', 1, '12.00'), billing_address=billing, delivery_address=HOME).sale_order_id
        again = self.receive_row(('TWENTY', 1, '12.00'), delivery_address=billing).sale_order_id
        self.assertEqual(again.partner_id, order.partner_id)

    def test_a_blank_delivery_address_is_the_billing_address(self):
        order = self.receive_row(('TWENTY', 1, '12.00'), billing_address=OTHER, delivery_address=NOWHERE)
        self.assertEqual(order.sale_order_id.partner_shipping_id.name, "Kim Receiver")

    def test_an_order_without_any_address_is_imported_and_pointed_out(self):
        order = self.receive_row(('TWENTY', 1, '12.00'), delivery_address=NOWHERE)
        self.assertEqual(order.sale_order_id.partner_id.name, "Sam Buyer")
        self.assertIn("No delivery address", self.activities(order.sale_order_id))

    # === MATCHING === #

    def test_a_second_order_of_the_same_buyer_finds_the_contact(self):
        self.assertEqual(self.partner(), self.partner(town="LEEDS", line_1="1 high street"))

    def test_another_flat_of_the_house_is_another_contact(self):
        self.assertNotEqual(self.partner(line_2="Flat 1"), self.partner(line_2="Flat 2"))

    def test_only_contacts_of_this_store_are_matched(self):
        mine = self.env['res.partner'].create({
            'name': "Sam Buyer", 'street': "1 High Street", 'zip': "LS1 1AA", 'city': "Leeds",
            'country_id': self.env.ref('base.uk').id})
        self.assertNotEqual(self.partner(), mine)

    def test_an_edited_contact_is_found_again_and_not_overwritten(self):
        partner = self.partner()
        partner.write({'phone': "0113 496 0000", 'city': "Leeds (Headingley)", 'email': 'sam@example.com'})
        self.assertEqual(self.partner(), partner)
        self.assertRecordValues(partner, [{
            'phone': "0113 496 0000", 'city': "Leeds (Headingley)", 'email': 'sam@example.com'}])

    def test_a_contact_moved_to_another_street_is_left_alone_and_a_new_one_is_made(self):
        partner = self.partner()
        partner.street = "5 New Road"
        self.assertEqual(self.partner().street, "1 High Street")
        self.assertEqual(partner.street, "5 New Road")

    def test_one_fixed_customer_gets_the_delivery_addresses_as_children(self):
        self.store.customer_id = customer = self.env['res.partner'].create({'name': "OnBuy customers"})
        order = self.receive_row(('TWENTY', 1, '12.00')).sale_order_id
        self.assertEqual(order.partner_id, customer)
        self.assertEqual(order.partner_invoice_id, customer)
        self.assertEqual(order.partner_shipping_id.parent_id, customer)
        self.assertEqual(order.partner_shipping_id.street, "1 High Street")
        self.assertEqual(self.partner(), order.partner_shipping_id)

    # === ODD ADDRESSES === #

    def test_nothing_of_an_odd_address_is_lost(self):
        long_line = "c/o Wetherfield Community Village Hall and Library, " * 4
        cases = [
            {'town': "", 'county': "", 'line_1': "Flat 3b", 'line_2': "77 Chapel Street"},
            {'line_1': "1", 'line_2': "2nd line", 'line_3': "3rd line", 'line_4': "4th line", 'line_5': "5th line"},
            {'line_1': "1234 Cpl A Fairweather", 'line_2': "2 Signal Regiment", 'town': "BFPO", 'postcode': "BFPO 57",
             'county': ""},
            {'line_1': long_line, 'line_2': long_line, 'county': "Greater Nowhere"},
            {'line_1': "", 'line_2': "Only the second line"},
            {'line_1': "", 'county': "Middle Earth", 'country': "Narnia", 'country_code': "XX"},
        ]
        self.store.vat_treatment = 'none'
        for values in cases:
            with self.subTest(**values):
                partner = self.partner(**values)
                whole = ' '.join(part for part in (
                    partner.name, partner.street, partner.street2, partner.city, partner.zip, partner.state_id.name,
                    partner.country_id.name) if part)
                for part in ({**HOME, **values} | {'country_code': ''}).values():
                    self.assertIn(' '.join(part.split()), ' '.join(whole.split()))

    def test_counties_are_known_in_several_spellings(self):
        cases = {"west yorkshire": "West Yorkshire", "Greater London": "London", "Antrim": "County Antrim",
                 "Co. Durham": "County Durham", "Tyne & Wear": "Tyne and Wear"}
        for given, known in cases.items():
            self.assertEqual(self.partner(county=given, line_1=given).state_id.name, known)

    def test_a_county_that_odoo_does_not_know_stays_in_the_address(self):
        partner = self.partner(county="Greater Manchester", line_2="Flat 2")
        self.assertFalse(partner.state_id)
        self.assertEqual(partner.street2, "Flat 2, Greater Manchester")

    # === NEWS OF THE ADDRESS === #

    def changed(self, row, hour, **values):
        """Receive an order again, changed.

        :param int hour: when
        :param values: fields of it
        """
        return self.bring({**row, 'updated_at': f'2026-03-03 {hour:02d}:00:00', **values})

    def test_an_address_changed_on_onbuy_is_told_once_per_change_and_never_overwritten(self):
        row = self.row(('TWENTY', 1, '12.00'))
        order = self.bring(row)
        partner = order.sale_order_id.partner_shipping_id
        self.changed(row, 1, delivery_address=OTHER)
        self.changed(row, 2, delivery_address=OTHER)
        activity = order.sale_order_id.activity_ids
        self.assertEqual(activity.summary, "Delivery address changed on OnBuy")
        self.assertIn("1 High Street", activity.note)
        self.assertIn("9 Mill Lane", activity.note)
        self.assertEqual(order.sale_order_id.partner_shipping_id, partner)
        self.assertEqual(partner.street, "1 High Street")
        self.changed(row, 3)
        self.assertEqual(len(order.sale_order_id.activity_ids), 2)

    def test_html_in_an_address_stays_text(self):
        row = self.row(('TWENTY', 1, '12.00'))
        order = self.bring(row)
        self.changed(row, 1, delivery_address={**HOME, 'line_1': "<img src=x onerror=alert(1)>"})
        self.assertIn("&lt;img", order.sale_order_id.activity_ids.note)

    def test_an_address_changed_after_the_dispatch_troubles_nobody(self):
        row = self.row(('TWENTY', 1, '12.00'))
        order = self.bring(row)
        self.deliver(order)
        self.changed(row, 1, status='Dispatched', delivery_address=OTHER)
        self.assertNotIn("Delivery address changed on OnBuy", self.activities(order.sale_order_id))

    # === NO MAIL === #

    def test_the_buyer_gets_no_mail_or_sms_when_the_delivery_is_validated(self):
        self.company.stock_move_email_validation = True
        self.store.customer_id = self.env['res.partner'].create({'name': "All", 'email': 'all@example.com'})
        order = self.receive_row(('TWENTY', 1, '12.00'))
        mails = self.env['mail.mail'].search_count([])
        picking = self.deliver(order)
        self.assertEqual(picking.state, 'done')
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)
        self.assertFalse(picking.message_ids.notification_ids)
        if 'sms.sms' in self.env:
            template = self.env['sms.template'].search([], limit=1)
            picking._message_sms_with_template(template=template, partner_ids=picking.partner_id.ids)
            self.assertFalse(self.env['sms.sms'].search([('partner_id', '=', picking.partner_id.id)]))
