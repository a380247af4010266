import { registry } from "@web/core/registry";

// The Odoo user: from the settings to a store that is live. The first keys are wrong.
registry.category("web_tour.tours").add("onbuy_connect", {
    steps: () => [
        {
            content: "Both keys are asked for",
            trigger: "#onbuy_connector button[name='action_onbuy_connect']",
            run: "click",
        },
        {
            content: "It says what is missing and where it is",
            trigger: ".modal:contains('needs both keys') .modal-footer button",
            run: "click",
        },
        {
            content: "Paste a consumer key",
            trigger: "#onbuy_connector div[name='onbuy_consumer_key'] input",
            run: ({ anchor }) => paste(anchor, "consumer"),
        },
        {
            content: "Paste a wrong secret key",
            trigger: "#onbuy_connector div[name='onbuy_secret_key'] input",
            run: "edit sk_live_wrong",
        },
        {
            content: "Connect",
            trigger: "#onbuy_connector button[name='action_onbuy_connect']",
            run: "click",
        },
        {
            content: "It says that the keys are wrong and what to do",
            trigger: ".modal:contains('does not accept these keys') .modal-footer button",
            run: "click",
        },
        {
            content: "What was entered is still there; paste the right one",
            trigger: "body:not(:has(.modal)) #onbuy_connector div[name='onbuy_secret_key'] input",
            run: ({ anchor }) => paste(anchor, "secret"),
        },
        {
            content: "Connect again",
            trigger: "#onbuy_connector button[name='action_onbuy_connect']",
            run: "click",
        },
        {
            content: "Connected, without leaving the page",
            trigger: "#onbuy_connector:contains('connected to OnBuy UK') .badge:contains('Read only')",
        },
        {
            content: "The first reading is shown",
            trigger: "#onbuy_connector .o_onbuy_progress:contains('being read')",
        },
        {
            content: "It goes on by itself until all is read",
            trigger: "#onbuy_connector .o_onbuy_progress.o_onbuy_done:contains('12 read')",
            timeout: 30000,
        },
        {
            content: "Go to the checklist",
            trigger: "#onbuy_connector button[name='action_onbuy_open_store']",
            run: "click",
        },
        {
            content: "A line leads to where it is mended: on a tab",
            trigger: ".o_onbuy_checklist a:contains('Shipping mapping')",
            run: "click",
        },
        {
            content: "The tab is open",
            trigger: ".o_notebook .nav-link.active[name='shipping']",
        },
        {
            content: "Or in a list: let the store create what is missing",
            trigger: ".o_onbuy_checklist a:contains('Create missing products')",
            run: "click",
        },
        {
            content: "Tick it",
            trigger: "div[name='create_products'] input",
            run: "click",
        },
        {
            content: "Look at the open orders",
            trigger: ".o_onbuy_checklist a:contains('Choose open orders')",
            run: "click",
        },
        {
            content: "They are listed",
            trigger: ".o_list_view .o_data_row:contains('First Buyer')",
        },
        {
            content: "Back to the store",
            trigger: ".o_breadcrumb a:last",
            run: "click",
        },
        {
            content: "Go live",
            trigger: "button[name='action_go_live']",
            run: "click",
        },
        {
            content: "It says what that means",
            trigger: ".modal:contains('is sent to OnBuy') .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The store is live",
            trigger: ".o_arrow_button_current[data-value='live']",
        },
    ],
});

// The test leaves the keys where the person would have copied them to.
function paste(input, which) {
    input.value = sessionStorage.getItem(`onbuy_${which}`);
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
}
