"""What the demonstration shop sells: one Kind for each lowest category."""

from dataclasses import dataclass

COLOURS = ("Black", "White", "Grey", "Navy Blue", "Sage Green", "Red", "Cream", "Teal")
ADULT_SIZES = ("Small", "Medium", "Large", "X-Large")
CHILD_SIZES = ("2-3 Years", "4-5 Years", "6-7 Years", "8-9 Years", "10-11 Years")
SHOE_SIZES = ("UK 8", "UK 9", "UK 10", "UK 11", "UK 12", "UK 13")
AXES = {'Colour': COLOURS, 'Size': ADULT_SIZES, 'Age': CHILD_SIZES, 'Shoe Size': SHOE_SIZES, '': ()}


@dataclass(frozen=True)
class Kind:
    """A lowest category: `path` of names, product `nouns`, variation `axis` (key of AXES), `prices` in
    whole GBP (lowest, highest), `weights` in kg, commission `tier` (number), whether its goods are free of
    VAT, and whether they need a product code (14.1: categories can say otherwise)."""

    path: str
    nouns: str
    axis: str
    prices: tuple
    weights: tuple
    tier: int
    vat_free: bool = False
    refurbished: bool = False
    needs_code: bool = True

    @property
    def department(self):
        """Name of the top category."""
        return self.path.split(' > ')[0]


KINDS = (
    Kind("Home & Garden > Lighting > Lamps > Desk Lamps", "LED Desk Lamp|Clamp Desk Lamp|Banker's Lamp",
         'Colour', (14, 49), (0.6, 2.2), 1),
    Kind("Home & Garden > Lighting > Lamps > Floor Lamps",
         "Tripod Floor Lamp|Arc Floor Lamp|Reading Floor Lamp",
         'Colour', (34, 119), (2.5, 6), 1),
    Kind("Home & Garden > Lighting > Outdoor Lighting > Solar Lights",
         "Solar Path Lights 8 Pack|Solar Wall Light",
         '', (9, 39), (0.4, 1.6), 1),
    Kind("Home & Garden > Kitchen & Dining > Cookware > Saucepans",
         "Saucepan 18 cm|Saucepan Set 3 Piece|Milk Pan",
         '', (16, 89), (0.8, 4), 1),
    Kind("Home & Garden > Kitchen & Dining > Tableware > Mugs", "Enamel Mug|Stoneware Mug|Travel Mug 450 ml",
         'Colour', (6, 19), (0.2, 0.5), 1),
    Kind("Home & Garden > Bedding & Linen > Bedding > Duvet Covers",
         "Cotton Duvet Cover|Brushed Cotton Duvet Set",
         'Colour', (19, 64), (1.0, 2.4), 1),
    Kind("Home & Garden > Garden > Hand Tools > Secateurs", "Bypass Secateurs|Ratchet Secateurs", '',
         (9, 34), (0.2, 0.5), 1),
    Kind("Home & Garden > Garden > Planting > Plant Pots",
         "Terracotta Plant Pot 25 cm|Hanging Basket|Glazed Planter",
         'Colour', (7, 44), (0.8, 6.5), 1),
    Kind("Furniture > Living Room > Seating > Armchairs", "Wingback Armchair|Velvet Armchair", 'Colour',
         (129, 349), (16, 28), 2),
    Kind("Furniture > Home Office > Desks > Writing Desks", "Oak Writing Desk|Folding Writing Desk", '',
         (69, 229), (12, 30), 2),
    Kind("Electronics > Audio > Headphones > Wireless Headphones",
         "Wireless Headphones|Noise Cancelling Headphones|Wireless Earbuds", 'Colour', (19, 179), (0.1, 0.4),
         3,
         refurbished=True),
    Kind("Electronics > Audio > Speakers > Bluetooth Speakers",
         "Bluetooth Speaker|Waterproof Bluetooth Speaker",
         'Colour', (16, 129), (0.3, 1.8), 3, refurbished=True),
    Kind("Electronics > Computing > Accessories > Keyboards",
         "Mechanical Keyboard UK Layout|Wireless Keyboard", '',
         (17, 94), (0.4, 1.1), 3, refurbished=True),
    Kind("Electronics > Computing > Accessories > Webcams", "HD Webcam with Microphone|4K Webcam", '',
         (24, 109), (0.1, 0.3), 3, refurbished=True),
    Kind("Electronics > Phones > Phone Accessories > Phone Chargers",
         "65W USB-C Plug Charger|Wireless Charging Pad",
         '', (8, 39), (0.1, 0.3), 4),
    Kind("Electronics > Cameras > Photography > Tripods", "Travel Tripod|Aluminium Tripod 160 cm", '',
         (19, 139), (0.9, 2.1), 3),
    Kind("Toys & Games > Toys > Wooden Toys > Wooden Train Sets",
         "Wooden Train Set 40 Piece|Wooden Railway Bridge",
         '', (11, 59), (0.5, 2.4), 5),
    Kind("Toys & Games > Games > Board Games > Family Games", "Family Board Game|Quiz Game|Card Game", '',
         (8, 34), (0.3, 1.3), 5),
    Kind("Toys & Games > Games > Puzzles > Jigsaws", "1000 Piece Jigsaw Puzzle|500 Piece Jigsaw Puzzle", '',
         (8, 18), (0.5, 0.9), 5),
    Kind("Clothing & Shoes > Women > Tops > Women's Jumpers", "Lambswool Jumper|Cable Knit Jumper", 'Size',
         (24, 69), (0.4, 0.8), 6),
    Kind("Clothing & Shoes > Men > Coats & Jackets > Men's Waterproof Jackets",
         "Waterproof Jacket|Packable Rain Jacket",
         'Size', (34, 119), (0.5, 1.1), 6),
    Kind("Clothing & Shoes > Children > Children's Clothing > Children's Raincoats", "Children's Raincoat",
         'Age', (14, 34), (0.3, 0.6), 6, vat_free=True),
    Kind("Clothing & Shoes > Children > Children's Clothing > Children's Pyjamas",
         "Children's Striped Pyjamas|Children's Fleece Pyjamas", 'Age', (9, 22), (0.2, 0.4), 6,
         vat_free=True),
    Kind("Clothing & Shoes > Children > Children's Shoes > Children's Wellies", "Children's Wellington Boots",
         'Shoe Size', (11, 26), (0.6, 1.0), 6, vat_free=True),
    Kind("Sports & Outdoors > Camping > Tents & Shelters > Tents", "2 Person Tent|4 Person Family Tent", '',
         (49, 249), (2.2, 11), 1),
    Kind("Sports & Outdoors > Camping > Sleeping Gear > Sleeping Bags",
         "3 Season Sleeping Bag|Mummy Sleeping Bag",
         'Colour', (24, 89), (0.9, 2.0), 1),
    Kind("Sports & Outdoors > Fitness > Yoga > Yoga Mats", "Non-Slip Yoga Mat|Cork Yoga Mat", 'Colour',
         (12, 44), (0.9, 2.1), 1),
    Kind("Sports & Outdoors > Cycling > Bike Accessories > Bike Lights",
         "Rechargeable Bike Light Set|Front Bike Light",
         '', (13, 54), (0.1, 0.3), 1),
    Kind("Books > Fiction > Novels > Crime & Thrillers", "Paperback Crime Novel|Hardback Thriller", '',
         (6, 19), (0.3, 0.7), 7, vat_free=True),
    Kind("Books > Non-Fiction > Food & Drink > Cookery Books", "Cookery Book|Baking Book", '',
         (11, 29), (0.8, 1.4), 7, vat_free=True),
    Kind("Books > Children > Picture Books > Bedtime Stories", "Picture Book|Board Book", '',
         (5, 12), (0.2, 0.5), 7, vat_free=True),
    Kind("Food & Drink > Hot Drinks > Tea > Loose Leaf Tea",
         "Breakfast Tea Loose Leaf 250 g|Earl Grey Loose Leaf 250 g",
         '', (6, 16), (0.3, 0.4), 8, vat_free=True),
    Kind("Food & Drink > Larder > Oils & Preserves > Chutneys", "Apple Chutney 3 Jars|Tomato Chutney 3 Jars",
         '',
         (8, 19), (0.9, 1.3), 8, vat_free=True, needs_code=False),
    Kind("Pets > Dogs > Dog Bedding > Dog Beds", "Orthopaedic Dog Bed|Donut Dog Bed", 'Size',
         (22, 84), (1.2, 4.5), 1),
    Kind("Pets > Cats > Cat Furniture > Scratching Posts", "Sisal Scratching Post|Cat Tree 120 cm", '',
         (18, 94), (2.2, 12), 1),
    Kind("Health & Beauty > Bath & Body > Gift Sets > Bath Gift Sets", "Bath Gift Set|Hand Cream Trio", '',
         (11, 39), (0.4, 1.2), 9),
    Kind("DIY & Tools > Hand Tools > Screwdrivers > Screwdriver Sets",
         "Screwdriver Set 12 Piece|Precision Driver Set",
         '', (12, 54), (0.5, 1.6), 1),
    Kind("DIY & Tools > Power Tools > Drills > Cordless Drills", "18V Cordless Drill|Compact Combi Drill", '',
         (49, 169), (1.4, 3.1), 3, refurbished=True),
    Kind("Baby > Feeding > Weaning > Bibs", "Silicone Bib 2 Pack|Long Sleeve Bib", 'Colour', (7, 17),
         (0.1, 0.3), 5),
)

BRANDS = {
    "Home & Garden": "Lumora|Hearthwell|Petalworth|Tidecroft|Brackenmoor",
    "Furniture": "Oakbarrow|Settle & Rowe",
    "Electronics": "Voltane|Sonarra|Kestrelle|Pixwick",
    "Toys & Games": "Tumbledown|Little Wrens|Merrydice",
    "Clothing & Shoes": "Pebblecoat|Wickerby|Fairholt",
    "Sports & Outdoors": "Fellstride|Ridgewalk|Coastpath",
    "Books": "Marlhouse Press|Harbour Lane Books",
    "Food & Drink": "Cragside Tea Rooms|Millbrook Larder",
    "Pets": "Barkworth|Whiskerby",
    "Health & Beauty": "Juniper Lane|Calendra",
    "DIY & Tools": "Anvilgate|Trueforge",
    "Baby": "Nestling & Co",
}
SERIES = (
    "Harrow", "Aldgate", "Ribble", "Tamar", "Cotswold", "Malvern", "Pennine", "Solent", "Bowland", "Cheviot",
    "Kielder", "Lomond", "Mendip", "Nidderdale", "Orford", "Portland", "Quantock", "Rydal", "Severn",
    "Thirlmere",
    "Ullswater", "Wensley", "Arden", "Burnham", "Camber", "Dartmouth", "Eskdale", "Fowey", "Grasmere",
    "Hexham",
    "Ilkley", "Jura", "Kendal", "Ludlow", "Matlock", "Newlyn", "Oban", "Padstow", "Romney", "Skye", "Tenby",
    "Whitby",
)
