import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// From the dashboard to the validated delivery. The order was placed on OnBuy by the test.
registry.category("web_tour.tours").add("onbuy_order_to_delivery", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Sales",
            trigger: ".o_app[data-menu-xmlid='sale.sale_menu_root']",
            run: "click",
        },
        {
            content: "Open the OnBuy menu",
            trigger: "button[data-menu-xmlid='onbuy_connector.onbuy_menu']",
            run: "click",
        },
        {
            content: "Open the dashboard",
            trigger: ".dropdown-item[data-menu-xmlid='onbuy_connector.onbuy_dashboard_menu']",
            run: "click",
        },
        {
            content: "Fetch the orders",
            trigger: ".o_kanban_record:contains('Lamp House') button:contains('Sync orders')",
            run: "click",
        },
        {
            content: "It says what came in",
            trigger: ".o_notification:contains('1 new')",
        },
        {
            content: "Open the orders to ship",
            trigger: ".o_kanban_record a:contains('to ship')",
            run: "click",
        },
        {
            content: "The order is new, in stock",
            trigger: ".o_data_row:contains('Tour Buyer') .badge:contains('New')",
        },
        {
            content: "Open the order",
            trigger: ".o_data_row:contains('Tour Buyer') td[name='name']",
            run: "click",
        },
        {
            content: "Go to the sales order",
            trigger: "button[name='action_view_sale_order']",
            run: "click",
        },
        {
            content: "Go to its delivery",
            trigger: "button[name='action_view_delivery']",
            run: "click",
        },
        {
            content: "Open the shipping details",
            trigger: ".nav-link[name='extra']",
            run: "click",
        },
        {
            content: "Enter the tracking number",
            trigger: "div[name='carrier_tracking_ref'] input",
            run: "edit AB123456789GB",
        },
        {
            content: "Validate",
            trigger: "button[name='button_validate']",
            run: "click",
        },
        {
            content: "The delivery is done and waits for OnBuy",
            trigger: ".o_arrow_button_current[data-value='done']",
        },
        {
            content: "OnBuy is about to be told",
            trigger: "div[name='onbuy_state']:contains('Waiting for OnBuy')",
        },
    ],
});

// After the outgoing cron: what the sales order says.
registry.category("web_tour.tours").add("onbuy_order_dispatched", {
    steps: () => [
        {
            content: "The sales order is in transit",
            trigger: "div[name='onbuy_fulfilment_state'] .badge:contains('In transit'), div[name='onbuy_fulfilment_state'].badge:contains('In transit')",
        },
        {
            content: "OnBuy's own word stands beside it",
            trigger: "button[name='action_view_onbuy_order']:contains('Dispatched')",
            run: "click",
        },
        {
            content: "OnBuy's order shows what was sent",
            trigger: ".nav-link[name='actions']",
            run: "click",
        },
        {
            content: "The dispatch was taken",
            trigger: ".o_field_widget[name='action_ids'] .badge:contains('Synced')",
        },
    ],
});
