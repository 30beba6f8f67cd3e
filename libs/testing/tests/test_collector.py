"""What a file of tests leaves open is said of that file."""

import pytest

pytest_plugins = ["pytester"]

FILES = {
    "conftest": """
        import warnings
        import pytest
        pytest_plugins = ["atd_testing.collector"]
        class Opened:
            def __init__(self): self.itself = self  # only the collector finds it
            def __del__(self): warnings.warn("left open", ResourceWarning, stacklevel=1)
        @pytest.fixture
        def opened(): return Opened
    """,
    "test_one": """
        def test_that_leaves_something(opened): opened()
        def test_beside_it(): pass
    """,
    "test_two": "def test_of_another_file(): pass",
}


def test_what_a_file_leaves_open_fails_in_that_file(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(**FILES)
    found = pytester.runpytest_subprocess("-W", "error", "-p", "no:asyncio", "-p", "no:cacheprovider", "-rA")
    found.assert_outcomes(passed=3, errors=1)
    found.stdout.fnmatch_lines(["*ResourceWarning: left open", "ERROR test_one.py::test_beside_it*"])
