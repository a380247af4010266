import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openOrderOf = (buyer) => [
    stepUtils.showAppsMenuItem(),
    {
        content: "Open Sales",
        trigger: ".o_app[data-menu-xmlid='sale.sale_menu_root']",
        run: "click",
    },
    {
        content: "Open the menu of orders",
        trigger: "button[data-menu-xmlid='sale.sale_order_menu']",
        run: "click",
    },
    {
        content: "Open the orders",
        trigger: ".dropdown-item[data-menu-xmlid='sale.menu_sale_order']",
        run: "click",
    },
    {
        content: "Look for the buyer",
        trigger: ".o_searchview_input",
        run: `edit ${buyer}`,
    },
    {
        content: "Search",
        trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
        run: "click",
    },
    {
        content: "Open the order",
        trigger: `.o_data_row:only-child:contains('${buyer}') td[name='name']`,
        run: "click",
    },
    {
        content: "Open what OnBuy says",
        trigger: ".nav-link[name='onbuy']",
        run: "click",
    },
];

// The sales clerk: a buyer asks where the goods are.
registry.category("web_tour.tours").add("onbuy_explain_order", {
    steps: () => [
        ...openOrderOf("Asking Buyer"),
        {
            content: "OnBuy's history tells the parcel",
            trigger: "div[name='onbuy_history']:contains('Dispatched'):contains('AB123456789GB')",
        },
        {
            content: "The alias is there to write to",
            trigger: "div[name='onbuy_buyer_email']:contains('comms.onbuy.com')",
        },
        {
            content: "Give some of the money back",
            trigger: ".o_form_statusbar button[name='action_onbuy_refund']",
            run: "click",
        },
        {
            content: "Edit the amount of the line",
            trigger: ".modal div[name='line_ids'] .o_data_row td[name='amount']",
            run: "click",
        },
        {
            content: "One pound",
            trigger: ".modal div[name='line_ids'] td[name='amount'] input",
            run: "edit 1.00",
        },
        {
            content: "Not the delivery",
            trigger: ".modal div[name='amount_delivery'] input",
            run: "edit 0.00",
        },
        {
            content: "Refund",
            trigger: ".modal button[name='action_refund']",
            run: "click",
        },
        {
            content: "OnBuy is about to be asked",
            trigger: "body:not(:has(.modal)) div[name='onbuy_action_ids'] .o_data_row:contains('Refund'):contains('Waiting')",
        },
    ],
});

// Another buyer wants the order cancelled.
registry.category("web_tour.tours").add("onbuy_cancel_order", {
    steps: () => [
        ...openOrderOf("Sorry Buyer"),
        {
            content: "Cancel it on OnBuy",
            trigger: "button[name='action_onbuy_cancel']",
            run: "click",
        },
        {
            content: "Choose a reason",
            trigger: ".modal div[name='reason'] .form-check-input:eq(1)",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name='action_cancel_order']",
            run: "click",
        },
        {
            content: "OnBuy is about to be asked",
            trigger: "body:not(:has(.modal)) div[name='onbuy_action_ids'] .o_data_row:contains('Cancellation'):contains('Waiting')",
        },
    ],
});

// What both orders say once OnBuy has answered.
registry.category("web_tour.tours").add("onbuy_clerk_answers", {
    steps: () => [
        ...openOrderOf("Asking Buyer"),
        {
            content: "The refund is part of the history",
            trigger: "div[name='onbuy_history']:contains('Refunded'):contains('£1.00')",
        },
        {
            content: "The order is marked",
            trigger: "div[name='onbuy_refund_state']:contains('Partially refunded')",
        },
        ...openOrderOf("Sorry Buyer"),
        {
            content: "The other one is cancelled, here too",
            trigger: ".o_arrow_button_current[data-value='cancel']",
        },
        {
            content: "OnBuy's history says so",
            trigger: "div[name='onbuy_history']:contains('Cancelled')",
        },
    ],
});
