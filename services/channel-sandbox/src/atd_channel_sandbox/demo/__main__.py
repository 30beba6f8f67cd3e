"""`python -m atd_channel_sandbox.demo`: plays the day against a running `make run`, and says what it did."""

import argparse
import asyncio
import os
import time

import httpx

from atd_channel_sandbox.demo.playing import CALL_SECONDS, Playing, StoryFailed
from atd_channel_sandbox.demo.stories import stories

WORDS = {
    "writes": "texts of customers",
    "sends": "files of customers",
    "sends_place": "places of customers",
    "taps": "taps on buttons and lists",
    "likes": "reactions of customers",
    "takes": "conversations taken",
    "answers": "texts of attendants",
    "asks": "messages with buttons",
    "offers": "messages with a list",
    "attaches": "files of attendants",
    "sends_template": "templates",
    "reacts": "reactions of attendants",
    "closes": "conversations closed",
}


def main() -> int:
    """Play; the exit status is 1 when a story could not be told to its end."""
    parser = argparse.ArgumentParser(prog="python -m atd_channel_sandbox.demo", description=__doc__)
    parser.add_argument("--pace", type=float, default=1.5, help="seconds between two steps of a conversation (1.5)")
    parser.add_argument("--customers", type=int, default=30, help="how many customers write (at most 30)")
    parser.add_argument("--sandbox", default=os.environ.get("ATD_SANDBOX_URL", "http://localhost:8199"))
    parser.add_argument("--url", default=os.environ.get("ATD_PUBLIC_URL", "http://localhost:8080"))
    parser.add_argument("--email", default=os.environ.get("ATD_SEED_ADMIN_EMAIL", "admin@clinica-exemplo.test"))
    asked = parser.parse_args()
    password = os.environ.get("ATD_SEED_ADMIN_PASSWORD", "atendimento")
    try:
        return asyncio.run(play(asked, password))
    except StoryFailed as failed:
        print(f"The demonstration cannot begin: {failed}. Is `make run` running?")
        return 1


async def play(asked: argparse.Namespace, password: str) -> int:
    """Play the day with these options."""
    began = time.monotonic()
    async with (
        httpx.AsyncClient(base_url=asked.sandbox, timeout=CALL_SECONDS, trust_env=False) as sandbox,
        httpx.AsyncClient(base_url=f"{asked.url}/api/v1", timeout=CALL_SECONDS, trust_env=False) as api,
    ):
        playing = Playing(sandbox, api, asked.pace, print)
        await playing.sign_in(asked.email, password)
        await playing.meet()
        chosen = stories()[: asked.customers]
        failures = await playing.play(chosen)
    print(f"\n{len(chosen) - len(failures)} of {len(chosen)} conversations in {time.monotonic() - began:.0f} s")
    for name, words in WORDS.items():
        if playing.done[name]:
            print(f"  {playing.done[name]:4} {words}")
    for failure in failures:
        print(f"failed: {failure}")
    print(f"\nSee them on the customers' phones: {asked.sandbox}")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
