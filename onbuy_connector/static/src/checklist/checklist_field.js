import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = {
    ok: "fa-check-circle text-success",
    info: "fa-info-circle text-info",
    bad: "fa-times-circle text-danger",
};

// What is to be seen to before a store goes live; each line leads to where it is mended.
export class OnbuyChecklistField extends Component {
    static template = "onbuy_connector.ChecklistField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get checks() {
        return this.props.record.data[this.props.name] || [];
    }

    getIcon(check) {
        return ICONS[check.state];
    }

    async follow(link) {
        const { record } = this.props;
        if (link.tab) {
            document.querySelector(`.o_form_view .o_notebook .nav-link[name="${link.tab}"]`)?.click();
            document.querySelector(".o_form_view .o_notebook")?.scrollIntoView({ behavior: "smooth" });
        } else if (await record.save()) {
            if (link.action) {
                await this.action.doAction(link.action);
            } else {
                await this.action.doActionButton({
                    type: "object",
                    name: link.button,
                    resModel: record.resModel,
                    resId: record.resId,
                    resIds: [record.resId],
                    buttonContext: link.context || {},
                });
            }
        }
    }
}

registry.category("fields").add("onbuy_checklist", {
    component: OnbuyChecklistField,
    supportedTypes: ["json"],
});
