"""The launcher says in one sentence why it cannot start, and does nothing twice."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from launcher import first_look, packages, pages, stamps, system  # noqa: E402
from launcher.progress import Failed, run_step  # noqa: E402

from ioverse_app.config import Settings  # noqa: E402


def launch(*arguments, **settings):
    """Run the launcher, where it is to stop before it installs anything."""
    environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    command = [sys.executable, str(ROOT / "scripts" / "launch.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def serve(**settings):
    """Run the serving process, where it is to stop before it serves."""
    environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    command = [sys.executable, str(ROOT / "scripts" / "serve.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def says(result, *parts):
    """Whether it was one line on stderr with all of these in it, and exit code 2."""
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert [part for part in parts if part not in result.stderr] == []
    assert result.stdout == ""
    return True


def test_a_port_in_use_is_named(taken_port):
    assert says(launch("run", PORT=taken_port), f"Port {taken_port}", "in use", "PORT")
    assert says(serve(PORT=taken_port), f"Port {taken_port}", "in use", "PORT")


@pytest.mark.parametrize("value", ["abc", "0", "70000"])
def test_a_port_that_is_none_is_named(value):
    assert says(launch("run", PORT=value), "PORT", value, "1 to 65535")


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_file_in_the_place_of_the_data_folder_is_named(tmp_path, free_port, below):
    file = tmp_path / "file"
    file.touch()
    result = launch("run", PORT=free_port, DATA_DIR=file / below)
    assert says(result, str(file), "is not a folder", "DATA_DIR")
    assert says(serve(PORT=free_port, DATA_DIR=file / below), str(file), "DATA_DIR")


@pytest.mark.parametrize(
    ("name", "value"),
    [("REGISTRATION", "maybe"), ("RUNS_IN_ALL", "0"), ("LOG_LEVEL", "LOUD"), ("LOG_JSON", "x")],
)
def test_a_setting_that_cannot_be_used_is_named(name, value, free_port):
    assert says(serve(PORT=free_port, **{name: value}), f'{name} is "{value}", but it should be')


def test_a_database_that_does_not_answer_is_no_traceback(free_port):
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    assert says(serve(PORT=free_port, DATABASE_URL=nowhere), "The database cannot be opened")


def test_an_old_python_is_told_what_is_needed():
    pretend = (
        "import sys; sys.version_info = (3, 9, 2); sys.argv = ['launch.py', 'run'];"
        f"exec(open({str(ROOT / 'scripts' / 'launch.py')!r}).read())"
    )
    result = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert says(result, "needs Python 3.11 or newer", "this is Python 3.9")


def test_the_first_file_can_be_read_by_any_python_3():
    compile_as_old = "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 4))"
    subprocess.run(
        [sys.executable, "-c", compile_as_old, str(ROOT / "scripts" / "launch.py")], check=True
    )


def test_an_unknown_word_is_answered_with_the_known_ones():
    assert says(launch("walk"), "run", "dev", "test", "check", "bench", "doctor", "clean")


def test_a_setting_in_the_env_file_counts_and_the_environment_comes_first(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text(
        "# PORT=1\nexport PORT=4001\nHOST='::1' # here\nDATA_DIR=a b # c\nREDIS_URL=\n"
    )
    monkeypatch.setattr(first_look, "ROOT", tmp_path)
    for name in ("PORT", "HOST", "DATA_DIR", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    found = first_look.settings()
    assert (found["PORT"], found["HOST"], found["DATA_DIR"]) == ("4001", "::1", "a b")
    assert "REDIS_URL" not in found
    monkeypatch.setenv("PORT", "4002")
    assert first_look.settings()["PORT"] == "4002"


def test_a_stamp_holds_until_a_name_a_content_or_a_fact_changes(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    made = stamps.fingerprint([one, two], "3.11")
    assert stamps.fingerprint([two, one], "3.11") == made
    assert stamps.fingerprint([one, two], "3.12") != made
    assert stamps.fingerprint([one], "3.11") != made
    two.write_text("22")
    assert stamps.fingerprint([one, two], "3.11") != made
    stamp = tmp_path / "made" / "stamp"
    assert not stamps.is_current(stamp, made)
    stamps.write(stamp, made)
    assert stamps.is_current(stamp, made)


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A project of its own, whose steps are counted and do nothing."""
    root = tmp_path / "house"
    (root / "ioverse_app" / "ui").mkdir(parents=True)
    (root / "ioverse_app" / "ui" / "page.py").write_text("page")
    (root / "assets").mkdir()
    for name in ("rxconfig.py", "requirements.txt", ".npmrc", "requirements-model.txt"):
        (root / name).write_text(name)
    (root / ".venv").mkdir()
    (root / ".venv" / "pyvenv.cfg").write_text("version = 3.11.7")
    built = root / ".web" / "build" / "client"
    built.mkdir(parents=True)
    (built / "index.html").touch()
    steps = []
    for module in (packages, pages):
        monkeypatch.setattr(module, "ROOT", root)
        monkeypatch.setattr(module, "run_step", lambda name, *_, **__: steps.append(name))
    monkeypatch.setattr(packages, "VENV", root / ".venv")
    monkeypatch.setattr(packages, "_works", lambda: True)
    monkeypatch.setattr(pages, "WEB", root / ".web")
    monkeypatch.setattr(pages, "BUILT_PAGES", built)
    monkeypatch.setattr(pages, "_STAMP", root / ".web" / ".ioverse-built")
    return root, steps


def test_packages_are_installed_again_only_when_the_files_change(house):
    root, steps = house
    packages.install()
    packages.install()
    assert steps == ["Installing packages"]
    (root / "requirements.txt").write_text("reflex==0.10.2")
    packages.install()
    assert steps == ["Installing packages"] * 2
    (root / ".venv" / "pyvenv.cfg").write_text("version = 3.12.1")
    packages.install()
    assert steps == ["Installing packages"] * 3


def test_a_model_that_cannot_be_installed_is_a_warning(house, monkeypatch, capfd):
    def fail(*_, **__):
        raise Failed("Installing", "", ["ERROR: no wheel for this platform"])

    monkeypatch.setattr(packages, "run_step", fail)
    packages.install_models()
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert "no wheel for this platform" in said


def test_pages_are_built_again_only_when_their_sources_change(house):
    root, steps = house
    pages.build()
    pages.build()
    assert len(steps) == 1
    (root / "README.md").write_text("Words")
    (root / "ioverse_app" / "ui" / "__pycache__").mkdir()
    (root / "ioverse_app" / "ui" / "__pycache__" / "page.pyc").touch()
    (root / "assets" / "external").mkdir()
    (root / "assets" / "external" / "linked.js").touch()
    pages.build()
    assert len(steps) == 1
    (root / "ioverse_app" / "ui" / "page.py").write_text("another page")
    pages.build()
    (root / "assets" / "logo.svg").write_text("<svg/>")
    pages.build()
    (root / ".web" / "build" / "client" / "index.html").unlink()
    pages.build()
    assert len(steps) == 4


def test_a_build_that_was_cut_short_is_done_again(house, monkeypatch):
    _, steps = house
    pages.build()
    (pages.ROOT / "rxconfig.py").write_text("changed")

    def fail(*_, **__):
        raise Failed("Building", "", [])

    with monkeypatch.context() as broken, pytest.raises(Failed):
        broken.setattr(pages, "run_step", fail)
        pages.build()
    (pages.ROOT / "rxconfig.py").write_text("rxconfig.py")
    pages.build()
    assert len(steps) == 2


def test_a_step_that_fails_shows_the_end_of_what_it_said(capfd):
    shout = "import sys; [print('line', n) for n in range(99)]; sys.exit(3)"
    with pytest.raises(Failed) as failed:
        run_step("Shouting", [sys.executable, "-c", shout], advice="Whisper.")
    assert failed.value.said[-1] == "line 98"
    assert len(failed.value.said) == 20
    assert failed.value.sentence == "Shouting failed. Whisper."
    assert "Shouting: failed after" in capfd.readouterr().out


def test_a_browser_that_is_named_is_the_one(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/opt/my/chromium")
    assert system.find_chromium() == "/opt/my/chromium"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a signal")
def test_ending_the_launcher_ends_the_step_it_is_in(tmp_path):
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r});"
        "from launcher import commands, progress;"
        "commands.check = lambda: progress.run_step('Sleeping', ['sh', '-c',"
        f" 'echo $$ > {tmp_path}/step; exec sleep 60']);"
        "sys.exit(commands.main(['check']))"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("Sleeping")
    while not (tmp_path / "step").exists() or not (tmp_path / "step").read_text().strip():
        pass
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 143
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "step").read_text()), 0)


def test_the_example_names_every_setting_with_its_default():
    example = {}
    for line in (ROOT / ".env.example").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, example[name.lower()] = line.partition("=")
    assert list(set(Settings.model_fields) ^ set(example)) == []
    as_written = {name: value for name, value in example.items() if value}
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    read = Settings(_env_file=None, **as_written)
    assert {name: getattr(read, name) for name in as_written} == {
        name: defaults[name] for name in as_written
    }
    assert [
        name for name in set(example) - set(as_written) if defaults[name] not in (None, "")
    ] == []
