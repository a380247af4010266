from . import mrp_bom
from . import onbuy_listing
from . import onbuy_offer_change
from . import onbuy_store
from . import product_product
