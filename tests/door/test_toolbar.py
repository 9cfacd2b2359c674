"""The button to the course map: it leads to where the server stands, and is only where a map is."""

import json
from pathlib import Path
from types import SimpleNamespace

from backproplab.door.toolbar import LAB_SETTINGS, PANEL, put_button


def settings_of(folder):
    return json.loads((Path(folder) / "overrides.json").read_text(encoding="utf-8"))


def test_the_button_leads_to_where_the_server_stands_beside_the_courses_own_settings():
    lab = SimpleNamespace(app_settings_dir=str(LAB_SETTINGS))
    with put_button(lab, "/user/ada/course"):
        found = settings_of(lab.app_settings_dir)
        [button] = found.pop(PANEL)["toolbar"]
        assert button["args"]["url"] == "/user/ada/course"
        assert found == settings_of(LAB_SETTINGS)
    assert not Path(lab.app_settings_dir).exists()


def test_a_jupyterlab_without_a_map_has_no_button_and_anothers_settings_stay(tmp_path):
    assert PANEL not in settings_of(LAB_SETTINGS)
    lab = SimpleNamespace(app_settings_dir=str(tmp_path))
    assert put_button(lab, "/course") is None
    assert lab.app_settings_dir == str(tmp_path)
