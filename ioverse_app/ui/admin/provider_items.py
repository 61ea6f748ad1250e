"""What the list of providers shows."""

from __future__ import annotations

from dataclasses import dataclass

from ioverse_app.providers.connection import Connection
from ioverse_app.providers.presets import presets
from ioverse_app.providers.trials import Trial
from ioverse_app.tables import Provider


@dataclass(frozen=True)
class ProviderItem:
    """A provider. One of the environment has no `id`: it can be tried, and not changed."""

    id: str
    name: str
    label: str
    base_url: str
    about: str
    enabled: bool = True

    @classmethod
    def of(cls, row: Provider) -> ProviderItem:
        """One that was added."""
        preset = presets().get(row.kind)
        facts = [preset.label if preset and preset.label != row.label else "", row.base_url]
        facts.append(f"key ends in {row.last4}" if row.last4 else "no key")
        if row.allowed_groups is not None:
            facts.append(f"{len(row.allowed_groups)} groups")
        about = " · ".join(fact for fact in facts if fact)
        return cls(row.id, row.name, row.label, row.base_url, about, row.enabled)

    @classmethod
    def of_environment(cls, one: Connection) -> ProviderItem:
        """One that the environment names."""
        about = " · ".join(fact for fact in (one.base_url, "set by the environment") if fact)
        return cls("", one.name, one.label, one.base_url, about)


@dataclass(frozen=True)
class TrialItem:
    """One thing that was tried."""

    name: str
    outcome: str
    word: str
    sentence: str
    seconds: str

    @classmethod
    def of(cls, trial: Trial) -> TrialItem:
        """This trial as the list shows it."""
        words = {"works": "Works", "fails": "Fails", "absent": "Not there"}
        seconds = f"{trial.seconds:.1f} s" if trial.seconds else ""
        return cls(trial.name, trial.outcome, words[trial.outcome], trial.sentence, seconds)


@dataclass(frozen=True)
class PresetItem:
    """A kind of provider that can be added."""

    kind: str
    label: str
