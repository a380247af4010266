import { Component, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const WAIT = 2000;

// How far the first reading of a store is. It asks again until all is read, then the form loads itself once.
export class OnbuyProgressField extends Component {
    static template = "onbuy_connector.ProgressField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ progress: this.props.record.data[this.props.name] });
        onWillUpdateProps((props) => this.show(props.record.data[props.name]));
        onWillUnmount(() => {
            this.isGone = true;
            clearTimeout(this.timer);
        });
        this.show(this.state.progress);
    }

    show(progress) {
        this.state.progress = progress;
        clearTimeout(this.timer);
        if (progress && !progress.done && !this.isGone) {
            this.timer = setTimeout(() => this.refresh(), WAIT);
        }
    }

    async refresh() {
        let progress = this.state.progress;
        try {
            const [store] = await this.orm.silent.read("onbuy.store", [progress.store], ["progress"]);
            progress = store.progress;
        } catch {
            // The connection may be back at the next try.
        }
        if (this.isGone) {
            return;
        }
        this.show(progress);
        const { record } = this.props;
        if (progress?.done && record.resModel === "onbuy.store" && !(await record.isDirty())) {
            await record.load();
        }
    }

    get title() {
        return this.state.progress.done ? _t("OnBuy was read") : _t("OnBuy is being read");
    }
}

registry.category("fields").add("onbuy_progress", {
    component: OnbuyProgressField,
    supportedTypes: ["json"],
});
