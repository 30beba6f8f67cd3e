"""`python -m atd_channel_sandbox.demo` runs the demonstration against a running `make run`, and prints a summary."""

import argparse
import asyncio
import os
import time

import httpx

from atd_channel_sandbox.demo.calling import StoryFailed
from atd_channel_sandbox.demo.other_channels import stories_of_other_channels
from atd_channel_sandbox.demo.runner import CALL_TIMEOUT_SECONDS, DemoRunner
from atd_channel_sandbox.demo.stories import stories
from atd_channel_sandbox.demo.webhooks import WebhookStory

LABELS = {
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
    "sends_album": "albums",
    "starts": "conversations begun by a button",
    "tells_story": "stories answered, and mentions in stories",
    "answers_privately": "comments answered in private",
    "hides": "comments hidden",
    "reacts": "reactions of attendants",
    "tags": "messages tagged",
    "notes": "internal notes",
    "classifies": "types of conversations",
    "prioritises": "priorities",
    "favours": "favourites",
    "snoozes": "conversations snoozed",
    "closes": "conversations closed",
    "rates": "ratings of customers",
}


def main() -> int:
    """Run the demonstration; the exit status is 1 when a story failed."""
    parser = argparse.ArgumentParser(prog="python -m atd_channel_sandbox.demo", description=__doc__)
    parser.add_argument("--pace", type=float, default=1.5, help="seconds between two steps of a conversation (1.5)")
    parser.add_argument("--customers", type=int, default=30, help="how many customers write (at most 30)")
    parser.add_argument(
        "--channel",
        default="",
        help="only conversations over this one (telegram, messenger, instagram, facebook); empty: all",
    )
    parser.add_argument("--sandbox", default=os.environ.get("ATD_SANDBOX_URL", "http://localhost:8199"))
    parser.add_argument("--url", default=os.environ.get("ATD_PUBLIC_URL", "http://localhost:8080"))
    parser.add_argument("--email", default=os.environ.get("ATD_SEED_ADMIN_EMAIL", "admin@clinica-exemplo.test"))
    options = parser.parse_args()
    password = os.environ.get("ATD_SEED_ADMIN_PASSWORD", "atendimento")
    try:
        return asyncio.run(run(options, password))
    except StoryFailed as failed:
        print(f"The demonstration cannot start: {failed}. Is `make run` running?")
        return 1


async def run(options: argparse.Namespace, password: str) -> int:
    """Run it with these options."""
    began = time.monotonic()
    async with (
        httpx.AsyncClient(base_url=options.sandbox, timeout=CALL_TIMEOUT_SECONDS, trust_env=False) as sandbox,
        httpx.AsyncClient(base_url=f"{options.url}/api/v1", timeout=CALL_TIMEOUT_SECONDS, trust_env=False) as api,
    ):
        runner = DemoRunner(sandbox, api, options.pace, print)
        await runner.sign_in(options.email, password)
        chosen = stories()[: options.customers]
        if options.channel:
            every = [*stories(), *stories_of_other_channels()]
            chosen = [story for story in every if story.channel == options.channel]
        elif len(chosen) == len(stories()):
            chosen += stories_of_other_channels()
        await runner.wait_until_connected({story.account for story in chosen})
        try:
            await runner.desk.set_up(options.email, password)
            failures = await runner.run(chosen)
            if not options.channel:
                failures += await _webhook(runner)
            await runner.desk.fill_records()
        finally:
            await runner.desk.close()
    played = len(chosen) - sum(not one.startswith("webhook: ") for one in failures)
    print(f"\n{played} of {len(chosen)} conversations in {time.monotonic() - began:.0f} s")
    for name, label in LABELS.items():
        if runner.done[name]:
            print(f"  {runner.done[name]:4} {label}")
    for failure in failures:
        print(f"failed: {failure}")
    print(f"\nSee them on the customers' phones: {options.sandbox}")
    print(f"and what the company's own system got: {options.sandbox}/receiver")
    return 1 if failures else 0


async def _webhook(runner: DemoRunner) -> list[str]:
    """The story of the company's own system; what failed."""
    try:
        await WebhookStory(runner, print).run()
    except StoryFailed as failed:
        return [f"webhook: {failed}"]
    return []


if __name__ == "__main__":
    raise SystemExit(main())
