from . import onbuy_delivery_confirm
from . import onbuy_fees_bill
from . import onbuy_offer_preview
from . import onbuy_opening_stock
from . import onbuy_order_cancel
from . import onbuy_order_fetch
from . import onbuy_order_refund
from . import onbuy_take_offline
