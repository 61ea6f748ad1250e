"""Pages of settings: sections in the sidebar, and the one that is open."""

from ioverse_app.ui.settings.page import Section, settings_page
from ioverse_app.ui.settings.parts import card, fact, field, problem
from ioverse_app.ui.settings.state import SettingsState

__all__ = ["Section", "SettingsState", "card", "fact", "field", "problem", "settings_page"]
