"""Every test in the workspace may ask for the servers of `atd_testing.plugin`."""

pytest_plugins = ["atd_testing.parallel", "atd_testing.plugin"]
