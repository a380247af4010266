from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..lib.order_parts import parse_address
from ..models.onbuy_order_partner import get_territory
from .money_common import HOME, MoneyCommon

JERSEY = {**HOME, 'town': "St Helier", 'county': "Channel Islands", 'postcode': "je2 7qn"}
BELFAST = {**HOME, 'town': "Belfast", 'county': "County Antrim", 'postcode': "BT6 9EQ"}
CORK = {**HOME, 'town': "Cork", 'county': "", 'postcode': "T12 W8KP", 'country': "Ireland", 'country_code': "IE"}


@tagged('post_install', '-at_install')
class TestVat(MoneyCommon):
    """VAT follows the store's treatment and the delivery address, and lands in the right boxes."""

    def position(self, name, taxes=(), to=None):
        """Create a fiscal position of the company.

        :param taxes: replaced by the tax ``to``
        """
        position = self.env['account.fiscal.position'].create({'name': name, 'company_id': self.company.id})
        if to:
            to.write({'fiscal_position_ids': [Command.link(position.id)],
                      'original_tax_ids': [Command.link(tax.id) for tax in taxes]})
        return position

    def export_tax(self):
        """Return a tax of 0 % of its own."""
        return self.taxes[0].copy({'name': "0% export"})

    # === GRIDS AND ACCOUNTS === #

    def test_an_invoice_fills_boxes_1_and_6_and_its_credit_note_takes_it_back(self):
        order = self.receive_row(('TWENTY', 1, '12.00'), ('FIVE', 1, '10.50'), ('ZERO', 1, '7.00'), delivery='2.95')
        invoice = self.assert_total(order)
        self.assertEqual(self.grids(invoice), {'1': invoice.amount_tax, '6': invoice.amount_untaxed})
        note = invoice._reverse_moves()
        note.action_post()
        self.assertEqual(self.grids(note), {'1': -invoice.amount_tax, '6': -invoice.amount_untaxed})

    def test_twins_book_on_the_accounts_of_the_taxes_they_stand_for(self):
        invoice = self.assert_total(self.receive_row(('TWENTY', 1, '12.00')))
        vat_account = self.taxes[20].invoice_repartition_line_ids.account_id
        self.assertEqual(invoice.line_ids.filtered('tax_line_id').account_id, vat_account)

    def test_twins_are_made_once_and_listed_on_the_store(self):
        self.bring(*(self.row(('TWENTY', 1, '12.00'), ('FIVE', 1, '1.00')) for _number in range(3)))
        self.assertEqual(len(self.store.position_ids), 1)
        self.assertEqual(self.store.position_ids.tax_ids.onbuy_twin_of_id, self.taxes[20] + self.taxes[5])

    def test_a_new_rate_of_a_tax_is_followed_by_its_twin(self):
        self.receive_row(('TWENTY', 1, '12.00'))
        self.taxes[20].amount = 25
        self.assertEqual(self.assert_total(self.receive_row(('TWENTY', 1, '12.50'))).amount_tax, 2.50)

    def test_an_archived_twin_is_used_again(self):
        self.receive_row(('TWENTY', 1, '12.00'))
        self.store.position_ids.tax_ids.active = False
        self.assertEqual(self.assert_total(self.receive_row(('TWENTY', 1, '12.00'))).amount_tax, 2.00)

    def test_documents_call_a_twin_as_the_tax_behind_it_and_lists_of_choices_tell_twins_apart(self):
        base = self.taxes[20]
        twin = self.receive_row(('TWENTY', 1, '12.00')).sale_order_id.order_line[0].tax_ids
        self.assertEqual((twin.display_name, twin.tax_label), (f'{base.name} incl.', base.tax_label))
        self.assertEqual(twin.with_context(formatted_display_name=True).display_name, twin.name)
        self.assertIn(self.store.name, twin.name)

    def test_a_salesperson_who_adds_a_product_needs_no_rights_on_taxes(self):
        self.store.workflow = 'quotation'
        order = self.receive_row(('TWENTY', 1, '12.00')).sale_order_id
        seller = new_test_user(self.env, 'seller', 'sales_team.group_sale_salesman_all_leads')
        order.with_user(seller).order_line = [Command.create({'product_id': self.products['FIVE'].id, 'price_unit': 1.05})]
        self.assertEqual(order.order_line[-1].price_total, 1.05)
        self.assertAlmostEqual(order.order_line[-1].price_tax, 0.05)

    # === TREATMENT === #

    def test_a_store_without_output_vat_keeps_the_gross_price(self):
        for treatment in ('onbuy', 'none'):
            with self.subTest(treatment=treatment):
                self.store.vat_treatment = treatment
                invoice = self.assert_total(self.receive_row(
                    ('TWENTY', 2, '9.99'), ('NONE', 1, '1.00'), delivery='3.99', discount='1.00'))
                self.assertEqual(invoice.amount_untaxed, 23.97)
                self.assertEqual(invoice.amount_tax, 0)

    def test_a_store_without_output_vat_asks_for_no_fiscal_position(self):
        self.store.vat_treatment = 'none'
        order = self.receive_row(('TWENTY', 1, '12.00'), delivery_address=JERSEY)
        self.assertEqual(order.sync_state, 'synced')

    # === TERRITORIES === #

    def test_islands_and_northern_ireland_are_told_by_the_postcode(self):
        cases = {
            'JE2 7QN': 'jersey', 'gy1 1aa': 'guernsey', ' IM1 1AA': 'isle_of_man', 'BT6 9EQ': 'northern_ireland',
            'B1 1AA': 'mainland', 'BF1 2AA': 'mainland', '': 'mainland', 'G1 1AA': 'mainland',
        }
        for postcode, territory in cases.items():
            address = parse_address({**HOME, 'postcode': postcode})
            self.assertEqual(get_territory(address), territory, postcode)
        self.assertEqual(get_territory(parse_address({**HOME, 'country_code': 'GG'})), 'guernsey')
        self.assertEqual(get_territory(parse_address(CORK)), 'abroad')

    def test_an_order_to_jersey_waits_and_asks_and_goes_on_once_there_is_an_answer(self):
        order = self.receive_row(('TWENTY', 1, '12.00'), delivery='3.00', delivery_address=JERSEY)
        self.assertFalse(order.sale_order_id)
        self.assertIn("goes to Jersey, and no fiscal position", order.sync_error)
        self.store.jersey_position_id = self.position("Channel Islands", self.taxes[20], self.export_tax())
        order.action_retry()
        self.assertEqual(order.sync_state, 'synced')
        self.assertEqual(order.sale_order_id.amount_total, 15.00)
        self.assertEqual(order.sale_order_id.amount_tax, 0)
        self.assertEqual(order.sale_order_id.partner_shipping_id.country_id.code, 'JE')

    def test_an_order_to_belfast_uses_the_position_of_northern_ireland(self):
        self.store.northern_ireland_position_id = self.position("NI", self.taxes[20], self.taxes[5].copy({'name': "5% NI"}))
        order = self.receive_row(('TWENTY', 1, '10.50'), delivery_address=BELFAST)
        self.assertEqual(order.sale_order_id.amount_tax, 0.50)

    def test_the_delivery_address_counts_not_the_billing_address(self):
        order = self.receive_row(('TWENTY', 1, '12.00'), billing_address=JERSEY)
        self.assertEqual(order.sale_order_id.amount_tax, 2.00)

    def test_an_order_abroad_needs_a_fiscal_position_for_that_country(self):
        self.env['account.fiscal.position'].search([('company_id', '=', self.company.id)]).auto_apply = False
        order = self.receive_row(('TWENTY', 1, '12.00'), delivery_address=CORK)
        self.assertIn("goes to Ireland", order.sync_error)
        ireland = self.position("Ireland", self.taxes[20], self.export_tax())
        ireland.write({'auto_apply': True, 'country_id': self.env.ref('base.ie').id})
        order.action_retry()
        self.assertEqual(order.sale_order_id.amount_tax, 0)
        self.assertEqual(order.sale_order_id.amount_total, 12.00)

    # === POSITIONS BEHIND THE STORE'S OWN === #

    def test_a_position_that_takes_all_taxes_away_keeps_the_gross_price(self):
        self.store.fiscal_position_id = self.position("No taxes")
        invoice = self.assert_total(self.receive_row(('TWENTY', 1, '12.00'), delivery='1.00'))
        self.assertEqual(invoice.amount_tax, 0)

    def test_a_changed_mapping_is_followed(self):
        export = self.export_tax()
        self.store.fiscal_position_id = position = self.position("Mapped", self.taxes[20], export)
        self.assertEqual(self.receive_row(('TWENTY', 1, '12.00')).sale_order_id.amount_tax, 0)
        five = self.taxes[5].copy({
            'name': "5% instead", 'fiscal_position_ids': [Command.set(position.ids)],
            'original_tax_ids': [Command.set(self.taxes[20].ids)]})
        export.original_tax_ids = False
        position.invalidate_recordset()
        order = self.receive_row(('TWENTY', 1, '10.50')).sale_order_id
        self.assertEqual(order.order_line.tax_ids.onbuy_twin_of_id, five)
        five.fiscal_position_ids = export.fiscal_position_ids = False
        position.invalidate_recordset()
        self.assertFalse(self.receive_row(('TWENTY', 1, '12.00')).sale_order_id.order_line.tax_ids)

    def test_accounts_are_mapped_as_by_the_position_behind(self):
        income = self.products['TWENTY'].product_tmpl_id.get_product_accounts()['income']
        other = income.copy({'code': '499999'})
        position = self.position("Accounts", self.taxes[20], self.export_tax())
        position.account_ids = [Command.create({'account_src_id': income.id, 'account_dest_id': other.id})]
        self.store.fiscal_position_id = position
        invoice = self.assert_total(self.receive_row(('TWENTY', 1, '12.00')))
        self.assertEqual(invoice.invoice_line_ids.account_id, other)

    # === PRODUCTS === #

    def test_products_made_from_listings_can_be_found_to_check_their_vat(self):
        self.store.create_products = True
        listing = self.env['onbuy.listing'].create({'store_id': self.store.id, 'sku': 'FRESH', 'name': "Fresh"})
        listing._match()
        view = self.env['product.template'].get_view(
            self.env.ref('product.product_template_search_view').id, 'search')['arch']
        self.assertIn('onbuy_vat_to_check', view)
        found = self.env['product.template'].search([('onbuy_vat_to_check', '=', True)])
        self.assertIn(listing.product_id.product_tmpl_id, found)
