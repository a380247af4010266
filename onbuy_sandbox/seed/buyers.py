"""Realistic UK buyers: names, streets, towns with their county and postcode area, and some odd addresses."""

FIRST = (
    "Oliver Amelia George Isla Harry Ava Noah Mia Jack Freya Leo Poppy Arthur Lily Muhammad Aisha Oscar "
    "Sophie Charlie Grace Priya Rajesh Siobhan Callum Eilidh Rhys Cerys Gethin Niamh Declan Wei Chloe Tomasz "
    "Agnieszka Kwame Abena Imran Fatima Joanne Keith Maureen Trevor Sandra Nigel Zoë"
).split()
LAST = (
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Walker Thompson Robinson White "
    "Hughes Edwards Green Hall Wood Harris Clarke Khan Ahmed Begum Campbell MacDonald Stewart O'Neill Murphy "
    "Kelly Morgan Evans Griffiths Llewellyn Singh Kaur Chen Nowak Kowalski Mensah Okafor Fairweather "
    "Pritchard Oldham-Hayes"
).split()
STREETS = (
    "High Street", "Station Road", "Church Lane", "Victoria Road", "Mill Lane", "Green Lane", "The Crescent",
    "Park Avenue", "Queensway", "Manor Road", "King Street", "Orchard Close", "Chapel Street",
    "Springfield Road",
    "Windsor Drive", "Beech Grove", "Albert Terrace", "Meadow View", "School Lane", "Cemetery Road",
    "Castle Hill",
)
# town, county, postcode district: all real and belonging together
PLACES = (
    ("Leeds", "West Yorkshire", 'LS6'), ("Bradford", "West Yorkshire", 'BD5'),
    ("Sheffield", "South Yorkshire", 'S11'),
    ("York", "North Yorkshire", 'YO24'), ("Harrogate", "North Yorkshire", 'HG2'),
    ("Manchester", "Greater Manchester", 'M20'),
    ("Stockport", "Greater Manchester", 'SK4'), ("Bolton", "Greater Manchester", 'BL3'),
    ("Liverpool", "Merseyside", 'L15'),
    ("Chester", "Cheshire", 'CH2'), ("Preston", "Lancashire", 'PR2'), ("Blackpool", "Lancashire", 'FY4'),
    ("Newcastle upon Tyne", "Tyne and Wear", 'NE6'), ("Sunderland", "Tyne and Wear", 'SR4'),
    ("Durham", "County Durham", 'DH1'),
    ("Birmingham", "West Midlands", 'B29'), ("Coventry", "West Midlands", 'CV5'),
    ("Leicester", "Leicestershire", 'LE2'),
    ("Nottingham", "Nottinghamshire", 'NG7'), ("Derby", "Derbyshire", 'DE22'),
    ("Stoke-on-Trent", "Staffordshire", 'ST4'),
    ("Shrewsbury", "Shropshire", 'SY3'), ("Worcester", "Worcestershire", 'WR5'),
    ("Norwich", "Norfolk", 'NR2'),
    ("Ipswich", "Suffolk", 'IP4'), ("Cambridge", "Cambridgeshire", 'CB1'), ("Chelmsford", "Essex", 'CM2'),
    ("London", "Greater London", 'SE15'), ("London", "Greater London", 'N16'), ("Croydon", "Surrey", 'CR0'),
    ("Guildford", "Surrey", 'GU2'), ("Brighton", "East Sussex", 'BN2'), ("Maidstone", "Kent", 'ME16'),
    ("Canterbury", "Kent", 'CT2'), ("Reading", "Berkshire", 'RG6'), ("Oxford", "Oxfordshire", 'OX4'),
    ("Southampton", "Hampshire", 'SO17'), ("Portsmouth", "Hampshire", 'PO4'),
    ("Bournemouth", "Dorset", 'BH8'),
    ("Bristol", "Bristol", 'BS7'), ("Bath", "Somerset", 'BA2'), ("Taunton", "Somerset", 'TA1'),
    ("Exeter", "Devon", 'EX4'),
    ("Plymouth", "Devon", 'PL4'), ("Truro", "Cornwall", 'TR1'), ("Gloucester", "Gloucestershire", 'GL1'),
    ("Cardiff", "South Glamorgan", 'CF24'), ("Swansea", "West Glamorgan", 'SA2'),
    ("Wrexham", "Clwyd", 'LL13'),
    ("Edinburgh", "Midlothian", 'EH6'), ("Glasgow", "Lanarkshire", 'G12'),
    ("Aberdeen", "Aberdeenshire", 'AB24'),
    ("Dundee", "Angus", 'DD2'), ("Stirling", "Stirlingshire", 'FK8'),
)
# line_1, line_2, line_3, town, county, postcode, country, country_code
ODD = (
    ("14 Cregagh Road", "", "", "Belfast", "County Antrim", 'BT6 9EQ', "United Kingdom", 'GB'),
    ("2 La Rue des Prés", "St Saviour", "", "Jersey", "Channel Islands", 'JE2 7QN', "United Kingdom", 'GB'),
    ("Tigh na Mara", "Shore Road", "", "Ullapool", "Highland", 'IV26 2UR', "United Kingdom", 'GB'),
    ("1234 Cpl A Fairweather", "Op Shader, 2 Signal Regiment", "", "BFPO", "", 'BFPO 57', "United Kingdom",
     'GB'),
    ("The Old Stables, Lower Wetherfield Farm, near the junction of the old mill road and the canal bridge",
     "c/o Wetherfield Community Village Hall and Library (ring the bell at the side door and wait)",
     "Please leave with number 4", "Hereford", "Herefordshire", 'HR2 9AB', "United Kingdom", 'GB'),
    ("Flat 3b", "77 Chapel Street", "", "", "", 'M3 5DF', "United Kingdom", 'GB'),
    ("5 Kenneth Street", "", "", "Stornoway", "Isle of Lewis", 'HS1 2DP', "United Kingdom", 'GB'),
    ("18 Patrick Street", "", "", "Cork", "County Cork", 'T12 W8KP', "Ireland", 'IE'),
)
FIELDS = ('line_1', 'line_2', 'line_3', 'town', 'county', 'postcode', 'country', 'country_code')
UNIT_LETTERS = 'ABDEFGHJLNPQRSTUWXYZ'  # the letters that postcodes end in


def new_name(rng):
    """Return a person's name."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def new_address(rng, name):
    """Return an ordinary UK address (dict of section 17.1) for `name`."""
    town, county, district = rng.choice(PLACES)
    flat = rng.random() < 0.2
    street = f"{rng.randint(1, 180)} {rng.choice(STREETS)}"
    unit = f"{rng.randint(1, 9)}{''.join(rng.choices(UNIT_LETTERS, k=2))}"
    lines = (f"Flat {rng.randint(1, 24)}", street, "") if flat else (street, "", "")
    return address(name, *lines, town, county, f"{district} {unit}", "United Kingdom", 'GB')


def odd_address(number, name):
    """Return odd address `number` (counted round) for `name`."""
    return address(name, *ODD[number % len(ODD)])


def address(name, *parts):
    """Return an address dict out of `name` and the eight `parts` of FIELDS."""
    return {'name': name, **dict(zip(FIELDS, parts, strict=True))}


def blank_address(country_code='GB'):
    """Return the address of a buyer who gave none: nulls and a country code (17.1)."""
    return {**dict.fromkeys(('name', *FIELDS)), 'country_code': country_code}


def contact(rng, name, reference, order_id):
    """Return `buyer` of an order: alias address, a number out of the range kept for drama, a documentation
    IP."""
    return {
        'name': name, 'email': f"B{reference - 890000}-{order_id}@comms.onbuy.com",
        'phone': f"07700 900{rng.randint(0, 999):03d}", 'ip_address': f"203.0.113.{rng.randint(1, 254)}",
    }
