"""What the shop of the demonstration sells."""

PRODUCTS = {  # internal reference → name, price, cost and pieces in stock
    'DEMO-ARC-BLACK': ("Arc Desk Lamp, Black", 39.99, 16.4, 40),
    'DEMO-ARC-WHITE': ("Arc Desk Lamp, White", 39.99, 16.4, 25),
    'DEMO-FINCH-OAK': ("Finch Table Lamp, Oak", 54, 22.8, 18),
    'DEMO-NOOK-CLIP': ("Nook Clip Lamp", 18.5, 6.1, 60),
    'DEMO-DOCK-WALL': ("Dock Wall Light", 64, 28, 0),
    'DEMO-HALO-FLOOR': ("Halo Floor Lamp", 129, 61.5, 7),
    'DEMO-BULB-E27': ("Bulb E27, Warm White", 6.49, 1.9, 200),
    'DEMO-GLOBE': ("Globe Night Light", 14.99, 5.2, 12),
    'DEMO-PEBBLE': ("Pebble Garden Light", 24.5, 9.7, 33),
    'DEMO-MOSS': ("Moss Reading Lamp", 44, 17.6, 9),
}
BARCODE = '5012345678900'  # of the first
