"""A database of one test, without a server."""

import pytest

from atd_testing.inbound import customer_message

from .world import A, T, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def sent(world: World) -> World:
    """A customer has written, and a message of ours is on its way to them."""
    world.batch(customer_message(T, A, "w1"))
    world.send(world.conversation(), "ours")
    return world
