import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openDeliveries = () => [
    {
        content: "The first screen is there",
        trigger: ".o_action_manager > *",
    },
    stepUtils.showAppsMenuItem(),
    {
        content: "Open Inventory",
        trigger: ".o_app[data-menu-xmlid='stock.menu_stock_root']",
        run: "click",
    },
    {
        content: "Open the operations",
        trigger: "button[data-menu-xmlid='stock.menu_stock_warehouse_mgmt']",
        run: "click",
    },
    {
        content: "Open the deliveries",
        trigger: ".dropdown-item[data-menu-xmlid='stock.out_picking']",
        run: "click",
    },
    {
        content: "The deliveries are there",
        trigger: ".o_breadcrumb:contains('Deliveries')",
    },
    {
        content: "Open the filters",
        trigger: ".o_searchview_dropdown_toggler",
        run: "click",
    },
];

// The warehouse worker: ten orders are due today and leave together.
registry.category("web_tour.tours").add("onbuy_ship_ten", {
    steps: () => [
        ...openDeliveries(),
        {
            content: "What must leave today",
            trigger: ".o_filter_menu .o_menu_item:contains('OnBuy: to ship today')",
            run: "click",
        },
        {
            content: "Ten deliveries and no other, with their service",
            trigger: ".o_list_view:has(.o_data_row:eq(9)):not(:has(.o_data_row:eq(10))) .o_data_row:contains('Standard')",
        },
        {
            content: "Choose them all",
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "They are chosen",
            trigger: ".o_selection_box:contains('10')",
        },
        {
            content: "Open the actions",
            trigger: ".o_cp_action_menus .dropdown-toggle:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Ready to ship",
            trigger: ".o-dropdown-item:contains('OnBuy: Ready to Ship')",
            run: "click",
        },
        {
            content: "Nothing is left for today",
            trigger: ".o_list_view:not(:has(.o_data_row)), .o_view_nocontent",
        },
    ],
});

// OnBuy refused one: it is found, explained and sent again.
registry.category("web_tour.tours").add("onbuy_retry_refused", {
    steps: () => [
        ...openDeliveries(),
        {
            content: "What OnBuy refused",
            trigger: ".o_filter_menu .o_menu_item:contains('OnBuy: refused')",
            run: "click",
        },
        {
            content: "One delivery, marked",
            trigger: ".o_data_row:only-child .badge:contains('Refused by OnBuy')",
        },
        {
            content: "Open it",
            trigger: ".o_data_row td[name='name']",
            run: "click",
        },
        {
            content: "The reason stands on it, with a retry",
            trigger: ".alert-danger:contains('OnBuy is having tea') button[name='action_onbuy_retry']",
            run: "click",
        },
        {
            content: "It waits again",
            trigger: "div[name='onbuy_state']:contains('Waiting for OnBuy')",
        },
    ],
});
