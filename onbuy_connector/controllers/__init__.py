from . import onbuy_image
