"""The configuration: one flat file, variables over it, and errors that name the line."""

from pathlib import Path

import pytest

from ragd import config
from ragd.config import Config
from ragd.errors import ConfigError


def said(home: Path, text: str) -> Path:
    (home / "config.toml").write_text(text)
    return home


def test_without_a_file_every_setting_has_its_default(tmp_path: Path) -> None:
    assert config.load(tmp_path, {}) == Config()
    assert {setting.came_from for setting in config.explain(tmp_path, {})} == {"default"}


def test_every_setting_says_in_one_line_what_it_does(tmp_path: Path) -> None:
    for setting in config.explain(tmp_path, {}):
        assert setting.what and "\n" not in setting.what


def test_the_file_goes_over_the_default_and_the_variable_over_the_file(tmp_path: Path) -> None:
    home = said(tmp_path, 'device = "cpu"\nparse_seconds = 10\nallow_remote = true\n')
    loaded = config.load(home, {"RAGD_DEVICE": "mps", "RAGD_WORKERS": "3"})
    assert (loaded.device, loaded.parse_seconds, loaded.allow_remote, loaded.workers) == ("mps", 10.0, True, 3)
    assert isinstance(loaded.parse_seconds, float)
    came_from = {setting.name: setting.came_from for setting in config.explain(home, {"RAGD_DEVICE": "mps"})}
    assert came_from["device"] == "environment (RAGD_DEVICE)"
    assert came_from["allow_remote"] == "config.toml"
    assert came_from["workers"] == "default"


def test_the_variable_of_ollama_counts_where_nothing_was_set_for_ragd(tmp_path: Path) -> None:
    environ = {"OLLAMA_HOST": "10.0.0.9:11434"}
    assert config.load(tmp_path, environ).ollama_host == "10.0.0.9:11434"
    said(tmp_path, 'ollama_host = "http://127.0.0.1:5000"')
    assert config.load(tmp_path, environ).ollama_host == "http://127.0.0.1:5000"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('# mine\nembeder = "x"\n', ["config.toml, line 2", "'embeder'", "did you mean embedder?"]),
        ("zzzz = 1\n", ["line 1", "'zzzz'", "ragd config"]),
        ('workers = "two"\n', ["line 1", "workers", "a whole number from 0 on"]),
        ("workers = true\n", ["line 1", "a whole number"]),
        ("workers = 1.5\n", ["line 1", "a whole number"]),
        ("workers = -1\n", ["line 1", "from 0 on"]),
        ("\nparse_seconds = 0\n", ["line 2", "a number from 0.1 on"]),
        ("parse_seconds = inf\n", ["line 1", "a number from 0.1 on"]),
        ('device = "gpu"\n', ["line 1", "one of auto, cpu, cuda, mps"]),
        ('allow_remote = "yes"\n', ["line 1", "true or false"]),
        ("model = 3\n", ["line 1", "text, in quotes"]),
        ("[models]\nname = 1\n", ["line 1", "'models'"]),
        ('device = "cpu"\nmodel = \n', ["is not TOML", "line 2"]),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line_and_what_to_do(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        config.load(said(tmp_path, text), {})
    assert all(words in str(error.value) for words in told), str(error.value)
    assert "\n" not in str(error.value)


def test_a_variable_that_does_not_fit_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"workers in RAGD_WORKERS is 'many': it takes a whole number from 0 on"):
        config.load(tmp_path, {"RAGD_WORKERS": "many"})


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'model = "\xff"')
    with pytest.raises(ConfigError, match="UTF-8"):
        config.load(tmp_path, {})


def test_setting_a_value_keeps_the_other_lines_and_comments(tmp_path: Path) -> None:
    home = said(tmp_path, '# my machine\ndevice = "cpu"  # no GPU here\n\nworkers = 2\n')
    assert config.write(home, "workers", "4").workers == 4
    config.write(home, "allow_remote", "on")
    text = (home / "config.toml").read_text()
    assert text == '# my machine\ndevice = "cpu"  # no GPU here\n\nworkers = 4\nallow_remote = true\n'
    assert [file.name for file in home.iterdir()] == ["config.toml"]


def test_a_value_that_does_not_fit_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    home = said(tmp_path, "workers = 2\n")
    for name, value in [("workers", "x"), ("device", "gpu"), ("wrkers", "2")]:
        with pytest.raises(ConfigError):
            config.write(home, name, value)
    assert (home / "config.toml").read_text() == "workers = 2\n"


@pytest.mark.parametrize(
    "value", ["http://127.0.0.1:11434", "localhost", "10.0.0.9:11434", "https://[::1]:1/api", "[::1]"]
)
def test_an_address_is_taken(tmp_path: Path, value: str) -> None:
    assert config.write(tmp_path, "ollama_host", value).ollama_host == value


@pytest.mark.parametrize("value", ["", "not an address", "http://", "ftp://there", "host:port", "host:99999", "a b:1"])
def test_nonsense_is_no_address(tmp_path: Path, value: str) -> None:
    for name in ("ollama_host", "openai_url"):
        with pytest.raises(ConfigError, match=r"it takes an address such as http://127\.0\.0\.1:\d+"):
            config.write(tmp_path, name, value)
    assert not (tmp_path / "config.toml").exists()


def test_taking_a_value_back_keeps_the_other_lines_and_comments(tmp_path: Path) -> None:
    home = said(tmp_path, '# mine\nollama_host = "?? ??"\nembeder = "x"\nworkers = 2  # few\n')
    assert config.unset(home, "ollama_host")  # also one that does not fit,
    assert config.unset(home, "embeder")  # and one that is unknown
    assert (home / "config.toml").read_text() == "# mine\nworkers = 2  # few\n"
    assert not config.unset(home, "device")
    with pytest.raises(ConfigError, match="did you mean workers"):
        config.unset(home, "wrkers")
