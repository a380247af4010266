from . import onbuy_image
from . import onbuy_support
