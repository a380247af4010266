"""Delivery templates, carriers and tracking providers ("OnBuy API reference", 13 and 18)."""

from decimal import Decimal

UNITED_KINGDOM, IRELAND = (1, "United Kingdom"), (31, "Ireland")
REGIONS = {
    0: None, 1: "Northern Ireland", 3: "Outer Hebrides", 11: "Isles of Scilly", 13: "Mainland UK",
    15: "Channel Islands: Jersey", 16: "Channel Islands: Guernsey",
}
MAINLAND = 13
POSTCODE_REGIONS = {'BT': 1, 'HS': 3, 'JE': 15, 'GY': 16, 'TR21': 11, 'TR22': 11, 'TR23': 11, 'TR24': 11,
                    'TR25': 11}
CHARGES = {1: "Free Delivery", 2: "Per Order"}
TYPES = {1: "Standard", 2: "Priority"}
TIMES = {1: (1, 1), 2: (1, 2), 4: (3, 5)}

# template id, name, type, time, then (country, region, charge type, price, additional price) of its rows
TEMPLATES = (
    (2375, "Standard UK", 1, 4, (
        (UNITED_KINGDOM, 13, 2, '3.9900', '0.0000'), (UNITED_KINGDOM, 1, 2, '6.9900', '1.0000'),
        (UNITED_KINGDOM, 3, 2, '9.9900', '1.0000'), (UNITED_KINGDOM, 11, 2, '9.9900', '1.0000'),
        (UNITED_KINGDOM, 15, 2, '11.9900', '2.0000'), (UNITED_KINGDOM, 16, 2, '11.9900', '2.0000'),
        (IRELAND, 0, 2, '8.5000', '1.0000'))),
    (2376, "Free UK Delivery", 1, 4, (
        (UNITED_KINGDOM, 13, 1, '0.0000', '0.0000'), (UNITED_KINGDOM, 1, 1, '0.0000', '0.0000'),
        (UNITED_KINGDOM, 15, 2, '7.9900', '1.0000'), (UNITED_KINGDOM, 16, 2, '7.9900', '1.0000'))),
    (2377, "Next Day UK", 2, 1, (
        (UNITED_KINGDOM, 13, 2, '6.9900', '0.5000'), (UNITED_KINGDOM, 1, 2, '12.9900', '1.0000'))),
    (2378, "Large Items", 1, 4, (
        (UNITED_KINGDOM, 13, 2, '14.9900', '7.5000'), (UNITED_KINGDOM, 1, 2, '34.9900', '15.0000'))),
    (2379, "Express 48", 2, 2, (
        (UNITED_KINGDOM, 13, 2, '4.9900', '0.5000'), (UNITED_KINGDOM, 1, 2, '9.9900', '1.0000'))),
)
DEFAULT_TEMPLATE = 2375

CARRIERS = (
    ('OCC-R0YA1MA1LUK7Q2X4M9', "Royal Mail"), ('OCC-D9PDUK3B5N7K1H8F2C', "DPD"),
    ('OCC-EVR1HERMES4T6Y8U0P', "Evri"), ('OCC-YDL5A7S9D1F3G5H7J2', "Yodel"),
    ('OCC-DHLPARCELUK2W4E6R8', "DHL Parcel UK"), ('OCC-PARCELF0RCE5Z7X9C1', "Parcelforce"),
    ('OCC-UPS3V5B7N9M1Q3W5E7', "UPS"), ('OCC-FEDEX8R0T2Y4U6I8O1', "FedEx"),
    ('OCC-AMZL2P4A6S8D0F2G4H', "Amazon Logistics UK"), ('OCC-TUFFNELLS6J8K0L2Z4', "Tuffnells"),
    ('OCC-DXX4C6V8B0N2M4Q6W8', "DX"), ('OCC-GLS0E2R4T6Y8U0I2O4', "GLS"),
)
PROVIDERS = {  # old tracking provider ids (18.4)
    1: "DPD", 2: "InterParcel", 3: "DHL", 4: "Parcelforce", 5: "UK Mail", 6: "Royal Mail", 7: "myHermes",
    8: "Yodel",
    9: "Palletways", 10: "Tuffnells", 11: "UPS", 12: "TNT", 13: "FedEx", 14: "Parcel2Go", 15: "APC Overnight",
    16: "other/unknown", 17: "DX", 18: "GLS", 19: "13Ten", 20: "DPD Local", 21: "Despatch Bay",
    23: "Metapack",
    24: "Parcel Station", 25: "USPS", 26: "RRD", 27: "Collect+", 28: "P2P", 29: "APC Postal Logistics",
    30: "Secured Mail", 31: "XDP", 32: "MHI", 33: "AJ Worldwide", 34: "Whistl", 35: "Asendia",
    36: "Deutsche Post",
    37: "Landmark", 38: "AnPost", 39: "Correos", 40: "Raben", 41: "SEUR", 42: "Amazon Logistics UK",
    44: "China Post",
    45: "AO", 46: "Chronopost", 47: "Kuehne+Nagel", 48: "La Poste", 49: "Thai Post", 50: "BRT", 51: "PTT",
    52: "4PX",
    53: "Hermesworld", 54: "DHL Ecommerce", 55: "PTS", 56: "Cainiao", 57: "Belgium Post", 58: "DHL Parcel UK",
    59: "Fastway", 60: "Bluecare", 61: "Expert Logistics", 62: "The Delivery Group", 63: "India Post",
    64: "Yurtiçi", 65: "Australia Post", 66: "DHL eCommerce Asia", 67: "SF Express", 68: "PostNL",
}


def build_deliveries():
    """Return the rows of `GET /sellers/deliveries`: one per template and region, typed as in section 13."""
    return [
        _row(template, row) for template in TEMPLATES for row in template[4]
    ]


def _row(template, row):
    template_id, name, type_id, time_id, _rows = template
    (country_id, country), region, charge, price, additional = row
    low, high = TIMES[time_id]
    tag = f'{country_id}-{region}-{template_id}-{type_id}' if region else f'{country_id}-{type_id}'
    return {
        'seller_delivery_template_id': template_id, 'template_name': name,
        'is_default_template': template_id == DEFAULT_TEMPLATE,
        'country_id': country_id, 'country': country,
        'country_sub_region_id': region, 'country_sub_region': REGIONS[region],
        'delivery_charge_type_id': charge, 'delivery_charge_type': CHARGES[charge],
        'delivery_type_id': type_id, 'delivery_type': TYPES[type_id],
        'delivery_time_id': time_id, 'min_days': low, 'max_days': high, 'delivery_time': f'{low}-{high} Days',
        'price': price, 'additional_price': additional, 'delivery_tag': tag,
    }


def region_of(address):
    """Return (country id, sub region id) of a delivery address (dict)."""
    if (address.get('country_code') or 'GB').upper() == 'IE':
        return IRELAND[0], 0
    outcode = (address.get('postcode') or '').upper().split(' ')[0]
    area = outcode.rstrip('0123456789')
    return UNITED_KINGDOM[0], POSTCODE_REGIONS.get(outcode) or POSTCODE_REGIONS.get(area) or MAINLAND


def row_for(deliveries, template_id, address):
    """Return the delivery row of `template_id` for `address`, its mainland row where the region is not
    served."""
    place = region_of(address)
    mine = [row for row in deliveries if row['seller_delivery_template_id'] == template_id]
    exact = [row for row in mine if (row['country_id'], row['country_sub_region_id']) == place]
    return (exact or mine)[0]


def charge(row, quantity, first):
    """Return the delivery price (Decimal GBP) of `quantity` pieces; only the `first` line of a template
    pays its base price."""
    extra = quantity - 1 if first else quantity
    return (Decimal(row['price']) if first else Decimal(0)) + Decimal(row['additional_price']) * extra
