from . import onbuy_support
