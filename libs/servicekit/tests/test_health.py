"""What a process says of itself."""

from atd_servicekit.health import Health


async def test_a_start_that_cannot_succeed_is_told_with_its_reason() -> None:
    health = Health()
    assert await health.problems() == {"service": "starting"}
    health.failed = "StartupFailed: ATD_FILES_URL: there is no bucket `files` at http://s3"
    assert await health.problems() == {"service": health.failed}
    assert health.dead() == [health.failed]
