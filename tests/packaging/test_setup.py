"""script/setup: what it does when something has changed, and how little when nothing has."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMS = Path("/usr/bin/python3")
PIP = "python -m pip --quiet"
BY_HASH = "--require-hashes -r requirements.lock"


@pytest.fixture
def debian(checkout):
    """A machine where every package is installed and nobody may add one."""
    checkout.stand_in(checkout.programs / "dpkg-query", "printf installed")
    checkout.stand_in(checkout.programs / "apt-get")
    checkout.stand_in(checkout.programs / "id", "echo 1000")
    checkout.stand_in(checkout.programs / "sudo", "exit 1")
    checkout.stand_in(checkout.programs / "pdftotext")
    checkout.stand_in(checkout.programs / "chromium")
    checkout.stand_in(checkout.programs / "apt-cache", "exit 100")
    assert checkout.run("script/setup").returncode == 0
    return checkout


def without(checkout, *packages: str) -> None:
    cases = "|".join(packages)
    checkout.stand_in(
        checkout.programs / "dpkg-query", f'case "$4" in {cases}) exit 1 ;; *) printf installed ;; esac'
    )


def pip_calls(checkout) -> list[str]:
    return [call for call in checkout.called if call.startswith(PIP)]


def test_a_second_run_installs_nothing_and_says_nothing(debian):
    done = debian.run("script/setup")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert pip_calls(debian) == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", "script/setup"])
def test_a_changed_file_refreshes_the_environment_by_hash(debian, name):
    with (debian.root / name).open("a") as changed:
        changed.write("# changed\n")

    assert debian.run("script/setup").returncode == 0
    quick, project = pip_calls(debian)
    assert "--require-hashes" in quick
    assert [call for call in debian.called if call.startswith("python -m uv") and call.endswith(BY_HASH)]
    assert project.endswith("--no-deps --no-index --no-build-isolation -e .")


def test_where_uv_cannot_install_pip_does_it_by_hash_too(debian):
    with (debian.root / "pyproject.toml").open("a") as changed:
        changed.write("# changed\n")

    assert debian.run("script/setup", UV_EXIT="2").returncode == 0
    _quick, locked, _project = pip_calls(debian)
    assert locked.endswith(BY_HASH)


def test_a_package_that_is_no_longer_locked_is_removed(debian):
    lock = debian.root / "requirements.lock"
    lock.write_text(re.sub(r"^click==.*$", "# gone", lock.read_text(), flags=re.MULTILINE))

    assert debian.run("script/setup").returncode == 0
    assert pip_calls(debian)[1].endswith("uninstall --yes click")


def test_an_interrupted_run_is_taken_up_again(debian):
    with (debian.root / "requirements.lock").open("a") as changed:
        changed.write("# changed\n")
    failed = debian.run("script/setup", PYTEST_EXIT="1")
    assert failed.returncode == 3
    assert "Installing the locked packages failed" in failed.stderr

    assert debian.run("script/setup").returncode == 0
    assert len(pip_calls(debian)) == 2


def test_where_packages_may_not_be_added_one_line_says_what_to_run(debian):
    without(debian, "fonts-inter", "libharfbuzz-subset0")
    done = debian.run("script/setup")
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "sudo apt-get install libharfbuzz-subset0 fonts-inter" in done.stderr
    assert not any(call.startswith("apt-get") for call in debian.called)


@pytest.mark.parametrize("allowed", ["root", "sudo"])
def test_where_they_may_be_added_they_are(debian, allowed):
    without(debian, "fonts-inter")
    if allowed == "root":
        debian.stand_in(debian.programs / "id", "echo 0")
    else:
        debian.stand_in(debian.programs / "sudo", 'shift; exec "$@"')
    done = debian.run("script/setup")
    assert done.returncode == 0
    assert "apt-get install -y --no-install-recommends fonts-inter" in debian.called


def test_package_lists_are_fetched_when_a_package_is_not_found(debian):
    without(debian, "fonts-inter")
    debian.stand_in(debian.programs / "id", "echo 0")
    debian.stand_in(
        debian.programs / "apt-get",
        f'[ "$1" = update ] && touch "{debian.root}/listed"; [ -e "{debian.root}/listed" ]',
    )
    assert debian.run("script/setup").stderr == "Installing fonts-inter ...\n"
    assert [call.split()[1] for call in debian.called if call.startswith("apt-get")] == [
        "install",
        "update",
        "install",
    ]


def test_tests_need_a_browser_and_a_look_into_pdfs(debian):
    (debian.programs / "chromium").unlink()
    (debian.programs / "pdftotext").unlink()
    without(debian, "chromium", "poppler-utils")
    assert "chromium" not in debian.run("script/setup").stderr
    # Where the machine running this test has both, nothing is missing and nothing is said.
    said = debian.run("script/setup", "--for-tests").stderr
    browsers = ("chromium", "chromium-headless-shell")
    has_browser = any(shutil.which(name, path=os.defpath) for name in browsers)
    has_both = has_browser and shutil.which("pdftotext", path=os.defpath)
    assert said == "" if has_both else "sudo apt-get install" in said


@pytest.mark.parametrize("works", [True, False])
def test_the_lighter_browser_is_added_where_it_is_known_and_never_in_the_way(debian, works):
    if shutil.which("chromium-headless-shell", path=os.defpath):
        pytest.skip("this machine has the lighter browser already")
    debian.stand_in(debian.programs / "id", "echo 0")
    assert debian.run("script/setup", "--for-tests").stderr == ""
    debian.stand_in(debian.programs / "apt-cache")
    debian.stand_in(debian.programs / "apt-get", "exit 0" if works else "exit 100")
    assert "chromium" not in debian.run("script/setup").stderr
    done = debian.run("script/setup", "--for-tests")
    assert (done.returncode, "take longer" in done.stderr) == (0, not works)
    assert "apt-get install -y --no-install-recommends chromium-headless-shell" in debian.called


def moved_elsewhere(checkout):
    """The same checkout at another place, where what .venv was made from no longer holds."""
    moved = checkout.root.with_name("moved")
    checkout.root.rename(moved)
    checkout.root = moved
    return checkout


def test_a_moved_checkout_does_not_use_what_was_made_elsewhere(debian):
    moved = moved_elsewhere(debian)
    moved.stand_in(moved.programs / "mine", "exit 1")

    done = moved.run("script/setup", PYTHON="mine")
    assert done.returncode == 3
    assert "PYTHON names mine, which is no Python 3.11 or newer" in done.stderr
    assert not [call for call in moved.called if call.startswith("apt-get")]
    assert not (moved.root / ".venv" / "bin" / "registry").exists()


def test_the_python_that_is_named_makes_the_environment(debian):
    moved = moved_elsewhere(debian)
    moved.stand_in(moved.programs / "mine", 'case "$*" in "-m venv "*) exit 1 ;; esac')

    assert "Making .venv failed" in moved.run("script/setup", PYTHON="mine").stderr
    assert "mine -m venv .venv" in moved.called


def test_the_python_of_the_system_comes_before_one_found_first(debian):
    """A version manager puts its own before it on the path, compiled without what makes the system's faster."""
    fit = "import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    if not SYSTEMS.exists() or subprocess.run([SYSTEMS, "-I", "-c", fit], check=False).returncode:
        pytest.skip("the system has no Python of its own that would do")
    moved = moved_elsewhere(debian)
    moved.stand_in(moved.programs / "python3")

    # Made with the real one, and nothing may be fetched into it.
    done = moved.run("script/setup", PIP_NO_INDEX="1")
    assert "Installing the locked packages failed" in done.stderr
    assert (moved.root / ".venv" / "bin" / "python").resolve() == SYSTEMS.resolve()
    assert not [call for call in moved.called if call.startswith("python3")]


def test_an_unknown_option_is_wrong_use(checkout):
    done = checkout.run("script/setup", "--everything")
    assert done.returncode == 2
    assert "Usage" in done.stderr
