import io
from itertools import product

import openpyxl

from odoo.tests import tagged

from .excel_common import ExcelCommon
from .publish_common import gtin

GROUPS, MEMBERS = 60, 5
LAMPS = 40  # groups of them are lamps, the others pyjamas
COLOURS = ("Black", "White", "Grey", "Red", "Teal")
AGES = ("2-3 Years", "4-5 Years", "6-7 Years", "8-9 Years", "10-11 Years")
FIRST = 500000  # of the product codes
WAYS = {  # in which rows are wrong: two each → the cell, and what is said of it
    "no SKU": ('SKU', "is missing"),
    "the same SKU twice": ('SKU', "Another row has the same SKU"),
    "a SKU that is too long": ('SKU', "64 characters at most"),
    "no product code": ('Barcode', "There is no product code"),
    "a mistyped product code": ('Barcode', "is mistyped"),
    "the same product code twice": ('Barcode', "Another row has the same barcode"),
    "the product code of another product": ('Barcode', "Old Lamp has this barcode"),
    "a product code that Excel shortened": ('Barcode', "Excel shortened the code"),
    "no price": ('Price', "needs a price"),
    "a price in words": ('Price', "not a number"),
    "a sale price above the price": ('Sale price', "is not below the price"),
    "a sale that ends before it begins": ('Sale end', "ends before it begins"),
    "a date that is none": ('Sale start', "is no date"),
    "half a piece": ('Stock', "not a whole number"),
    "a delivery template that OnBuy does not have": ('Delivery template', "not in the list"),
    "an option that the feature does not have": ('Feature: Material', "not in the list"),
    "a feature missing that the category demands": ('Feature: Age', "The category demands: Age"),
    "a measure without a unit": ('Detail: Height', "needs a unit"),
    "a picture without an address": ('Main image', "is no address of a picture"),
    "values that another variant has": ('Value 1', "has the same values"),
}


@tagged('post_install', '-at_install')
class TestExcelMany(ExcelCommon):
    """Three hundred products in sixty groups from one file, forty of them wrong in twenty ways."""

    def setUp(self):
        super().setUp()
        self.other = self.make_product(stock=0, name="Old Lamp", default_code=False)
        self.pyjamas = self.find_category("Children's Pyjamas")

    def make_cells(self, group, member):  # pylint: disable=arguments-renamed
        """Return the cells of a right row."""
        number, is_lamp = group * MEMBERS + member, group < LAMPS
        return {
            'SKU': f'MANY-{group}-{member}', 'Product name': f"Lumora Thing {group}", 'Group': f'G-{group}',
            'Attribute 1': "Colour" if is_lamp else "Age", 'Value 1': (COLOURS if is_lamp else AGES)[member],
            'Barcode': gtin(FIRST + number), 'Brand': "Lumora", 'Description': "A thing.\nGood.",
            'Main image': f'https://img.example.com/{number}.jpg', 'Price': 10 + number / 100, 'Stock': 1 + number % 17,
            'Handling days': 2, 'Feature: Material': "Metal" if is_lamp else "Cotton", 'Detail: Height': '42 cm',
            'Feature: Colour' if is_lamp else 'Feature: Age': (COLOURS if is_lamp else AGES)[member]}

    def make_wrong(self, way, pair):
        """Return how the two rows of a way are wrong.

        :param int pair: 0 or 1
        :return: dict of title → cell
        """
        code = gtin(FIRST + 5000 + pair)
        return {
            "no SKU": {'SKU': None},
            "the same SKU twice": {'SKU': 'DOUBLE'},
            "a SKU that is too long": {'SKU': f'{pair}' * 65},
            "no product code": {'Barcode': None},
            "a mistyped product code": {'Barcode': code[:-1] + str((int(code[-1]) + 1) % 10)},
            "the same product code twice": {'Barcode': gtin(FIRST + 6000)},
            "the product code of another product": {'Barcode': self.other.barcode},
            "a product code that Excel shortened": {'Barcode': f'5.0123{pair}E+12'},
            "no price": {'Price': None},
            "a price in words": {'Price': "cheap"},
            "a sale price above the price": {'Sale price': 99},
            "a sale that ends before it begins": {'Sale price': 5, 'Sale start': '31/12/2030', 'Sale end': '2030-12-01'},
            "a date that is none": {'Sale start': "soon"},
            "half a piece": {'Stock': 2.5},
            "a delivery template that OnBuy does not have": {'Delivery template': "Pigeon"},
            "an option that the feature does not have": {'Feature: Material': "Unobtainium"},
            "a feature missing that the category demands": {'Feature: Age': None},
            "a measure without a unit": {'Detail: Height': 42},
            "a picture without an address": {'Main image': 'lamp.jpg'},
            "values that another variant has": {'Value 1': COLOURS[0]},
        }[way]

    def place(self, way, number, pair):
        """Return group and member of a wrong row."""
        if way == "a feature missing that the category demands":
            return LAMPS + pair, 1
        if way == "values that another variant has":
            return 39, 1 + pair
        return 2 * number + pair, 1

    def make_rows(self):
        """Return all rows, and what is wrong: row's own name → way."""
        wrong = {self.place(way, number, pair): (way, pair) for number, way in enumerate(WAYS) for pair in (0, 1)}
        rows = {place: self.make_cells(*place) for place in product(range(GROUPS), range(MEMBERS))}
        for place, (way, pair) in wrong.items():
            rows[place] |= self.make_wrong(way, pair)
        rows[39, 1]['Value 1'] = rows[39, 2]['Value 1'] = "Blue"
        return rows, {place: way for place, (way, _pair) in wrong.items()}

    def make_file(self, rows):  # pylint: disable=arguments-renamed
        """Return the downloaded template with the rows filled in."""
        content = self.download(what='empty', category_ids=[(6, 0, (self.category | self.pyjamas).ids)])
        names = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
        lamps = [cells for (group, _member), cells in rows.items() if group < LAMPS]
        others = [cells for (group, _member), cells in rows.items() if group >= LAMPS]
        content = self.fill(content, lamps, "Desk Lamps")
        return self.fill(content, others, next(name for name in names if name.startswith("Children")))

    def test_forty_wrong_rows_are_explained_by_cell_and_the_rest_is_live(self):
        rows, wrong = self.make_rows()
        self.assertEqual((len(rows), len(wrong), len(set(wrong.values()))), (300, 40, 20))
        upload = self.upload(self.make_file(rows))
        if upload.is_waiting:
            self.run_cron('apply_excel')
        self.check_verdicts(upload, rows, wrong)
        self.assertFalse(self.env['onbuy.listing'].search([('sku', '=like', 'MANY-%')]), "nothing is written yet")
        self.check_result(self.result(upload), rows, wrong)
        upload.action_apply()
        while upload.is_waiting:
            self.run_cron('apply_excel')
        self.assertEqual((upload.state, upload.wrong_count), ('done', 40))
        self.arrive()
        self.check_live(rows, wrong)

    def check_verdicts(self, upload, rows, wrong):
        """Check that exactly the wrong rows are told to be wrong, each in its way."""
        self.assertEqual((upload.state, upload.row_count, upload.wrong_count), ('checked', 300, 40),
                         upload.row_ids.filtered(lambda row: row.verdict == 'wrong').mapped('reason'))
        records = upload.row_ids.sorted(lambda row: (row.category_id == self.pyjamas, row.id))
        records = dict(zip([*rows], records, strict=True))
        for place, record in records.items():
            with self.subTest(place=place, way=wrong.get(place)):
                if place in wrong:
                    title, words = WAYS[wrong[place]]
                    self.assertEqual(record.verdict, 'wrong')
                    self.assertIn(f'{title}: ', record.reason)
                    self.assertIn(words, record.reason)
                    self.assertEqual(len(record.cell_errors), 1, record.reason)
                else:
                    self.assertIn(record.verdict, ('ok', 'know'), record.reason)

    def check_result(self, content, rows, wrong):
        """Check that the result sheet tells the same, on the very cells."""
        book, found = openpyxl.load_workbook(io.BytesIO(content)), {}
        for sheet in book.worksheets[:2]:
            titles = [cell.value.removesuffix('*') for cell in sheet[2]]
            self.assertEqual(titles[:3], ["Verdict", "Reason", "SKU"])
            for row in sheet.iter_rows(min_row=4):
                comments = {titles[cell.column - 1]: cell.comment.text for cell in row if cell.comment}
                found[len(found)] = (row[0].value, comments)
        self.assertEqual(sum(verdict == "Wrong" for verdict, _comments in found.values()), 40)
        for number, place in enumerate(rows):
            with self.subTest(place=place):
                verdict, comments = found[number]
                title, words = WAYS.get(wrong.get(place), (None, ""))
                self.assertEqual((verdict == "Wrong", list(comments)), (place in wrong, [title] if title else []))
                self.assertIn(words, comments.get(title, ""))

    def check_live(self, rows, wrong):
        """Check that OnBuy has all others, each with its price and stock, in its family."""
        state = self.sandbox.control('GET', '/state')['accounts']['live']['listings']
        remote = {listing['sku']: listing for listing in (state.values() if isinstance(state, dict) else state)}
        self.assertEqual(len([sku for sku in remote if sku.startswith('MANY-')]), 260)
        for place, cells in rows.items():
            if place not in wrong:
                with self.subTest(place=place):
                    listing = remote[cells['SKU']]
                    self.assertEqual((f"{float(listing['price']):.2f}", listing['stock']),
                                     (f"{cells['Price']:.2f}", cells['Stock']))
        listings = self.env['onbuy.listing'].search([('sku', '=like', 'MANY-%')])
        self.assertEqual((len(listings), set(listings.mapped('is_on_onbuy')), set(listings.mapped('publish_state'))),
                         (260, {True}, {False}))
        families = listings.grouped('group_sku')
        self.assertEqual(len(families), 60)
        self.assertEqual({len(family.product_id.product_tmpl_id) for family in families.values()}, {1})
        self.assertEqual({len(set(family.mapped('family_opc'))) for family in families.values()}, {1})
