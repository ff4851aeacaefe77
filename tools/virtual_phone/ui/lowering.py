"""Which function builds each widget out of primitives, and which lays each primitive out."""

from __future__ import annotations

from collections.abc import Mapping

from tools.virtual_phone.ui import (
    arrange,
    build_bitmap,
    build_choice,
    build_field,
    build_list,
    build_picker,
    flex,
)
from tools.virtual_phone.ui import build_button as button
from tools.virtual_phone.ui import widgets as w
from tools.virtual_phone.ui.layout import Arranging, Context, Lowering
from tools.virtual_phone.ui.primitives import Canvas, EditText, FixedText, Surface
from tools.virtual_phone.ui.theme import Theme
from tools.virtual_phone.ui.view import Metrics, ViewState

LOWERINGS: Mapping[type[w.Widget], Lowering] = {
    w.Avatar: build_list.avatar,
    w.Picture: build_list.picture,
    w.Bitmap: build_bitmap.bitmap,
    w.Divider: build_list.divider,
    w.Card: build_list.card,
    w.ListItem: build_list.list_item,
    w.Banner: build_list.banner,
    w.Progress: build_list.progress,
    w.AppIcon: button.app_icon,
    w.Button: button.button,
    w.IconButton: button.icon_button,
    w.Fab: button.fab,
    w.Chip: button.chip,
    w.Segmented: build_choice.segmented,
    w.Tabs: build_choice.tabs,
    w.Stepper: build_choice.stepper,
    w.SwitchRow: build_choice.switch_row,
    w.Switch: build_choice.switch,
    w.Checkbox: build_choice.checkbox,
    w.RadioRow: build_choice.radio_row,
    w.Slider: build_choice.slider,
    w.TextField: build_field.text_field,
    w.PickerField: build_field.picker_field,
    w.DatePicker: build_picker.date_picker,
    w.TimePicker: build_picker.time_picker,
}
ARRANGINGS: Mapping[type[w.Widget], Arranging] = {
    w.Text: arrange.text,
    w.Icon: arrange.icon,
    w.Pad: arrange.pad,
    w.Gap: arrange.gap,
    w.Expand: arrange.expand,
    w.Scroll: arrange.scroll,
    w.Column: flex.column,
    w.Row: flex.row,
    w.Wrap: flex.wrap,
    w.Grid: flex.grid,
    FixedText: arrange.fixed_text,
    Canvas: arrange.canvas,
    Surface: arrange.surface,
    EditText: arrange.edit_text,
}


def make_context(view: ViewState, theme: Theme, metrics: Metrics) -> Context:
    """A layout context with the rules of every widget."""
    return Context(view, theme, metrics, LOWERINGS, ARRANGINGS)
